//! Rules that are tried on every sign-up.
//!
//! - `judge` decides on a sign-up, and explains what each rule made of it;
//! - `counts` remembers how often rules matched;
//! - `preview` finds whom a rule of onboarding would restrict;
//! - `parser` and `expression` are the language of conditions.

mod counts;
mod expression;
mod judge;
mod parser;
mod preview;

use std::sync::Arc;

pub use self::{
    counts::{ACTIONS, HOURS, RuleStats, SignUpRuleStats},
    judge::{Evaluation, EvaluationStatus, Explanation, Verdict, explain, judge},
    preview::Affected,
};
use crate::{core::Core, models::RiskScores};

/// The rules of sign-up and onboarding, as those who run a project look at them.
pub struct Onboarding<S>(pub(crate) Arc<Core<S>>);

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
