//! Accounts at other providers that belong to a user.

use stack_types::{Millis, UserId};
use uuid::Uuid;

/// The id of an OAuth account row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OAuthAccountId(pub Uuid);

/// An account at a provider, tied to a user.
///
/// The storage keeps (provider, account) unique among a project's accounts that allow sign-in.
#[derive(Debug, Clone, PartialEq)]
pub struct OAuthAccount {
    /// The row's id.
    pub id: OAuthAccountId,
    /// Whose it is.
    pub user_id: UserId,
    /// The id under which the project's configuration knows the provider.
    pub provider_id: String,
    /// The account's id at the provider.
    pub account_id: String,
    /// The e-mail that the provider told.
    pub email: Option<String>,
    /// Whether the user signs in with it.
    pub allow_sign_in: bool,
    /// Whether the provider's tokens may be handed out.
    pub allow_connected_accounts: bool,
    /// When it was linked.
    pub created_at: Millis,
}
