//! Claiming what is due, and noting what became of it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::{HeaderMap, HeaderName, HeaderValue};
use stack_types::{Millis, ProjectId, WebhookEndpointId};
use stack_webhooks::{HeaderFamily, MessageId, Signer};
use uuid::Uuid;

use super::{
    retry::{Hints, wait_after},
    settings::{AT_ONCE_PER_ENDPOINT, AT_ONCE_WHILE_FAILING, LEASE, PARKED_FOR, RESPONSE_KEPT},
};
use crate::{
    core::Core,
    error::{DomainError, DomainResult},
    models::{
        DueWebhook, SettledWebhook, WebhookAttempt, WebhookAttemptId, WebhookEndpoint, WebhookKey, WebhookStatus,
    },
    ports::{Storage, Transaction, WebhookRepository},
    secrets::random,
};

/// Sends what is in the outbox of webhooks. Any number of processes may do so at once.
pub struct WebhookDelivery<S>(pub(crate) Arc<Core<S>>);

/// An endpoint as it is when a message is sent there.
struct Target {
    url: String,
    headers: HeaderMap,
    signer: Signer,
    failing_since: Option<Millis>,
}

/// A message for one endpoint that this process alone may send until its lease ends.
pub struct Parcel {
    key: WebhookKey,
    id: MessageId,
    lease: Uuid,
    target: Arc<Target>,
    body: String,
    tries: u32,
    is_manual: bool,
}

impl Parcel {
    /// Where it goes.
    pub const fn endpoint(&self) -> &WebhookEndpointId {
        &self.key.endpoint
    }

    /// Whose it is.
    pub(super) const fn project(&self) -> &ProjectId {
        &self.key.project
    }

    /// Since when the endpoint has failed, as far as was known when the message was claimed.
    pub(super) fn failing_since(&self) -> Option<Millis> {
        self.target.failing_since
    }

    /// The URL to send it to.
    pub fn url(&self) -> &str {
        &self.target.url
    }

    /// The headers of an attempt that begins now: those of the endpoint, and the signature by both of its names.
    pub fn headers(&self, now: Millis) -> HeaderMap {
        let signed = self
            .target
            .signer
            .sign(self.id.clone(), SystemTime::from(now), self.body.as_bytes());
        let mut headers = self.target.headers.clone();
        for family in HeaderFamily::ALL {
            headers.extend(signed.to_map(family));
        }
        headers
    }

    /// The body, byte for byte.
    pub fn body(&self) -> &str {
        &self.body
    }
}

/// How an endpoint answered.
#[derive(Debug, Clone)]
pub enum Answer {
    /// With a status.
    Status {
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// Not in time.
    TimedOut,
    /// Not at all, and why.
    Failed(String),
}

/// An attempt that was made.
pub struct Report {
    /// What was sent.
    pub parcel: Parcel,
    /// When it began.
    pub started_at: Millis,
    /// How long it took.
    pub duration: Duration,
    /// What came of it.
    pub answer: Answer,
}

impl Report {
    pub(super) fn succeeded(&self) -> bool {
        matches!(self.answer, Answer::Status { status: 200..300, .. })
    }

    /// Whether the endpoint says that it wants no more messages, ever.
    /// Source: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.answer, Answer::Status { status: 410, .. })
    }

    fn hints(&self) -> Hints {
        match self.answer {
            Answer::Status {
                status, retry_after, ..
            } => Hints {
                is_overloaded: matches!(status, 429 | 502 | 504),
                retry_after,
            },
            Answer::TimedOut => Hints {
                is_overloaded: true,
                retry_after: None,
            },
            Answer::Failed(_) => Hints::default(),
        }
    }
}

impl<S: Storage> WebhookDelivery<S> {
    /// Waits until this process puts a message into the outbox. The transaction that does may take a moment to end.
    pub async fn woken(&self) {
        self.0.webhook_wake.heard().await;
    }

    /// What the clock says.
    pub fn now(&self) -> Millis {
        self.0.now()
    }

