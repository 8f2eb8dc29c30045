//! Messages.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use stack_domain::{
    models::{WebhookMessage, WebhookMessageFilter, WebhookMessageId},
    webhooks::{NewMessage, PostedTo},
};

use super::{
    attempts::status,
    call::Call,
    endpoints, event_types,
    reply::{Answered, Refused, Reply, page},
    time,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageIn {
    event_type: String,
    event_id: Option<String>,
    #[serde(default)]
    channels: Option<Vec<String>>,
    payload: Map<String, Value>,
}

pub(super) async fn create(call: Call) -> Reply {
    let body: MessageIn = call.body()?;
    let payload = Value::Object(body.payload);
    let new = NewMessage {
        event_type: body.event_type,
        event_id: body.event_id,
        channels: body.channels.unwrap_or_default(),
        payload: payload.to_string(),
    };
    let message = call.webhooks().send(call.project(), new, PostedTo::All).await?;
    Ok(Answered::accepted(shown(&message, call.unless_denied("with_content"))))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExampleIn {
    event_type: String,
}

pub(super) async fn send_example(call: Call) -> Reply {
    let body: ExampleIn = call.body()?;
    let example = event_types::example(&body.event_type);
    let example = example.ok_or_else(|| Refused::invalid(format!("There is no event type {}.", body.event_type)))?;
    let new = NewMessage {
        event_type: body.event_type,
        event_id: None,
        channels: Vec::new(),
        payload: example.to_string(),
    };
    let to = PostedTo::Endpoint(call.path("endpoint_id"));
    let message = call.webhooks().send(call.project(), new, to).await?;
    Ok(Answered::ok(shown(&message, true)))
}

pub(super) async fn list(call: Call) -> Reply {
    let limit = call.limit()?;
    let filter = WebhookMessageFilter {
        before_id: call.query("iterator").map(|id| WebhookMessageId(id.to_owned())),
        before: call.instant("before")?,
        after: call.instant("after")?,
        channel: call.query("channel").map(str::to_owned),
        event_types: call.list("event_types"),
    };
    let messages = call
        .webhooks()
        .list_messages(call.project(), &filter, limit + 1)
        .await?;
    let with_content = call.unless_denied("with_content");
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let show = |message: &WebhookMessage| shown(message, with_content);
    Ok(Answered::ok(page(
        messages,
        limit,
        |message| message.id.to_string(),
        show,
    )))
}

pub(super) async fn get(call: Call) -> Reply {
    let message = call.webhooks().get_message(call.project(), call.path("msg_id")).await?;
    Ok(Answered::ok(shown(&message, call.unless_denied("with_content"))))
}

/// How a message stands with each of its endpoints.
pub(super) async fn destinations(call: Call) -> Reply {
    let deliveries = call.webhooks().list_deliveries(call.project(), call.path("msg_id"));
    let deliveries = deliveries.await?;
    let count = deliveries.len();
    let show = |(delivery, endpoint): &(stack_domain::models::WebhookDelivery, _)| {
        let mut shown = endpoints::shown(endpoint);
        let (number, text) = status(delivery);
        shown["status"] = json!(number);
        shown["statusText"] = json!(text);
        shown["nextAttempt"] = json!((text == "pending").then(|| time::text(delivery.due_at)));
        shown
    };
    Ok(Answered::ok(page(
        deliveries,
        count,
        |(delivery, _)| delivery.endpoint.to_string(),
        show,
    )))
}

/// A message as this API has it.
pub(super) fn shown(message: &WebhookMessage, with_content: bool) -> Value {
    let payload = if with_content {
        serde_json::from_str(&message.payload).unwrap_or_default()
    } else {
        json!({ "expired": true })
    };
    json!({
        "id": message.id,
        "eventId": message.event_id,
        "eventType": message.event_type,
        "channels": (!message.channels.is_empty()).then_some(&message.channels),
        "payload": payload,
        "tags": null,
        "timestamp": time::text(message.created_at),
    })
}
