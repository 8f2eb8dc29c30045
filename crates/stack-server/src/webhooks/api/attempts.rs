//! Attempts, and sending again.

use serde::Deserialize;
use serde_json::{Value, json};
use stack_domain::models::{WebhookAttempt, WebhookAttemptFilter, WebhookAttemptId, WebhookDelivery, WebhookStatus};

use super::{
    call::Call,
    messages,
    reply::{Answered, Refused, Reply, page},
    time,
};

const SUCCEEDED: u8 = 0;
const PENDING: u8 = 1;
const FAILED: u8 = 2;
const SENDING: u8 = 3;

pub(super) async fn of_endpoint(call: Call) -> Reply {
    let endpoint = call
        .webhooks()
        .get_endpoint(call.project(), call.path("endpoint_id"))
        .await?;
    let filter = WebhookAttemptFilter {
        endpoint: Some(endpoint.id),
        ..filter(&call)?
    };
    list(&call, filter).await
}

pub(super) async fn of_message(call: Call) -> Reply {
    let message = call.webhooks().get_message(call.project(), call.path("msg_id")).await?;
    let endpoint = match call.query("endpoint_id") {
        Some(endpoint) => Some(call.webhooks().get_endpoint(call.project(), endpoint).await?.id),
        None => None,
    };
    let filter = WebhookAttemptFilter {
        message: Some(message.id),
        endpoint,
        ..filter(&call)?
    };
    list(&call, filter).await
}

async fn list(call: &Call, filter: WebhookAttemptFilter) -> Reply {
    let limit = call.limit()?;
    let attempts = call
        .webhooks()
        .list_attempts(call.project(), &filter, limit + 1)
        .await?;
    let mut shown_attempts = Vec::new();
    let with_message = call.query("with_msg") == Some("true");
    for attempt in &attempts {
        let mut value = shown(attempt, call.unless_denied("with_content"));
        if with_message {
            let message = call
                .webhooks()
                .get_message(call.project(), attempt.message.as_str())
                .await?;
            value["msg"] = messages::shown(&message, true);
        }
        shown_attempts.push((attempt.id.to_string(), value));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(Answered::ok(page(
        shown_attempts,
        limit,
        |(id, _)| id.clone(),
        |(_, value)| value.clone(),
    )))
}

pub(super) async fn get(call: Call) -> Reply {
    let (message, attempt) = (call.path("msg_id"), call.path("attempt_id"));
    let attempt = call.webhooks().get_attempt(call.project(), message, attempt).await?;
    Ok(Answered::ok(shown(&attempt, true)))
}

pub(super) async fn resend(call: Call) -> Reply {
    let (message, endpoint) = (call.path("msg_id"), call.path("endpoint_id"));
    call.webhooks().resend(call.project(), message, endpoint).await?;
    Ok(Answered::accepted(json!({})))
}

#[derive(Deserialize)]
struct RecoverIn {
    since: String,
    until: Option<String>,
}

/// Sends again what was given up. It has happened when this answers, so there is no task to wait for.
pub(super) async fn recover(call: Call) -> Reply {
    let body: RecoverIn = call.body()?;
    let read = |name: &str, text: &str| {
        time::parse(text).ok_or_else(|| Refused::invalid(format!("{name} isn't an RFC 3339 date.")))
    };
    let since = read("since", &body.since)?;
    let until = body.until.map(|until| read("until", &until)).transpose()?;
    let endpoint = call.path("endpoint_id");
    let count = call.webhooks().recover(call.project(), endpoint, since, until).await?;
    Ok(Answered::accepted(json!({
        "id": format!("qtask_{count}"),
        "status": "finished",
        "task": "endpoint.recover",
        "updatedAt": time::text(call.server.domain.webhook_delivery.now()),
    })))
}

fn filter(call: &Call) -> Result<WebhookAttemptFilter, Refused> {
    let number = |name: &str| call.query(name).map(str::parse::<u16>).transpose();
    let number = |name: &str| number(name).map_err(|_| Refused::invalid(format!("{name} isn't a number.")));
    Ok(WebhookAttemptFilter {
        message: None,
        endpoint: None,
        before_id: call.query("iterator").map(|id| WebhookAttemptId(id.to_owned())),
        before: call.instant("before")?,
        after: call.instant("after")?,
        succeeded: number("status")?.map(|status| status == u16::from(SUCCEEDED)),
        status_class: number("status_code_class")?.and_then(|class| u8::try_from(class / 100).ok()),
    })
}

/// How a delivery stands, as a number and a word.
pub(super) const fn status(delivery: &WebhookDelivery) -> (u8, &'static str) {
    match delivery.status {
        WebhookStatus::Succeeded => (SUCCEEDED, "success"),
        WebhookStatus::Pending if delivery.is_leased => (SENDING, "sending"),
        WebhookStatus::Pending => (PENDING, "pending"),
        WebhookStatus::Failed => (FAILED, "fail"),
    }
}

/// An attempt as this API has it.
fn shown(attempt: &WebhookAttempt, with_content: bool) -> Value {
    let (number, text) = if attempt.succeeded {
        (SUCCEEDED, "success")
    } else {
        (FAILED, "fail")
    };
    json!({
        "id": attempt.id,
        "msgId": attempt.message,
        "endpointId": attempt.endpoint,
        "url": attempt.url,
        "response": if with_content { attempt.response.as_str() } else { "" },
        "responseStatusCode": attempt.response_status,
        "responseDurationMs": attempt.duration_ms,
        "status": number,
        "statusText": text,
        "triggerType": u8::from(attempt.is_manual),
        "timestamp": time::text(attempt.at),
    })
}