    /// Claims at most `limit` messages that are due. `sending` says how many are being sent to each endpoint already.
    ///
    /// # Errors
    ///
    /// Only those of the storage; nothing is claimed then.
    pub async fn claim(&self, limit: usize, sending: &HashMap<WebhookEndpointId, usize>) -> DomainResult<Vec<Parcel>> {
        let (core, now) = (&*self.0, self.0.now());
        let full = sending.iter().filter(|(_, count)| **count >= AT_ONCE_PER_ENDPOINT);
        let full: Vec<WebhookEndpointId> = full.map(|(id, _)| id.clone()).collect();
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let mut writer = core.storage.write().await?;
        let due = writer.lock_due_webhooks(now, &full, limit).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let mut ids: Vec<WebhookEndpointId> = due.iter().map(|due| due.key.endpoint.clone()).collect();
        ids.sort_by(|one, other| one.0.cmp(&other.0));
        ids.dedup();
        let endpoints = writer.list_webhook_endpoints_by_id(&ids).await?;
        let endpoints = endpoints
            .into_iter()
            .map(|(project, it)| ((project, it.id.clone()), it));
        let mut plan = Plan::new(core, now, sending, endpoints.collect());
        for due in due {
            plan.add(&mut writer, due).await?;
        }
        let Plan {
            parcels,
            parked,
            paced,
            slots,
            lease,
            ..
        } = plan;
        for ((project, endpoint), until) in &slots {
            if let Some(until) = until {
                writer.pace_webhook_endpoint(project, endpoint, *until).await?;
            }
        }
        if !parked.is_empty() {
            writer.put_webhooks_off(&parked, false).await?;
        }
        if !paced.is_empty() {
            writer.put_webhooks_off(&paced, true).await?;
        }
        if !parcels.is_empty() {
            let keys: Vec<WebhookKey> = parcels.iter().map(|parcel| parcel.key.clone()).collect();
            writer.lease_webhooks(&keys, lease, now.saturating_add(LEASE)).await?;
        }
        writer.commit().await?;
        Ok(parcels)
    }

    /// Notes what became of attempts. May be tried again if it fails.
    ///
    /// # Errors
    ///
    /// Only those of the storage; once their leases end, the messages are sent again.
    pub async fn settle(&self, reports: &[Report]) -> DomainResult<()> {
        let core = &*self.0;
        let settled: Vec<SettledWebhook> = reports.iter().map(|report| core.settled(report)).collect();
        let mut writer = core.storage.write().await?;
        writer.settle_webhooks(&settled).await?;
        writer.commit().await?;
        let given_up = settled.iter().filter(|settled| settled.status == WebhookStatus::Failed);
        for settled in given_up {
            let WebhookKey {
                project,
                message,
                endpoint,
            } = &settled.key;
            tracing::warn!(
                %project, %message, %endpoint, status = settled.attempt.response_status, "a webhook was given up"
            );
        }
        core.note_health(reports).await
    }
}

/// What is done with deliveries that are due.
struct Plan<'a, S> {
    core: &'a Core<S>,
    now: Millis,
    lease: Uuid,
    endpoints: HashMap<(ProjectId, WebhookEndpointId), WebhookEndpoint>,
    targets: HashMap<WebhookEndpointId, Option<Arc<Target>>>,
    sending: HashMap<WebhookEndpointId, usize>,
    /// When the next message to an endpoint with a rate limit may be sent; `None`: somebody else decides just now.
    slots: BTreeMap<(ProjectId, WebhookEndpointId), Option<Millis>>,
    parcels: Vec<Parcel>,
    parked: Vec<(WebhookKey, Millis)>,
    paced: Vec<(WebhookKey, Millis)>,
}

impl<'a, S: Storage> Plan<'a, S> {
    fn new(
        core: &'a Core<S>,
        now: Millis,
        sending: &HashMap<WebhookEndpointId, usize>,
        endpoints: HashMap<(ProjectId, WebhookEndpointId), WebhookEndpoint>,
    ) -> Self {
        Self {
            core,
            now,
            lease: random::uuid(&*core.rng),
            endpoints,
            targets: HashMap::new(),
            sending: sending.clone(),
            slots: BTreeMap::new(),
            parcels: Vec::new(),
            parked: Vec::new(),
            paced: Vec::new(),
        }
    }

