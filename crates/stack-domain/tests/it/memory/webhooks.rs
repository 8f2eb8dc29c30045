//! Webhooks.

use stack_types::WebhookEndpointId;
use uuid::Uuid;

use super::*;

#[derive(Clone, Default)]
pub struct Webhooks {
    endpoints: Rows<WebhookEndpoint>,
    messages: Rows<WebhookMessage>,
    deliveries: Vec<Delivery>,
    attempts: Rows<WebhookAttempt>,
}

#[derive(Clone)]
struct Delivery {
    key: WebhookKey,
    object: String,
    status: WebhookStatus,
    tries: u32,
    is_tried: bool,
    is_manual: bool,
    is_paced: bool,
    due_at: Millis,
    lease: Option<Uuid>,
}

impl Delivery {
    fn is_pending(&self) -> bool {
        self.status == WebhookStatus::Pending
    }

    fn begin_again(&mut self, now: Millis) {
        self.status = WebhookStatus::Pending;
        self.tries = 0;
        self.is_manual = true;
        self.is_paced = false;
        self.due_at = now;
    }
}

impl Webhooks {
    fn to<'a>(
        &'a mut self,
        project: &'a ProjectId,
        endpoint: &'a WebhookEndpointId,
    ) -> impl Iterator<Item = &'a mut Delivery> {
        let deliveries = self.deliveries.iter_mut();
        deliveries.filter(move |delivery| delivery.key.project == *project && delivery.key.endpoint == *endpoint)
    }

    fn named(&mut self, key: &WebhookKey) -> Option<&mut Delivery> {
        self.deliveries.iter_mut().find(|delivery| delivery.key == *key)
    }

    fn check_uid(&self, project: &ProjectId, endpoint: &WebhookEndpoint) -> StorageResult<()> {
        let mut others = of(&self.endpoints, project).filter(|other| other.id != endpoint.id);
        let taken = endpoint.uid.is_some() && others.any(|other| other.uid == endpoint.uid);
        unique(taken, UniqueRule::WebhookEndpointUid)
    }

    fn drop_orphans(&mut self) {
        let (endpoints, messages) = (self.endpoints.clone(), self.messages.clone());
        self.deliveries.retain(|delivery| {
            let project = &delivery.key.project;
            of(&endpoints, project).any(|endpoint| endpoint.id == delivery.key.endpoint)
                && of(&messages, project).any(|message| message.id == delivery.key.message)
        });
        let deliveries = self.deliveries.clone();
        self.attempts.retain(|(project, attempt)| {
            deliveries.iter().any(|delivery| {
                let key = &delivery.key;
                key.project == *project && key.message == attempt.message && key.endpoint == attempt.endpoint
            })
        });
    }
}

impl WebhookRepository for Connection {
    async fn list_webhook_endpoints(&mut self, project: &ProjectId) -> StorageResult<Vec<WebhookEndpoint>> {
        let mut endpoints: Vec<WebhookEndpoint> = of(&self.seen().webhooks.endpoints, project).cloned().collect();
        endpoints.sort_by(|one, other| (one.created_at, &one.id.0).cmp(&(other.created_at, &other.id.0)));
        Ok(endpoints)
    }

