//! Fixups of parameters.

use serde_json::{Map, Value, json};

use super::for_each_operation;

/// Reduces the schema of every parameter to a reference or a bare type, and integers to 64 bits.
pub(super) fn simplify(document: &mut Value) -> usize {
    let shared = document
        .pointer_mut("/components/parameters")
        .and_then(Value::as_object_mut);
    let mut count = shared.into_iter().flat_map(Map::values_mut).map(simplify_one).sum();
    count += for_each_operation(document, |operation| {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        parameters.into_iter().flatten().map(simplify_one).sum()
    });
    count
}

fn simplify_one(parameter: &mut Value) -> usize {
    let Some(schema) = parameter.get_mut("schema") else {
        return 0;
    };
    let simple = simple(schema);
    let changed = simple != *schema;
    *schema = simple;
    usize::from(changed)
}

fn simple(schema: &Value) -> Value {
    if let Some(target) = schema.get("$ref").or_else(|| schema.pointer("/allOf/0/$ref")) {
        return json!({ "$ref": target });
    }
    match schema["type"].as_str() {
        Some("integer") => json!({ "type": "integer", "format": "int64" }),
        Some("number") => json!({ "type": "number", "format": "double" }),
        Some("array") => json!({ "type": "array", "items": simple(&schema["items"]) }),
        Some(other) => json!({ "type": other }),
        None => json!({ "type": "string" }),
    }
}
