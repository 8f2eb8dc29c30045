//! What every answer has in common, whatever it answers: request id, security and CORS headers, caching, error override.
//!
//! [`WireLayer`] goes around the whole router, so that it also sees what no route answers. It also takes the requests
//! that never reach a route: preflights, methods that the API doesn't know, and panics.

mod fixed;
mod request_id;

use std::{
    any::Any,
    convert::Infallible,
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, uri::PathAndQuery};
use tower::{Layer, Service};

pub use self::request_id::RequestId;
use crate::{
    ApiError, BodyLimit, TrustedProxies,
    headers::{ACTUAL_STATUS, OVERRIDE_ERROR_STATUS},
};

/// Puts [`Wire`] around a router.
#[derive(Clone)]
pub struct WireLayer {
    request_ids: Arc<dyn Fn() -> RequestId + Send + Sync>,
    body_limit: BodyLimit,
    proxies: Option<TrustedProxies>,
}

impl WireLayer {
    /// With random request ids and the usual body limit.
    pub fn new() -> Self {
        Self {
            request_ids: Arc::new(RequestId::random),
            body_limit: BodyLimit::default(),
            proxies: None,
        }
    }

    /// With request ids from this source; tests take one that repeats itself.
    #[must_use]
    pub fn request_ids(mut self, next: impl Fn() -> RequestId + Send + Sync + 'static) -> Self {
        self.request_ids = Arc::new(next);
        self
    }

    /// With this limit for bodies.
    #[must_use]
    pub const fn body_limit(mut self, limit: BodyLimit) -> Self {
        self.body_limit = limit;
        self
    }

    /// With these proxies before it; see [`TrustedProxies`].
    #[must_use]
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = Some(proxies);
        self
    }

    /// Goes around `router` and gives a router again: mount nothing else on it, for it would be outside.
    pub fn wrap(self, router: Router) -> Router {
        Router::new().fallback_service(self.layer(router.fallback(unknown_path)))
    }
}

impl Default for WireLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for WireLayer {
    type Service = Wire<S>;

    fn layer(&self, inner: S) -> Wire<S> {
        Wire {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service around a router; made by [`WireLayer`].
#[derive(Clone)]
pub struct Wire<S> {
    inner: S,
    layer: WireLayer,
}

impl<S> Service<Request> for Wire<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, ctx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(ctx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        // The clone isn't ready, the original is: it has to take this call.
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        let request_id = (self.layer.request_ids)();
        let override_status = OVERRIDE_ERROR_STATUS.text(request.headers()).is_some();
        request.extensions_mut().insert(request_id);
        request.extensions_mut().insert(self.layer.body_limit);
        if let Some(proxies) = &self.layer.proxies {
            request.extensions_mut().insert(proxies.clone());
        }
        strip_trailing_slash(request.uri_mut());

        Box::pin(async move {
            let mut response = match unrouted(request.method()) {
                Some(response) => response,
                // Nothing of this call outlives a panic but the shared state, which is the implementer's to guard.
                None => match AssertUnwindSafe(async { inner.call(request).await })
                    .catch_unwind()
                    .await
                {
                    Ok(Ok(response)) => response,
                    Ok(Err(never)) => match never {},
                    Err(panic) => ApiError::internal(message_of(panic.as_ref())).answer(None, Some(request_id)),
                },
            };
            if override_status {
                hide_error_status(&mut response);
            }
            fixed::complete(response.headers_mut(), request_id);
            Ok(response)
        })
    }
}

/// The answer to a request that no route gets to see.
fn unrouted(method: &Method) -> Option<Response> {
    match *method {
        Method::OPTIONS => Some(StatusCode::OK.into_response()),
        Method::GET | Method::POST | Method::PUT | Method::PATCH | Method::DELETE => None,
        _ => {
            let message = format!("The API doesn't know the method {method}.");
            Some(ApiError::text(StatusCode::METHOD_NOT_ALLOWED, message).into_response())
        }
    }
}

/// The answer to a path that isn't one of the contract's.
async fn unknown_path(uri: Uri) -> ApiError {
    ApiError::text(StatusCode::NOT_FOUND, format!("There is nothing at {}.", uri.path()))
}

/// `/users/` is `/users`.
fn strip_trailing_slash(uri: &mut Uri) {
    let path = uri.path();
    if path.len() < 2 || !path.ends_with('/') {
        return;
    }
    let stripped = match path.trim_end_matches('/') {
        "" => "/",
        stripped => stripped,
    };
    let path_and_query = match uri.query() {
        Some(query) => format!("{stripped}?{query}"),
        None => stripped.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    // A part of a valid path is valid, and so is a URI with another path; should it not be so, nothing is stripped.
    if let Ok(path_and_query) = path_and_query.parse::<PathAndQuery>() {
        parts.path_and_query = Some(path_and_query);
        if let Ok(shorter) = Uri::from_parts(parts) {
            *uri = shorter;
        }
    }
}

/// Sends a 4xx as 200, for callers whose consoles would be full of red otherwise; the real status goes in a header.
fn hide_error_status(response: &mut Response) {
    let status = response.status();
    if status.is_client_error() {
        *response.status_mut() = StatusCode::OK;
        let headers: &mut HeaderMap = response.headers_mut();
        headers.insert(ACTUAL_STATUS, HeaderValue::from(status.as_u16()));
    }
}

/// What a panic says.
fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("without a message"))
}
