//! The published events, and the documents in OpenAPI 3.1: nothing is lost on the way.

use serde_json::{Map, Value, json};
use stack_codegen::model::{Access, Kind, Property};
use stack_webhooks::EventType;

use crate::{API, FILES};

fn document(name: &str) -> Value {
    let path = format!("openapi/dist/{name}.json");
    let file = FILES.iter().find(|file| file.path == path);
    let file = file.unwrap_or_else(|| panic!("{path} is generated"));
    serde_json::from_str(&file.contents).expect("it is JSON")
}

#[test]
fn every_event_has_its_variant_and_stands_in_the_documents_of_servers() {
    let ours: Vec<_> = API.webhooks.iter().map(|event| event.name.as_str()).collect();
    let types: Vec<_> = EventType::ALL.iter().map(EventType::as_str).collect();
    assert_eq!(types, ours);
    for (name, key) in [
        ("webhooks", "webhooks"),
        ("server", "x-webhooks"),
        ("admin", "x-webhooks"),
        ("3.1/server", "webhooks"),
        ("3.1/admin", "webhooks"),
    ] {
        let document = document(name);
        let events: Vec<_> = document[key]
            .as_object()
            .expect("events")
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(events, ours, "{name}");
    }
    for name in ["client", "3.1/client"] {
        let document = document(name);
        assert!(
            document.get("webhooks").is_none() && document.get("x-webhooks").is_none(),
            "{name}"
        );
    }
}

#[test]
fn the_data_of_every_event_is_what_was_reviewed() {
    let line = |(name, property): (&String, &Property)| {
        let optional = if property.required { "" } else { "?" };
        let null = if property.ty.nullable { " | null" } else { "" };
        format!("{name}{optional}{null}")
    };
    let events = API.webhooks.iter().map(|event| {
        let Kind::Object(object) = &API.schemas[&event.data].ty.kind else {
            panic!("{} is an object", event.data)
        };
        let members: Vec<_> = object.properties.iter().map(line).collect();
        format!("{}: {} {{ {} }}", event.name, event.data, members.join(", "))
    });
    insta::assert_snapshot!(events.collect::<Vec<_>>().join("\n"));
}

#[test]
fn nothing_in_the_newer_documents_refers_into_the_void() {
    for name in ["webhooks", "3.1/client", "3.1/server", "3.1/admin"] {
        let document = document(name);
        let mut open = vec![&document];
        while let Some(value) = open.pop() {
            if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
                let pointer = reference.strip_prefix('#').expect("it stays in the document");
                assert!(document.pointer(pointer).is_some(), "{name}: {reference}");
            }
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(members) => open.extend(members.values()),
                _ => {}
            }
        }
    }
}

#[test]
fn the_newer_documents_turn_back_into_the_older_ones() {
    for access in Access::ALL {
        let mut newer = around(&document(&format!("3.1/{access}")), back);
        assert_eq!(newer["openapi"], "3.1.0");
        newer["openapi"] = "3.0.3".into();
        if let Some(webhooks) = newer.as_object_mut().expect("an object").remove("webhooks") {
            newer["x-webhooks"] = webhooks;
        }
        let older = around(&document(access.name()), plain);
        for key in older.as_object().expect("an object").keys() {
            assert!(newer[key] == older[key], "{access}: `{key}` differs");
        }
        assert!(newer == older, "{access}");
    }
}

/// `value` with each schema in it changed.
fn around(value: &Value, change: fn(Map<String, Value>) -> Map<String, Value>) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| around(item, change)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| {
                let value = match (key.as_str(), value) {
                    ("schema", schema) => each(schema, change),
                    ("schemas", Value::Object(all)) => {
                        let all = all.iter().map(|(name, schema)| (name.clone(), each(schema, change)));
                        Value::Object(all.collect())
                    }
                    (_, value) => around(value, change),
                };
                (key.clone(), value)
            });
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// The schema changed, from within.
fn each(schema: &Value, change: fn(Map<String, Value>) -> Map<String, Value>) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    let members = members.iter().map(|(key, value)| {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(all)) => {
                let all = all.iter().map(|(name, schema)| (name.clone(), each(schema, change)));
                Value::Object(all.collect())
            }
            ("items" | "additionalProperties", value) => each(value, change),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => parts.iter().map(|part| each(part, change)).collect(),
            (_, value) => value.clone(),
        };
        (key.clone(), value)
    });
    Value::Object(change(members.collect()))
}

/// A schema of 3.0 without what says nothing there: `null` fits wherever no type is asked for.
fn plain(mut schema: Map<String, Value>) -> Map<String, Value> {
    let asks = ["type", "$ref", "allOf", "anyOf", "oneOf"]
        .iter()
        .any(|key| schema.contains_key(*key));
    if !asks {
        schema.remove("nullable");
    }
    if schema.contains_key("$ref") && schema.len() > 1 {
        let reference = schema.remove("$ref");
        schema.insert("allOf".into(), json!([{"$ref": reference}]));
    }
    schema
}

/// A schema of 3.1 as 3.0 says it.
fn back(mut schema: Map<String, Value>) -> Map<String, Value> {
    let null = json!({"type": "null"});
    if let Some(Value::Array(parts)) = schema.get("anyOf").cloned()
        && let [inner, second] = parts.as_slice()
        && *second == null
    {
        schema.remove("anyOf");
        schema.extend(inner.as_object().cloned().into_iter().flatten());
        schema.insert("nullable".into(), true.into());
    }
    if let Some(Value::Array(types)) = schema.get("type").cloned() {
        schema.insert("type".into(), types[0].clone());
        schema.insert("nullable".into(), true.into());
        if let Some(Value::Array(values)) = schema.get_mut("enum") {
            values.retain(|value| !value.is_null());
        }
    }
    if let Some(only) = schema.remove("const") {
        schema.insert("enum".into(), json!([only]));
    }
    if let Some(examples) = schema.remove("examples") {
        schema.insert("example".into(), examples[0].clone());
    }
    if schema.remove("contentEncoding").is_some() {
        schema.insert("format".into(), "byte".into());
    }
    plain(schema)
}
