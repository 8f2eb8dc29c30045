//! Values as texts of paths, queries, headers and forms.

use progenitor_client::Error;
use serde::Serialize;
use serde_json::Value;

/// How the value of a parameter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// One text.
    Plain,
    /// A list: once per item.
    Repeated,
    /// A list: items with this between them.
    Joined(char),
    /// A list or a single value: once per item.
    Either,
    /// An object or a list, with keys in brackets.
    Deep,
    /// An object: each of its properties is a parameter.
    Fields,
    /// JSON in a text.
    Json,
}

/// `value` as JSON.
pub(crate) fn value(value: &impl Serialize) -> Result<Value, Error<()>> {
    serde_json::to_value(value).map_err(|error| Error::InvalidRequest(error.to_string()))
}

/// A segment of a path. One that is empty, `.` or `..` would mean another path.
pub(crate) fn segment(parameter: &impl Serialize, style: Style) -> Result<String, Error<()>> {
    match text(&value(parameter)?, style).as_str() {
        unfit @ ("" | "." | "..") => Err(Error::InvalidRequest(format!("a parameter of the path is {unfit:?}"))),
        text => Ok(progenitor_client::encode_path(text).replace('\\', "%5C")),
    }
}

/// A value as one text.
pub(crate) fn text(value: &Value, style: Style) -> String {
    match (value, style) {
        (value, Style::Json) => value.to_string(),
        (Value::Array(items), style) => {
            let separator = if let Style::Joined(separator) = style {
                separator
            } else {
                ','
            };
            let items: Vec<_> = items.iter().map(|item| text(item, Style::Plain)).collect();
            items.join(&separator.to_string())
        }
        (Value::String(text), _) => text.clone(),
        (Value::Null, _) => String::new(),
        (value, _) => value.to_string(),
    }
}

/// The pairs of a parameter of the query, or of a field of a form.
pub(crate) fn pairs(name: &str, value: &Value, style: Style, into: &mut Vec<(String, String)>) {
    match (value, style) {
        (Value::Null, _) => {}
        (Value::Array(items), Style::Repeated | Style::Either) => {
            for item in items {
                pairs(name, item, Style::Deep, into);
            }
        }
        (Value::Object(entries), Style::Fields) => {
            for (key, value) in entries {
                pairs(key, value, Style::Repeated, into);
            }
        }
        (Value::Array(items), Style::Deep) => {
            for item in items {
                pairs(&format!("{name}[]"), item, Style::Deep, into);
            }
        }
        (Value::Object(entries), Style::Deep | Style::Repeated | Style::Either) => {
            for (key, value) in entries {
                pairs(&format!("{name}[{key}]"), value, Style::Deep, into);
            }
        }
        (value, style) => into.push((name.to_owned(), text(value, style))),
    }
}
