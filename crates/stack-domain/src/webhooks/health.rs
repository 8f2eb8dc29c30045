//! Endpoints that fail: since when, and when nothing is sent there any more.

use std::collections::BTreeMap;

use serde_json::json;
use stack_types::{Millis, ProjectId, WebhookEndpointId};

use super::{Report, emit::Draft, settings::DISABLED_AFTER};
use crate::{
    core::Core,
    error::{DomainError, DomainResult},
    models::WebhookEndpoint,
    ports::{Storage, Transaction, WebhookRepository},
};

/// The event by which a project hears that one of its endpoints was disabled. Only endpoints that name it get it.
const ENDPOINT_DISABLED: &str = "endpoint.disabled";

/// What reports say about an endpoint.
struct Health {
    /// Whether any attempt succeeded.
    any_succeeded: bool,
    /// Whether it said that it is gone for good.
    is_gone: bool,
    /// Since when it was known to fail.
    failing_since: Option<Millis>,
}

impl<S: Storage> Core<S> {
    /// Notes since when endpoints fail, and disables those that have for too long or are gone. Endpoints that go on as
    /// they did cost nothing.
    pub(super) async fn note_health(&self, reports: &[Report]) -> DomainResult<()> {
        let mut by_endpoint: BTreeMap<(&ProjectId, &str), (&WebhookEndpointId, Health)> = BTreeMap::new();
        for report in reports {
            let parcel = &report.parcel;
            let named = (parcel.project(), parcel.endpoint().as_str());
            let (_, health) = by_endpoint.entry(named).or_insert_with(|| {
                let health = Health {
                    any_succeeded: false,
                    is_gone: false,
                    failing_since: parcel.failing_since(),
                };
                (parcel.endpoint(), health)
            });
            health.any_succeeded |= report.succeeded();
            health.is_gone |= report.is_gone();
        }
        for ((project, _), (endpoint, health)) in by_endpoint {
            if self.changes(&health) {
                self.note(project, endpoint, &health).await?;
            }
        }
        Ok(())
    }

    /// Whether there may be something to write.
    fn changes(&self, health: &Health) -> bool {
        match health.failing_since {
            _ if health.is_gone => true,
            None => !health.any_succeeded,
            Some(since) => health.any_succeeded || since.saturating_add(DISABLED_AFTER) <= self.now(),
        }
    }

    async fn note(&self, project: &ProjectId, id: &WebhookEndpointId, health: &Health) -> DomainResult<()> {
        let now = self.now();
        let mut writer = self.storage.write().await?;
        let Some(endpoint) = writer.lock_webhook_endpoint(project, id.as_str()).await? else {
            return Ok(());
        };
        let given_up = match endpoint.failing_since {
            _ if health.is_gone => true,
            Some(since) if !health.any_succeeded => {
                // What failed long ago and was let alone since is forgiven.
                let failed_recently = since.saturating_add(DISABLED_AFTER * 2) > now;
                since.saturating_add(DISABLED_AFTER) <= now && failed_recently
            }
            _ => false,
        };
        if given_up && !endpoint.is_disabled {
            self.disable(&mut writer, project, endpoint).await?;
        } else {
            let since = match endpoint.failing_since {
                _ if health.any_succeeded => None,
                Some(since) if since.saturating_add(DISABLED_AFTER * 2) > now => Some(since),
                _ => Some(now),
            };
            writer.note_webhook_failing_since(project, id, since).await?;
        }
        Ok(writer.commit().await?)
    }

    /// Disables an endpoint, and tells the project's other endpoints.
    async fn disable(
        &self,
        writer: &mut impl WebhookRepository,
        project: &ProjectId,
        mut endpoint: WebhookEndpoint,
    ) -> DomainResult<()> {
        let since = endpoint.failing_since;
        tracing::warn!(%project, endpoint = %endpoint.id, ?since, "a webhook endpoint fails for too long and is disabled");
        endpoint.is_disabled = true;
        endpoint.updated_at = self.now();
        writer.update_webhook_endpoint(project, &endpoint).await?;
        let endpoints = writer.list_webhook_endpoints(project).await?;
        let named = |other: &&WebhookEndpoint| other.event_types.iter().any(|name| name == ENDPOINT_DISABLED);
        let listeners = endpoints
            .iter()
            .filter(|other| other.wants(ENDPOINT_DISABLED, &[]))
            .filter(named);
        let listeners: Vec<&WebhookEndpointId> = listeners.map(|other| &other.id).collect();
        if listeners.is_empty() {
            return Ok(());
        }
        let data = json!({
            "endpoint_id": endpoint.id,
            "endpoint_uid": endpoint.uid,
            "endpoint_url": endpoint.url,
            "failing_since_millis": since,
        });
        let payload = serde_json::to_string(&json!({ "type": ENDPOINT_DISABLED, "data": data }));
        let draft = Draft {
            event_type: ENDPOINT_DISABLED,
            event_id: None,
            channels: Vec::new(),
            payload: payload.map_err(DomainError::internal)?,
            object: None,
            is_manual: false,
        };
        self.post(writer, project, draft, &listeners).await.map(drop)
    }
}
