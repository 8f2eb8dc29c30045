//! The keys with which the programs of users and teams call a project's own API.

use stack_types::{ApiKeyId, Millis, TeamId, UserId};

use super::KeyDigest;

/// An API key of a user or a team.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnedApiKey {
    /// The key's id. It stands in the key, too.
    pub id: ApiKeyId,
    /// Whose it is.
    pub owner: ApiKeyOwner,
    /// What it is for, in its owner's words.
    pub description: String,
    /// Whether anyone may see it.
    pub is_public: bool,
    /// When it was created.
    pub created_at: Millis,
    /// From when on it is refused, if ever.
    pub expires_at: Option<Millis>,
    /// When it was revoked; never taken back.
    pub revoked_at: Option<Millis>,
    /// What is remembered of its text.
    pub digest: KeyDigest,
}

impl OwnedApiKey {
    /// Whether the key is past its expiry at `now`.
    pub fn is_expired_at(&self, now: Millis) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }
}

/// Whose an API key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiKeyOwner {
    /// A user's.
    User(UserId),
    /// A team's.
    Team(TeamId),
}

impl ApiKeyOwner {
    /// Whether a user or a team.
    pub const fn kind(self) -> ApiKeyOwnerKind {
        match self {
            Self::User(_) => ApiKeyOwnerKind::User,
            Self::Team(_) => ApiKeyOwnerKind::Team,
        }
    }

    /// The user, if it is one.
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::Team(_) => None,
        }
    }

    /// The team, if it is one.
    pub const fn team(self) -> Option<TeamId> {
        match self {
            Self::Team(id) => Some(id),
            Self::User(_) => None,
        }
    }
}

/// Which kind of owner an API key has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiKeyOwnerKind {
    /// Users.
    User,
    /// Teams.
    Team,
}

impl ApiKeyOwnerKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::User, Self::Team];

    /// The word on the wire and in keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Team => "team",
        }
    }
}
