//! Rules that are tried on every sign-up.

mod expression;
mod parser;

use self::expression::Facts;
use crate::{
    config::{AuthConfig, SignUpRule, SignUpRuleActionType, SignUpRulesDefaultAction},
    error::DomainResult,
    known,
    models::{AdminRestriction, RiskScores},
};

/// How somebody signs up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AuthMethod {
    /// By password.
    #[default]
    Password,
    /// By a code in a mail.
    Otp,
    /// By an account at a provider.
    OAuth,
    /// By passkey.
    Passkey,
}

impl AuthMethod {
    /// The name in conditions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Otp => "otp",
            Self::OAuth => "oauth",
            Self::Passkey => "passkey",
        }
    }
}

/// What is known of a sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempt<'a> {
    /// The e-mail, normalized.
    pub email: Option<&'a str>,
    /// How.
    pub method: AuthMethod,
    /// With which provider.
    pub oauth_provider: Option<&'a str>,
    /// From which country.
    pub country_code: Option<&'a str>,
    /// What to think of it.
    pub risk_scores: RiskScores,
}

/// Tries the rules of a project, greatest priority first, then by id. The first that allows or rejects decides; the
/// first that restricts is remembered and the next ones are tried; a condition that is empty or makes no sense doesn't
/// apply.
///
/// # Errors
///
/// `SIGN_UP_REJECTED`.
pub fn decide(auth: &AuthConfig, attempt: &Attempt<'_>) -> DomainResult<Option<AdminRestriction>> {
    let facts = Facts::from(attempt);
    let mut rules: Vec<_> = auth
        .sign_up_rules
        .iter()
        .filter(|(_, rule)| applies(rule, &facts))
        .collect();
    // The map is sorted by id, and the sort is stable.
    rules.sort_by_key(|(_, rule)| std::cmp::Reverse(rule.priority));
    let mut restriction = None;
    let mut decision = auth.sign_up_rules_default_action;
    for (id, rule) in rules {
        match rule.action.r#type {
            SignUpRuleActionType::Allow => {
                decision = SignUpRulesDefaultAction::Allow;
                break;
            }
            SignUpRuleActionType::Reject => {
                decision = SignUpRulesDefaultAction::Reject;
                break;
            }
            SignUpRuleActionType::Restrict => {
                restriction.get_or_insert_with(|| restricted_by(id, rule));
            }
            SignUpRuleActionType::Log => tracing::info!(rule = id, "a sign-up rule applies"),
        }
    }
    match decision {
        SignUpRulesDefaultAction::Allow => Ok(restriction),
        SignUpRulesDefaultAction::Reject => Err(known::sign_up_rejected()),
    }
}

fn applies(rule: &SignUpRule, facts: &Facts<'_>) -> bool {
    let condition = rule.condition.as_deref().unwrap_or_default().trim();
    rule.enabled
        && !condition.is_empty()
        && parser::parse(condition).is_some_and(|expression| expression.holds(facts) == Some(true))
}

fn restricted_by(id: &str, rule: &SignUpRule) -> AdminRestriction {
    let name = rule.display_name.as_deref().unwrap_or(id);
    AdminRestriction {
        reason: None,
        private_details: Some(format!("Restricted by the sign-up rule \"{name}\" ({id}).")),
    }
}

#[cfg(test)]
mod tests {
    use stack_types::KnownError;

    use super::*;
    use crate::config::SignUpRuleAction;

    fn is_rejected(result: &DomainResult<Option<AdminRestriction>>) -> bool {
        matches!(result, Err(error) if matches!(error.known(), Some(KnownError::SignUpRejected { .. })))
    }

    fn rule(priority: u32, condition: &str, action: SignUpRuleActionType) -> SignUpRule {
        SignUpRule {
            enabled: true,
            priority,
            condition: Some(condition.to_owned()),
            action: SignUpRuleAction {
                r#type: action,
                message: None,
            },
            ..Default::default()
        }
    }

    fn decided(
        rules: &[(&str, SignUpRule)],
        default: SignUpRulesDefaultAction,
    ) -> DomainResult<Option<AdminRestriction>> {
        let auth = AuthConfig {
            sign_up_rules: rules
                .iter()
                .map(|(id, rule)| ((*id).to_owned(), rule.clone()))
                .collect(),
            sign_up_rules_default_action: default,
            ..Default::default()
        };
        decide(
            &auth,
            &Attempt {
                email: Some("eve@evil.example"),
                ..Default::default()
            },
        )
    }

    #[test]
    fn the_greatest_priority_decides_then_the_id() {
        use SignUpRuleActionType::{Allow, Reject};
        let default = SignUpRulesDefaultAction::Allow;
        let (allow, reject) = (rule(1, "true", Allow), rule(2, "true", Reject));
        assert!(is_rejected(&decided(
            &[("a", allow.clone()), ("b", reject.clone())],
            default
        )));
        let reject = rule(1, "true", Reject);
        assert!(decided(&[("a", allow.clone()), ("b", reject.clone())], default).is_ok());
        assert!(is_rejected(&decided(&[("b", allow), ("a", reject)], default)));
    }

    #[test]
    fn a_restriction_is_remembered_and_the_next_rules_are_tried() {
        use SignUpRuleActionType::{Log, Reject, Restrict};
        let default = SignUpRulesDefaultAction::Allow;
        let restrict = ("a", rule(9, "emailDomain == 'evil.example'", Restrict));
        let restricted = decided(&[restrict.clone(), ("b", rule(1, "true", Log))], default).unwrap();
        assert!(restricted.unwrap().private_details.unwrap().contains("(a)"));
        assert!(is_rejected(&decided(
            &[restrict, ("b", rule(1, "true", Reject))],
            default
        )));
    }

    #[test]
    fn rules_that_are_off_empty_or_senseless_do_not_apply() {
        use SignUpRuleActionType::Reject;
        let off = SignUpRule {
            enabled: false,
            ..rule(1, "true", Reject)
        };
        for rule in [
            off,
            rule(1, " ", Reject),
            rule(1, "email ==", Reject),
            rule(1, "email", Reject),
            rule(1, "x", Reject),
        ] {
            assert!(decided(&[("a", rule)], SignUpRulesDefaultAction::Allow).is_ok());
        }
        assert!(is_rejected(&decided(&[], SignUpRulesDefaultAction::Reject)));
    }
}
