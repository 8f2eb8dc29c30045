//! Webhooks: endpoints, messages, and deliveries of messages to endpoints.

use std::future::Future;

use stack_types::{Millis, ProjectId, WebhookEndpointId};
use uuid::Uuid;

use super::StorageResult;
use crate::models::{
    DueWebhook, NewWebhookDelivery, SettledWebhook, WebhookAttempt, WebhookAttemptFilter, WebhookAttemptId,
    WebhookDelivery, WebhookEndpoint, WebhookKey, WebhookMessage, WebhookMessageFilter, WebhookMessageId,
};

/// Remembers where webhooks go, the outbox of messages, and what became of each.
///
/// # Contract
///
/// - A delivery is due when its time has come, it is pending, and no earlier delivery of the same object to the same
///   endpoint waits for its first attempt. "Earlier" is the order in which the transactions were committed that wrote
///   them, if each had locked the object.
/// - Deleting an endpoint or a message deletes its deliveries and their attempts.
pub trait WebhookRepository {
    /// Lists the endpoints, the oldest first.
    fn list_webhook_endpoints(
        &mut self,
        project: &ProjectId,
    ) -> impl Future<Output = StorageResult<Vec<WebhookEndpoint>>> + Send;

    /// Finds an endpoint by its id or its uid.
    fn find_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id_or_uid: &str,
    ) -> impl Future<Output = StorageResult<Option<WebhookEndpoint>>> + Send;

    /// Finds and locks an endpoint by its id or its uid.
    fn lock_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id_or_uid: &str,
    ) -> impl Future<Output = StorageResult<Option<WebhookEndpoint>>> + Send;

    /// Adds an endpoint.
    ///
    /// # Errors
    ///
    /// A conflict if the project has one of this id or uid.
    fn insert_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        endpoint: &WebhookEndpoint,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes an endpoint as a whole; gives whether there is one.
    ///
    /// # Errors
    ///
    /// A conflict if the project has another of this uid.
    fn update_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        endpoint: &WebhookEndpoint,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes an endpoint, its deliveries and their attempts; gives whether there was one.
    fn delete_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id: &WebhookEndpointId,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Adds a message.
    ///
    /// # Errors
    ///
    /// A conflict if the project has one of this id or event id.
    fn insert_webhook_message(
        &mut self,
        project: &ProjectId,
        message: &WebhookMessage,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Finds a message by its id or its event id.
    fn find_webhook_message(
        &mut self,
        project: &ProjectId,
        id_or_event_id: &str,
    ) -> impl Future<Output = StorageResult<Option<WebhookMessage>>> + Send;

    /// Lists at most `limit` messages, the newest first.
    fn list_webhook_messages(
        &mut self,
        project: &ProjectId,
        filter: &WebhookMessageFilter,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<WebhookMessage>>> + Send;

    /// Adds a delivery behind those of the same object to the same endpoint.
    ///
    /// # Errors
    ///
    /// A conflict if the message is on its way to the endpoint already.
    fn insert_webhook_delivery(
        &mut self,
        project: &ProjectId,
        delivery: NewWebhookDelivery<'_>,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Lists how a message stands with its endpoints.
    fn list_webhook_deliveries(
        &mut self,
        project: &ProjectId,
        message: &WebhookMessageId,
    ) -> impl Future<Output = StorageResult<Vec<WebhookDelivery>>> + Send;

    /// Finds an attempt.
    fn find_webhook_attempt(
        &mut self,
        project: &ProjectId,
        message: &WebhookMessageId,
        id: &WebhookAttemptId,
    ) -> impl Future<Output = StorageResult<Option<WebhookAttempt>>> + Send;

    /// Lists at most `limit` attempts, the newest first.
    fn list_webhook_attempts(
        &mut self,
        project: &ProjectId,
        filter: &WebhookAttemptFilter,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<WebhookAttempt>>> + Send;

    /// Makes a delivery due at `now`, with all attempts before it, unless it is being sent just now; gives whether it
    /// did.
    fn resend_webhook(
        &mut self,
        project: &ProjectId,
        message: &WebhookMessageId,
        endpoint: &WebhookEndpointId,
        now: Millis,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Makes the failed deliveries to an endpoint due at `now` whose messages were written from `since` on and before
    /// `until`; gives how many there are.
    fn recover_webhooks(
        &mut self,
        project: &ProjectId,
        endpoint: &WebhookEndpointId,
        since: Millis,
        until: Millis,
        now: Millis,
    ) -> impl Future<Output = StorageResult<u64>> + Send;

    /// Makes the deliveries to an endpoint that wait for later due at `now`: all of them, or only those that wait for
    /// its rate limit.
    fn hasten_webhooks(
        &mut self,
        project: &ProjectId,
        endpoint: &WebhookEndpointId,
        only_paced: bool,
        now: Millis,
    ) -> impl Future<Output = StorageResult<u64>> + Send;

    /// Locks at most `limit` deliveries that are due, in any project, but for those to the endpoints that are `busy`
    /// and for those that somebody else has locked; the longest due first.
    fn lock_due_webhooks(
        &mut self,
        now: Millis,
        busy: &[WebhookEndpointId],
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<DueWebhook>>> + Send;

    /// Lists the endpoints of these ids, in any project.
    fn list_webhook_endpoints_by_id(
        &mut self,
        ids: &[WebhookEndpointId],
    ) -> impl Future<Output = StorageResult<Vec<(ProjectId, WebhookEndpoint)>>> + Send;

    /// Locks an endpoint, unless somebody else has; gives until when it is paced.
    fn lock_free_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id: &WebhookEndpointId,
    ) -> impl Future<Output = StorageResult<Option<Millis>>> + Send;

    /// Writes until when an endpoint is paced.
    fn pace_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id: &WebhookEndpointId,
        until: Millis,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Leases deliveries that the transaction has locked: nobody else gets them until then.
    fn lease_webhooks(
        &mut self,
        deliveries: &[WebhookKey],
        lease: Uuid,
        until: Millis,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Puts deliveries off that the transaction has locked, each until its time; `is_paced` says that it is for the
    /// rate limit.
    fn put_webhooks_off(
        &mut self,
        deliveries: &[(WebhookKey, Millis)],
        is_paced: bool,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes what became of deliveries that are still leased so, and logs the attempts; others are left alone.
    fn settle_webhooks(&mut self, settled: &[SettledWebhook]) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes since when every attempt at an endpoint has failed; gives whether there is such an endpoint.
    fn note_webhook_failing_since(
        &mut self,
        project: &ProjectId,
        id: &WebhookEndpointId,
        since: Option<Millis>,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes at most `limit` messages that were written before, of any project, with their deliveries and attempts;
    /// gives how many.
    fn delete_webhook_messages_before(
        &mut self,
        before: Millis,
        limit: u32,
    ) -> impl Future<Output = StorageResult<u64>> + Send;
}
