//! A call: who makes it, and what they say.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
};
use http::header;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stack_domain::{
    Tenant,
    webhooks::{WebhookCaller, Webhooks},
};
use stack_storage::Database;
use stack_types::{Millis, ProjectId, Secret};

use super::{reply::Refused, time};
use crate::http::Server;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 250;

/// A call whose maker may manage the webhooks of `tenant`.
pub(super) struct Call {
    pub(super) server: Arc<Server>,
    pub(super) tenant: Arc<Tenant>,
    path: HashMap<String, String>,
    query: HashMap<String, String>,
    body: Bytes,
}

impl FromRequest<Arc<Server>> for Call {
    type Rejection = Refused;

    async fn from_request(request: Request, server: &Arc<Server>) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let bearer = parts.headers.get(header::AUTHORIZATION);
        let bearer = bearer.and_then(|value| value.to_str().ok()?.split_once(' '));
        let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let bearer = bearer.map(|(_, text)| Secret::from(text.trim()));
        let bearer = bearer.ok_or_else(Refused::unauthenticated)?;
        let path = RawPathParams::from_request_parts(&mut parts, server).await;
        let path = path.map_err(|error| Refused::invalid(error.to_string()))?;
        let path: HashMap<String, String> = path
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let query = query.into_owned().collect();
        let body = Bytes::from_request(Request::from_parts(parts, body), server).await;
        let body = body.map_err(|error| Refused::invalid(error.to_string()))?;
        let project = path.get("app_id").cloned().or_else(|| named_in(&body)).map(ProjectId);
        let caller = WebhookCaller { bearer, project };
        let tenant = server.domain.webhooks.authenticate(&caller).await?;
        Ok(Self {
            server: Arc::clone(server),
            tenant,
            path,
            query,
            body,
        })
    }
}

impl Call {
    /// The rules.
    pub(super) fn webhooks(&self) -> &Webhooks<Database> {
        &self.server.domain.webhooks
    }

    pub(super) fn project(&self) -> &ProjectId {
        self.tenant.id()
    }

    /// A part of the path. The routes see to it that it is there.
    pub(super) fn path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Whether a flag is set that is set unless it is said otherwise.
    pub(super) fn unless_denied(&self, name: &str) -> bool {
        self.query(name) != Some("false")
    }

    pub(super) fn instant(&self, name: &str) -> Result<Option<Millis>, Refused> {
        let read = |text| time::parse(text).ok_or_else(|| Refused::invalid(format!("{name} isn't an RFC 3339 date.")));
        self.query(name).map(read).transpose()
    }

    /// How many items a page has at most.
    pub(super) fn limit(&self) -> Result<u32, Refused> {
        let Some(text) = self.query("limit") else {
            return Ok(DEFAULT_LIMIT);
        };
        let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        limit.ok_or_else(|| Refused::invalid("limit is a number from 1 to 250."))
    }

    /// A list whose items are separated by commas.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let items = self.query(name).unwrap_or_default().split(',');
        items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// The body; nothing counts as `{}`.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        serde_json::from_slice(body).map_err(|error| Refused::invalid(format!("The body can't be read: {error}.")))
    }
}

/// The application that a body without a path names.
fn named_in(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get("uid")?.as_str().map(str::to_owned)
}
