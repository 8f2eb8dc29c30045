//! Who is signed in, as far as the token tells.

use stack_types::{Millis, ProjectId, RestrictedReasonType, SessionId, TeamId, UserId};

/// Who is signed in, as the access token said when it was made.
///
/// With the feature `axum` it is an extractor: a handler that takes a `SignedInUser` is only reached by somebody who is
/// signed in, one that takes an `Option<SignedInUser>` by anybody with a good token or none. The router's state has to
/// hold the [`Verifier`](super::Verifier), so that `Verifier: FromRef<State>`; where a
/// [`VerifyLayer`](super::VerifyLayer) has checked the token already, its answer is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInUser {
    /// The user.
    pub user_id: UserId,
    /// The session.
    pub session_id: SessionId,
    /// The project.
    pub project_id: ProjectId,
    /// The primary e-mail address.
    pub email: Option<String>,
    /// Whether the user has shown that the primary e-mail address is theirs.
    pub email_verified: bool,
    /// The display name.
    pub name: Option<String>,
    /// The team that the user works in.
    pub selected_team_id: Option<TeamId>,
    /// Whether the user never signed up.
    pub is_anonymous: bool,
    /// Whether the user may not do much yet; anonymous users never may.
    pub is_restricted: bool,
    /// Why.
    pub restricted_reason: Option<RestrictedReasonType>,
    /// Whether a sign-in takes a second factor.
    pub requires_totp_mfa: bool,
    /// When the user signed up, to the second.
    pub signed_up_at: Millis,
    /// When the token was made, to the second.
    pub issued_at: Millis,
    /// When the token expires, to the second.
    pub expires_at: Millis,
}
