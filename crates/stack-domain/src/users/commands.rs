//! What can be asked about users.

use serde_json::Value;
use stack_types::{Patch, Secret, TeamId, UserId};

use crate::models::RiskScores;

/// The fields of a user that may be set at any time. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserFields {
    /// At most 256 characters; empty means none.
    pub display_name: Patch<String>,
    /// Servers set an http or https URL; clients upload a picture.
    pub profile_image_url: Patch<String>,
    /// Any JSON; `Null` is JSON's null.
    pub client_metadata: Patch<Value>,
    /// Any JSON; `Null` is JSON's null.
    pub client_read_only_metadata: Patch<Value>,
    /// Any JSON; `Null` is JSON's null.
    pub server_metadata: Patch<Value>,
    /// The address to be reached at first; `Null` leaves the user without.
    pub primary_email: Patch<String>,
    /// Whether the primary e-mail is verified.
    pub primary_email_verified: Option<bool>,
    /// Whether the user signs in with the primary e-mail.
    pub primary_email_auth_enabled: Option<bool>,
    /// `false` takes the passkey away.
    pub passkey_auth_enabled: Option<bool>,
    /// `Null` takes the password away.
    pub password: Patch<Secret>,
    /// A bcrypt hash to import instead of a password.
    pub password_hash: Option<Secret>,
    /// Whether the user may sign in by a code in a mail.
    pub otp_auth_enabled: Option<bool>,
    /// The TOTP secret, base64; `Null` turns the second factor off.
    pub totp_secret_base64: Patch<Secret>,
    /// Whether the user is restricted.
    pub restricted_by_admin: Option<bool>,
    /// Why, for the user.
    pub restricted_by_admin_reason: Patch<String>,
    /// Why, for servers.
    pub restricted_by_admin_private_details: Patch<String>,
    /// Two letters.
    pub country_code: Patch<String>,
    /// What to think of the sign-up.
    pub risk_scores: Option<RiskScores>,
}

/// A new user.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserCreate {
    /// What may be changed later, too.
    pub fields: UserFields,
    /// Whether the user has never signed up.
    pub is_anonymous: bool,
    /// Accounts at other providers.
    pub oauth_accounts: Vec<NewOAuthAccount>,
}

/// An account at another provider, for a new user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOAuthAccount {
    /// The id under which the project's configuration knows the provider.
    pub provider_id: String,
    /// The account's id there.
    pub account_id: String,
    /// The e-mail of the account.
    pub email: Option<String>,
}

/// A change of a user.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserUpdate {
    /// What to change.
    pub fields: UserFields,
    /// `Null` leaves the user without a selected team.
    pub selected_team_id: Patch<TeamId>,
    /// Makes an anonymous user a normal one (`is_anonymous: false`).
    pub upgrade: bool,
}

/// Which users to list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListUsers {
    /// Only members of this team.
    pub team_id: Option<TeamId>,
    /// Only users whose name or contact values contain this, or whose id it is.
    pub query: Option<String>,
    /// At most so many.
    pub limit: Option<u32>,
    /// Start with this user.
    pub cursor: Option<UserId>,
    /// Newest first.
    pub descending: bool,
    /// Whether restricted users are listed.
    pub include_restricted: bool,
    /// Whether anonymous users are listed, and restricted ones.
    pub include_anonymous: bool,
    /// Whether nobody but anonymous users is listed; needs `include_anonymous`.
    pub only_anonymous: bool,
}
