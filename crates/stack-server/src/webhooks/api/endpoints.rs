//! Endpoints, their headers and secrets.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};
use stack_domain::{
    models::WebhookEndpoint,
    webhooks::{EndpointFields, HeaderChange, NewEndpoint},
};
use stack_types::{Patch, Secret};

use super::{
    call::Call,
    reply::{Answered, Reply, page},
    time,
};

/// An endpoint as it is created and replaced, and a change of one. `throttleRate` is how newer clients call `rateLimit`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct EndpointIn {
    url: Option<String>,
    uid: Patch<String>,
    description: Option<String>,
    disabled: Option<bool>,
    filter_types: Patch<Vec<String>>,
    channels: Patch<Vec<String>>,
    metadata: Option<BTreeMap<String, String>>,
    rate_limit: Patch<u32>,
    throttle_rate: Patch<u32>,
    secret: Option<Secret>,
    headers: Option<BTreeMap<String, String>>,
}

impl EndpointIn {
    fn into_change(self) -> EndpointFields {
        EndpointFields {
            url: self.url,
            uid: self.uid,
            description: self.description,
            is_disabled: self.disabled,
            event_types: self.filter_types,
            channels: self.channels,
            metadata: self.metadata,
            rate_limit: match self.throttle_rate {
                Patch::Absent => self.rate_limit,
                newer => newer,
            },
            secret: self.secret,
        }
    }

    /// Everything at once: what isn't said is as if it had never been.
    fn into_whole(self) -> EndpointFields {
        let fields = self.into_change();
        let or_nothing = |patch: Patch<Vec<String>>| match patch {
            Patch::Absent => Patch::Null,
            said => said,
        };
        EndpointFields {
            uid: match fields.uid {
                Patch::Absent => Patch::Null,
                said => said,
            },
            description: Some(fields.description.unwrap_or_default()),
            is_disabled: Some(fields.is_disabled.unwrap_or_default()),
            event_types: or_nothing(fields.event_types),
            channels: or_nothing(fields.channels),
            metadata: Some(fields.metadata.unwrap_or_default()),
            rate_limit: match fields.rate_limit {
                Patch::Absent => Patch::Null,
                said => said,
            },
            ..fields
        }
    }
}

pub(super) async fn list(call: Call) -> Reply {
    let limit = usize::try_from(call.limit()?).unwrap_or(usize::MAX);
    let mut endpoints = call.webhooks().list_endpoints(call.project()).await?;
    if call.query("order") == Some("descending") {
        endpoints.reverse();
    }
    if let Some(after) = call.query("iterator")
        && let Some(position) = endpoints.iter().position(|endpoint| endpoint.id.as_str() == after)
    {
        endpoints.drain(..=position);
    }
    Ok(Answered::ok(page(
        endpoints,
        limit,
        |endpoint| endpoint.id.to_string(),
        shown,
    )))
}

pub(super) async fn create(call: Call) -> Reply {
    let mut body: EndpointIn = call.body()?;
    let headers = body.headers.take().unwrap_or_default();
    let fields = body.into_change();
    let created = call
        .webhooks()
        .create_endpoint(call.project(), NewEndpoint { fields, headers });
    Ok(Answered::created(shown(&created.await?)))
}

pub(super) async fn get(call: Call) -> Reply {
    let endpoint = call.webhooks().get_endpoint(call.project(), call.path("endpoint_id"));
    Ok(Answered::ok(shown(&endpoint.await?)))
}

pub(super) async fn replace(call: Call) -> Reply {
    let body: EndpointIn = call.body()?;
    change(&call, body.into_whole()).await
}

pub(super) async fn patch(call: Call) -> Reply {
    let body: EndpointIn = call.body()?;
    change(&call, body.into_change()).await
}

async fn change(call: &Call, fields: EndpointFields) -> Reply {
    let id = call.path("endpoint_id");
    let changed = call.webhooks().update_endpoint(call.project(), id, fields).await?;
    Ok(Answered::ok(shown(&changed)))
}

pub(super) async fn delete(call: Call) -> Reply {
    let id = call.path("endpoint_id");
    call.webhooks().delete_endpoint(call.project(), id).await?;
    Ok(Answered::nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeadersIn {
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    delete_headers: Vec<String>,
}

pub(super) async fn headers(call: Call) -> Reply {
    let id = call.path("endpoint_id");
    let shown = call.webhooks().headers(call.project(), id).await?;
    Ok(Answered::ok(
        json!({ "headers": shown.headers, "sensitive": shown.sensitive }),
    ))
}

pub(super) async fn replace_headers(call: Call) -> Reply {
    let body: HeadersIn = call.body()?;
    change_headers(&call, HeaderChange::Replace(body.headers)).await
}

pub(super) async fn patch_headers(call: Call) -> Reply {
    let body: HeadersIn = call.body()?;
    let change = HeaderChange::Patch {
        set: body.headers,
        remove: body.delete_headers,
    };
    change_headers(&call, change).await
}

async fn change_headers(call: &Call, change: HeaderChange) -> Reply {
    let id = call.path("endpoint_id");
    call.webhooks().change_headers(call.project(), id, change).await?;
    Ok(Answered::nothing())
}

pub(super) async fn secret(call: Call) -> Reply {
    let id = call.path("endpoint_id");
    let secret = call.webhooks().secret(call.project(), id).await?;
    Ok(Answered::ok(json!({ "key": secret.expose() })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RotateIn {
    key: Option<Secret>,
    grace_period_seconds: Option<u64>,
}

pub(super) async fn rotate_secret(call: Call) -> Reply {
    let body: RotateIn = call.body()?;
    let (id, grace) = (
        call.path("endpoint_id"),
        body.grace_period_seconds.map(Duration::from_secs),
    );
    call.webhooks()
        .rotate_secret(call.project(), id, body.key, grace)
        .await?;
    Ok(Answered::nothing())
}

/// An endpoint as this API has it.
pub(super) fn shown(endpoint: &WebhookEndpoint) -> Value {
    let some = |names: &[String]| (!names.is_empty()).then(|| names.to_vec());
    json!({
        "id": endpoint.id,
        "uid": endpoint.uid,
        "url": endpoint.url,
        "version": 1,
        "description": endpoint.description,
        "disabled": endpoint.is_disabled,
        "filterTypes": some(&endpoint.event_types),
        "channels": some(&endpoint.channels),
        "metadata": endpoint.metadata,
        "rateLimit": endpoint.rate_limit,
        "throttleRate": endpoint.rate_limit,
        "createdAt": time::text(endpoint.created_at),
        "updatedAt": time::text(endpoint.updated_at),
    })
}
