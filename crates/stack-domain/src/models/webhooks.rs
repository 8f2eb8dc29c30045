//! Webhooks: where they go, what they say, and what became of them.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use stack_types::{Millis, Secret, WebhookEndpointId};
use uuid::Uuid;

/// Where events are sent to.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookEndpoint {
    /// The endpoint's id: `ep_…`.
    pub id: WebhookEndpointId,
    /// What its owner calls it; may be used instead of the id.
    pub uid: Option<String>,
    /// Where to.
    pub url: String,
    /// What it is for, in its owner's words.
    pub description: String,
    /// Whether nothing is sent to it.
    pub is_disabled: bool,
    /// Only events of these types; all if empty.
    pub event_types: Vec<String>,
    /// Only messages of one of these channels; all if empty.
    pub channels: Vec<String>,
    /// What its owner keeps with it.
    pub metadata: BTreeMap<String, String>,
    /// How many messages a second it takes at most.
    pub rate_limit: Option<u32>,
    /// Its [`EndpointSecrets`], sealed: opaque text to the storage.
    pub secrets: String,
    /// When the next message may be sent, if there is a rate limit.
    pub paced_until: Millis,
    /// Since when every attempt has failed.
    pub failing_since: Option<Millis>,
    /// When it was added.
    pub created_at: Millis,
    /// When its owner last changed it.
    pub updated_at: Millis,
}

impl WebhookEndpoint {
    /// Whether a message of this type and in these channels is for it.
    pub fn wants(&self, event_type: &str, channels: &[String]) -> bool {
        let type_fits = self.event_types.is_empty() || self.event_types.iter().any(|wanted| wanted == event_type);
        let channel_fits = self.channels.is_empty() || self.channels.iter().any(|wanted| channels.contains(wanted));
        !self.is_disabled && type_fits && channel_fits
    }
}

/// What nobody who reads the database may know of an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndpointSecrets {
    /// What messages are signed with: `whsec_…`.
    pub current: Secret,
    /// What they are signed with too, for receivers that don't know the current one yet; the newest first.
    pub earlier: Vec<EarlierSecret>,
    /// What is sent along: headers, which may hold tokens, by their names in lower case.
    pub headers: BTreeMap<String, Secret>,
}

/// A signing secret that was replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EarlierSecret {
    /// The secret.
    pub secret: Secret,
    /// From when on nothing is signed with it.
    pub expires_at: Millis,
}

/// Makes newtypes of texts.
macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub String);

        impl $name {
            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    )*};
}

text_ids! {
    /// The id of a message: `msg_…`. Ids of later messages are greater. It is the same in every attempt.
    WebhookMessageId;
    /// The id of an attempt: `atmpt_…`. Ids of later attempts are greater.
    WebhookAttemptId;
}

/// Something to be sent: the outbox's row.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookMessage {
    /// The message's id.
    pub id: WebhookMessageId,
    /// What whoever made it calls it; given once in a project.
    pub event_id: Option<String>,
    /// What kind of event it tells of, such as `user.created`.
    pub event_type: String,
    /// In which channels; endpoints with channels of their own get it only if they share one.
    pub channels: Vec<String>,
    /// The body: JSON, byte for byte what is signed and sent.
    pub payload: String,
    /// When it was written.
    pub created_at: Millis,
}

/// A message that is to go to an endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct NewWebhookDelivery<'a> {
    /// Which message.
    pub message: &'a WebhookMessageId,
    /// Where to.
    pub endpoint: &'a WebhookEndpointId,
    /// What the event is about, such as `user:<id>`: first attempts of the same object are made in their order.
    pub object: &'a str,
    /// When.
    pub due_at: Millis,
    /// Whether a person asked for it.
    pub is_manual: bool,
}

/// How a message stands with an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WebhookStatus {
    /// The endpoint has it.
    Succeeded,
    /// It is (still) to be sent.
    Pending,
    /// It was given up.
    Failed,
}

impl WebhookStatus {
    /// The name that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "success",
            Self::Pending => "pending",
            Self::Failed => "fail",
        }
    }

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Succeeded, Self::Pending, Self::Failed]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

/// How a message stands with one of its endpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookDelivery {
    /// Which message.
    pub message: WebhookMessageId,
    /// Where to.
    pub endpoint: WebhookEndpointId,
    /// How it stands.
    pub status: WebhookStatus,
    /// When it is sent (again), if it is pending.
    pub due_at: Millis,
    /// Whether somebody sends it just now.
    pub is_leased: bool,
}

/// A message that is due at an endpoint, locked for whoever asked.
#[derive(Debug, Clone, PartialEq)]
pub struct DueWebhook {
    /// Whose.
    pub key: WebhookKey,
    /// What kind of event.
    pub event_type: String,
    /// The body.
    pub payload: String,
    /// How many attempts of the schedule have been made.
    pub tries: u32,
    /// Whether a person asked for it.
    pub is_manual: bool,
    /// Whether the rate limit has been seen to.
    pub is_paced: bool,
}

/// Names a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct WebhookKey {
    /// The project.
    pub project: stack_types::ProjectId,
    /// The message.
    pub message: WebhookMessageId,
    /// The endpoint.
    pub endpoint: WebhookEndpointId,
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct SettledWebhook {
    /// Which delivery.
    pub key: WebhookKey,
    /// The lease under which it was sent.
    pub lease: Uuid,
    /// The attempt, for the log.
    pub attempt: WebhookAttempt,
    /// How it stands now.
    pub status: WebhookStatus,
    /// How many attempts of the schedule have been made.
    pub tries: u32,
    /// When it is sent again, if it is pending.
    pub due_at: Millis,
    /// When it was settled.
    pub now: Millis,
}

/// One attempt to deliver a message, as it is logged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WebhookAttempt {
    /// The attempt's id.
    pub id: WebhookAttemptId,
    /// The message.
    pub message: WebhookMessageId,
    /// The endpoint.
    pub endpoint: WebhookEndpointId,
    /// Where it was sent.
    pub url: String,
    /// When it began.
    pub at: Millis,
    /// How long it took.
    pub duration_ms: u32,
    /// Whether the endpoint took the message.
    pub succeeded: bool,
    /// The status of the answer; 0 without an answer.
    pub response_status: u32,
    /// The beginning of the answer; why there is none, without one.
    pub response: String,
    /// Whether a person asked for it.
    pub is_manual: bool,
}

/// Which messages a list holds, the newest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WebhookMessageFilter {
    /// Only older ones than this.
    pub before_id: Option<WebhookMessageId>,
    /// Only those written before.
    pub before: Option<Millis>,
    /// Only those written after.
    pub after: Option<Millis>,
    /// Only those of this channel.
    pub channel: Option<String>,
    /// Only those of these types; of all if empty.
    pub event_types: Vec<String>,
}

/// Which attempts a list holds, the newest first: those of a message, of an endpoint, or of both.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WebhookAttemptFilter {
    /// Only those of this message.
    pub message: Option<WebhookMessageId>,
    /// Only those at this endpoint.
    pub endpoint: Option<WebhookEndpointId>,
    /// Only older ones than this.
    pub before_id: Option<WebhookAttemptId>,
    /// Only those made before.
    pub before: Option<Millis>,
    /// Only those made after.
    pub after: Option<Millis>,
    /// Only those that succeeded, or only those that failed.
    pub succeeded: Option<bool>,
    /// Only those whose answer has a status of this class: 2 for `2xx`.
    pub status_class: Option<u8>,
}
