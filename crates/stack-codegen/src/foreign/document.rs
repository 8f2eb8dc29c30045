//! The document as written, and what its references lead to.

use serde_json::{Map, Value};

use super::notes::Notes;

/// A document.
pub(super) struct Document<'a> {
    pub root: &'a Value,
    pub notes: &'a Notes,
}

/// How many references may lead to one another.
const MAX_HOPS: usize = 32;

impl<'a> Document<'a> {
    /// The value at a reference of this document (`#/components/…`), with its pointer; `None` if there is none.
    pub fn target(&self, reference: &str) -> Option<(&'a Value, String)> {
        let pointer = decoded(reference.strip_prefix('#')?);
        let value = self.root.pointer(&pointer)?;
        Some((value, pointer))
    }

    /// `value`, or what its reference leads to, with the pointer of that. Says so if it leads nowhere.
    pub fn resolve<'v>(&self, value: &'v Value, pointer: &str) -> Option<(&'v Map<String, Value>, String)>
    where
        'a: 'v,
    {
        let (mut value, mut pointer) = (value, pointer.to_owned());
        for _ in 0..MAX_HOPS {
            let Some(object) = value.as_object() else {
                self.notes
                    .left_out(&pointer, "not-an-object", "an object has to stand here");
                return None;
            };
            let Some(reference) = object.get("$ref").and_then(Value::as_str) else {
                return Some((object, pointer));
            };
            match self.target(reference) {
                Some(target) => (value, pointer) = target,
                None => {
                    self.notes.left_out(
                        &pointer,
                        "broken-reference",
                        format!("`{reference}` leads nowhere in this document"),
                    );
                    return None;
                }
            }
        }
        self.notes
            .left_out(&pointer, "broken-reference", "the reference leads back to itself");
        None
    }
}

/// Percent signs of a URI fragment, decoded.
fn decoded(fragment: &str) -> String {
    if !fragment.contains('%') {
        return fragment.to_owned();
    }
    let bytes = fragment.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| fragment.get(at + 1..at + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The pointer of `key` below `pointer`.
pub(super) fn below(pointer: &str, key: impl AsRef<str>) -> String {
    format!("{pointer}/{}", key.as_ref().replace('~', "~0").replace('/', "~1"))
}

/// The text of `key`.
pub(super) fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

/// Whether `key` is `true`.
pub(super) fn flag(object: &Map<String, Value>, key: &str) -> bool {
    object.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// The entries of the object `key`.
pub(super) fn entries<'a>(object: &'a Map<String, Value>, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    object.get(key).and_then(Value::as_object).into_iter().flatten()
}

/// The items of the list `key`.
pub(super) fn items<'a>(object: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
