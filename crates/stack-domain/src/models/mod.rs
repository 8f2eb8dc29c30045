//! What the rules talk about: the stored things, without any rule.
//!
//! Every type here mirrors what a table remembers or what one query gives back.
//! Instants are [`stack_types::Millis`]; ids are the newtypes of the contract.

mod api_key;
mod contact_channel;
mod oauth_account;
mod project;
mod session;
mod team;
mod user;

pub use api_key::{ApiKeyKind, ApiKeySet, KeyDigest};
pub use contact_channel::{ContactChannel, ContactChannelId, ContactChannelType};
pub use oauth_account::{OAuthAccount, OAuthAccountId};
pub use project::{ConfigLevel, Project, StoredConfig, StoredProject};
pub use session::{IpInfo, Session, TokenHash};
pub use team::{Team, TeamMembership};
pub use user::{
    AdminRestriction, AnonymousFilter, Metadata, PasswordHash, PrimaryEmail, RiskScores, SignInMethods, User,
    UserCredentials, UserFilter, UserPage, UserProfile,
};
