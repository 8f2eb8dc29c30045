//! The storage as a whole: how the rules get a connection or a transaction, and what can go wrong.

use std::{error::Error, future::Future};

use super::{
    ApiKeyRepository, CliLoginRepository, ContactChannelRepository, DataVaultRepository, EmailRepository,
    MailToUsersRepository, OAuthRepository, OneTimeCodeRepository, OwnedApiKeyRepository, PasskeyRepository,
    PermissionRepository, ProjectRepository, RateLimitRepository, SessionRepository, SignUpRuleRepository,
    SigningKeyRepository, TeamInvitationRepository, TeamRepository, UserRepository, WebhookRepository,
};

/// A database that remembers everything.
///
/// # Contract
///
/// - Every method of a repository is scoped by the project it gets: it neither sees nor changes a row of another.
/// - [`Storage::write`] gives one transaction that is alone in changing what it has locked: SQLite takes its one write
///   lock at once; PostgreSQL works at READ COMMITTED, and the `lock_…` methods take row locks.
/// - What a writer has written it also reads.
/// - Texts, JSON and instants come back exactly as they were given.
pub trait Storage: Send + Sync + 'static {
    /// A pooled connection. For reads only: a write through it fails with [`StorageError::ReadOnly`].
    type Reader: Repositories + Send;
    /// One transaction. Nothing of it is kept if it is dropped before [`Transaction::commit`].
    type Writer: Repositories + Transaction + Send;

    /// Gives a connection to read with.
    ///
    /// # Errors
    ///
    /// [`StorageError::Unavailable`] if none is free in time.
    fn read(&self) -> impl Future<Output = StorageResult<Self::Reader>> + Send;

    /// Begins a transaction.
    ///
    /// # Errors
    ///
    /// [`StorageError::Unavailable`] if it can't begin in time.
    fn write(&self) -> impl Future<Output = StorageResult<Self::Writer>> + Send;
}

/// All repositories at once.
pub trait Repositories:
    ProjectRepository
    + ApiKeyRepository
    + UserRepository
    + WebhookRepository
    + CliLoginRepository
    + ContactChannelRepository
    + DataVaultRepository
    + EmailRepository
    + MailToUsersRepository
    + OAuthRepository
    + OneTimeCodeRepository
    + OwnedApiKeyRepository
    + RateLimitRepository
    + PasskeyRepository
    + PermissionRepository
    + SessionRepository
    + SignUpRuleRepository
    + SigningKeyRepository
    + TeamInvitationRepository
    + TeamRepository
{
}

impl<T> Repositories for T where
    T: ProjectRepository
        + ApiKeyRepository
        + UserRepository
        + WebhookRepository
        + CliLoginRepository
        + ContactChannelRepository
        + DataVaultRepository
        + EmailRepository
        + MailToUsersRepository
        + OAuthRepository
        + OneTimeCodeRepository
        + OwnedApiKeyRepository
        + RateLimitRepository
        + PasskeyRepository
        + PermissionRepository
        + SessionRepository
        + SignUpRuleRepository
        + SigningKeyRepository
        + TeamInvitationRepository
        + TeamRepository
{
}

/// A transaction that is kept or dropped as a whole.
pub trait Transaction {
    /// Makes everything that was written durable and visible to others.
    ///
    /// # Errors
    ///
    /// Any [`StorageError`]; nothing was kept then.
    fn commit(self) -> impl Future<Output = StorageResult<()>> + Send;
}

/// What a storage gives back.
pub type StorageResult<T> = Result<T, StorageError>;

/// Why the storage couldn't do as it was told.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A row of this kind is there already; nothing was written.
    #[error("{0:?} would not be unique")]
    Conflict(UniqueRule),
    /// A row that the new one refers to isn't there (any more); nothing was written.
    #[error("a row that the new one refers to does not exist")]
    MissingReference,
    /// A write was tried through a reader.
    #[error("a reader cannot write")]
    ReadOnly,
    /// The database can't be reached, is out of connections or gave up on a lock. Trying again may help.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// A stored value can't be read as what it should be.
    #[error("stored {what} is corrupt: {why}")]
    Corrupt {
        /// Table and column.
        what: &'static str,
        /// What is wrong with it, without the value.
        why: String,
    },
    /// Anything else that the database complains about.
    #[error("the database failed")]
    Other(#[source] Box<dyn Error + Send + Sync>),
}

/// The rules of uniqueness that a storage keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UniqueRule {
    /// One project per id.
    ProjectId,
    /// One key set per id, and one per hash of a key within a project.
    ApiKey,
    /// One user per id.
    UserId,
    /// One channel used for auth per (project, type, value).
    AuthContactChannel,
    /// One channel per (user, type, value).
    ContactChannelValue,
    /// One primary channel per (user, type).
    PrimaryContactChannel,
    /// One account that allows sign-in per (project, provider, account).
    OAuthSignInAccount,
    /// One code per id, and one per kind and hash.
    OneTimeCode,
    /// One API key of a user or a team per id and per hash.
    OwnedApiKey,
    /// One login of a command line tool per hash of each code.
    CliLogin,
    /// One rotation of signing keys per generation.
    KeyRotation,
    /// One passkey per credential.
    PasskeyCredential,
    /// One session per id and per token hash.
    Session,
    /// One team per id.
    TeamId,
    /// One membership per (team, user).
    TeamMembership,
    /// One selected membership per user.
    SelectedTeam,
    /// One webhook endpoint per uid.
    WebhookEndpointUid,
    /// One message of webhooks per event id.
    WebhookEventId,
    /// Any other.
    Other,
}
