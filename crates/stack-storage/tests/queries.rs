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
        AnonymousFilter, ApiKeyKind, Budget, CliLogin, CodeKind, ConfigLevel, ContactChannelId, ContactChannelType,
        KeyRotation, LimitKey, OAuthAccountId, OAuthToken, OAuthTokenId, OneTimeCodeId, UserFilter,
    },
    ports::{
        ApiKeyRepository as _, CliLoginRepository as _, ContactChannelRepository as _, EmailRepository as _,
        OAuthRepository as _, OneTimeCodeRepository as _, ProjectRepository as _, RateLimitRepository as _,
        SessionRepository as _, SigningKeyRepository as _, Storage as _, TeamRepository as _, UserRepository as _,
    },
};
use stack_storage::Database;
use stack_types::{ApiKeySetId, EmailId, Millis, ProjectId, UserId};
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
    reading!(db, |r| r.list_project_permissions(&project_id("nowhere"), user_id(0)));
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
            let scans = plan
                .iter()
                .any(|step| step.starts_with("SCAN") && !step.contains("json_each"));
            assert!(!scans, "{text}\n{plan:#?}");
            // Pages come out of the index in their order; a team's members are sorted.
            let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE"));
            let is_page_of_all = text.contains("LIMIT") && !text.contains("JOIN team_memberships tm");
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
    r.find_session(&a, session_id(1)).await.expect("it reads");
    r.find_session_by_token(&a, &hash(1)).await.expect("it reads");
    r.list_sessions(&a, user, Millis(0)).await.expect("it reads");
    r.find_team(&a, team_id(1)).await.expect("it reads");
    r.list_teams_of_user(&a, user).await.expect("it reads");
    r.find_team_membership(&a, team_id(1), user).await.expect("it reads");
    r.list_team_permissions(&a, team_id(1), user).await.expect("it reads");
    r.list_project_permissions(&a, user).await.expect("it reads");
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
                let filter = UserFilter {
                    descending,
                    cursor,
                    team_id,
                    limit: Some(1),
                    ..UserFilter::default()
                };
                filters.push(UserFilter {
                    anonymous: AnonymousFilter::Include,
                    query: Some("x".into()),
                    ..filter
                });
            }
        }
    }
    filters
}
