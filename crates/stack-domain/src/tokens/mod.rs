//! Access tokens: short-lived JWTs that say who somebody is.
//!
//! They are signed with ES256. Each (project, type of user, generation) has keys of its own, derived from the server's
//! secret, so that any process with the same secret makes and accepts the same tokens. Which generation signs is said by
//! the project's rotations ([`KeySchedule`]). A token isn't looked up anywhere: it holds until it expires, whatever
//! becomes of its session.

mod claims;
mod keys;
mod remembered;
mod schedule;
#[cfg(test)]
mod tests;
mod verify;

use std::time::Duration;

use jsonwebtoken::{Algorithm, Header};
pub use keys::{Jwk, JwkSet};
pub(crate) use remembered::KeySchedules;
pub use remembered::SCHEDULE_MAX_AGE;
pub use schedule::{JWKS_MAX_AGE, KeySchedule, KeyState, SEEN_AFTER};
use stack_types::{Millis, ProjectId, Secret, SessionId, UserId};

use self::{claims::Claims, keys::KeyRing};
use crate::{
    error::{DomainError, DomainResult},
    models::User,
    users::RestrictedReason,
};

/// The only branch that a project has.
pub const MAIN_BRANCH: &str = "main";

/// Which of a project's issuers a token comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserType {
    /// Somebody who has signed up.
    Normal,
    /// Somebody who has signed up, but may not do much.
    Restricted,
    /// Somebody who has never signed up.
    Anonymous,
}

impl UserType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Normal, Self::Restricted, Self::Anonymous];

    /// The type of a user who is restricted for this reason.
    pub const fn of(reason: Option<RestrictedReason>) -> Self {
        match reason {
            None => Self::Normal,
            Some(RestrictedReason::Anonymous) => Self::Anonymous,
            Some(RestrictedReason::EmailNotVerified | RestrictedReason::RestrictedByAdministrator) => Self::Restricted,
        }
    }

    /// What follows the project's id in `aud`.
    const fn audience_suffix(self) -> &'static str {
        match self {
            Self::Normal => "",
            Self::Restricted => ":restricted",
            Self::Anonymous => ":anon",
        }
    }

    /// The part of the issuer's path that names the type.
    const fn issuer_segment(self) -> &'static str {
        match self {
            Self::Normal => "projects",
            Self::Restricted => "projects-restricted-users",
            Self::Anonymous => "projects-anonymous-users",
        }
    }
}

/// What a token says, once its signature and its claims have been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessToken {
    /// The project of the user.
    pub project_id: ProjectId,
    /// The user.
    pub user_id: UserId,
    /// The session that minted it.
    pub session_id: SessionId,
    /// From when on it is refused.
    pub expires_at: Millis,
    /// Why the user was restricted when it was minted.
    pub restricted_reason: Option<RestrictedReason>,
}

impl AccessToken {
    /// Which of the project's issuers it comes from.
    pub const fn user_type(&self) -> UserType {
        UserType::of(self.restricted_reason)
    }
}

/// Why a token is refused.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenError {
    /// It is malformed, has a wrong signature, or claims what doesn't fit together.
    Unparsable,
    /// It was good once.
    Expired(Box<AccessToken>),
}

/// Mints and checks access tokens.
pub struct Tokens {
    /// The public URL of this deployment, without a slash at its end.
    base_url: String,
    lifetime: Duration,
    keys: KeyRing,
    verified: verify::VerifiedTokens,
}

impl Tokens {
    /// Tokens of the deployment at `base_url`, good for `lifetime`, with keys from `server_secret`.
    pub fn new(base_url: &str, lifetime: Duration, server_secret: &Secret) -> Self {
        Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            lifetime,
            keys: KeyRing::new(server_secret),
            verified: verify::VerifiedTokens::new(),
        }
    }

    /// How long a token holds.
    pub(crate) const fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// A token for a user of `project`, minted by a session at `now` with the keys that sign then.
    ///
    /// # Errors
    ///
    /// [`DomainError::Internal`] if signing fails.
    pub fn mint(
        &self,
        project: &ProjectId,
        user: &User,
        reason: Option<RestrictedReason>,
        session: SessionId,
        schedule: &KeySchedule,
        now: Millis,
    ) -> DomainResult<Secret> {
        let user_type = UserType::of(reason);
        let key = self.keys.of(&audience(project, user_type), schedule.signing(now));
        let mut header = Header::new(Algorithm::ES256);
        header.typ = None;
        header.kid = Some(key.kid.clone());
        let claims = Claims::new(self, project, user, reason, session, now);
        jsonwebtoken::encode(&header, &claims, &key.private)
            .map(Secret::from)
            .map_err(DomainError::internal)
    }

    /// The public keys with which a project's tokens can be checked at `now`; of each audience, the one that signs comes
    /// first.
    pub fn jwks(
        &self,
        project: &ProjectId,
        include_restricted: bool,
        include_anonymous: bool,
        schedule: &KeySchedule,
        now: Millis,
    ) -> JwkSet {
        let types = UserType::ALL.into_iter().filter(|user_type| match user_type {
            UserType::Normal => true,
            UserType::Restricted => include_restricted || include_anonymous,
            UserType::Anonymous => include_anonymous,
        });
        let generations = schedule.published(now);
        let keys = types.flat_map(|user_type| {
            let audience = audience(project, user_type);
            let public = move |generation: &u32| self.keys.of(&audience, *generation).jwk.clone();
            generations.iter().map(public).collect::<Vec<_>>()
        });
        JwkSet { keys: keys.collect() }
    }

    /// The id of the key of a type of users in one generation.
    pub(crate) fn key_id(&self, project: &ProjectId, user_type: UserType, generation: u32) -> String {
        self.keys.of(&audience(project, user_type), generation).kid.clone()
    }

    fn issuer(&self, project: &ProjectId, user_type: UserType) -> String {
        format!("{}/api/v1/{}/{project}", self.base_url, user_type.issuer_segment())
    }
}

fn audience(project: &ProjectId, user_type: UserType) -> String {
    format!("{project}{}", user_type.audience_suffix())
}
