//! How many queries a call takes, and that each query finds its rows by an index.
//!
//! sqlx logs every query with its text; these tests listen. The plans are SQLite's: PostgreSQL has the same indexes
//! (a test of the contract compares the schemas) but chooses by statistics, which an empty table doesn't have.

#[path = "contract/fixtures.rs"]
#[allow(
    dead_code,
    unused_macros,
    unused_imports,
    reason = "the contract suite needs the rest"
)]
mod fixtures;

use std::{
    collections::BTreeSet,
    fmt::Debug,
    sync::{Mutex, MutexGuard, Once, PoisonError},
};

use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};
use stack_domain::{
    models::{
        AnonymousFilter, ApiKeyKind, ApiKeyOwner, Budget, CliLogin, CodeKind, ConfigLevel, ContactChannelId,
        ContactChannelType, KeyRotation, LimitKey, NotificationCategory, OAuthAccountId, OAuthToken, OAuthTokenId,
        OneTimeCodeId, OwnedApiKey, TeamMembershipsOf, UserFilter, WebhookAttemptFilter, WebhookAttemptId, WebhookKey,
        WebhookMessageFilter, WebhookMessageId,
    },
    ports::{
        ApiKeyRepository as _, CliLoginRepository as _, ContactChannelRepository as _, DataVaultRepository as _,
        EmailRepository as _, MailToUsersRepository as _, OAuthRepository as _, OneTimeCodeRepository as _,
        OwnedApiKeyRepository as _, PermissionRepository as _, ProjectRepository as _, RateLimitRepository as _,
        SessionRepository as _, SignUpRuleRepository as _, SigningKeyRepository as _, Storage as _, StorageResult,
        TeamInvitationRepository as _, TeamRepository as _, UserRepository as _, WebhookRepository,
    },
};
use stack_storage::Database;
use stack_types::{
    ApiKeyId, ApiKeySetId, EmailDraftId, EmailId, Millis, ProjectId, TeamInvitationId, UserId, WebhookEndpointId,
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
};
use uuid::Uuid;

use fixtures::*;

/// The texts of the queries since they were last taken.
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Hears what sqlx logs.
struct Listener;

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            event.record(&mut Statement);
        }
    }
}

struct Statement;

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "db.statement" {
            HEARD
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(value.trim().to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// Takes what was heard of queries.
///
/// A query is logged when its connection is done with it, which may be after its rows have arrived. A further query
/// on the same connection waits for that; it isn't counted.
async fn heard(db: &Database) -> Vec<String> {
    const MARKER: &str = "SELECT permission_id FROM project_permissions";
    reading!(db, |r| r.list_permissions_of_user(&project_id("nowhere"), user_id(0)));
    let texts = std::mem::take(&mut *HEARD.lock().unwrap_or_else(PoisonError::into_inner));
    texts
        .into_iter()
        .filter(|text| is_query(text) && !text.starts_with(MARKER))
        .collect()
}

fn is_query(text: &str) -> bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE"]
        .iter()
        .any(|verb| text.starts_with(verb))
}

/// One test at a time may listen.
fn listen() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(Listener);
        tracing::subscriber::set_global_default(subscriber).expect("no other subscriber");
    });
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn on_a_file<F: Future<Output = ()>>(test: impl FnOnce(Database, String) -> F) {
    let _turn = listen();
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("stack.db").display());
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let db = Database::connect(&url).await.expect("it opens");
        db.migrate().await.expect("it migrates");
        test(db, url).await;
    });
}

#[test]
fn reading_a_user_takes_one_query_and_a_second_one_for_oauth_accounts() {
    on_a_file(|db, _| async move {
        let (a, _) = two_projects_with_users(&db, &[1, 2]).await;
        storing!(db, |w| w.insert_oauth_account(&a, &account(1, 2, "github", "x"))).expect("it is new");
        for (user, queries) in [(1, 1), (2, 2), (3, 1)] {
            heard(&db).await;
            reading!(db, |r| r.find_user(&a, user_id(user)));
            assert_eq!(heard(&db).await.len(), queries, "user {user}");
        }
    });
}