    async fn find_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id_or_uid: &str,
    ) -> StorageResult<Option<WebhookEndpoint>> {
        let is = |endpoint: &&WebhookEndpoint| {
            endpoint.id.as_str() == id_or_uid || endpoint.uid.as_deref() == Some(id_or_uid)
        };
        Ok(of(&self.seen().webhooks.endpoints, project).find(is).cloned())
    }

    async fn lock_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id_or_uid: &str,
    ) -> StorageResult<Option<WebhookEndpoint>> {
        self.changed()?;
        self.find_webhook_endpoint(project, id_or_uid).await
    }

    async fn insert_webhook_endpoint(&mut self, project: &ProjectId, endpoint: &WebhookEndpoint) -> StorageResult<()> {
        let webhooks = &mut self.changed()?.webhooks;
        webhooks.check_uid(project, endpoint)?;
        webhooks.endpoints.push((project.clone(), endpoint.clone()));
        Ok(())
    }

    async fn update_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        endpoint: &WebhookEndpoint,
    ) -> StorageResult<bool> {
        let webhooks = &mut self.changed()?.webhooks;
        webhooks.check_uid(project, endpoint)?;
        let found = find(&mut webhooks.endpoints, project, |other| other.id == endpoint.id);
        Ok(found.map(|old| *old = endpoint.clone()).is_some())
    }

    async fn delete_webhook_endpoint(&mut self, project: &ProjectId, id: &WebhookEndpointId) -> StorageResult<bool> {
        let webhooks = &mut self.changed()?.webhooks;
        let removed = remove(&mut webhooks.endpoints, project, |endpoint| endpoint.id == *id);
        webhooks.drop_orphans();
        Ok(removed > 0)
    }

    async fn insert_webhook_message(&mut self, project: &ProjectId, message: &WebhookMessage) -> StorageResult<()> {
        let messages = &mut self.changed()?.webhooks.messages;
        let taken = message.event_id.is_some() && of(messages, project).any(|other| other.event_id == message.event_id);
        unique(taken, UniqueRule::WebhookEventId)?;
        messages.push((project.clone(), message.clone()));
        Ok(())
    }

    async fn find_webhook_message(
        &mut self,
        project: &ProjectId,
        id_or_event_id: &str,
    ) -> StorageResult<Option<WebhookMessage>> {
        let is = |message: &&WebhookMessage| {
            message.id.as_str() == id_or_event_id || message.event_id.as_deref() == Some(id_or_event_id)
        };
        Ok(of(&self.seen().webhooks.messages, project).find(is).cloned())
    }

    async fn list_webhook_messages(
        &mut self,
        project: &ProjectId,
        filter: &WebhookMessageFilter,
        limit: u32,
    ) -> StorageResult<Vec<WebhookMessage>> {
        let mut messages: Vec<WebhookMessage> = of(&self.seen().webhooks.messages, project).cloned().collect();
        messages.retain(|message| {
            filter.before_id.as_ref().is_none_or(|before| message.id < *before)
                && filter.before.is_none_or(|before| message.created_at < before)
                && filter.after.is_none_or(|after| message.created_at > after)
                && filter
                    .channel
                    .as_ref()
                    .is_none_or(|channel| message.channels.contains(channel))
                && (filter.event_types.is_empty() || filter.event_types.contains(&message.event_type))
        });
        messages.sort_by(|one, other| other.id.cmp(&one.id));
        messages.truncate(limit as usize);
        Ok(messages)
    }

    async fn insert_webhook_delivery(
        &mut self,
        project: &ProjectId,
        delivery: NewWebhookDelivery<'_>,
    ) -> StorageResult<()> {
        let key = WebhookKey {
            project: project.clone(),
            message: delivery.message.clone(),
            endpoint: delivery.endpoint.clone(),
        };
        let webhooks = &mut self.changed()?.webhooks;
        unique(webhooks.named(&key).is_some(), UniqueRule::Other)?;
        webhooks.deliveries.push(Delivery {
            key,
            object: delivery.object.to_owned(),
            status: WebhookStatus::Pending,
            tries: 0,
            is_tried: false,
            is_manual: delivery.is_manual,
            is_paced: false,
            due_at: delivery.due_at,
            lease: None,
        });
        Ok(())
    }

    async fn list_webhook_deliveries(
        &mut self,
        project: &ProjectId,
        message: &WebhookMessageId,
    ) -> StorageResult<Vec<WebhookDelivery>> {
        let all = self.seen().webhooks.deliveries.iter();
        let of = all.filter(|delivery| delivery.key.project == *project && delivery.key.message == *message);
        Ok(of
            .map(|delivery| WebhookDelivery {
                message: delivery.key.message.clone(),
                endpoint: delivery.key.endpoint.clone(),
                status: delivery.status,
                due_at: delivery.due_at,
                is_leased: delivery.lease.is_some(),
            })
            .collect())
    }

    async fn find_webhook_attempt(
        &mut self,
        project: &ProjectId,
        message: &WebhookMessageId,
        id: &WebhookAttemptId,
    ) -> StorageResult<Option<WebhookAttempt>> {
        let mut attempts = of(&self.seen().webhooks.attempts, project);
        Ok(attempts
            .find(|attempt| attempt.id == *id && attempt.message == *message)
            .cloned())
    }

    async fn list_webhook_attempts(
        &mut self,
        project: &ProjectId,
        filter: &WebhookAttemptFilter,
        limit: u32,
    ) -> StorageResult<Vec<WebhookAttempt>> {
        let mut attempts: Vec<WebhookAttempt> = of(&self.seen().webhooks.attempts, project).cloned().collect();
        attempts.retain(|attempt| {
            filter.message.as_ref().is_none_or(|id| attempt.message == *id)
                && filter.endpoint.as_ref().is_none_or(|id| attempt.endpoint == *id)
                && filter.before_id.as_ref().is_none_or(|before| attempt.id < *before)
                && filter.before.is_none_or(|before| attempt.at < before)
                && filter.after.is_none_or(|after| attempt.at > after)
                && filter.succeeded.is_none_or(|succeeded| attempt.succeeded == succeeded)
                && filter
                    .status_class
                    .is_none_or(|class| attempt.response_status / 100 == u32::from(class))
        });
        attempts.sort_by(|one, other| other.id.cmp(&one.id));
        attempts.truncate(limit as usize);
        Ok(attempts)
    }

    async fn resend_webhook(
        &mut self,
        project: &ProjectId,
        message: &WebhookMessageId,
        endpoint: &WebhookEndpointId,
        now: Millis,
    ) -> StorageResult<bool> {
        let mut to = self.changed()?.webhooks.to(project, endpoint);
        let found = to.find(|delivery| delivery.key.message == *message && delivery.lease.is_none());
        Ok(found.map(|delivery| delivery.begin_again(now)).is_some())
    }

    async fn recover_webhooks(
        &mut self,
        project: &ProjectId,
        endpoint: &WebhookEndpointId,
        since: Millis,
        until: Millis,
        now: Millis,
    ) -> StorageResult<u64> {
        let webhooks = &mut self.changed()?.webhooks;
        let written = of(&webhooks.messages, project).filter(|message| (since..until).contains(&message.created_at));
        let written: BTreeSet<WebhookMessageId> = written.map(|message| message.id.clone()).collect();
        let mut count = 0;
        for delivery in webhooks.to(project, endpoint) {
            if delivery.status == WebhookStatus::Failed && written.contains(&delivery.key.message) {
                delivery.begin_again(now);
                count += 1;
            }
        }
        Ok(count)
    }

    async fn hasten_webhooks(
        &mut self,
        project: &ProjectId,
        endpoint: &WebhookEndpointId,
        only_paced: bool,
        now: Millis,
    ) -> StorageResult<u64> {
        let mut count = 0;
        for delivery in self.changed()?.webhooks.to(project, endpoint) {
            let waits = if only_paced {
                delivery.is_paced
            } else {
                delivery.due_at > now
            };
            if delivery.is_pending() && delivery.lease.is_none() && waits {
                delivery.due_at = now;
                delivery.is_paced = false;
                count += 1;
            }
        }
        Ok(count)
    }

    async fn lock_due_webhooks(
        &mut self,
        now: Millis,
        busy: &[WebhookEndpointId],
        limit: u32,
    ) -> StorageResult<Vec<DueWebhook>> {
        let webhooks = &self.changed()?.webhooks;
        let mut due = Vec::new();
        for (position, delivery) in webhooks.deliveries.iter().enumerate() {
            let mut earlier = webhooks.deliveries[..position].iter();
            let waits = !delivery.is_tried
                && earlier.any(|other| {
                    !other.is_tried
                        && other.object == delivery.object
                        && other.key.endpoint == delivery.key.endpoint
                        && other.key.project == delivery.key.project
                });
            if delivery.is_pending() && delivery.due_at <= now && !waits && !busy.contains(&delivery.key.endpoint) {
                due.push(delivery);
            }
        }
        due.sort_by(|one, other| (one.due_at, &one.key.message).cmp(&(other.due_at, &other.key.message)));
        due.truncate(limit as usize);
        let mut found = Vec::new();
        for delivery in due {
            let message = of(&webhooks.messages, &delivery.key.project).find(|it| it.id == delivery.key.message);
            let message = message.ok_or(StorageError::MissingReference)?;
            found.push(DueWebhook {
                key: delivery.key.clone(),
                event_type: message.event_type.clone(),
                payload: message.payload.clone(),
                tries: delivery.tries,
                is_manual: delivery.is_manual,
                is_paced: delivery.is_paced,
            });
        }
        Ok(found)
    }

    async fn list_webhook_endpoints_by_id(
        &mut self,
        ids: &[WebhookEndpointId],
    ) -> StorageResult<Vec<(ProjectId, WebhookEndpoint)>> {
        let endpoints = self.seen().webhooks.endpoints.iter();
        Ok(endpoints
            .filter(|(_, endpoint)| ids.contains(&endpoint.id))
            .cloned()
            .collect())
    }

    async fn lock_free_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id: &WebhookEndpointId,
    ) -> StorageResult<Option<Millis>> {
        let mut endpoints = of(&self.changed()?.webhooks.endpoints, project);
        let found = endpoints.find(|endpoint| endpoint.id == *id);
        Ok(found.map(|endpoint| endpoint.paced_until))
    }

    async fn pace_webhook_endpoint(
        &mut self,
        project: &ProjectId,
        id: &WebhookEndpointId,
        until: Millis,
    ) -> StorageResult<()> {
        let endpoints = &mut self.changed()?.webhooks.endpoints;
        if let Some(endpoint) = find(endpoints, project, |endpoint| endpoint.id == *id) {
            endpoint.paced_until = until;
        }
        Ok(())
    }

    async fn lease_webhooks(&mut self, deliveries: &[WebhookKey], lease: Uuid, until: Millis) -> StorageResult<()> {
        let webhooks = &mut self.changed()?.webhooks;
        for key in deliveries {
            if let Some(delivery) = webhooks.named(key) {
                delivery.lease = Some(lease);
                delivery.due_at = until;
            }
        }
        Ok(())
    }

    async fn put_webhooks_off(&mut self, deliveries: &[(WebhookKey, Millis)], is_paced: bool) -> StorageResult<()> {
        let webhooks = &mut self.changed()?.webhooks;
        for (key, until) in deliveries {
            if let Some(delivery) = webhooks.named(key) {
                delivery.lease = None;
                delivery.is_paced = is_paced;
                delivery.due_at = *until;
            }
        }
        Ok(())
    }

    async fn settle_webhooks(&mut self, settled: &[SettledWebhook]) -> StorageResult<()> {
        let webhooks = &mut self.changed()?.webhooks;
        for settled in settled {
            let found = webhooks.named(&settled.key);
            let Some(delivery) = found.filter(|delivery| delivery.lease == Some(settled.lease)) else {
                continue;
            };
            delivery.status = settled.status;
            delivery.tries = settled.tries;
            delivery.is_tried = true;
            delivery.is_manual = false;
            delivery.is_paced = false;
            delivery.due_at = settled.due_at;
            delivery.lease = None;
            let attempt = (settled.key.project.clone(), settled.attempt.clone());
            webhooks.attempts.push(attempt);
        }
        Ok(())
    }

    async fn note_webhook_failing_since(
        &mut self,
        project: &ProjectId,
        id: &WebhookEndpointId,
        since: Option<Millis>,
    ) -> StorageResult<bool> {
        let endpoints = &mut self.changed()?.webhooks.endpoints;
        let found = find(endpoints, project, |endpoint| endpoint.id == *id);
        Ok(found.map(|endpoint| endpoint.failing_since = since).is_some())
    }

    async fn delete_webhook_messages_before(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        let webhooks = &mut self.changed()?.webhooks;
        let deleted = sweep(&mut webhooks.messages, limit, |message| message.created_at < before);
        webhooks.drop_orphans();
        Ok(deleted)
    }
}
