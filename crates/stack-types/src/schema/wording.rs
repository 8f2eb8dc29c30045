//! The words of messages.

use std::borrow::Cow;

use serde_json::Value;

use super::table::{Kind, Text};

/// What would be right, as words after "must be" or "expected".
pub(super) fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Text(Text {
            format: Some("uuid"), ..
        })
        | Kind::Uuid => "a UUID".to_owned(),
        Kind::Text(Text {
            format: Some("email"), ..
        }) => "an e-mail address".to_owned(),
        Kind::Text(Text {
            format: Some("uri"), ..
        }) => "an absolute URL".to_owned(),
        Kind::Text(Text {
            format: Some("byte"), ..
        }) => "base64 text".to_owned(),
        Kind::Text(_) => "text".to_owned(),
        Kind::Integer(_) => "a whole number of at most 64 bits".to_owned(),
        Kind::Number(_) => "a number".to_owned(),
        Kind::Boolean(None) => "true or false".to_owned(),
        Kind::Boolean(Some(only)) => only.to_string(),
        Kind::Array(_) => "a list".to_owned(),
        Kind::Map(_) | Kind::Object(_) => "an object".to_owned(),
        Kind::Enum([only]) => format!("{only:?}"),
        Kind::Enum(words) => format!("one of {}", listed(words.iter())),
        Kind::UserIdOrMe => "a UUID or \"me\"".to_owned(),
        Kind::OneOf(union) => match union.discriminator {
            Some(tag) => format!(
                "an object whose {:?} is one of {}",
                tag.property,
                listed(tag.mapping.iter().map(|(word, _)| word))
            ),
            None => format!("one of {} forms", union.variants.len()),
        },
        Kind::Any => "any value".to_owned(),
        Kind::Ref(target) => expected(target().resolved().0),
    }
}

/// Words in quotes, with commas.
pub(super) fn listed<'a>(words: impl Iterator<Item = &'a &'static str>) -> String {
    words.map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ")
}

/// Whether values of this kind must not be shown.
pub(super) fn is_secret(kind: &Kind) -> bool {
    matches!(kind, Kind::Text(text) if text.secret)
}

/// `noun`, with an `s` unless there is one.
pub(super) fn plural(count: u64, noun: &str) -> String {
    if count == 1 {
        noun.to_owned()
    } else {
        format!("{noun}s")
    }
}

/// `key` as a part of a JSON pointer, cut if it is very long.
pub(super) fn escaped(key: &str) -> Cow<'_, str> {
    let key = shortened(key);
    if key.contains(['~', '/']) {
        key.replace('~', "~0").replace('/', "~1").into()
    } else {
        key
    }
}

/// What a value looks like in a message: short, and without the insides of lists and objects.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => format!("{:?}", shortened(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// At most 64 characters of `text`.
fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