#[test]
fn a_page_takes_one_query_and_a_second_one_for_the_oauth_accounts_of_everyone() {
    on_a_file(|db, _| async move {
        let (a, b) = two_projects_with_users(&db, &[1, 2, 3, 4, 5]).await;
        for user in 1..=5 {
            let account = account(user, user, "github", &user.to_string());
            storing!(db, |w| w.insert_oauth_account(&a, &account)).expect("it is new");
        }
        for (project, queries) in [(&a, 2), (&b, 1)] {
            heard(&db).await;
            reading!(db, |r| r.list_users(project, &UserFilter::default()));
            assert_eq!(heard(&db).await.len(), queries, "project {project}");
        }
    });
}

#[test]
fn reading_a_session_a_key_or_a_project_takes_one_query() {
    on_a_file(|db, _| async move {
        let a = project_id("a");
        fill(&db, &a).await;
        heard(&db).await;
        reading!(db, |r| r.find_session_by_token(&a, &hash(1)));
        reading!(db, |r| r.find_api_key_set_by_hash(
            &a,
            ApiKeyKind::SecretServer,
            &hash(1).0
        ));
        reading!(db, |r| r.find_project(&a));
        assert_eq!(heard(&db).await.len(), 3);
    });
}

#[test]
fn every_query_finds_its_rows_by_an_index() {
    on_a_file(|db, url| async move {
        heard(&db).await;
        call_everything(&db).await;
        let texts: BTreeSet<String> = heard(&db).await.into_iter().collect();
        assert!(texts.len() > 50, "only {} queries were heard", texts.len());
        let mut connection = SqliteConnection::connect(&url).await.expect("it opens");
        for text in texts {
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
            let rows = sqlx::query(explain).fetch_all(&mut connection).await.expect("a plan");
            let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
            let found = [
                "json_each",
                "SCAN k VIRTUAL TABLE",
                "VIRTUAL TABLE INDEX 0:M",
                "SCAN found",
            ];
            let scans = |step: &String| step.starts_with("SCAN") && !found.iter().any(|what| step.contains(what));
            assert!(!plan.iter().any(scans), "{text}\n{plan:#?}");
            // Pages come out of the index in their order; a team's members, what is a user's, and the few whom a search
            // has found are sorted.
            let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE"));
            let of_few = [
                "JOIN team_memberships tm",
                "FROM contact_channels c JOIN",
                "JOIN team_permissions p",
                "json_each($10)",
                "FROM webhook_attempts WHERE project_id = $1 AND message_id = $2",
            ];
            let is_page_of_all = text.contains("LIMIT") && !of_few.iter().any(|part| text.contains(part));
            assert!(!(is_page_of_all && sorts), "{text}\n{plan:#?}");
        }
    });
}

