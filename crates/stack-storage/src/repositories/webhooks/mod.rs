//! Webhooks: endpoints, messages, deliveries and attempts.

mod deliveries;
mod endpoints;
mod messages;

use serde::{Serialize, de::DeserializeOwned};
use stack_domain::{
    models::{
        DueWebhook, NewWebhookDelivery, SettledWebhook, WebhookAttempt, WebhookAttemptFilter, WebhookAttemptId,
        WebhookDelivery, WebhookEndpoint, WebhookKey, WebhookMessage, WebhookMessageFilter, WebhookMessageId,
    },
    ports::{StorageError, StorageResult, WebhookRepository},
};
use stack_types::{Millis, ProjectId, WebhookEndpointId};
use uuid::Uuid;

use crate::db::{Mode, Row, Session, corrupt};

impl<M: Mode> WebhookRepository for Session<M> {
    async fn list_webhook_endpoints(&mut self, project: &ProjectId) -> StorageResult<Vec<WebhookEndpoint>> {
        endpoints::list(self, project).await
    }

    async fn find_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id_or_uid: &str,
    ) -> StorageResult<Option<WebhookEndpoint>> {
        endpoints::find(self, project, id_or_uid).await
    }

    async fn lock_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id_or_uid: &str,
    ) -> StorageResult<Option<WebhookEndpoint>> {
        endpoints::lock(self, project, id_or_uid).await
    }

    async fn insert_webhook_endpoint(&mut self, project: &ProjectId, endpoint: &WebhookEndpoint) -> StorageResult<()> {
        endpoints::insert(self, project, endpoint).await
    }

    async fn update_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        endpoint: &WebhookEndpoint,
    ) -> StorageResult<bool> {
        endpoints::update(self, project, endpoint).await
    }

    async fn delete_webhook_endpoint(&mut self, project: &ProjectId, id: &WebhookEndpointId) -> StorageResult<bool> {
        endpoints::delete(self, project, id).await
    }

    async fn insert_webhook_message(&mut self, project: &ProjectId, message: &WebhookMessage) -> StorageResult<()> {
        messages::insert(self, project, message).await
    }

    async fn find_webhook_message(
        &mut self,
        project: &ProjectId,
        id_or_event_id: &str,
    ) -> StorageResult<Option<WebhookMessage>> {
        messages::find(self, project, id_or_event_id).await
    }

    async fn list_webhook_messages(
        &mut self,
        project: &ProjectId,
        filter: &WebhookMessageFilter,
        limit: u32,
    ) -> StorageResult<Vec<WebhookMessage>> {
        messages::list(self, project, filter, limit).await
    }

    async fn insert_webhook_delivery(
        &mut self,
        project: &ProjectId,
        delivery: NewWebhookDelivery<'_>,
    ) -> StorageResult<()> {
        messages::insert_delivery(self, project, delivery).await
    }

    async fn list_webhook_deliveries(
        &mut self,
        project: &ProjectId,
        message: &WebhookMessageId,
    ) -> StorageResult<Vec<WebhookDelivery>> {
        messages::list_deliveries(self, project, message).await
    }

    async fn find_webhook_attempt(
        &mut self,
        project: &ProjectId,
        message: &WebhookMessageId,
        id: &WebhookAttemptId,
    ) -> StorageResult<Option<WebhookAttempt>> {
        messages::find_attempt(self, project, message, id).await
    }

    async fn list_webhook_attempts(
        &mut self,
        project: &ProjectId,
        filter: &WebhookAttemptFilter,
        limit: u32,
    ) -> StorageResult<Vec<WebhookAttempt>> {
        messages::list_attempts(self, project, filter, limit).await
    }

    async fn resend_webhook(
        &mut self,
        project: &ProjectId,
        message: &WebhookMessageId,
        endpoint: &WebhookEndpointId,
        now: Millis,
    ) -> StorageResult<bool> {
        deliveries::resend(self, project, message, endpoint, now).await
    }

    async fn recover_webhooks(
        &mut self,
        project: &ProjectId,
        endpoint: &WebhookEndpointId,
        since: Millis,
        until: Millis,
        now: Millis,
    ) -> StorageResult<u64> {
        deliveries::recover(self, project, endpoint, since, until, now).await
    }

    async fn hasten_webhooks(
        &mut self,
        project: &ProjectId,
        endpoint: &WebhookEndpointId,
        only_paced: bool,
        now: Millis,
    ) -> StorageResult<u64> {
        deliveries::hasten(self, project, endpoint, only_paced, now).await
    }

    async fn lock_due_webhooks(
        &mut self,
        now: Millis,
        busy: &[WebhookEndpointId],
        limit: u32,
    ) -> StorageResult<Vec<DueWebhook>> {
        deliveries::lock_due(self, now, busy, limit).await
    }

    async fn list_webhook_endpoints_by_id(
        &mut self,
        ids: &[WebhookEndpointId],
    ) -> StorageResult<Vec<(ProjectId, WebhookEndpoint)>> {
        endpoints::list_by_id(self, ids).await
    }

    async fn lock_free_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id: &WebhookEndpointId,
    ) -> StorageResult<Option<Millis>> {
        endpoints::lock_free(self, project, id).await
    }

    async fn pace_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id: &WebhookEndpointId,
        until: Millis,
    ) -> StorageResult<()> {
        endpoints::pace(self, project, id, until).await
    }

    async fn lease_webhooks(&mut self, deliveries: &[WebhookKey], lease: Uuid, until: Millis) -> StorageResult<()> {
        deliveries::lease(self, deliveries, lease, until).await
    }

    async fn put_webhooks_off(&mut self, deliveries: &[(WebhookKey, Millis)], is_paced: bool) -> StorageResult<()> {
        deliveries::put_off(self, deliveries, is_paced).await
    }

    async fn settle_webhooks(&mut self, settled: &[SettledWebhook]) -> StorageResult<()> {
        deliveries::settle(self, settled).await
    }

    async fn note_webhook_failing_since(
        &mut self,
        project: &ProjectId,
        id: &WebhookEndpointId,
        since: Option<Millis>,
    ) -> StorageResult<bool> {
        endpoints::note_failing_since(self, project, id, since).await
    }

    async fn delete_webhook_messages_before(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        messages::delete_before(self, before, limit).await
    }
}

/// Any list or map as JSON text.
fn json_text(value: &(impl Serialize + ?Sized)) -> StorageResult<String> {
    serde_json::to_string(value).map_err(|error| StorageError::Other(Box::new(error)))
}

/// A column with JSON text.
fn json_column<T: DeserializeOwned>(row: &Row, column: &'static str) -> StorageResult<T> {
    let text: &str = row.get(column)?;
    serde_json::from_str(text).map_err(|_| corrupt(column, "not the JSON that it should be"))
}

/// A column with an endpoint's id.
fn endpoint_id(row: &Row, column: &'static str) -> StorageResult<WebhookEndpointId> {
    row.get::<String>(column).map(WebhookEndpointId)
}
