//! The events in standard words: as OpenAPI 3.1 has them, and as an extension of the documents that are 3.0.

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};

use super::{
    newer,
    schema::{component, reference},
};
use crate::{
    model::{Api, Event},
    names::{pascal, snake},
    views::View,
};

/// The component that is any of the events.
const ANY_EVENT: &str = "Event";

/// The headers that carry a signature: the name of each component, its header and what that says.
const HEADERS: [(&str, &str, &str); 3] = [
    (
        "MessageId",
        "svix-id",
        "The message's id, the same in every attempt. May be called `webhook-id` instead.",
    ),
    (
        "MessageTimestamp",
        "svix-timestamp",
        "When the attempt was made, in seconds since 1970. May be called `webhook-timestamp` instead.",
    ),
    (
        "MessageSignature",
        "svix-signature",
        "Signatures with blanks between, each `v1,` and base64. May be called `webhook-signature` instead.",
    ),
];

/// The document of the events alone, in OpenAPI 3.1.
///
/// # Errors
///
/// If a schema of the contract has the name of something that is made here.
pub fn document(api: &Api) -> Result<Value> {
    let mut document = json!({
        "openapi": "3.0.3",
        "info": {
            "title": format!("{} (webhooks)", api.title),
            "version": api.version,
            "description": api.about_webhooks,
        },
    });
    add(api, &mut document)?;
    Ok(newer::document(&document))
}

/// Adds the events as `x-webhooks`, with the components that they need and `document` lacks.
///
/// # Errors
///
/// If a schema of the contract has the name of something that is made here.
pub fn add(api: &Api, document: &mut Value) -> Result<()> {
    let items = api.webhooks.iter().map(|event| (event.name.clone(), path_item(event)));
    document["x-webhooks"] = Value::Object(items.collect());
    let parameters = HEADERS.map(|(name, header, about)| (name.to_owned(), parameter(header, about)));
    put(document, "parameters", parameters);

    let view = View::of_events(api);
    let theirs = view
        .schemas
        .iter()
        .map(|(name, schema)| (name.clone(), component(&view, schema, true)));
    put(document, "schemas", theirs);
    let envelopes: Vec<_> = api.webhooks.iter().map(envelope).collect();
    let any = (ANY_EVENT.to_owned(), any_event(api));
    for (name, _) in envelopes.iter().chain([&any]) {
        ensure!(
            !api.schemas.contains_key(name),
            "the schema `{name}` has the name of an event in the documents: give it another"
        );
    }
    put(document, "schemas", envelopes.into_iter().chain([any]));
    Ok(())
}

/// Puts components where there are none of their name.
fn put(document: &mut Value, section: &str, components: impl IntoIterator<Item = (String, Value)>) {
    let there = &mut document["components"][section];
    if !there.is_object() {
        *there = json!({});
    }
    for (name, component) in components {
        if there.get(&name).is_none() {
            there[name] = component;
        }
    }
}

fn path_item(event: &Event) -> Value {
    let parameters = HEADERS.map(|(name, ..)| json!({"$ref": format!("#/components/parameters/{name}")}));
    json!({
        "post": {
            "operationId": format!("on_{}", snake(&event.name)),
            "summary": event.summary,
            "description": event.description,
            "parameters": parameters,
            "requestBody": {
                "required": true,
                "content": {"application/json": {"schema": reference(&envelope_name(event))}},
            },
            "responses": {
                "2XX": {"description": "The receiver has taken over the event."},
                "default": {"description": "The message comes again later."},
            },
        },
    })
}

fn parameter(header: &str, about: &str) -> Value {
    json!({"name": header, "in": "header", "required": true, "description": about, "schema": {"type": "string"}})
}

/// `UserCreatedEvent`.
fn envelope_name(event: &Event) -> String {
    format!("{}Event", pascal(&event.name))
}

/// The body of an event's message. Receivers let members pass that they don't know.
fn envelope(event: &Event) -> (String, Value) {
    let schema = json!({
        "type": "object",
        "required": ["type", "data"],
        "properties": {
            "type": {"type": "string", "enum": [event.name], "description": "Which event it is."},
            "data": {"allOf": [reference(&event.data)], "description": "What belongs to it."},
        },
        "description": format!("{}.", event.summary),
        "example": {"type": event.name, "data": event.example},
    });
    (envelope_name(event), schema)
}

fn any_event(api: &Api) -> Value {
    let reference_of = |event: &Event| reference(&envelope_name(event));
    let mapping = api
        .webhooks
        .iter()
        .map(|event| (event.name.clone(), reference_of(event)["$ref"].take()));
    json!({
        "oneOf": api.webhooks.iter().map(reference_of).collect::<Vec<_>>(),
        "discriminator": {"propertyName": "type", "mapping": mapping.collect::<Map<_, _>>()},
        "description": "The body of a message: one of the events, and others that come later.",
    })
}
