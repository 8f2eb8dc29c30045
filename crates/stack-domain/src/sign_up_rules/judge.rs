//! Deciding on a sign-up.

use super::{Attempt, expression::Facts, parser};
use crate::{
    config::{AuthConfig, SignUpRule, SignUpRuleActionType, SignUpRulesDefaultAction},
    error::DomainResult,
    known,
    models::AdminRestriction,
};

/// What comes of a sign-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The rules that matched, in the order in which they were tried, up to the one that decided.
    pub matched: Vec<(String, SignUpRuleActionType)>,
    /// What was decided.
    pub decision: SignUpRulesDefaultAction,
    /// The rule that decided; `None`: the project's default.
    pub decided_by: Option<String>,
    /// The rule that restricts the new user.
    pub restricted_by: Option<String>,
    restriction: Option<AdminRestriction>,
}

impl Verdict {
    /// Whether the sign-up is let in.
    pub const fn is_allowed(&self) -> bool {
        matches!(self.decision, SignUpRulesDefaultAction::Allow)
    }

    /// How the new user is restricted.
    ///
    /// # Errors
    ///
    /// `SIGN_UP_REJECTED`.
    pub fn restriction(&self) -> DomainResult<Option<AdminRestriction>> {
        if self.is_allowed() {
            Ok(self.restriction.clone())
        } else {
            Err(known::sign_up_rejected())
        }
    }
}

/// What a rule made of a sign-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The rule's id.
    pub id: String,
    /// The rule.
    pub rule: SignUpRule,
    /// Whether it matched.
    pub status: EvaluationStatus,
    /// Why the condition couldn't be run.
    pub error: Option<&'static str>,
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvaluationStatus {
    /// Its condition holds.
    Matched,
    /// It doesn't.
    NotMatched,
    /// The rule is turned off.
    Disabled,
    /// It has no condition.
    MissingCondition,
    /// Its condition makes no sense.
    Error,
}

/// What all rules make of a sign-up, and what comes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The rules, in the order in which they are tried; also those after the one that decides.
    pub evaluations: Vec<Evaluation>,
    /// What comes of it.
    pub verdict: Verdict,
}

/// Tries the rules of a project, greatest priority first, then by id. The first that allows or rejects decides; the
/// first that restricts is remembered and the next ones are tried; a condition that is empty or makes no sense doesn't
/// apply.
pub fn judge(auth: &AuthConfig, attempt: &Attempt<'_>) -> Verdict {
    let facts = Facts::from(attempt);
    let matching = in_order(auth).filter(|(_, rule)| evaluate(rule, &facts).0 == EvaluationStatus::Matched);
    verdict(auth, matching)
}

/// Tries all rules of a project and tells what each makes of a sign-up. Nobody signs up.
pub fn explain(auth: &AuthConfig, attempt: &Attempt<'_>) -> Explanation {
    let facts = Facts::from(attempt);
    let evaluation = |(id, rule): (&String, &SignUpRule)| {
        let (status, error) = evaluate(rule, &facts);
        Evaluation {
            id: id.clone(),
            rule: rule.clone(),
            status,
            error,
        }
    };
    let evaluations: Vec<Evaluation> = in_order(auth).map(evaluation).collect();
    let matched = evaluations.iter().filter(|one| one.status == EvaluationStatus::Matched);
    let verdict = verdict(auth, matched.map(|one| (&one.id, &one.rule)));
    Explanation { evaluations, verdict }
}

fn in_order(auth: &AuthConfig) -> impl Iterator<Item = (&String, &SignUpRule)> {
    let mut rules: Vec<_> = auth.sign_up_rules.iter().collect();
    // The map is sorted by id, and the sort is stable.
    rules.sort_by_key(|(_, rule)| std::cmp::Reverse(rule.priority));
    rules.into_iter()
}

