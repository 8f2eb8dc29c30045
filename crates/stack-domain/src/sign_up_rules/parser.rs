//! Reading conditions.

use super::expression::{Expression, Method, Operator, Value};

/// How deep parentheses, lists and negations may nest.
const MAX_DEPTH: usize = 50;
const MAX_LENGTH: usize = 10_000;

/// Reads a condition; `None` if it isn't one.
pub(super) fn parse(condition: &str) -> Option<Expression> {
    if condition.len() > MAX_LENGTH {
        return None;
    }
    let tokens = tokens(condition)?;
    let mut parser = Parser {
        tokens: &tokens,
        depth: 0,
    };
    let expression = parser.or()?;
    parser.tokens.is_empty().then_some(expression)
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Number(f64),
    Text(String),
    Symbol(&'static str),
}

/// Longer ones first.
const SYMBOLS: [&str; 16] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", ".", "-",
];

fn tokens(mut rest: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return Some(tokens);
        };
        let length = if first.is_ascii_alphabetic() || first == '_' {
            let length = end_of(rest, |c| c.is_ascii_alphanumeric() || c == '_');
            tokens.push(Token::Name(rest[..length].to_owned()));
            length
        } else if first.is_ascii_digit() {
            let length = end_of(rest, |c| c.is_ascii_digit() || c == '.');
            tokens.push(Token::Number(rest[..length].parse().ok()?));
            length
        } else if matches!(first, '"' | '\'') {
            let (text, length) = quoted(rest, first)?;
            tokens.push(Token::Text(text));
            length
        } else {
            let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol))?;
            tokens.push(Token::Symbol(symbol));
            symbol.len()
        };
        rest = &rest[length..];
    }
}

fn end_of(text: &str, belongs: fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The text in quotes at the beginning of `rest`, and how long it is with them.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Some((text, at + 1)),
            '\\' => text.push(match chars.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                escaped @ ('\\' | '"' | '\'' | '`' | '?') => escaped,
                _ => return None,
            }),
            _ => text.push(c),
        }
    }
    None
}

struct Parser<'a> {
    tokens: &'a [Token],
    depth: usize,
}

impl Parser<'_> {
    fn or(&mut self) -> Option<Expression> {
        let mut left = self.and()?;
        while self.take("||") {
            left = Expression::Binary(Operator::Or, left.into(), self.and()?.into());
        }
        Some(left)
    }

    fn and(&mut self) -> Option<Expression> {
        let mut left = self.comparison()?;
        while self.take("&&") {
            left = Expression::Binary(Operator::And, left.into(), self.comparison()?.into());
        }
        Some(left)
    }

    fn comparison(&mut self) -> Option<Expression> {
        let mut left = self.unary()?;
        while let Some(operator) = self.comparison_operator() {
            left = Expression::Binary(operator, left.into(), self.unary()?.into());
        }
        Some(left)
    }

    fn comparison_operator(&mut self) -> Option<Operator> {
        let operator = match self.tokens.first()? {
            Token::Symbol("==") => Operator::Equal,
            Token::Symbol("!=") => Operator::NotEqual,
            Token::Symbol("<") => Operator::Less,
            Token::Symbol("<=") => Operator::LessOrEqual,
            Token::Symbol(">") => Operator::Greater,
            Token::Symbol(">=") => Operator::GreaterOrEqual,
            Token::Name(name) if name == "in" => Operator::In,
            _ => return None,
        };
        self.next();
        Some(operator)
    }

    fn unary(&mut self) -> Option<Expression> {
        if self.take("!") {
            let inner = self.deeper(Self::unary)?;
            return Some(Expression::Not(inner.into()));
        }
        if self.take("-") {
            return match self.next()? {
                Token::Number(number) => Some(Expression::Literal(Value::Number(-number))),
                _ => None,
            };
        }
        let mut subject = self.primary()?;
        while self.take(".") {
            let Token::Name(name) = self.next()? else { return None };
            subject = match (method(&name), subject) {
                (Some(method), subject) if self.take("(") => {
                    let Token::Text(argument) = self.next()? else {
                        return None;
                    };
                    self.expect(")")?;
                    Expression::Call(subject.into(), method, argument)
                }
                (_, Expression::Fact(fact)) => Expression::Fact(format!("{fact}.{name}")),
                _ => return None,
            };
        }
        Some(subject)
    }

    fn primary(&mut self) -> Option<Expression> {
        match self.next()? {
            Token::Number(number) => Some(Expression::Literal(Value::Number(number))),
            Token::Text(text) => Some(Expression::Literal(Value::Text(text))),
            Token::Name(name) => Some(match name.as_str() {
                "true" => Expression::Literal(Value::Bool(true)),
                "false" => Expression::Literal(Value::Bool(false)),
                "in" => return None,
                _ => Expression::Fact(name),
            }),
            Token::Symbol("(") => {
                let inner = self.deeper(Self::or)?;
                self.expect(")")?;
                Some(inner)
            }
            Token::Symbol("[") => self.deeper(Self::list),
            Token::Symbol(_) => None,
        }
    }

    fn list(&mut self) -> Option<Expression> {
        let mut items = Vec::new();
        while !self.take("]") {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(self.or()?);
        }
        Some(Expression::List(items))
    }

    fn deeper(&mut self, parse: fn(&mut Self) -> Option<Expression>) -> Option<Expression> {
        self.depth += 1;
        let parsed = if self.depth > MAX_DEPTH { None } else { parse(self) };
        self.depth -= 1;
        parsed
    }

    fn next(&mut self) -> Option<Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first.clone())
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = matches!(self.tokens.first(), Some(Token::Symbol(next)) if *next == symbol);
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, symbol: &str) -> Option<()> {
        self.take(symbol).then_some(())
    }
}

