//! What events there are: what the published document says of them.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{
    call::Call,
    reply::{Answered, Refused, Reply, page},
};

/// The document, as the generator wrote it.
static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../openapi/webhooks.json")).unwrap_or_default());

/// When the first of them came to be; the document doesn't say.
const SINCE: &str = "2026-01-01T00:00:00Z";

pub(super) async fn list(call: Call) -> Reply {
    let limit = usize::try_from(call.limit()?).unwrap_or(usize::MAX);
    let types = DOCUMENT["webhooks"].as_object().into_iter().flatten();
    let types = types.map(|(name, event)| (name.clone(), shown(name, event)));
    let after = call.query("iterator").unwrap_or_default();
    let mut types: Vec<(String, Value)> = types.filter(|(name, _)| name.as_str() > after).collect();
    types.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(Answered::ok(page(
        types,
        limit,
        |(name, _)| name.clone(),
        |(_, value)| value.clone(),
    )))
}

pub(super) async fn get(call: Call) -> Reply {
    let name = call.path("name");
    let event = DOCUMENT["webhooks"].get(name);
    let event = event.ok_or_else(|| Refused::invalid(format!("There is no event type {name}.")))?;
    Ok(Answered::ok(shown(name, event)))
}

fn shown(name: &str, event: &Value) -> Value {
    json!({
        "name": name,
        "description": event["post"]["summary"],
        "groupName": name.split_once('.').map(|(group, _)| group),
        "archived": false,
        "deprecated": false,
        "schemas": null,
        "featureFlag": null,
        "featureFlags": null,
        "createdAt": SINCE,
        "updatedAt": SINCE,
    })
}

/// An event of this type as it could be.
pub(super) fn example(event_type: &str) -> Option<&'static Value> {
    let request = &DOCUMENT["webhooks"].get(event_type)?["post"]["requestBody"];
    let schema = request["content"]["application/json"]["schema"]["$ref"].as_str()?;
    DOCUMENT.pointer(schema.strip_prefix('#')?)?.pointer("/examples/0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_an_example() {
        let types: Vec<&String> = DOCUMENT["webhooks"].as_object().expect("an object").keys().collect();
        assert!(types.len() >= 13, "{types:?}");
        for name in types {
            assert_eq!(example(name).map(|example| &example["type"]), Some(&json!(name)));
        }
    }
}
