//! The service: verify, claim, hand on, note.

use std::{
    error::Error,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body::Body;
use tower_service::Service;

use crate::{
    Claim, MemoryReplayStore, ReplayStore, Verifier,
    refusal::{Refusal, read},
};

const RUNNING: Refusal = Refusal::new(StatusCode::CONFLICT, "this message is being handled");
const NO_STORE: Refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "please try again later");

/// What [`WebhookLayer`](crate::WebhookLayer) makes of a service.
#[derive(Debug)]
pub struct WebhookService<S, R = MemoryReplayStore> {
    inner: S,
    verifier: Verifier,
    store: Arc<R>,
}

impl<S, R> WebhookService<S, R> {
    pub(super) const fn new(inner: S, verifier: Verifier, store: Arc<R>) -> Self {
        Self { inner, verifier, store }
    }
}

impl<S: Clone, R> Clone for WebhookService<S, R> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), self.verifier.clone(), Arc::clone(&self.store))
    }
}

impl<S, R, B, A> Service<Request<B>> for WebhookService<S, R>
where
    S: Service<Request<B>, Response = Response<A>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    R: ReplayStore,
    B: Body + From<Bytes> + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    A: From<Bytes> + Send + 'static,
{
    type Response = Response<A>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<A>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that is ready is the one to be called.
        let next = self.clone();
        let ready = mem::replace(self, next);
        Box::pin(ready.handle(request))
    }
}

impl<S, R: ReplayStore> WebhookService<S, R> {
    async fn handle<B, A>(mut self, request: Request<B>) -> Result<Response<A>, S::Error>
    where
        S: Service<Request<B>, Response = Response<A>>,
        B: Body + From<Bytes>,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
        A: From<Bytes>,
    {
        let (mut parts, body) = request.into_parts();
        let body = match read(body, self.verifier.body_limit()).await {
            Ok(body) => body,
            Err(refusal) => return Ok(refused(refusal)),
        };
        let verified = match self.verifier.verify(&parts.headers, &body) {
            Ok(verified) => verified,
            Err(error) => return Ok(refused(Refusal::of_verification(error))),
        };
        match self.store.claim(&verified.id, self.verifier.now()).await {
            Ok(Claim::New) => {}
            Ok(Claim::Running) => return Ok(refused(RUNNING)),
            Ok(Claim::Handled) => return Ok(Response::new(A::from(Bytes::new()))),
            Err(_) => return Ok(refused(NO_STORE)),
        }
        let id = verified.id.clone();
        parts.extensions.insert(verified);
        let answer = self.inner.call(Request::from_parts(parts, B::from(body))).await;
        let handled = answer.as_ref().is_ok_and(|answer| answer.status().is_success());
        // What the store can't note now, a further attempt shows; the event itself was handled, or will come again.
        let _ = if handled {
            self.store.finish(&id).await
        } else {
            self.store.release(&id).await
        };
        answer
    }
}

fn refused<A: From<Bytes>>(Refusal { status, message }: Refusal) -> Response<A> {
    let mut answer = Response::new(A::from(Bytes::from_static(message.as_bytes())));
    *answer.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    answer
}
