//! The conditions of sign-up rules, evaluated: the part of CEL that makes sense for them.
//!
//! Source: the Common Expression Language, <https://github.com/google/cel-spec>.

use regex::RegexBuilder;

use super::Attempt;

/// The greatest size of a compiled pattern, in bytes.
const MAX_PATTERN_SIZE: usize = 64 * 1024;

/// What conditions may ask about.
pub(super) struct Facts<'a> {
    email: &'a str,
    email_domain: &'a str,
    country_code: &'a str,
    auth_method: &'a str,
    oauth_provider: &'a str,
    bot: f64,
    free_trial_abuse: f64,
}

impl<'a> From<&Attempt<'a>> for Facts<'a> {
    fn from(attempt: &Attempt<'a>) -> Self {
        let email = attempt.email.unwrap_or_default();
        Self {
            email,
            email_domain: email.rsplit_once('@').map_or("", |(_, domain)| domain),
            country_code: attempt.country_code.unwrap_or_default(),
            auth_method: attempt.method.as_str(),
            oauth_provider: attempt.oauth_provider.unwrap_or_default(),
            bot: attempt.risk_scores.bot.into(),
            free_trial_abuse: attempt.risk_scores.free_trial_abuse.into(),
        }
    }
}

impl Facts<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        Some(match name {
            "email" => Value::from(self.email),
            "emailDomain" => Value::from(self.email_domain),
            "countryCode" => Value::from(self.country_code),
            "authMethod" => Value::from(self.auth_method),
            "oauthProvider" => Value::from(self.oauth_provider),
            "riskScores.bot" => Value::Number(self.bot),
            "riskScores.free_trial_abuse" => Value::Number(self.free_trial_abuse),
            _ => return None,
        })
    }
}

/// A value of a condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
}

/// A question about a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Contains,
    StartsWith,
    EndsWith,
    Matches,
}

/// A condition, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Literal(Value),
    Fact(String),
    List(Vec<Expression>),
    Not(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Call(Box<Expression>, Method, String),
}

impl Expression {
    /// Whether it holds; `None` if it makes no sense.
    pub(super) fn holds(&self, facts: &Facts<'_>) -> Option<bool> {
        match self.evaluate(facts)? {
            Value::Bool(holds) => Some(holds),
            _ => None,
        }
    }

    fn evaluate(&self, facts: &Facts<'_>) -> Option<Value> {
        Some(match self {
            Self::Literal(value) => value.clone(),
            Self::Fact(name) => facts.get(name)?,
            Self::List(items) => Value::List(items.iter().map(|item| item.evaluate(facts)).collect::<Option<_>>()?),
            Self::Not(inner) => Value::Bool(!inner.holds(facts)?),
            Self::Binary(operator, left, right) => Value::Bool(binary(*operator, left, right, facts)?),
            Self::Call(subject, method, argument) => match subject.evaluate(facts)? {
                Value::Text(text) => Value::Bool(call(&text, *method, argument)?),
                _ => return None,
            },
        })
    }
}

fn binary(operator: Operator, left: &Expression, right: &Expression, facts: &Facts<'_>) -> Option<bool> {
    match operator {
        // As in CEL, a side that makes no sense doesn't matter if the other one decides.
        Operator::Or | Operator::And => {
            let deciding = operator == Operator::Or;
            let (left, right) = (left.holds(facts), right.holds(facts));
            if left == Some(deciding) || right == Some(deciding) {
                return Some(deciding);
            }
            left?;
            right?;
            Some(!deciding)
        }
        Operator::Equal => Some(left.evaluate(facts)? == right.evaluate(facts)?),
        Operator::NotEqual => Some(left.evaluate(facts)? != right.evaluate(facts)?),
        Operator::In => match right.evaluate(facts)? {
            Value::List(items) => Some(items.contains(&left.evaluate(facts)?)),
            _ => None,
        },
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            let ordering = match (left.evaluate(facts)?, right.evaluate(facts)?) {
                (Value::Number(left), Value::Number(right)) => left.partial_cmp(&right)?,
                (Value::Text(left), Value::Text(right)) => left.cmp(&right),
                _ => return None,
            };
            Some(match operator {
                Operator::Less => ordering.is_lt(),
                Operator::LessOrEqual => ordering.is_le(),
                Operator::Greater => ordering.is_gt(),
                _ => ordering.is_ge(),
            })
        }
    }
}

fn call(text: &str, method: Method, argument: &str) -> Option<bool> {
    Some(match method {
        Method::Contains => text.contains(argument),
        Method::StartsWith => text.starts_with(argument),
        Method::EndsWith => text.ends_with(argument),
        Method::Matches => RegexBuilder::new(argument)
            .size_limit(MAX_PATTERN_SIZE)
            .build()
            .ok()?
            .is_match(text),
    })
}
