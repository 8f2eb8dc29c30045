//! Users, as they are stored and as one query reads them.

use serde_json::Value;
use stack_types::{Millis, Secret, TeamId, UserId};

use super::{OAuthAccount, Team};

/// A user with everything that the API shows of one: what `find_user` reads in one query, or two if it has OAuth
/// accounts. It carries no secret.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The user's own columns.
    pub profile: UserProfile,
    /// How the user may sign in.
    pub sign_in: SignInMethods,
    /// The primary contact channel, if it is an e-mail.
    pub primary_email: Option<PrimaryEmail>,
    /// The team of the selected membership.
    pub selected_team: Option<Team>,
    /// The accounts at other providers, oldest first.
    pub oauth_accounts: Vec<OAuthAccount>,
}

/// The columns of a user that are no secrets. Written as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct UserProfile {
    /// The user's id.
    pub id: UserId,
    /// The name that people see; never empty.
    pub display_name: Option<String>,
    /// The picture.
    pub profile_image_url: Option<String>,
    /// What the project's code keeps with the user.
    pub metadata: Metadata,
    /// Whether the user has never signed up.
    pub is_anonymous: bool,
    /// Set if an admin has restricted the user.
    pub restriction: Option<AdminRestriction>,
    /// Two capital letters.
    pub country_code: Option<String>,
    /// What was thought of the sign-up.
    pub risk_scores: RiskScores,
    /// When the user signed up; reset when an anonymous user is upgraded.
    pub signed_up_at: Millis,
    /// When the user last got an access token. Set at insertion; afterwards only `touch_user` changes it.
    pub last_active_at: Millis,
}

/// Any JSON that a project's code keeps with a user or a team; `Value::Null` where there is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// Readable and writable by clients.
    pub client: Value,
    /// Readable by clients.
    pub client_read_only: Value,
    /// For servers only.
    pub server: Value,
}

/// Why an admin has restricted a user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdminRestriction {
    /// Shown to the user.
    pub reason: Option<String>,
    /// Shown to servers only.
    pub private_details: Option<String>,
}

/// How suspicious a sign-up was, 0 to 100 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RiskScores {
    /// Likelihood of a bot.
    pub bot: u8,
    /// Likelihood of someone who signs up again and again for free trials.
    pub free_trial_abuse: u8,
}

/// Which ways of signing in a user has, without the secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignInMethods {
    /// Whether a password hash is stored.
    pub has_password: bool,
    /// Whether one-time codes by e-mail are on.
    pub otp_enabled: bool,
    /// Whether a passkey is registered.
    pub has_passkey: bool,
    /// Whether a TOTP code is asked for after the first factor.
    pub requires_totp_mfa: bool,
}

/// The columns of a user with which they prove who they are. Written as a whole, read only to check or change them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserCredentials {
    /// The password's hash.
    pub password_hash: Option<PasswordHash>,
    /// Whether one-time codes by e-mail are on.
    pub otp_enabled: bool,
    /// The TOTP secret, sealed; opaque text to the storage.
    pub totp_secret: Option<String>,
    /// Whether a TOTP code is asked for after the first factor.
    pub requires_totp_mfa: bool,
}

/// A password's hash in PHC form (argon2id) or bcrypt's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordHash(pub Secret);

/// A user's primary e-mail, with the flags of its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryEmail {
    /// The address, normalized.
    pub value: String,
    /// Whether it is verified.
    pub is_verified: bool,
    /// Whether the user signs in with it.
    pub used_for_auth: bool,
}

/// Which users a list holds and in which order: by `(signed_up_at, id)`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserFilter {
    /// Only members of this team.
    pub team_id: Option<TeamId>,
    /// Only users whose display name or any contact value contains this text, whatever the case, or whose id is
    /// this text. `%`, `_` and `\` are letters like any other.
    pub query: Option<String>,
    /// What happens with anonymous users.
    pub anonymous: AnonymousFilter,
    /// Whether restricted users are listed too: those restricted by an admin and, if
    /// `email_verification_required`, those without a verified primary e-mail.
    /// Anonymous users are governed by `anonymous` alone.
    pub include_restricted: bool,
    /// Whether the project restricts users without a verified primary e-mail.
    pub email_verification_required: bool,
    /// Newest first.
    pub descending: bool,
    /// At most so many; all of them if `None`.
    pub limit: Option<u32>,
    /// Start with this user. If there is none of this id in the project, the page is empty.
    pub cursor: Option<UserId>,
}

/// What a list does with anonymous users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnonymousFilter {
    /// Leaves them out.
    #[default]
    Exclude,
    /// Lists them among the others.
    Include,
    /// Lists nobody else.
    Only,
}

/// One page of users.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserPage {
    /// The page.
    pub items: Vec<User>,
    /// The first user of the next page; `None` at the end.
    pub next_cursor: Option<UserId>,
}
