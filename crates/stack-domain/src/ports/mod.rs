//! What the rules need from outside: a storage, a clock, a source of randomness.
//!
//! Traits only, with the promises that an implementation has to keep; the tiny production clock and randomness and
//! the fixed ones for tests stand here too.

mod api_keys;
mod cli_logins;
mod clock;
mod contact_channels;
mod data_vault;
mod mail;
mod mail_to_users;
mod oauth;
mod oauth_providers;
mod one_time_codes;
mod owned_api_keys;
mod passkeys;
mod permissions;
mod projects;
mod rate_limits;
mod rng;
mod sessions;
mod sign_up_rules;
mod signing_keys;
mod storage;
mod team_invitations;
mod teams;
mod users;
mod webhooks;

pub use api_keys::ApiKeyRepository;
pub use cli_logins::CliLoginRepository;
pub use clock::{Clock, FixedClock, SystemClock};
pub use contact_channels::ContactChannelRepository;
pub use data_vault::DataVaultRepository;
pub use mail::{EmailRepository, Mailer, OutgoingMail, SendError};
pub use mail_to_users::MailToUsersRepository;
pub use oauth::OAuthRepository;
pub use oauth_providers::{
    NoOAuthProviders, OAuthProviders, ProviderAccount, ProviderAnswer, ProviderClient, ProviderError, ProviderFuture,
    ProviderProfile, ProviderRequest, ProviderTokens,
};
pub use one_time_codes::OneTimeCodeRepository;
pub use owned_api_keys::OwnedApiKeyRepository;
pub use passkeys::PasskeyRepository;
pub use permissions::PermissionRepository;
pub use projects::ProjectRepository;
pub use rate_limits::RateLimitRepository;
pub use rng::{Rng, SeededRng, SystemRng};
pub use sessions::SessionRepository;
pub use sign_up_rules::SignUpRuleRepository;
pub use signing_keys::SigningKeyRepository;
pub use storage::{Repositories, Storage, StorageError, StorageResult, Transaction, UniqueRule};
pub use team_invitations::TeamInvitationRepository;
pub use teams::TeamRepository;
pub use users::UserRepository;
pub use webhooks::WebhookRepository;