/// Calls every method of every repository.
async fn call_everything(db: &Database) {
    let a = project_id("a");
    fill(db, &a).await;
    storing!(db, |w| call_writers(&mut w, &a)).expect("it writes");
    let (user, keys) = (user_id(1), ApiKeySetId(Uuid::from_u128(1)));
    let mut r = db.read().await.expect("a reader");
    r.find_project(&a).await.expect("it reads");
    r.list_projects_of_user(&a, user).await.expect("it reads");
    r.find_api_key_set(&a, keys).await.expect("it reads");
    for kind in [
        ApiKeyKind::PublishableClient,
        ApiKeyKind::SecretServer,
        ApiKeyKind::SuperSecretAdmin,
    ] {
        r.find_api_key_set_by_hash(&a, kind, &[0; 32]).await.expect("it reads");
    }
    r.list_api_key_sets(&a).await.expect("it reads");
    r.find_user(&a, user).await.expect("it reads");
    r.find_user_credentials(&a, user).await.expect("it reads");
    r.list_oauth_accounts(&a, user).await.expect("it reads");
    r.list_all_oauth_accounts(&a).await.expect("it reads");
    r.list_oauth_accounts_at(&a, "github", "x").await.expect("it reads");
    r.is_account_id_used_for_sign_in(&a, "x", None).await.expect("it reads");
    r.list_oauth_tokens(&a, OAuthAccountId(Uuid::from_u128(1)))
        .await
        .expect("it reads");
    r.find_owned_api_key(&a, ApiKeyId(Uuid::from_u128(1)))
        .await
        .expect("it reads");
    r.find_owned_api_key_by_hash(&a, &[0; 32]).await.expect("it reads");
    for owner in [ApiKeyOwner::User(user), ApiKeyOwner::Team(team_id(1))] {
        r.list_owned_api_keys(&a, owner, 9).await.expect("it reads");
        r.count_owned_api_keys(&a, owner).await.expect("it reads");
    }
    r.find_data_vault_value(&a, &"store".into(), &[0; 32])
        .await
        .expect("it reads");
    for filter in filters(user) {
        r.list_users(&a, &filter).await.expect("it reads");
    }
    r.find_auth_contact_channel(&a, ContactChannelType::Email, "x")
        .await
        .expect("it reads");
    r.list_contact_channels(&a, user).await.expect("it reads");
    r.list_contact_channels_of_project(&a).await.expect("it reads");
    r.find_contact_channel(&a, ContactChannelId(Uuid::from_u128(1)))
        .await
        .expect("it reads");
    r.find_one_time_code(&a, CodeKind::SignIn, &hash(1))
        .await
        .expect("it reads");
    r.count_sent_emails(&a, Millis(0)).await.expect("it reads");
    r.list_settled_emails(&a, 1).await.expect("it reads");
    r.list_projects_with_failed_emails(Millis(0)).await.expect("it reads");
    r.list_notification_preferences(&a, user).await.expect("it reads");
    r.list_email_drafts(&a, 1).await.expect("it reads");
    r.count_email_drafts(&a, 1).await.expect("it reads");
    r.find_email_draft(&a, EmailDraftId(Uuid::from_u128(1)))
        .await
        .expect("it reads");
    r.find_email_boost(&a).await.expect("it reads");
    r.list_sign_up_rule_hours(&a, Millis(0)).await.expect("it reads");
    r.list_sign_up_rule_totals(&a).await.expect("it reads");
    r.count_users_without_verified_email(&a).await.expect("it reads");
    r.list_users_without_verified_email(&a, 1).await.expect("it reads");
    r.find_session(&a, session_id(1)).await.expect("it reads");
    r.find_session_by_token(&a, &hash(1)).await.expect("it reads");
    r.list_sessions(&a, user, Millis(0)).await.expect("it reads");
    r.find_team(&a, team_id(1)).await.expect("it reads");
    r.list_teams(&a, 9).await.expect("it reads");
    r.list_teams_of_user(&a, user, 9).await.expect("it reads");
    r.owns_projects(team_id(1)).await.expect("it reads");
    r.find_users(&a, &[user]).await.expect("it reads");
    r.find_team_member_profile(&a, team_id(1), user)
        .await
        .expect("it reads");
    for of in [
        TeamMembershipsOf::Everybody,
        TeamMembershipsOf::Team(team_id(1)),
        TeamMembershipsOf::User(user),
    ] {
        r.list_team_member_profiles(&a, of, 9).await.expect("it reads");
        r.list_team_permissions(&a, of, None, 9).await.expect("it reads");
    }
    r.list_project_permissions(&a, None, 9).await.expect("it reads");
    let invitation = TeamInvitationId(Uuid::from_u128(9));
    r.find_team_invitation(&a, invitation).await.expect("it reads");
    r.list_invitations_to_team(&a, team_id(1), Millis(0), 9)
        .await
        .expect("it reads");
    r.list_invitations_of_user(&a, user, Millis(0), 9)
        .await
        .expect("it reads");
    r.find_team_membership(&a, team_id(1), user).await.expect("it reads");
    r.list_permissions_of_member(&a, team_id(1), user)
        .await
        .expect("it reads");
    r.list_permissions_of_user(&a, user).await.expect("it reads");
    read_webhooks(&mut r, &a).await;
}

