//! The layer: a verifier, and what it remembers.

use std::sync::Arc;

use tower_layer::Layer;

use super::WebhookService;
use crate::{MemoryReplayStore, ReplayStore, Verifier};

/// Lets in messages that are signed and new.
///
/// The service inside gets the request with its body and, as an extension, [`Verified`](crate::Verified). What it
/// answers decides: after a 2xx the message counts as handled and another attempt is answered with 200 right away; after
/// anything else it may come again.
///
/// ```
/// use axum::{Extension, Json, Router, http::StatusCode, routing::post};
/// use stack_webhooks::{Event, Verified, Verifier, WebhookLayer};
///
/// async fn receive(Extension(verified): Extension<Verified>, Json(event): Json<Event>) -> StatusCode {
///     println!("{}: {}", verified.id, event.event_type());
///     StatusCode::NO_CONTENT
/// }
///
/// # fn router(secret: &str) -> Result<Router, stack_webhooks::SecretError> {
/// let verifier: Verifier = secret.parse()?;
/// let router = Router::new().route("/webhooks", post(receive)).layer(WebhookLayer::new(verifier));
/// # Ok(router)
/// # }
/// ```
///
/// | status | why |
/// |---|---|
/// | 400 | headers of the signature are missing or malformed, or the body broke off |
/// | 401 | no signature is right, or the timestamp is too far off |
/// | 409 | another attempt of the same message is being handled |
/// | 413 | the body is too large |
/// | 503 | the store couldn't tell whether the message is new |
#[derive(Debug)]
pub struct WebhookLayer<R = MemoryReplayStore> {
    verifier: Verifier,
    store: Arc<R>,
}

impl WebhookLayer {
    /// Remembers messages in memory: for one process.
    pub fn new(verifier: Verifier) -> Self {
        Self::with_store(verifier, Arc::new(MemoryReplayStore::new()))
    }
}

impl<R: ReplayStore> WebhookLayer<R> {
    /// Remembers messages in `store`, which several processes may share.
    pub const fn with_store(verifier: Verifier, store: Arc<R>) -> Self {
        Self { verifier, store }
    }
}

impl<R> Clone for WebhookLayer<R> {
    fn clone(&self) -> Self {
        Self {
            verifier: self.verifier.clone(),
            store: Arc::clone(&self.store),
        }
    }
}

impl<S, R> Layer<S> for WebhookLayer<R> {
    type Service = WebhookService<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        WebhookService::new(inner, self.verifier.clone(), Arc::clone(&self.store))
    }
}
