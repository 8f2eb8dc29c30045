//! Forms and queries: pairs of texts as the JSON that they stand for.

use serde_json::{Map, Value};
use types::schema::{Kind, Schema};

/// Puts `value` at `key`, whose brackets lead into objects and lists: `a[b][]`.
pub(crate) fn insert(into: &mut Map<String, Value>, key: &str, value: String) {
    let mut steps = Vec::new();
    match key.split_once('[') {
        Some((first, rest)) if !first.is_empty() && rest.ends_with(']') => {
            steps.push(first);
            steps.extend(
                rest[..rest.len() - 1]
                    .split(']')
                    .map(|step| step.trim_start_matches('[')),
            );
        }
        _ => steps.push(key),
    }
    // No honest form goes deeper.
    steps.truncate(16);
    place(into, &steps, value);
}

/// Puts `value` at `key`, whatever is in it.
pub(crate) fn add(into: &mut Map<String, Value>, key: &str, value: String) {
    place(into, &[key], value);
}

fn place(into: &mut Map<String, Value>, steps: &[&str], value: String) {
    let Some((first, rest)) = steps.split_first() else {
        return;
    };
    let key = if first.is_empty() {
        into.len().to_string()
    } else {
        (*first).to_owned()
    };
    if !rest.is_empty() {
        let slot = into.entry(key).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(inner) = slot {
            place(inner, rest, value);
        }
        return;
    }
    let value = Value::String(value);
    match into.get_mut(&key) {
        Some(Value::Array(items)) => items.push(value),
        Some(known) => *known = Value::Array(vec![known.take(), value]),
        None => {
            into.insert(key, value);
        }
    }
}

/// Makes lists where `schema` has lists.
pub(crate) fn shape(value: &mut Value, schema: &Schema) {
    match schema.resolved().0 {
        Kind::Array(array) => {
            let items = match value.take() {
                Value::Array(items) => items,
                Value::Object(entries) if is_list(&entries) => entries.into_iter().map(|(_, item)| item).collect(),
                single => vec![single],
            };
            *value = Value::Array(items);
            for item in value.as_array_mut().into_iter().flatten() {
                shape(item, array.items);
            }
        }
        Kind::Object(object) => {
            for property in object.properties {
                if let Some(inner) = value.get_mut(property.name) {
                    shape(inner, &property.schema);
                }
            }
        }
        Kind::Map(values) => {
            for inner in value.as_object_mut().into_iter().flat_map(Map::values_mut) {
                shape(inner, values);
            }
        }
        Kind::OneOf(union) => {
            let is_list = value.is_array() || value.as_object().is_some_and(is_list);
            let fits = |variant: &&Schema| match variant.resolved().0 {
                Kind::Array(_) => is_list,
                Kind::Object(_) | Kind::Map(_) => value.is_object() && !is_list,
                _ => false,
            };
            if let Some(variant) = union.variants.iter().find(fits) {
                shape(value, variant);
            }
        }
        _ => {
            // A single value that was sent twice: the last one counts.
            if let Value::Array(items) = value
                && let Some(last) = items.pop()
            {
                *value = last;
            }
        }
    }
}

fn is_list(entries: &Map<String, Value>) -> bool {
    !entries.is_empty() && entries.keys().all(|key| key.bytes().all(|byte| byte.is_ascii_digit()))
}
