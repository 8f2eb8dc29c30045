//! What the rules talk about: the stored things, without any rule.
//!
//! Every type here mirrors what a table remembers or what one query gives back.
//! Instants are [`stack_types::Millis`]; ids are the newtypes of the contract.

mod api_key;
mod cli_login;
mod contact_channel;
mod key_rotation;
mod mail;
mod mail_to_users;
mod oauth_account;
mod oauth_token;
mod one_time_code;
mod owned_api_key;
mod passkey;
mod permission;
mod project;
mod rate_limit;
mod session;
mod team;
mod user;
mod webhooks;

pub use api_key::{ApiKeyKind, ApiKeySet, KeyDigest};
pub use cli_login::CliLogin;
pub use contact_channel::{ContactChannel, ContactChannelId, ContactChannelType};
pub use key_rotation::KeyRotation;
pub use mail::{
    Email, EmailContent, EmailFilter, EmailProgress, EmailRecipient, EmailSkipReason, EmailState, EmailStatus,
    MailTemplate, SendFailure,
};
pub use mail_to_users::{
    EmailDraft, NotificationCategory, NotificationPreference, RuleMatches, SentCounts, ThemeChoice, UnverifiedUser,
    WrittenEmail,
};
pub use oauth_account::{OAuthAccount, OAuthAccountId};
pub use oauth_token::{OAuthToken, OAuthTokenId};
pub use one_time_code::{CodeKind, OneTimeCode, OneTimeCodeId};
pub use owned_api_key::{ApiKeyOwner, ApiKeyOwnerKind, OwnedApiKey};
pub use passkey::Passkey;
pub use permission::{ProjectPermission, TeamPermission};
pub use project::{ConfigLevel, Project, StoredConfig, StoredProject};
pub use rate_limit::{Budget, LimitKey, Spent};
pub use session::{IpInfo, Session, TokenHash};
pub use team::{OpenTeamInvitation, Team, TeamInvitation, TeamMemberProfile, TeamMembership, TeamMembershipsOf};
pub use user::{
    AdminRestriction, AnonymousFilter, Metadata, PasswordHash, PrimaryEmail, RiskScores, SignInMethods, User,
    UserCredentials, UserFilter, UserPage, UserProfile,
};
pub use webhooks::{
    DueWebhook, EarlierSecret, EndpointSecrets, NewWebhookDelivery, SettledWebhook, WebhookAttempt,
    WebhookAttemptFilter, WebhookAttemptId, WebhookDelivery, WebhookEndpoint, WebhookKey, WebhookMessage,
    WebhookMessageFilter, WebhookMessageId, WebhookStatus,
};
