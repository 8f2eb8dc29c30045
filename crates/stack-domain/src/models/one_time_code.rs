//! Codes that prove one thing once: that a mail arrived, that a first factor was right, that a challenge was ours.

use std::time::Duration;

use stack_types::Millis;
use uuid::Uuid;

use super::TokenHash;

const HOUR: u64 = 60 * 60;
const WEEK: Duration = Duration::from_secs(7 * 24 * HOUR);

/// The id of a code, which says nothing about the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OneTimeCodeId(pub Uuid);

/// A code. Whoever got it knows it; the server keeps hashes.
#[derive(Debug, Clone, PartialEq)]
pub struct OneTimeCode {
    /// The code's id.
    pub id: OneTimeCodeId,
    /// What it is good for.
    pub kind: CodeKind,
    /// SHA-256 of the code; unique among the codes of its kind in the project.
    pub hash: TokenHash,
    /// SHA-256 of the code without its first six characters, by which guesses at those are counted.
    pub tail_hash: TokenHash,
    /// When it was made.
    pub created_at: Millis,
    /// From when on it is refused.
    pub expires_at: Millis,
    /// When it was used.
    pub used_at: Option<Millis>,
    /// How often it was tried, rightly or wrongly.
    pub attempts: u32,
    /// What it was made for, sealed: only the kind knows its shape.
    pub data: String,
}

/// What a code is good for. A code of one kind is unknown to all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeKind {
    /// Signing in by a link or a code from a mail.
    SignIn,
    /// Setting a new password.
    PasswordReset,
    /// Showing that an address is one's own.
    ContactChannelVerification,
    /// Joining a team.
    TeamInvitation,
    /// The second factor of a sign-in whose first one was right.
    SecondFactor,
    /// Registering a passkey.
    PasskeyRegistration,
    /// Signing in by passkey.
    PasskeySignIn,
    /// Coming back from an OAuth provider.
    OAuthFlow,
    /// Getting the tokens of a sign-in through a provider, or on another domain.
    OAuthCode,
    /// Turning off a kind of mail by the link in one.
    Unsubscribe,
}

impl CodeKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::SignIn,
        Self::PasswordReset,
        Self::ContactChannelVerification,
        Self::TeamInvitation,
        Self::SecondFactor,
        Self::PasskeyRegistration,
        Self::PasskeySignIn,
        Self::OAuthFlow,
        Self::OAuthCode,
        Self::Unsubscribe,
    ];

    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::PasswordReset => "password-reset",
            Self::ContactChannelVerification => "contact-channel-verification",
            Self::TeamInvitation => "team-invitation",
            Self::SecondFactor => "second-factor",
            Self::PasskeyRegistration => "passkey-registration",
            Self::PasskeySignIn => "passkey-sign-in",
            Self::OAuthFlow => "oauth-flow",
            Self::OAuthCode => "oauth-code",
            Self::Unsubscribe => "unsubscribe",
        }
    }

    /// How long such a code holds.
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::SignIn | Self::PasswordReset | Self::ContactChannelVerification | Self::TeamInvitation => WEEK,
            Self::Unsubscribe => Duration::from_secs(30 * 24 * HOUR),
            Self::OAuthFlow => Duration::from_secs(10 * 60),
            Self::OAuthCode => Duration::from_secs(5 * 60),
            Self::SecondFactor => Duration::from_secs(5 * 60),
            Self::PasskeyRegistration | Self::PasskeySignIn => Duration::from_secs(65),
        }
    }
}