fn method(name: &str) -> Option<Method> {
    Some(match name {
        "contains" => Method::Contains,
        "startsWith" => Method::StartsWith,
        "endsWith" => Method::EndsWith,
        "matches" => Method::Matches,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        models::RiskScores,
        sign_up_rules::{Attempt, AuthMethod, expression::Facts},
    };

    fn holds(condition: &str) -> Option<bool> {
        let attempt = Attempt {
            email: Some("ada.lovelace@example.com"),
            method: AuthMethod::OAuth,
            oauth_provider: Some("github"),
            country_code: Some("GB"),
            risk_scores: RiskScores {
                bot: 70,
                free_trial_abuse: 5,
            },
        };
        parse(condition)?.holds(&Facts::from(&attempt))
    }

    #[test]
    fn conditions_hold_or_not() {
        for (condition, expected) in [
            (r#"email == "ada.lovelace@example.com""#, true),
            ("emailDomain != 'example.com'", false),
            ("countryCode in ['DE', 'GB']", true),
            ("!(countryCode in [])", true),
            ("authMethod == 'oauth' && oauthProvider == 'github'", true),
            ("riskScores.bot > 50 || riskScores.free_trial_abuse >= 50", true),
            ("riskScores.bot <= 69.5", false),
            ("riskScores.bot > -1", true),
            (
                "email.startsWith('ada') && email.endsWith('.com') && email.contains(\"lace@\")",
                true,
            ),
            (r"email.matches('^ada\\.[a-z]+@')", true),
            ("false || true && false", false),
            ("(true || true) && !false", true),
            ("nonsense || true", true),
            ("nonsense && false", false),
        ] {
            assert_eq!(holds(condition), Some(expected), "{condition}");
        }
    }

    #[test]
    fn nonsense_is_neither_true_nor_false() {
        for condition in [
            "",
            "email",
            "email ==",
            "email = 'a'",
            "email == 'a",
            "nonsense == 1",
            "email > 1",
            "email.size() > 1",
            "email.matches('(')",
            "email.contains(countryCode)",
            "true true",
            "(true",
            "[true",
            "riskScores",
            "'a' in 'abc'",
            "1.2.3 == 1",
            "!1",
        ] {
            assert_eq!(holds(condition), None, "{condition}");
        }
        assert_eq!(holds(&format!("{}true{}", "(".repeat(99), ")".repeat(99))), None);
        assert_eq!(holds(&"!".repeat(9_000)), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(condition in "\\PC{0,60}") {
            holds(&condition);
        }

        #[test]
        fn no_mixture_of_tokens_makes_it_panic(
            parts in prop::collection::vec(prop::sample::select(vec![
                "email", ".", "contains", "(", ")", "'x'", "==", "in", "[", "]", ",", "!", "-", "1", "&&", "||", "true",
            ]), 0..20),
        ) {
            holds(&parts.join(" "));
        }
    }
}
