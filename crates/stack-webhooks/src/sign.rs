//! Signs messages. A receiver has no need of it but in tests.

use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue};

use crate::{HeaderFamily, MessageId, SigningSecret, headers::name, signature::Signature};

/// Signs the messages to one endpoint.
#[derive(Debug, Clone)]
pub struct Signer {
    secrets: Vec<SigningSecret>,
}

impl Signer {
    /// Signs with `secret`.
    pub fn new(secret: SigningSecret) -> Self {
        Self { secrets: vec![secret] }
    }

    /// Signs with `secret` too: while secrets are rotated, receivers that have the one or the other accept the message.
    #[must_use]
    pub fn also(mut self, secret: SigningSecret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// The headers for an attempt at `sent_at` to deliver `body`, the very bytes that are sent.
    pub fn sign(&self, id: MessageId, sent_at: SystemTime, body: &[u8]) -> SignedHeaders {
        let timestamp = sent_at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let text = timestamp.to_string();
        let signatures = self.secrets.iter();
        let signatures = signatures.map(|secret| Signature::of(secret, id.as_str(), &text, body).to_text());
        SignedHeaders {
            signature: signatures.collect::<Vec<_>>().join(" "),
            timestamp,
            id,
        }
    }
}

/// What the headers of a message say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    /// The message's id.
    pub id: MessageId,
    /// When the attempt is made, in seconds since 1970.
    pub timestamp: u64,
    /// The signatures, with a blank between.
    pub signature: String,
}

impl SignedHeaders {
    /// The headers by the names of `family`.
    pub fn to_map(&self, family: HeaderFamily) -> HeaderMap {
        let value = |text: &str| HeaderValue::from_str(text).expect("ids, digits and base64 are visible ASCII");
        HeaderMap::from_iter([
            (name(family.id()), value(self.id.as_str())),
            (name(family.timestamp()), self.timestamp.into()),
            (name(family.signature()), value(&self.signature)),
        ])
    }
}
