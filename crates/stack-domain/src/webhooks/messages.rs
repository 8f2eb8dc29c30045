//! What was sent, what became of it, and sending it again.

use stack_types::{Millis, ProjectId};
use stack_webhooks::{Event, EventType, TestData};

use super::{
    Webhooks,
    emit::{Draft, wanting},
    endpoints::{checked_name, not_found},
    secrets::lock,
    settings::{LONGEST_PAGE, MAX_PAYLOAD_BYTES},
};
use crate::{
    error::{DomainError, DomainResult},
    models::{
        NewWebhookDelivery, WebhookAttempt, WebhookAttemptFilter, WebhookAttemptId, WebhookDelivery, WebhookEndpoint,
        WebhookMessage, WebhookMessageFilter,
    },
    ports::{Storage, StorageError, Transaction, UniqueRule, WebhookRepository},
};

const MAX_CHANNELS: usize = 5;

/// A message that a project makes itself.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// What kind of event it tells of.
    pub event_type: String,
    /// What its maker calls it; a second one of this name is refused.
    pub event_id: Option<String>,
    /// In which channels.
    pub channels: Vec<String>,
    /// The body: a JSON object.
    pub payload: String,
}

/// Where a message of one's own goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostedTo<'a> {
    /// To all endpoints that want it.
    All,
    /// To this one, whatever it wants.
    Endpoint(&'a str),
}

impl<S: Storage> Webhooks<S> {
    /// Sends a message. It is kept even if no endpoint wants it.
    ///
    /// # Errors
    ///
    /// Not found for an endpoint that isn't there; bad request for a message that can't be, or an event id that was
    /// used.
    pub async fn send(&self, project: &ProjectId, new: NewMessage, to: PostedTo<'_>) -> DomainResult<WebhookMessage> {
        check(&new)?;
        let mut writer = self.0.storage.write().await?;
        let endpoints = match to {
            PostedTo::All => writer.list_webhook_endpoints(project).await?,
            PostedTo::Endpoint(endpoint) => vec![lock(&mut writer, project, endpoint).await?],
        };
        let (to, is_manual) = match to {
            PostedTo::All => (wanting(&endpoints, &new.event_type, &new.channels), false),
            PostedTo::Endpoint(_) => (endpoints.iter().map(|endpoint| &endpoint.id).collect(), true),
        };
        let draft = Draft {
            event_type: &new.event_type,
            event_id: new.event_id,
            channels: new.channels,
            payload: new.payload,
            object: None,
            is_manual,
        };
        let posted = self.0.post(&mut writer, project, draft, &to).await;
        let message = posted.map_err(|error| match error {
            DomainError::Storage(StorageError::Conflict(UniqueRule::WebhookEventId)) => {
                DomainError::bad_request("A message of this eventId was sent before.")
            }
            other => other,
        })?;
        writer.commit().await?;
        Ok(message)
    }

    /// Sends the event `stack.test` to an endpoint.
    ///
    /// # Errors
    ///
    /// Not found; bad request if the endpoint is disabled.
    pub async fn send_test(&self, project: &ProjectId, endpoint: &str) -> DomainResult<WebhookMessage> {
        let endpoint = self.get_endpoint(project, endpoint).await?;
        if endpoint.is_disabled {
            return Err(DomainError::bad_request("The endpoint is disabled. Enable it first."));
        }
        let event = Event::StackTest(TestData {
            message: "This is a test of your webhook endpoint.".to_owned(),
            endpoint_url: endpoint.url,
        });
        let new = NewMessage {
            event_type: EventType::StackTest.as_str().to_owned(),
            event_id: None,
            channels: Vec::new(),
            payload: serde_json::to_string(&event).map_err(DomainError::internal)?,
        };
        self.send(project, new, PostedTo::Endpoint(endpoint.id.as_str())).await
    }

