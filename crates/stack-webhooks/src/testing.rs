//! Signed messages for the tests of a receiver.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use http::{HeaderMap, HeaderValue, Method, Request, header::CONTENT_TYPE};
use serde::Serialize;

use crate::{Clock, EventType, HeaderFamily, MessageId, Signer, SigningSecret, SystemClock, Verifier};

/// Plays the sender in tests.
///
/// ```
/// use stack_webhooks::{EventType, TestSigner};
///
/// let signer = TestSigner::new();
/// // Your receiver gets `signer.secret()` as its secret. Then send it what it has to cope with:
/// for event_type in EventType::ALL {
///     let (headers, body) = signer.example(event_type);
///     assert!(signer.verifier().receive(&headers, &body).is_ok());
/// }
/// ```
pub struct TestSigner {
    signer: Signer,
    clock: Box<dyn Clock>,
    family: HeaderFamily,
    sent: AtomicU64,
}

impl TestSigner {
    /// The secret of every test signer. It is no secret: never let a receiver in production have it.
    pub const SECRET: &'static str = "whsec_dGhpcyBzZWNyZXQgaXMgZm9yIHRlc3RzIG9ubHk=";

    /// Signs with [`Self::SECRET`] at the time of the machine.
    pub fn new() -> Self {
        Self {
            signer: Signer::new(secret()),
            clock: Box::new(SystemClock),
            family: HeaderFamily::default(),
            sent: AtomicU64::new(0),
        }
    }

    /// Signs at the time of `clock`.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Calls the headers as `family` does.
    #[must_use]
    pub fn family(mut self, family: HeaderFamily) -> Self {
        self.family = family;
        self
    }

    /// The secret that the receiver has to have.
    pub const fn secret(&self) -> &'static str {
        Self::SECRET
    }

    /// A verifier that accepts what this signer sends, with the clock of the machine.
    pub fn verifier(&self) -> Verifier {
        Verifier::new(secret())
    }

    /// The headers and the body of a new message. `event` is an [`Event`](crate::Event), or any JSON for a receiver that
    /// shall refuse it.
    ///
    /// # Panics
    ///
    /// If `event` has no JSON.
    pub fn message(&self, event: &impl Serialize) -> (HeaderMap, Vec<u8>) {
        let body = serde_json::to_vec(event).expect("the event of a test has JSON");
        (self.headers(&body), body)
    }

    /// The headers and the body of a new message with the example of the contract.
    ///
    /// # Panics
    ///
    /// If `event_type` is unknown, so that there is no example.
    pub fn example(&self, event_type: &EventType) -> (HeaderMap, Vec<u8>) {
        let body = event_type
            .example()
            .unwrap_or_else(|| panic!("the contract has no event `{event_type}`"));
        (self.headers(body.as_bytes()), body.into())
    }

    /// A new message as the request that `POST`s it to `/`.
    ///
    /// # Panics
    ///
    /// If `event` has no JSON.
    pub fn request<B: From<Vec<u8>>>(&self, event: &impl Serialize) -> Request<B> {
        let (headers, body) = self.message(event);
        let mut request = Request::new(body.into());
        *request.method_mut() = Method::POST;
        *request.headers_mut() = headers;
        request
    }

    /// The headers of a new message with this body.
    pub fn headers(&self, body: &[u8]) -> HeaderMap {
        let count = self.sent.fetch_add(1, Ordering::Relaxed);
        let id = MessageId::new(format!("msg_test_{count}")).expect("letters, digits and underscores");
        self.attempt(id, body)
    }

    /// The headers of another attempt to deliver the message `id`.
    pub fn attempt(&self, id: MessageId, body: &[u8]) -> HeaderMap {
        let mut headers = self.signer.sign(id, self.clock.now(), body).to_map(self.family);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers
    }
}

fn secret() -> SigningSecret {
    SigningSecret::parse(TestSigner::SECRET).expect("it is well-formed")
}

impl Default for TestSigner {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TestSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestSigner").finish_non_exhaustive()
    }
}
