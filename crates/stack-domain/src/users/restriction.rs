//! Why a user may not do much.

use serde::{Deserialize, Serialize};
use stack_types::Patch;

use crate::{
    config::ProjectConfig,
    error::{DomainError, DomainResult},
    models::{AdminRestriction, User},
};

/// Why a user is restricted. The first that holds counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestrictedReason {
    /// They have never signed up.
    Anonymous,
    /// The project asks for a verified primary e-mail and they have none.
    EmailNotVerified,
    /// An admin said so.
    RestrictedByAdministrator,
}

impl RestrictedReason {
    /// Why a user of a project with this configuration is restricted, if they are.
    pub fn of(user: &User, config: &ProjectConfig) -> Option<Self> {
        let verified = user.primary_email.as_ref().is_some_and(|email| email.is_verified);
        if user.profile.is_anonymous {
            Some(Self::Anonymous)
        } else if config.onboarding.require_email_verification && !verified {
            Some(Self::EmailNotVerified)
        } else if user.profile.restriction.is_some() {
            Some(Self::RestrictedByAdministrator)
        } else {
            None
        }
    }

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::EmailNotVerified => "email_not_verified",
            Self::RestrictedByAdministrator => "restricted_by_administrator",
        }
    }
}

/// What becomes of an admin's restriction. Lifting it forgets why it was there.
///
/// # Errors
///
/// Bad request for a reason without a restriction.
pub(super) fn changed(
    current: Option<AdminRestriction>,
    restricted: Option<bool>,
    reason: Patch<String>,
    private_details: Patch<String>,
) -> DomainResult<Option<AdminRestriction>> {
    let (reason, private_details) = (null_if_empty(reason), null_if_empty(private_details));
    if restricted.unwrap_or(current.is_some()) {
        let mut restriction = current.unwrap_or_default();
        reason.apply_to(&mut restriction.reason);
        private_details.apply_to(&mut restriction.private_details);
        return Ok(Some(restriction));
    }
    if matches!((&reason, &private_details), (Patch::Value(_), _) | (_, Patch::Value(_))) {
        return Err(DomainError::bad_request(
            "restricted_by_admin_reason and restricted_by_admin_private_details need restricted_by_admin to be true.",
        ));
    }
    Ok(None)
}

/// Empty text is stored as none.
pub(super) fn null_if_empty(text: Patch<String>) -> Patch<String> {
    match text {
        Patch::Value(text) if text.is_empty() => Patch::Null,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Patch<String> {
        Patch::Value(text.to_owned())
    }

    #[test]
    fn lifting_a_restriction_forgets_why() {
        let current = AdminRestriction {
            reason: Some("spam".into()),
            private_details: Some("rule 7".into()),
        };
        assert_eq!(
            changed(Some(current), Some(false), Patch::Absent, Patch::Null).unwrap(),
            None
        );
    }

    #[test]
    fn a_reason_needs_a_restriction() {
        assert!(changed(None, None, value("spam"), Patch::Absent).is_err());
        assert!(changed(None, Some(false), Patch::Absent, value("x")).is_err());
        assert_eq!(changed(None, None, value(""), Patch::Null).unwrap(), None);
        let current = Some(AdminRestriction::default());
        let changed = changed(current, None, value("spam"), Patch::Absent)
            .unwrap()
            .expect("still restricted");
        assert_eq!(changed.reason.as_deref(), Some("spam"));
    }
}
