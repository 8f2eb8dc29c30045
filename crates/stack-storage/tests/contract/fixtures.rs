//! Rows to begin with. Ids are made of small numbers, so that a test can name them.

use serde_json::{Value, json};
use stack_domain::{
    models::{
        ApiKeySet, ContactChannel, ContactChannelId, ContactChannelType, KeyDigest, Metadata, OAuthAccount,
        OAuthAccountId, Project, Session, StoredConfig, StoredProject, Team, TeamMembership, TokenHash,
        UserCredentials, UserProfile,
    },
    ports::{
        ContactChannelRepository as _, PermissionRepository as _, ProjectRepository as _, Repositories, Storage,
        StorageError, StorageResult, TeamRepository as _, Transaction as _, UniqueRule, UserRepository as _,
    },
};
use stack_storage::{Database, Session as DbSession, Write};
use stack_types::{ApiKeySetId, Millis, ProjectId, SessionId, TeamId, UserId};
use uuid::Uuid;

pub fn project_id(name: &str) -> ProjectId {
    name.into()
}

pub fn user_id(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

pub fn team_id(n: u128) -> TeamId {
    TeamId(Uuid::from_u128(n))
}

pub fn session_id(n: u128) -> SessionId {
    SessionId(Uuid::from_u128(n))
}

pub fn project(name: &str) -> StoredProject {
    StoredProject {
        project: Project {
            id: name.into(),
            display_name: format!("Project {name}"),
            description: String::new(),
            is_production_mode: false,
            owner_team_id: None,
            onboarding_status: "completed".into(),
            logo_url: None,
            logo_full_url: None,
            logo_dark_mode_url: None,
            logo_full_dark_mode_url: None,
            created_at: Millis(1_000),
        },
        config: StoredConfig::default(),
    }
}

pub fn profile(n: u128) -> UserProfile {
    UserProfile {
        id: user_id(n),
        display_name: None,
        profile_image_url: None,
        metadata: Metadata::default(),
        is_anonymous: false,
        restriction: None,
        country_code: None,
        risk_scores: Default::default(),
        signed_up_at: Millis(1_000 + i64::try_from(n).expect("a small number")),
        last_active_at: Millis(2_000),
    }
}

pub fn named(n: u128, name: &str) -> UserProfile {
    UserProfile {
        display_name: Some(name.into()),
        ..profile(n)
    }
}

/// A channel that is neither primary, verified nor used for auth.
pub fn channel(n: u128, user: u128, value: &str) -> ContactChannel {
    ContactChannel {
        id: ContactChannelId(Uuid::from_u128(n)),
        user_id: user_id(user),
        kind: ContactChannelType::Email,
        value: value.into(),
        is_primary: false,
        is_verified: false,
        used_for_auth: false,
        created_at: Millis(3_000),
    }
}

pub fn auth_channel(n: u128, user: u128, value: &str) -> ContactChannel {
    ContactChannel {
        used_for_auth: true,
        ..channel(n, user, value)
    }
}

pub fn primary_channel(n: u128, user: u128, value: &str) -> ContactChannel {
    ContactChannel {
        is_primary: true,
        ..channel(n, user, value)
    }
}

pub fn account(n: u128, user: u128, provider: &str, account: &str) -> OAuthAccount {
    OAuthAccount {
        id: OAuthAccountId(Uuid::from_u128(n)),
        user_id: user_id(user),
        provider_id: provider.into(),
        account_id: account.into(),
        email: None,
        allow_sign_in: true,
        allow_connected_accounts: true,
        created_at: Millis(4_000),
    }
}

pub fn session(n: u128, user: u128) -> Session {
    Session {
        id: session_id(n),
        user_id: user_id(user),
        token_hash: hash(n),
        created_at: Millis(5_000),
        expires_at: Millis(9_000),
        is_impersonation: false,
        last_used_at: Millis(5_000),
        last_used_ip_info: None,
    }
}

pub fn hash(n: u128) -> TokenHash {
    let mut bytes = [0xab; 32];
    bytes[..16].copy_from_slice(&n.to_be_bytes());
    TokenHash(bytes)
}

pub fn key_set(n: u128) -> ApiKeySet {
    ApiKeySet {
        id: ApiKeySetId(Uuid::from_u128(n)),
        description: format!("set {n}"),
        created_at: Millis(6_000),
        expires_at: Millis(9_000),
        revoked_at: None,
        publishable_client_key: None,
        secret_server_key: None,
        super_secret_admin_key: None,
    }
}

pub fn key(n: u128) -> KeyDigest {
    KeyDigest {
        hash: hash(n).0,
        last_four: "abcd".into(),
    }
}

pub fn team(n: u128) -> Team {
    Team {
        id: team_id(n),
        display_name: format!("Team {n}"),
        profile_image_url: None,
        metadata: Metadata::default(),
        created_at: Millis(7_000),
    }
}

pub fn membership(team: u128, user: u128) -> TeamMembership {
    TeamMembership {
        team_id: team_id(team),
        user_id: user_id(user),
        is_selected: false,
        display_name: None,
        profile_image_url: None,
        created_at: Millis(8_000),
    }
}

pub fn metadata(tag: &str) -> Metadata {
    Metadata {
        client: json!({ "of": tag }),
        client_read_only: json!([tag, 1, null]),
        server: Value::from(tag),
    }
}

/// The conflict that an operation ended in.
pub fn conflict<T: std::fmt::Debug>(result: StorageResult<T>) -> UniqueRule {
    match result {
        Err(StorageError::Conflict(rule)) => rule,
        other => panic!("expected a conflict, not {other:?}"),
    }
}

/// Asserts that an operation failed for want of what it refers to.
pub fn assert_missing<T: std::fmt::Debug>(result: StorageResult<T>) {
    assert!(
        matches!(result, Err(StorageError::MissingReference)),
        "expected a missing reference, not {result:?}"
    );
}

/// Runs one statement in a transaction of its own. Not a function, since its future borrows the writer.
macro_rules! storing {
    ($db:expr, |$writer:ident| $work:expr) => {{
        let mut $writer = stack_domain::ports::Storage::write(&$db.clone())
            .await
            .expect("a writer");
        let result = $work.await;
        if result.is_ok() {
            stack_domain::ports::Transaction::commit($writer)
                .await
                .expect("it commits");
        }
        result
    }};
}
pub(crate) use storing;

/// Reads once.
macro_rules! reading {
    ($db:expr, |$reader:ident| $work:expr) => {{
        let mut $reader = stack_domain::ports::Storage::read(&$db.clone())
            .await
            .expect("a reader");
        $work.await.expect("it reads")
    }};
}
pub(crate) use reading;

/// Adds the projects `a` and `b`, each with users of these numbers.
pub async fn two_projects_with_users(db: &Database, users: &[u128]) -> (ProjectId, ProjectId) {
    let (a, b) = (project_id("a"), project_id("b"));
    let mut writer = db.write().await.expect("a writer");
    for id in [&a, &b] {
        writer.insert_project(&project(id.as_str())).await.expect("a project");
        for &n in users {
            writer
                .insert_user(id, &profile(n), &UserCredentials::default())
                .await
                .expect("a user");
        }
    }
    writer.commit().await.expect("it commits");
    (a, b)
}

/// Adds users to a project.
pub async fn add_users(db: &Database, project: &ProjectId, users: impl IntoIterator<Item = UserProfile>) {
    let mut writer = db.write().await.expect("a writer");
    for user in users {
        writer
            .insert_user(project, &user, &UserCredentials::default())
            .await
            .expect("a user");
    }
    writer.commit().await.expect("it commits");
}

/// Adds channels to a project.
pub async fn add_channels(db: &Database, project: &ProjectId, channels: impl IntoIterator<Item = ContactChannel>) {
    let mut writer = db.write().await.expect("a writer");
    for channel in channels {
        writer
            .insert_contact_channel(project, &channel)
            .await
            .expect("a channel");
    }
    writer.commit().await.expect("it commits");
}

/// Adds a team with members.
pub async fn add_team(db: &Database, project: &ProjectId, n: u128, members: &[u128]) {
    let mut writer = db.write().await.expect("a writer");
    add_team_with(&mut writer, project, n, members).await;
    writer.commit().await.expect("it commits");
}

async fn add_team_with(writer: &mut DbSession<Write>, project: &ProjectId, n: u128, members: &[u128]) {
    writer.insert_team(project, &team(n)).await.expect("a team");
    for &member in members {
        writer
            .insert_team_membership(project, &membership(n, member))
            .await
            .expect("a member");
    }
}

/// Fills every table of a project, with the same ids in each project; user 1 has everything.
pub async fn fill(db: &Database, project: &ProjectId) {
    use stack_domain::ports::{ApiKeyRepository as _, SessionRepository as _};
    let mut writer = db.write().await.expect("a writer");
    let w = &mut writer;
    w.insert_project(&self::project(project.as_str()))
        .await
        .expect("a project");
    w.insert_api_key_set(
        project,
        &ApiKeySet {
            secret_server_key: Some(key(1)),
            ..key_set(1)
        },
    )
    .await
    .expect("keys");
    for n in [1, 2] {
        w.insert_user(project, &profile(n), &UserCredentials::default())
            .await
            .expect("a user");
        w.insert_contact_channel(project, &auth_channel(n, n, &format!("{n}@x.org")))
            .await
            .expect("a channel");
        w.insert_oauth_account(project, &account(n, n, "github", &n.to_string()))
            .await
            .expect("an account");
        w.insert_session(project, &session(n, n)).await.expect("a session");
        w.insert_project_permission(project, user_id(n), "read")
            .await
            .expect("a permission");
    }
    add_team_with(w, project, 1, &[1, 2]).await;
    for n in [1, 2] {
        w.insert_team_permission(project, team_id(1), user_id(n), "team_member")
            .await
            .expect("a permission");
    }
    writer.commit().await.expect("it commits");
}

/// What `fill` has left of user `n`, counted table by table: channels, OAuth accounts, sessions, project permissions,
/// team permissions, memberships.
pub async fn belongings<R: Repositories>(reader: &mut R, project: &ProjectId, n: u128) -> [usize; 6] {
    let user = user_id(n);
    [
        reader
            .list_contact_channels(project, user)
            .await
            .expect("channels")
            .len(),
        reader.list_oauth_accounts(project, user).await.expect("accounts").len(),
        reader
            .list_sessions(project, user, Millis(0))
            .await
            .expect("sessions")
            .len(),
        reader
            .list_permissions_of_user(project, user)
            .await
            .expect("permissions")
            .len(),
        reader
            .list_permissions_of_member(project, team_id(1), user)
            .await
            .expect("permissions")
            .unwrap_or_default()
            .len(),
        reader.list_teams_of_user(project, user, 9).await.expect("teams").len(),
    ]
}