    async fn add(&mut self, writer: &mut impl WebhookRepository, due: DueWebhook) -> DomainResult<()> {
        let named = (due.key.project.clone(), due.key.endpoint.clone());
        let Some(endpoint) = self.endpoints.get(&named) else {
            return Ok(());
        };
        let core = self.core;
        let target = self.targets.entry(endpoint.id.clone()).or_insert_with(|| {
            let target = core.target(&due.key.project, endpoint);
            let log = |error: &DomainError| tracing::error!(endpoint = %endpoint.id, error = ?error, "a webhook can't be signed");
            target.inspect_err(log).ok().map(Arc::new)
        });
        let (Some(target), false) = (target.clone(), endpoint.is_disabled) else {
            self.parked.push((due.key, self.now.saturating_add(PARKED_FOR)));
            return Ok(());
        };
        let sending = self.sending.entry(endpoint.id.clone()).or_default();
        let most = match endpoint.failing_since {
            Some(_) => AT_ONCE_WHILE_FAILING,
            None => AT_ONCE_PER_ENDPOINT,
        };
        if *sending >= most {
            return Ok(());
        }
        if let (Some(limit), false) = (endpoint.rate_limit, due.is_paced) {
            let slot = match self.slots.get_mut(&named) {
                Some(slot) => slot,
                None => {
                    let until = writer.lock_free_webhook_endpoint(&named.0, &named.1).await?;
                    self.slots.entry(named).or_insert(until)
                }
            };
            let Some(until) = slot else {
                return Ok(());
            };
            let turn = (*until).max(self.now);
            *until = turn.saturating_add(Duration::from_millis(u64::from(1000_u32.div_ceil(limit))));
            if turn > self.now {
                self.paced.push((due.key, turn));
                return Ok(());
            }
        }
        *sending += 1;
        let id = MessageId::new(due.key.message.as_str()).map_err(DomainError::internal)?;
        self.parcels.push(Parcel {
            key: due.key,
            id,
            lease: self.lease,
            target,
            body: due.payload,
            tries: due.tries,
            is_manual: due.is_manual,
        });
        Ok(())
    }
}

impl<S: Storage> Core<S> {
    fn target(&self, project: &ProjectId, endpoint: &WebhookEndpoint) -> DomainResult<Target> {
        let secrets = self.open_secrets(project, endpoint)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &secrets.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(DomainError::internal)?;
            let mut value = HeaderValue::from_str(value.expose()).map_err(DomainError::internal)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(Target {
            url: endpoint.url.clone(),
            headers,
            signer: secrets.signer(self.now())?,
            failing_since: endpoint.failing_since,
        })
    }

    /// What an attempt makes of its delivery.
    fn settled(&self, report: &Report) -> SettledWebhook {
        let (parcel, now) = (&report.parcel, self.now());
        let tries = parcel.tries.saturating_add(1);
        let wait = if report.succeeded() || report.is_gone() {
            None
        } else {
            wait_after(tries, report.hints(), &*self.rng)
        };
        let (response_status, response) = match &report.answer {
            Answer::Status { status, body, .. } => (u32::from(*status), body.as_str()),
            Answer::TimedOut => (0, "The endpoint didn't answer in time."),
            Answer::Failed(why) => (0, why.as_str()),
        };
        let attempt = WebhookAttempt {
            id: WebhookAttemptId(self.webhook_ids.next("atmpt_", now, &*self.rng)),
            message: parcel.key.message.clone(),
            endpoint: parcel.key.endpoint.clone(),
            url: parcel.target.url.clone(),
            at: report.started_at,
            duration_ms: u32::try_from(report.duration.as_millis()).unwrap_or(u32::MAX),
            succeeded: report.succeeded(),
            response_status,
            response: kept(response),
            is_manual: parcel.is_manual,
        };
        SettledWebhook {
            key: parcel.key.clone(),
            lease: parcel.lease,
            attempt,
            status: match wait {
                _ if report.succeeded() => WebhookStatus::Succeeded,
                Some(_) => WebhookStatus::Pending,
                None => WebhookStatus::Failed,
            },
            tries,
            due_at: now.saturating_add(wait.unwrap_or_default()),
            now,
        }
    }
}

/// What is kept of an answer: its beginning, without the one character that can't be stored.
fn kept(text: &str) -> String {
    let mut end = text.len().min(RESPONSE_KEPT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].replace('\0', "")
}
