//! Text, words, numbers and booleans.

use serde_json::Value;

use super::{
    check::Walk,
    coerce, format,
    limits::Path,
    table::{Kind, Range, Text},
};

impl Walk {
    pub fn text(&mut self, value: &mut Value, rules: &Text, path: &Path<'_>) {
        if self.rules.coerce {
            coerce::to_text(value);
        }
        let Value::String(text) = value else {
            return self.wrong_type(value, &Kind::Text(*rules), path);
        };
        if let Some(how) = rules.normalize
            && self.rules.complete
        {
            coerce::normalize(text, how);
        }
        for message in format::faults(text, rules) {
            self.note(path, message);
        }
    }

    pub fn word(&mut self, value: &mut Value, kind: &Kind, path: &Path<'_>) {
        if self.rules.coerce {
            coerce::to_text(value);
        }
        let fits = match (&*value, kind) {
            (Value::String(word), Kind::Enum(words)) => self.rules.words || words.contains(&word.as_str()),
            (Value::String(word), Kind::UserIdOrMe) => word == "me" || format::is_uuid(word),
            (Value::String(word), _) => format::is_uuid(word),
            _ => false,
        };
        if !fits {
            self.wrong_type(value, kind, path);
        }
    }

    pub fn number(&mut self, value: &mut Value, kind: &Kind, range: &Range, path: &Path<'_>) {
        if self.rules.coerce {
            coerce::to_number(value);
        }
        if let Kind::Integer(_) = kind {
            coerce::to_integer(value);
        }
        let number = match kind {
            Kind::Integer(_) => value.as_i64().map(|whole| whole as f64),
            _ => value.as_f64(),
        };
        let Some(number) = number else {
            return self.wrong_type(value, kind, path);
        };
        if let Some(min) = range.min
            && number < min
        {
            self.note(path, format!("must be at least {min}, not {value}"));
        }
        if let Some(max) = range.max
            && number > max
        {
            self.note(path, format!("must be at most {max}, not {value}"));
        }
    }

    pub fn boolean(&mut self, value: &mut Value, only: Option<bool>, kind: &Kind, path: &Path<'_>) {
        if self.rules.coerce {
            coerce::to_boolean(value);
        }
        let fits = value
            .as_bool()
            .is_some_and(|given| only.is_none_or(|only| given == only));
        if !fits {
            self.wrong_type(value, kind, path);
        }
    }
}