async fn read_webhooks<R: WebhookRepository>(r: &mut R, a: &ProjectId) {
    let (message, endpoint) = (WebhookMessageId("msg_1".into()), WebhookEndpointId("ep_1".into()));
    r.list_webhook_endpoints(a).await.expect("it reads");
    r.find_webhook_endpoint(a, "ep_1").await.expect("it reads");
    r.list_webhook_endpoints_by_id(std::slice::from_ref(&endpoint))
        .await
        .expect("it reads");
    r.find_webhook_message(a, "msg_1").await.expect("it reads");
    r.list_webhook_messages(a, &WebhookMessageFilter::default(), 9)
        .await
        .expect("it reads");
    r.list_webhook_deliveries(a, &message).await.expect("it reads");
    let attempt = WebhookAttemptId("atmpt_1".into());
    r.find_webhook_attempt(a, &message, &attempt).await.expect("it reads");
    for (message, endpoint) in [(Some(message), None), (None, Some(endpoint))] {
        let filter = WebhookAttemptFilter {
            message,
            endpoint,
            ..WebhookAttemptFilter::default()
        };
        r.list_webhook_attempts(a, &filter, 9).await.expect("it reads");
    }
}

async fn write_webhooks<W: WebhookRepository>(w: &mut W, a: &ProjectId) -> StorageResult<()> {
    let (message, endpoint) = (WebhookMessageId("msg_1".into()), WebhookEndpointId("ep_1".into()));
    let key = WebhookKey {
        project: a.clone(),
        message: message.clone(),
        endpoint: endpoint.clone(),
    };
    let keys = [key.clone()];
    w.lock_webhook_endpoint(a, "ep_1").await?;
    w.lock_due_webhooks(Millis(0), &[], 9).await?;
    w.lock_free_webhook_endpoint(a, &endpoint).await?;
    w.pace_webhook_endpoint(a, &endpoint, Millis(0)).await?;
    w.lease_webhooks(&keys, Uuid::from_u128(1), Millis(0)).await?;
    w.put_webhooks_off(&[(key, Millis(0))], true).await?;
    w.settle_webhooks(&[]).await?;
    w.note_webhook_failing_since(a, &endpoint, None).await?;
    w.resend_webhook(a, &message, &endpoint, Millis(0)).await?;
    w.recover_webhooks(a, &endpoint, Millis(0), Millis(0), Millis(0))
        .await?;
    for only_paced in [false, true] {
        w.hasten_webhooks(a, &endpoint, only_paced, Millis(0)).await?;
    }
    w.delete_webhook_endpoint(a, &endpoint).await?;
    w.delete_webhook_messages_before(Millis(0), 9).await?;
    Ok(())
}

