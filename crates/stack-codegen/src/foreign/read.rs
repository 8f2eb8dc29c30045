//! Reads a document, JSON or YAML, into one JSON value.

use std::collections::HashMap;

use saphyr::Scalar;
use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

/// No document may be nested deeper: everything after this step recurses.
const MAX_DEPTH: usize = 120;

/// No document may have more values once its YAML aliases are written out.
const MAX_VALUES: usize = 3_000_000;

/// The value in `text`.
///
/// # Errors
///
/// What is wrong with it, with its place.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        match serde_json::from_str(text) {
            Ok(value) => return Ok(value),
            // YAML in braces isn't JSON, but begins like it.
            Err(error) => return yaml(text).map_err(|_| format!("the JSON can't be read: {error}")),
        }
    }
    yaml(text)
}

fn yaml(text: &str) -> Result<Value, String> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let mark = error.marker();
            format!(
                "the YAML can't be read: {}:{}: {}",
                mark.line(),
                mark.col() + 1,
                error.info()
            )
        })?;
        let at = |message: &str| {
            format!(
                "the YAML can't be read: {}:{}: {message}",
                span.start.line(),
                span.start.col() + 1
            )
        };
        builder.take(event).map_err(at)?;
        if builder.finished {
            break;
        }
    }
    builder.root.ok_or_else(|| "the document is empty".to_owned())
}

/// A collection that isn't closed yet, and the anchor it has (0: none).
enum Open {
    List(Vec<Value>, usize),
    Mapping(Map<String, Value>, Option<String>, usize),
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, (Value, usize)>,
    values: usize,
    root: Option<Value>,
    finished: bool,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), &'static str> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                if let Some(Open::Mapping(_, key @ None, _)) = self.open.last_mut() {
                    *key = Some(text.into_owned());
                    return Ok(());
                }
                self.place(scalar(text, style), anchor)
            }
            Event::SequenceStart(anchor, _) => self.open(Open::List(Vec::new(), anchor)),
            Event::MappingStart(anchor, _) => self.open(Open::Mapping(Map::new(), None, anchor)),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(items, anchor)) => self.place(Value::Array(items), anchor),
                Some(Open::Mapping(entries, _, anchor)) => self.place(Value::Object(entries), anchor),
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let (value, size) = self.anchors.get(&anchor).cloned().ok_or("an alias of nothing")?;
                self.values += size;
                self.place(value, 0)
            }
            Event::DocumentEnd => {
                self.finished = true;
                Ok(())
            }
            Event::DocumentStart(_) | Event::StreamStart | Event::StreamEnd | Event::Nothing => Ok(()),
        }
    }

    fn open(&mut self, collection: Open) -> Result<(), &'static str> {
        self.open.push(collection);
        if self.open.len() > MAX_DEPTH {
            Err("it is nested too deeply")
        } else {
            Ok(())
        }
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, value: Value, anchor: usize) -> Result<(), &'static str> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err("it holds too many values; its aliases multiply");
        }
        if anchor > 0 {
            let size = size(&value);
            self.anchors.insert(anchor, (value.clone(), size));
        }
        match self.open.last_mut() {
            None => {
                self.root.get_or_insert(value);
            }
            Some(Open::List(items, _)) => items.push(value),
            Some(Open::Mapping(entries, key, _)) => match (key.take(), value) {
                (Some(merge), Value::Object(merged)) if merge == "<<" => {
                    for (name, value) in merged {
                        entries.entry(name).or_insert(value);
                    }
                }
                (Some(name), value) => {
                    entries.insert(name, value);
                }
                (None, _) => return Err("a list or mapping can't be a key"),
            },
        }
        Ok(())
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(entries) => 1 + entries.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

fn scalar(text: std::borrow::Cow<'_, str>, style: ScalarStyle) -> Value {
    match Scalar::parse_from_cow_and_metadata(text, style, None) {
        Some(Scalar::Null) | None => Value::Null,
        Some(Scalar::Boolean(value)) => value.into(),
        Some(Scalar::Integer(value)) => value.into(),
        Some(Scalar::FloatingPoint(value)) => Number::from_f64(value.into_inner()).map_or(Value::Null, Value::Number),
        Some(Scalar::String(text)) => Value::String(text.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn json_and_yaml_give_the_same() {
        let value = json!({"a": [1, true, null, "x"], "200": {"b": 1.5}});
        assert_eq!(read(&value.to_string()).unwrap(), value);
        assert_eq!(read("a: [1, true, null, x]\n200:\n  b: 1.5\n").unwrap(), value);
    }

    #[test]
    fn aliases_and_merge_keys_are_written_out() {
        let value = read("a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, y: 3}\n").unwrap();
        assert_eq!(
            value,
            json!({"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 2}, "c": {"x": 1, "y": 3}})
        );
    }

    #[test]
    fn what_would_grow_without_end_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let items = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert!(read(&text).unwrap_err().contains("too many values"));
        assert!(read(&"[".repeat(10_000)).is_err());
        assert!(read(&"{\"a\":".repeat(10_000)).is_err());
    }
}
