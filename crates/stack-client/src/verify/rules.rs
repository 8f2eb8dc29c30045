//! Which tokens are taken: whose, of which users, when.

use std::time::{Duration, SystemTime};

use stack_types::{Millis, ProjectId, RestrictedReasonType};

use super::{SignedInUser, VerifyError, token::Claims};

/// The only branch that a project has.
const BRANCH: &str = "main";

/// What a token has to say.
pub(super) struct Rules {
    pub project_id: ProjectId,
    /// The public URL of the server, without a slash at its end.
    pub issuer_url: String,
    pub allow_restricted: bool,
    pub allow_anonymous: bool,
    /// By how much the clocks may differ.
    pub leeway: Duration,
}

/// Each kind of user has an issuer, an audience and keys of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Normal,
    Restricted,
    Anonymous,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Normal, Self::Restricted, Self::Anonymous];

    fn audience(self, project: &ProjectId) -> String {
        let suffix = match self {
            Self::Normal => "",
            Self::Restricted => ":restricted",
            Self::Anonymous => ":anon",
        };
        format!("{project}{suffix}")
    }

    fn issuer(self, url: &str, project: &ProjectId) -> String {
        let segment = match self {
            Self::Normal => "projects",
            Self::Restricted => "projects-restricted-users",
            Self::Anonymous => "projects-anonymous-users",
        };
        format!("{url}/api/v1/{segment}/{project}")
    }
}

impl Rules {
    /// Whether it is a token of this server, this project, and a user who is taken. That takes no key, so it comes
    /// first: a token that is refused anyway costs nothing.
    pub fn check_origin(&self, claims: &Claims) -> Result<(), VerifyError> {
        if claims.project_id != self.project_id {
            return Err(VerifyError::OtherProject {
                expected: self.project_id.clone(),
                actual: claims.project_id.clone(),
            });
        }
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.audience(&self.project_id) == claims.aud)
            .ok_or(VerifyError::Malformed("its audience isn't the project"))?;
        let issuer = kind.issuer(&self.issuer_url, &self.project_id);
        if claims.iss != issuer {
            return Err(VerifyError::Issuer {
                expected: issuer,
                actual: claims.iss.clone(),
            });
        }
        if claims.branch_id != BRANCH {
            return Err(VerifyError::Malformed("its branch isn't the main one"));
        }
        let says = match (&claims.restricted_reason, claims.is_restricted, claims.is_anonymous) {
            (None, false, false) => Kind::Normal,
            (Some(reason), true, true) if reason.r#type == RestrictedReasonType::Anonymous => Kind::Anonymous,
            (Some(reason), true, false) if reason.r#type != RestrictedReasonType::Anonymous => Kind::Restricted,
            _ => return Err(VerifyError::Malformed("its claims contradict each other")),
        };
        if says != kind {
            return Err(VerifyError::Malformed("its audience contradicts its claims"));
        }
        match (kind, &claims.restricted_reason) {
            (Kind::Anonymous, _) if !self.allow_anonymous => Err(VerifyError::Anonymous),
            (Kind::Restricted, Some(reason)) if !self.allow_restricted => Err(VerifyError::Restricted {
                reason: reason.r#type.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Whether it is good at `now`.
    pub fn check_time(&self, claims: &Claims, now: SystemTime) -> Result<(), VerifyError> {
        let now = Millis::from(now).get();
        let leeway = i64::try_from(self.leeway.as_millis()).unwrap_or(i64::MAX);
        let expires_at = seconds(claims.exp);
        if now.saturating_sub(leeway) >= expires_at.get() {
            return Err(VerifyError::Expired {
                expired_at: expires_at,
                user_id: claims.sub,
                session_id: claims.refresh_token_id,
                project_id: claims.project_id.clone(),
            });
        }
        match claims.nbf.map(seconds) {
            Some(not_before) if now.saturating_add(leeway) < not_before.get() => {
                Err(VerifyError::NotYetValid { not_before })
            }
            _ => Ok(()),
        }
    }
}

impl From<Claims> for SignedInUser {
    fn from(claims: Claims) -> Self {
        Self {
            user_id: claims.sub,
            session_id: claims.refresh_token_id,
            project_id: claims.project_id,
            email: claims.email,
            email_verified: claims.email_verified,
            name: claims.name,
            selected_team_id: claims.selected_team_id,
            is_anonymous: claims.is_anonymous,
            is_restricted: claims.is_restricted,
            restricted_reason: claims.restricted_reason.map(|reason| reason.r#type),
            requires_totp_mfa: claims.requires_totp_mfa,
            signed_up_at: seconds(claims.signed_up_at),
            issued_at: seconds(claims.iat),
            expires_at: seconds(claims.exp),
        }
    }
}

fn seconds(seconds: i64) -> Millis {
    Millis(seconds.saturating_mul(1000))
}
