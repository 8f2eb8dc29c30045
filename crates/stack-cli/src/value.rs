//! Words of the command line as values of the wire.

use serde_json::Value;

use crate::{instant, spec::Shape};

/// `text` as a value of that shape.
///
/// # Errors
///
/// What would be right instead.
pub fn parse(shape: Shape, text: &str) -> Result<Value, String> {
    match shape {
        Shape::Text | Shape::Secret => Ok(Value::String(text.to_owned())),
        Shape::Choice(words) if words.contains(&text) => Ok(Value::String(text.to_owned())),
        Shape::Choice(words) => Err(format!("it has to be one of {}", words.join(", "))),
        Shape::Integer => text
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| "it has to be a whole number".to_owned()),
        Shape::Number => number(text).ok_or_else(|| "it has to be a number".to_owned()),
        Shape::Boolean => text
            .parse()
            .map(Value::Bool)
            .map_err(|_| "it has to be `true` or `false`".to_owned()),
        Shape::Instant => instant::parse(text).map(Value::from).ok_or_else(|| {
            "it has to be milliseconds since 1970, or a date like 2026-01-31 or 2026-01-31T12:00:00Z".to_owned()
        }),
        Shape::Json(_) | Shape::List(_) => {
            serde_json::from_str(text).map_err(|error| format!("it isn't JSON: {error}"))
        }
    }
}

fn number(text: &str) -> Option<Value> {
    let whole = text.parse::<i64>().ok().map(Value::from);
    let number = || {
        text.parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map(Value::from)
    };
    whole.or_else(number)
}