/// What comes of the rules that match.
fn verdict<'a>(auth: &AuthConfig, matching: impl Iterator<Item = (&'a String, &'a SignUpRule)>) -> Verdict {
    let mut verdict = Verdict {
        matched: Vec::new(),
        decision: auth.sign_up_rules_default_action,
        decided_by: None,
        restricted_by: None,
        restriction: None,
    };
    for (id, rule) in matching {
        let action = rule.action.r#type;
        verdict.matched.push((id.clone(), action));
        match action {
            SignUpRuleActionType::Allow | SignUpRuleActionType::Reject => {
                verdict.decision = match action {
                    SignUpRuleActionType::Allow => SignUpRulesDefaultAction::Allow,
                    _ => SignUpRulesDefaultAction::Reject,
                };
                verdict.decided_by = Some(id.clone());
                break;
            }
            SignUpRuleActionType::Restrict if verdict.restriction.is_none() => {
                verdict.restriction = Some(restricted_by(id, rule));
                verdict.restricted_by = Some(id.clone());
            }
            SignUpRuleActionType::Restrict | SignUpRuleActionType::Log => {}
        }
    }
    verdict
}

fn evaluate(rule: &SignUpRule, facts: &Facts<'_>) -> (EvaluationStatus, Option<&'static str>) {
    let condition = rule.condition.as_deref().unwrap_or_default().trim();
    if !rule.enabled {
        return (EvaluationStatus::Disabled, None);
    }
    if condition.is_empty() {
        return (EvaluationStatus::MissingCondition, None);
    }
    let Some(expression) = parser::parse(condition) else {
        return (EvaluationStatus::Error, Some("The condition can't be read."));
    };
    match expression.holds(facts) {
        Some(true) => (EvaluationStatus::Matched, None),
        Some(false) => (EvaluationStatus::NotMatched, None),
        None => (
            EvaluationStatus::Error,
            Some(
                "The condition isn't true or false for this sign-up: it compares what can't be compared, or asks for \
                 something that isn't known of a sign-up.",
            ),
        ),
    }
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
    use crate::{config::SignUpRuleAction, sign_up_rules::AuthMethod};

    fn attempt() -> Attempt<'static> {
        Attempt {
            email: Some("eve@evil.example"),
            method: AuthMethod::Password,
            ..Default::default()
        }
    }

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
        judge(&auth, &attempt()).restriction()
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

    fn project(rules: &[(&str, SignUpRule)]) -> AuthConfig {
        AuthConfig {
            sign_up_rules: rules
                .iter()
                .map(|(id, rule)| ((*id).to_owned(), rule.clone()))
                .collect(),
            ..Default::default()
        }
    }

    #[test]
    fn what_matched_is_told_up_to_the_rule_that_decides() {
        use SignUpRuleActionType::{Allow, Log, Reject, Restrict};
        let auth = project(&[
            ("log", rule(9, "true", Log)),
            ("restrict", rule(8, "email.contains('evil')", Restrict)),
            ("misses", rule(7, "email == ''", Reject)),
            ("allow", rule(6, "true", Allow)),
            ("late", rule(5, "true", Reject)),
        ]);
        let verdict = judge(&auth, &attempt());
        let matched: Vec<&str> = verdict.matched.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(matched, ["log", "restrict", "allow"]);
        assert!(verdict.restriction().is_ok_and(|restriction| restriction.is_some()));
    }

    #[test]
    fn an_explanation_tells_of_every_rule_what_it_made_of_a_sign_up() {
        use EvaluationStatus::{Disabled, Error, Matched, MissingCondition, NotMatched};
        use SignUpRuleActionType::{Reject, Restrict};
        let off = SignUpRule {
            enabled: false,
            ..rule(1, "true", Reject)
        };
        let auth = project(&[
            ("a", rule(9, "true", Restrict)),
            ("b", rule(8, "email == ''", Reject)),
            ("c", off),
            ("d", rule(0, " ", Reject)),
            ("e", rule(0, "email ==", Reject)),
            ("f", rule(0, "email", Reject)),
            ("g", rule(0, "nothing == 1", Reject)),
        ]);
        let Explanation { evaluations, verdict } = explain(&auth, &attempt());
        let told: Vec<(&str, EvaluationStatus)> = evaluations.iter().map(|one| (one.id.as_str(), one.status)).collect();
        assert_eq!(
            told,
            [
                ("a", Matched),
                ("b", NotMatched),
                ("c", Disabled),
                ("d", MissingCondition),
                ("e", Error),
                ("f", Error),
                ("g", Error),
            ]
        );
        assert!(
            evaluations
                .iter()
                .all(|one| one.error.is_some() == (one.status == Error))
        );
        assert_eq!(verdict.restricted_by.as_deref(), Some("a"));
        assert_eq!((verdict.decided_by.as_deref(), verdict.is_allowed()), (None, true));
    }
}
