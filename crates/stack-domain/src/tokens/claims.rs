//! What stands in a token.

use serde::{Deserialize, Deserializer, Serialize};
use stack_types::{Millis, ProjectId, SessionId, TeamId, UserId};

use super::{AccessToken, MAIN_BRANCH, Tokens, UserType, audience};
use crate::{models::User, users::RestrictedReason};

const ROLE: &str = "authenticated";

/// The claims of a token. All of them are required; none may have another type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: UserId,
    /// Seconds.
    pub(super) iat: i64,
    /// Seconds.
    pub(super) exp: i64,
    pub(super) iss: String,
    pub(super) aud: String,
    pub(super) project_id: ProjectId,
    #[serde(alias = "branchId")]
    pub(super) branch_id: String,
    #[serde(alias = "refreshTokenId")]
    pub(super) refresh_token_id: SessionId,
    pub(super) role: String,
    #[serde(deserialize_with = "required")]
    pub(super) name: Option<String>,
    #[serde(deserialize_with = "required")]
    pub(super) email: Option<String>,
    pub(super) email_verified: bool,
    #[serde(deserialize_with = "required")]
    pub(super) selected_team_id: Option<TeamId>,
    /// Seconds.
    pub(super) signed_up_at: i64,
    pub(super) is_anonymous: bool,
    pub(super) is_restricted: bool,
    #[serde(deserialize_with = "required")]
    pub(super) restricted_reason: Option<ReasonClaim>,
    pub(super) requires_totp_mfa: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReasonClaim {
    pub(super) r#type: RestrictedReason,
}

/// With a function of its own, serde doesn't take a missing `Option` for `None`.
fn required<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

impl Claims {
    pub(super) fn new(
        tokens: &Tokens,
        project: &ProjectId,
        user: &User,
        reason: Option<RestrictedReason>,
        session: SessionId,
        now: Millis,
    ) -> Self {
        let user_type = UserType::of(reason);
        let iat = now.as_secs();
        Self {
            sub: user.profile.id,
            iat,
            exp: iat.saturating_add_unsigned(tokens.lifetime.as_secs()),
            iss: tokens.issuer(project, user_type),
            aud: audience(project, user_type),
            project_id: project.clone(),
            branch_id: MAIN_BRANCH.to_owned(),
            refresh_token_id: session,
            role: ROLE.to_owned(),
            name: user.profile.display_name.clone(),
            email: user.primary_email.as_ref().map(|email| email.value.clone()),
            email_verified: user.primary_email.as_ref().is_some_and(|email| email.is_verified),
            selected_team_id: user.selected_team.as_ref().map(|team| team.id),
            signed_up_at: user.profile.signed_up_at.as_secs(),
            is_anonymous: user_type == UserType::Anonymous,
            is_restricted: reason.is_some(),
            restricted_reason: reason.map(|r#type| ReasonClaim { r#type }),
            requires_totp_mfa: user.sign_in.requires_totp_mfa,
        }
    }

    /// What the claims say, if they agree with each other and with who signed them.
    pub(super) fn check(&self, tokens: &Tokens, signed_as: UserType) -> Option<AccessToken> {
        let reason = self.restricted_reason.map(|reason| reason.r#type);
        let consistent = self.role == ROLE
            && self.branch_id == MAIN_BRANCH
            && UserType::of(reason) == signed_as
            && self.is_restricted == reason.is_some()
            && self.is_anonymous == (signed_as == UserType::Anonymous)
            && self.aud == audience(&self.project_id, signed_as)
            && self.iss == tokens.issuer(&self.project_id, signed_as);
        consistent.then(|| AccessToken {
            project_id: self.project_id.clone(),
            user_id: self.sub,
            session_id: self.refresh_token_id,
            expires_at: Millis(self.exp.saturating_mul(1000)),
            restricted_reason: reason,
        })
    }
}
