//! Why a token is refused.

use std::{error::Error as StdError, sync::Arc};

use stack_types::{KnownError, Millis, ProjectId, RestrictedReason, RestrictedReasonType, SessionId, UserId};

/// Why a token is refused.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It isn't an access token: another form, another algorithm, or claims that are missing or contradict each other.
    #[error("it is no access token: {0}")]
    Malformed(&'static str),

    /// It comes from another server than this verifier's.
    #[error("it was made by `{actual}`, but `{expected}` is expected (`issuer_url` sets it)")]
    Issuer {
        /// Whose tokens are taken.
        expected: String,
        /// Whose it says to be.
        actual: String,
    },

    /// It belongs to another project.
    #[error("it belongs to the project `{actual}`, but `{expected}` is expected")]
    OtherProject {
        /// The project whose tokens are taken.
        expected: ProjectId,
        /// The project that it says to be of.
        actual: ProjectId,
    },

    /// The project has no such key, or gave it up.
    #[error("the project has no key `{kid}`")]
    UnknownKey {
        /// The id of the key.
        kid: String,
    },

    /// The key didn't sign this.
    #[error("its signature is wrong")]
    Signature,

    /// It was good once.
    #[error("it expired at {expired_at} (milliseconds since 1970)")]
    Expired {
        /// When it expired.
        expired_at: Millis,
        /// The user who was signed in.
        user_id: UserId,
        /// The session.
        session_id: SessionId,
        /// The project.
        project_id: ProjectId,
    },

    /// It isn't good yet; the clocks may differ.
    #[error("it isn't valid before {not_before} (milliseconds since 1970); the clocks may differ")]
    NotYetValid {
        /// From when on it is good.
        not_before: Millis,
    },

    /// Its user never signed up, and such users aren't taken.
    #[error("its user is anonymous, and `allow_anonymous` isn't set")]
    Anonymous,

    /// Its user may not do much yet, and such users aren't taken.
    #[error("its user is restricted ({reason}), and `allow_restricted` isn't set")]
    Restricted {
        /// Why.
        reason: RestrictedReasonType,
    },

    /// It can't be checked now: the keys can't be fetched.
    #[error("it can't be checked")]
    Keys(#[from] KeysError),
}

impl VerifyError {
    /// The error of the contract with which the server itself would refuse the token; `None` if the token isn't to
    /// blame.
    pub fn known(&self) -> Option<KnownError> {
        Some(match self {
            Self::Malformed(_)
            | Self::Issuer { .. }
            | Self::UnknownKey { .. }
            | Self::Signature
            | Self::NotYetValid { .. } => KnownError::UnparsableAccessToken,
            Self::OtherProject { expected, actual } => KnownError::InvalidProjectForAccessToken {
                expected_project_id: expected.clone(),
                actual_project_id: actual.clone(),
            },
            Self::Expired {
                expired_at,
                user_id,
                session_id,
                project_id,
            } => KnownError::AccessTokenExpired {
                expired_at_millis: Some(*expired_at),
                project_id: Some(project_id.clone()),
                user_id: Some(*user_id),
                refresh_token_id: Some(*session_id),
            },
            Self::Anonymous => KnownError::AnonymousAuthenticationNotAllowed,
            Self::Restricted { reason } => KnownError::RestrictedUserNotAllowed {
                restricted_reason: RestrictedReason { r#type: reason.clone() },
            },
            Self::Keys(_) => return None,
        })
    }
}

/// Why the project's keys can't be had.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the project's keys can't be fetched from {url}")]
pub struct KeysError {
    /// Where they are.
    url: reqwest::Url,
    source: Arc<dyn StdError + Send + Sync>,
}

impl KeysError {
    pub(super) fn new(url: &reqwest::Url, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            url: url.clone(),
            source: Arc::from(source.into()),
        }
    }
}
