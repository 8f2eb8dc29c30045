//! What the databases complain about, in the words of the ports.

use sqlx::{
    error::{DatabaseError, ErrorKind},
    sqlite::SqliteError,
};
use stack_domain::ports::{StorageError, UniqueRule};

/// Each rule of uniqueness: the name of its constraint or index, which PostgreSQL tells, and its columns, which SQLite
/// tells.
const UNIQUE_RULES: &[(UniqueRule, &str, &str)] = &[
    (UniqueRule::ProjectId, "projects_pkey", "projects.id"),
    (
        UniqueRule::ApiKey,
        "api_key_sets_pkey",
        "api_key_sets.project_id, api_key_sets.id",
    ),
    (
        UniqueRule::ApiKey,
        "api_key_sets_publishable_client_key",
        "api_key_sets.project_id, api_key_sets.publishable_client_key_hash",
    ),
    (
        UniqueRule::ApiKey,
        "api_key_sets_secret_server_key",
        "api_key_sets.project_id, api_key_sets.secret_server_key_hash",
    ),
    (
        UniqueRule::ApiKey,
        "api_key_sets_super_secret_admin_key",
        "api_key_sets.project_id, api_key_sets.super_secret_admin_key_hash",
    ),
    (UniqueRule::UserId, "users_pkey", "users.project_id, users.id"),
    (
        UniqueRule::AuthContactChannel,
        "contact_channels_auth",
        "contact_channels.project_id, contact_channels.kind, contact_channels.value",
    ),
    (
        UniqueRule::ContactChannelValue,
        "contact_channels_value",
        "contact_channels.project_id, contact_channels.user_id, contact_channels.kind, contact_channels.value",
    ),
    (
        UniqueRule::PrimaryContactChannel,
        "contact_channels_primary",
        "contact_channels.project_id, contact_channels.user_id, contact_channels.kind",
    ),
    (
        UniqueRule::OAuthSignInAccount,
        "oauth_accounts_sign_in",
        "oauth_accounts.project_id, oauth_accounts.provider_id, oauth_accounts.account_id",
    ),
    (
        UniqueRule::OneTimeCode,
        "one_time_codes_pkey",
        "one_time_codes.project_id, one_time_codes.id",
    ),
    (
        UniqueRule::OneTimeCode,
        "one_time_codes_hash",
        "one_time_codes.project_id, one_time_codes.kind, one_time_codes.hash",
    ),
    (
        UniqueRule::OwnedApiKey,
        "owned_api_keys_pkey",
        "owned_api_keys.project_id, owned_api_keys.id",
    ),
    (
        UniqueRule::OwnedApiKey,
        "owned_api_keys_hash",
        "owned_api_keys.project_id, owned_api_keys.hash",
    ),
    (
        UniqueRule::CliLogin,
        "cli_logins_pkey",
        "cli_logins.project_id, cli_logins.polling_code_hash",
    ),
    (
        UniqueRule::CliLogin,
        "cli_logins_login_code",
        "cli_logins.project_id, cli_logins.login_code_hash",
    ),
    (
        UniqueRule::KeyRotation,
        "key_rotations_pkey",
        "key_rotations.project_id, key_rotations.generation",
    ),
    (
        UniqueRule::PasskeyCredential,
        "passkeys_credential",
        "passkeys.project_id, passkeys.credential_id",
    ),
    (UniqueRule::Session, "sessions_pkey", "sessions.project_id, sessions.id"),
    (
        UniqueRule::Session,
        "sessions_token_hash",
        "sessions.project_id, sessions.token_hash",
    ),
    (UniqueRule::TeamId, "teams_pkey", "teams.project_id, teams.id"),
    (
        UniqueRule::TeamMembership,
        "team_memberships_pkey",
        "team_memberships.project_id, team_memberships.team_id, team_memberships.user_id",
    ),
    (
        UniqueRule::WebhookEndpointUid,
        "webhook_endpoints_uid",
        "webhook_endpoints.project_id, webhook_endpoints.uid",
    ),
    (
        UniqueRule::WebhookEventId,
        "webhook_messages_event",
        "webhook_messages.project_id, webhook_messages.event_id",
    ),
    (
        UniqueRule::SelectedTeam,
        "team_memberships_selected",
        "team_memberships.project_id, team_memberships.user_id",
    ),
];

/// Puts an error of sqlx into the words of the ports.
pub(crate) fn storage_error(error: sqlx::Error) -> StorageError {
    use sqlx::Error;
    match error {
        Error::Database(error) => database_error(error),
        Error::Io(_) | Error::Tls(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed => {
            StorageError::Unavailable(Box::new(error))
        }
        error => StorageError::Other(Box::new(error)),
    }
}

fn database_error(error: Box<dyn DatabaseError>) -> StorageError {
    match error.kind() {
        ErrorKind::UniqueViolation => StorageError::Conflict(unique_rule(error.as_ref())),
        ErrorKind::ForeignKeyViolation => StorageError::MissingReference,
        _ if is_transient(error.as_ref()) => StorageError::Unavailable(error.into_error()),
        _ => StorageError::Other(error.into_error()),
    }
}

fn unique_rule(error: &dyn DatabaseError) -> UniqueRule {
    let columns = error.message().strip_prefix("UNIQUE constraint failed: ");
    UNIQUE_RULES
        .iter()
        .find(|&&(_, name, of)| error.constraint() == Some(name) || columns == Some(of))
        .map_or(UniqueRule::Other, |&(rule, ..)| rule)
}

/// Whether another connection holds a lock that SQLite needs.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlite_code);
    matches!(code, Some(SQLITE_BUSY | SQLITE_LOCKED))
}

// Source: https://sqlite.org/rescode.html
const SQLITE_BUSY: u32 = 5;
const SQLITE_LOCKED: u32 = 6;
const SQLITE_CANTOPEN: u32 = 14;

/// SQLite's code without what extends it; `None` if the error isn't SQLite's.
fn sqlite_code(error: &dyn DatabaseError) -> Option<u32> {
    error.try_downcast_ref::<SqliteError>()?;
    Some(error.code()?.parse::<u32>().ok()? & 0xff)
}

/// Whether the same may well succeed a little later.
fn is_transient(error: &dyn DatabaseError) -> bool {
    if let Some(code) = sqlite_code(error) {
        return matches!(code, SQLITE_BUSY | SQLITE_LOCKED | SQLITE_CANTOPEN);
    }
    // 08 connection, 53 short of resources, 57P shut down, 40001 and 40P01 lost against another transaction,
    // 55P03 gave up on a lock, 57014 ran too long, 25P03 idled too long, 25006 a standby that only reads.
    // Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
    const TRANSIENT: [&str; 9] = ["08", "53", "57P", "40001", "40P01", "55P03", "57014", "25P03", "25006"];
    error
        .code()
        .is_some_and(|code| TRANSIENT.iter().any(|prefix| code.starts_with(prefix)))
}
