//! Turns a document of OpenAPI 3.0 into one of 3.1, which has JSON Schema 2020-12 and webhooks.
//!
//! Nothing is lost: a test turns it back.

use serde_json::{Map, Value, json};

/// The version that it becomes.
const VERSION: &str = "3.1.0";

/// The same document in OpenAPI 3.1.
pub fn document(older: &Value) -> Value {
    let members = older.as_object().into_iter().flatten();
    let members = members.map(|(key, value)| match key.as_str() {
        "openapi" => (key.clone(), VERSION.into()),
        "x-webhooks" => ("webhooks".to_owned(), around_schemas(value)),
        _ => (key.clone(), around_schemas(value)),
    });
    Value::Object(members.collect())
}

/// What stands around schemas stays as it is.
fn around_schemas(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(around_schemas).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| {
                let value = match (key.as_str(), value) {
                    ("schema", schema) => of_schema(schema),
                    ("schemas", Value::Object(schemas)) => each(schemas),
                    (key, value) if key.starts_with("x-") => value.clone(),
                    (_, value) => around_schemas(value),
                };
                (key.clone(), value)
            });
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

fn each(schemas: &Map<String, Value>) -> Value {
    let schemas = schemas.iter().map(|(name, schema)| (name.clone(), of_schema(schema)));
    Value::Object(schemas.collect())
}

fn of_schema(older: &Value) -> Value {
    let Value::Object(members) = older else {
        return older.clone();
    };
    let nullable = members.get("nullable") == Some(&Value::Bool(true));
    let mut newer = Map::new();
    for (key, value) in members {
        match (key.as_str(), value) {
            ("nullable", _) => {}
            ("properties", Value::Object(properties)) => drop(newer.insert(key.clone(), each(properties))),
            ("items" | "additionalProperties", value) => drop(newer.insert(key.clone(), of_schema(value))),
            // A `$ref` was wrapped, since in 3.0 nothing may stand next to it.
            ("allOf", Value::Array(parts)) if parts.len() == 1 => newer.extend(reference(&parts[0])),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                newer.insert(key.clone(), parts.iter().map(of_schema).collect());
            }
            ("example", value) => drop(newer.insert("examples".to_owned(), json!([value]))),
            ("format", Value::String(format)) if format == "byte" => {
                newer.insert("contentEncoding".to_owned(), "base64".into());
            }
            ("enum", Value::Array(values)) if values.len() == 1 && !nullable => {
                newer.insert("const".to_owned(), values[0].clone());
            }
            (_, value) => drop(newer.insert(key.clone(), value.clone())),
        }
    }
    Value::Object(if nullable { or_null(newer) } else { newer })
}

fn reference(part: &Value) -> Map<String, Value> {
    of_schema(part).as_object().cloned().unwrap_or_default()
}

/// The schema, or `null`.
fn or_null(mut schema: Map<String, Value>) -> Map<String, Value> {
    const CHOICES: [&str; 4] = ["$ref", "oneOf", "anyOf", "discriminator"];
    if let Some(ty) = schema.get_mut("type") {
        *ty = json!([ty.take(), "null"]);
        if let Some(Value::Array(values)) = schema.get_mut("enum") {
            values.push(Value::Null);
        }
        return schema;
    }
    // Without a type every value fits, `null` too.
    let (inner, outer): (Map<_, _>, Map<_, _>) =
        schema.into_iter().partition(|(key, _)| CHOICES.contains(&key.as_str()));
    if inner.is_empty() {
        return outer;
    }
    let choice = ("anyOf".to_owned(), json!([inner, {"type": "null"}]));
    [choice].into_iter().chain(outer).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_word_of_the_older_version_has_its_newer_one() {
        let reference = json!({"$ref": "#/components/schemas/Pet"});
        for (older, newer) in [
            (
                json!({"type": "string", "nullable": true}),
                json!({"type": ["string", "null"]}),
            ),
            (
                json!({"type": "string", "enum": ["a", "b"], "nullable": true}),
                json!({"type": ["string", "null"], "enum": ["a", "b", null]}),
            ),
            (
                json!({"type": "string", "enum": ["a"]}),
                json!({"type": "string", "const": "a"}),
            ),
            (
                json!({"type": "string", "enum": ["a"], "nullable": true}),
                json!({"type": ["string", "null"], "enum": ["a", null]}),
            ),
            (
                json!({"nullable": true, "description": "Any."}),
                json!({"description": "Any."}),
            ),
            (
                json!({"allOf": [reference], "description": "A pet."}),
                json!({"$ref": "#/components/schemas/Pet", "description": "A pet."}),
            ),
            (
                json!({"allOf": [reference], "nullable": true, "description": "A pet."}),
                json!({"anyOf": [reference, {"type": "null"}], "description": "A pet."}),
            ),
            (
                json!({"type": "string", "format": "byte", "example": "AAAA"}),
                json!({"type": "string", "contentEncoding": "base64", "examples": ["AAAA"]}),
            ),
            (
                json!({"type": "array", "items": {"type": "integer", "nullable": true}}),
                json!({"type": "array", "items": {"type": ["integer", "null"]}}),
            ),
        ] {
            assert_eq!(of_schema(&older), newer, "{older}");
        }
    }

    #[test]
    fn properties_called_like_words_of_schemas_are_left_alone() {
        let schema =
            json!({"type": "object", "properties": {"example": {"type": "boolean"}, "nullable": {}, "enum": {}}});
        assert_eq!(of_schema(&schema), schema);
        let extension = json!({"x-errors": [{"schema": {"nullable": true}}]});
        assert_eq!(around_schemas(&extension), extension);
    }

    #[test]
    fn webhooks_have_a_place_of_their_own() {
        let older = json!({"openapi": "3.0.3", "x-webhooks": {"pet.born": {}}});
        assert_eq!(
            document(&older),
            json!({"openapi": "3.1.0", "webhooks": {"pet.born": {}}})
        );
    }
}