    /// A page of messages, the newest first.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn list_messages(
        &self,
        project: &ProjectId,
        filter: &WebhookMessageFilter,
        limit: u32,
    ) -> DomainResult<Vec<WebhookMessage>> {
        let mut reader = self.0.storage.read().await?;
        let limit = limit.min(LONGEST_PAGE + 1);
        Ok(reader.list_webhook_messages(project, filter, limit).await?)
    }

    /// A message by its id or event id.
    ///
    /// # Errors
    ///
    /// Not found.
    pub async fn get_message(&self, project: &ProjectId, message: &str) -> DomainResult<WebhookMessage> {
        let mut reader = self.0.storage.read().await?;
        let found = reader.find_webhook_message(project, message).await?;
        found.ok_or_else(|| not_found("message"))
    }

    /// How a message stands with each of its endpoints.
    ///
    /// # Errors
    ///
    /// Not found.
    pub async fn list_deliveries(
        &self,
        project: &ProjectId,
        message: &str,
    ) -> DomainResult<Vec<(WebhookDelivery, WebhookEndpoint)>> {
        let message = self.get_message(project, message).await?;
        let mut reader = self.0.storage.read().await?;
        let endpoints = reader.list_webhook_endpoints(project).await?;
        let deliveries = reader.list_webhook_deliveries(project, &message.id).await?;
        let with_endpoint = deliveries.into_iter().filter_map(|delivery| {
            let endpoint = endpoints.iter().find(|endpoint| endpoint.id == delivery.endpoint)?;
            Some((delivery, endpoint.clone()))
        });
        Ok(with_endpoint.collect())
    }

    /// A page of attempts, the newest first.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn list_attempts(
        &self,
        project: &ProjectId,
        filter: &WebhookAttemptFilter,
        limit: u32,
    ) -> DomainResult<Vec<WebhookAttempt>> {
        let mut reader = self.0.storage.read().await?;
        let limit = limit.min(LONGEST_PAGE + 1);
        Ok(reader.list_webhook_attempts(project, filter, limit).await?)
    }

    /// An attempt.
    ///
    /// # Errors
    ///
    /// Not found.
    pub async fn get_attempt(&self, project: &ProjectId, message: &str, id: &str) -> DomainResult<WebhookAttempt> {
        let message = self.get_message(project, message).await?;
        let mut reader = self.0.storage.read().await?;
        let id = WebhookAttemptId(id.to_owned());
        let found = reader.find_webhook_attempt(project, &message.id, &id).await?;
        found.ok_or_else(|| not_found("attempt"))
    }

    /// Sends a message to an endpoint again, whatever became of it, with all attempts before it. One that is just being
    /// sent is left alone.
    ///
    /// # Errors
    ///
    /// Not found; bad request if the endpoint is disabled.
    pub async fn resend(&self, project: &ProjectId, message: &str, endpoint: &str) -> DomainResult<()> {
        let (core, now) = (&*self.0, self.0.now());
        let mut writer = core.storage.write().await?;
        let found = writer.find_webhook_message(project, message).await?;
        let message = found.ok_or_else(|| not_found("message"))?;
        let endpoint = lock_enabled(&mut writer, project, endpoint).await?;
        let deliveries = writer.list_webhook_deliveries(project, &message.id).await?;
        if deliveries.iter().any(|delivery| delivery.endpoint == endpoint.id) {
            writer.resend_webhook(project, &message.id, &endpoint.id, now).await?;
        } else {
            let delivery = NewWebhookDelivery {
                message: &message.id,
                endpoint: &endpoint.id,
                object: message.id.as_str(),
                due_at: now,
                is_manual: true,
            };
            writer.insert_webhook_delivery(project, delivery).await?;
        }
        writer.commit().await?;
        core.webhook_wake.ring();
        Ok(())
    }

    /// Sends again what was given up: the messages to an endpoint that were written from `since` on and before `until`.
    /// Gives how many there are.
    ///
    /// # Errors
    ///
    /// Not found; bad request if the endpoint is disabled.
    pub async fn recover(
        &self,
        project: &ProjectId,
        endpoint: &str,
        since: Millis,
        until: Option<Millis>,
    ) -> DomainResult<u64> {
        let (core, now) = (&*self.0, self.0.now());
        let mut writer = core.storage.write().await?;
        let endpoint = lock_enabled(&mut writer, project, endpoint).await?;
        let until = until.unwrap_or(Millis(i64::MAX));
        let count = writer
            .recover_webhooks(project, &endpoint.id, since, until, now)
            .await?;
        writer.commit().await?;
        core.webhook_wake.ring();
        Ok(count)
    }
}

async fn lock_enabled(
    writer: &mut impl WebhookRepository,
    project: &ProjectId,
    endpoint: &str,
) -> DomainResult<WebhookEndpoint> {
    let endpoint = lock(writer, project, endpoint).await?;
    if endpoint.is_disabled {
        return Err(DomainError::bad_request("The endpoint is disabled. Enable it first."));
    }
    Ok(endpoint)
}

/// Refuses a message that can't be.
fn check(new: &NewMessage) -> DomainResult<()> {
    checked_name(new.event_type.clone(), "eventType")?;
    if let Some(id) = &new.event_id {
        checked_name(id.clone(), "eventId")?;
        if id.starts_with("msg_") {
            return Err(DomainError::bad_request(format!("The eventId {id} looks like an id.")));
        }
    }
    if new.channels.len() > MAX_CHANNELS {
        return Err(DomainError::bad_request("A message is in at most 5 channels."));
    }
    for channel in &new.channels {
        checked_name(channel.clone(), "channels")?;
    }
    if new.payload.len() > MAX_PAYLOAD_BYTES {
        return Err(DomainError::bad_request("A payload has at most 262144 bytes."));
    }
    Ok(())
}