async fn call_writers(
    w: &mut stack_storage::Session<stack_storage::Write>,
    a: &ProjectId,
) -> stack_domain::ports::StorageResult<()> {
    let user = user_id(1);
    w.lock_project(a).await?;
    w.update_project(&project("a").project).await?;
    for level in ConfigLevel::ALL {
        w.update_config(a, level, None).await?;
    }
    w.update_config_source(a, None).await?;
    w.update_api_key_set(a, &key_set(1)).await?;
    let owned = OwnedApiKey {
        id: ApiKeyId(Uuid::from_u128(1)),
        owner: ApiKeyOwner::User(user),
        description: String::new(),
        is_public: false,
        created_at: Millis(0),
        expires_at: None,
        revoked_at: None,
        digest: key(1),
    };
    w.insert_owned_api_key(a, &owned).await?;
    w.update_owned_api_key(a, owned.id, None, None).await?;
    for owner in [owned.owner, ApiKeyOwner::Team(team_id(1))] {
        w.delete_oldest_dead_api_key(a, owner, Millis(0)).await?;
    }
    w.put_data_vault_value(a, &"store".into(), &[0; 32], "sealed", Millis(0))
        .await?;
    write_webhooks(w, a).await?;
    w.lock_user(a, user).await?;
    w.update_user_profile(a, &profile(1)).await?;
    w.update_user_credentials(a, user, &Default::default()).await?;
    w.touch_user(a, user, Millis(0)).await?;
    w.update_contact_channel(a, &channel(1, 1, "new@x.org")).await?;
    w.count_one_time_code_attempt(a, &hash(1)).await?;
    w.use_one_time_code(a, OneTimeCodeId(Uuid::from_u128(9)), Millis(0))
        .await?;
    w.delete_expired_one_time_codes(Millis(0), 1).await?;
    w.delete_email(a, EmailId(Uuid::from_u128(9))).await?;
    w.lock_due_emails(a, Millis(0), 1).await?;
    w.save_notification_preference(a, user, NotificationCategory::Marketing, false)
        .await?;
    w.mark_email_draft_sent(a, EmailDraftId(Uuid::from_u128(9)), Millis(0))
        .await?;
    w.delete_email_draft(a, EmailDraftId(Uuid::from_u128(9))).await?;
    w.begin_email_boost(a, Millis(0), Millis(1)).await?;
    w.count_sign_up_rule(a, "x", "log", Millis(0)).await?;
    w.delete_sign_up_rule_hours_before(Millis(0), 1).await?;
    w.delete_contact_channel(a, user, ContactChannelId(Uuid::from_u128(9)))
        .await?;
    w.update_oauth_account(a, &account(1, 1, "github", "1")).await?;
    w.delete_oauth_account(a, OAuthAccountId(Uuid::from_u128(9))).await?;
    w.save_oauth_token(
        a,
        &OAuthToken {
            id: OAuthTokenId(Uuid::from_u128(1)),
            account_id: OAuthAccountId(Uuid::from_u128(1)),
            scopes: "repo".into(),
            access_token: "sealed".into(),
            access_token_expires_at: None,
            refresh_token: None,
            updated_at: Millis(0),
        },
    )
    .await?;
    w.delete_oauth_token(a, OAuthTokenId(Uuid::from_u128(9))).await?;
    w.touch_session(a, session_id(1), Millis(0), None).await?;
    w.delete_session(a, session_id(9)).await?;
    w.delete_sessions_of_user(a, user_id(9), None).await?;
    w.delete_expired_sessions(Millis(0), 1).await?;
    let login = CliLogin {
        polling_code_hash: hash(1),
        login_code_hash: hash(2),
        expires_at: Millis(0),
        used_at: None,
        refresh_token: None,
        anonymous_refresh_token: None,
    };
    w.insert_cli_login(a, &login).await?;
    w.find_cli_login_by_polling_code(a, &hash(1)).await?;
    w.find_cli_login_by_login_code(a, &hash(2)).await?;
    w.confirm_cli_login(a, &hash(2), "sealed").await?;
    w.use_cli_login(a, &hash(1), Millis(0)).await?;
    w.claim_cli_anonymous_session(a, &hash(2)).await?;
    w.delete_expired_cli_logins(Millis(0), 1).await?;
    let budget = Budget {
        tries: 1,
        period: std::time::Duration::from_secs(60),
    };
    for _ in 0..2 {
        w.spend_rate_limit(a, &LimitKey([0; 32]), budget, Millis(0)).await?;
    }
    w.delete_full_rate_limits(Millis(0), 1).await?;
    let rotation = KeyRotation {
        generation: 1,
        created_at: Millis(0),
        signs_from: Millis(0),
    };
    w.insert_key_rotation(a, &rotation).await?;
    w.list_key_rotations(a).await?;
    w.list_project_ids(Some(a), 1).await?;
    w.update_team(a, &team(1)).await?;
    w.select_team(a, user, Some(team_id(1))).await?;
    w.lock_team(a, team_id(1)).await?;
    w.rename_permission(a, "old", "new").await?;
    w.delete_team_permission(a, team_id(1), user, "x").await?;
    w.delete_project_permission(a, user, "x").await?;
    w.update_team_membership(a, &membership(1, 1)).await?;
    w.delete_team_membership(a, team_id(9), user).await?;
    w.delete_team_invitation(a, team_id(9), TeamInvitationId(Uuid::from_u128(9)))
        .await?;
    w.delete_team(a, team_id(9)).await?;
    w.delete_user(a, user_id(9)).await?;
    w.delete_project(&project_id("nowhere")).await?;
    Ok(())
}

/// A filter for each text of a page.
fn filters(cursor: UserId) -> Vec<UserFilter> {
    let mut filters = Vec::new();
    for descending in [false, true] {
        for cursor in [None, Some(cursor)] {
            for team_id in [None, Some(team_id(1))] {
                for query in [None, Some("x"), Some("x.org")] {
                    filters.push(UserFilter {
                        anonymous: AnonymousFilter::Include,
                        query: query.map(str::to_owned),
                        descending,
                        cursor,
                        team_id,
                        limit: Some(1),
                        ..UserFilter::default()
                    });
                }
            }
        }
    }
    filters
}
