//! Messages as arguments of axum's handlers.

use axum_core::{
    extract::{FromRef, FromRequest, Request},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::{
    Event, Message, ReceiveError, Verifier,
    refusal::{Refusal, read},
};

/// A message that was verified, as an argument of a handler. The state of the router has, or is, a [`Verifier`].
///
/// ```
/// use axum::{Router, http::StatusCode, routing::post};
/// use stack_webhooks::{Event, Verifier, Webhook};
///
/// async fn receive(Webhook(message): Webhook) -> StatusCode {
///     match message.event {
///         Event::UserCreated(user) => println!("welcome {}", user.id),
///         other => println!("{}", other.event_type()),
///     }
///     StatusCode::NO_CONTENT
/// }
///
/// # fn router(secret: &str) -> Result<Router, stack_webhooks::SecretError> {
/// let verifier: Verifier = secret.parse()?;
/// let router = Router::new().route("/webhooks", post(receive)).with_state(verifier);
/// # Ok(router)
/// # }
/// ```
///
/// What isn't signed by the sender just now never reaches the handler; see [`WebhookRejection`] for the answers. The
/// body is limited by [`Verifier::max_body_bytes`], not by axum's own limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook<E = Event>(pub Message<E>);

impl<S, E> FromRequest<S> for Webhook<E>
where
    S: Send + Sync,
    E: DeserializeOwned,
    Verifier: FromRef<S>,
{
    type Rejection = WebhookRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let verifier = Verifier::from_ref(state);
        let (parts, body) = request.into_parts();
        let body = read(body, verifier.body_limit()).await?;
        let message = verifier.receive_as(&parts.headers, &body)?;
        Ok(Self(message))
    }
}

/// Why a request isn't a message for the handler.
///
/// | status | why |
/// |---|---|
/// | 400 | headers of the signature are missing or malformed, or the body broke off |
/// | 401 | no signature is right, or the timestamp is too far off |
/// | 413 | the body is too large |
/// | 422 | the message is genuine, but its body doesn't fit the type |
///
/// The answer is a sentence in plain text that repeats nothing of the request. To log more, take
/// `Result<Webhook, WebhookRejection>` as the argument and look at [`WebhookRejection::cause`].
#[derive(Debug, thiserror::Error)]
#[error("{}", .refusal.message)]
pub struct WebhookRejection {
    refusal: Refusal,
    #[source]
    cause: Option<ReceiveError>,
}

impl WebhookRejection {
    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        self.refusal.status
    }

    /// What was wrong with the message; none if its body couldn't be read.
    pub const fn cause(&self) -> Option<&ReceiveError> {
        self.cause.as_ref()
    }
}

impl From<Refusal> for WebhookRejection {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, cause: None }
    }
}

impl From<ReceiveError> for WebhookRejection {
    fn from(cause: ReceiveError) -> Self {
        Self {
            refusal: Refusal::of(&cause),
            cause: Some(cause),
        }
    }
}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        (self.refusal.status, self.refusal.message).into_response()
    }
}
