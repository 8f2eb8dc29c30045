//! The part of Svix's management API that its SDKs and dashboards need, below `/svix`: official `svix` clients work with
//! `serverUrl` set to `<this server>/svix`.
//!
//! It is Svix's contract, not ours, so it isn't in `openapi/`: names, statuses and shapes follow
//! <https://api.svix.com/docs>. A project is its one application, whose id and uid are the project's. Event types are
//! those of `openapi/webhooks.yaml`. Whoever calls shows, as bearer, a token of `POST /webhooks/svix-token` or a super
//! secret admin key of the project.

mod applications;
mod attempts;
mod call;
mod endpoints;
mod event_types;
mod messages;
mod reply;
mod time;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};

use crate::http::Server;

/// The routes.
pub(crate) fn router(server: Arc<Server>) -> Router {
    let endpoint = get(endpoints::get)
        .put(endpoints::replace)
        .patch(endpoints::patch)
        .delete(endpoints::delete);
    let headers = get(endpoints::headers)
        .put(endpoints::replace_headers)
        .patch(endpoints::patch_headers);
    let api = Router::new()
        .route("/app", get(applications::list).post(applications::get_or_create))
        .route("/app/{app_id}", get(applications::get))
        .route("/app/{app_id}/endpoint", get(endpoints::list).post(endpoints::create))
        .route("/app/{app_id}/endpoint/{endpoint_id}", endpoint)
        .route("/app/{app_id}/endpoint/{endpoint_id}/headers", headers)
        .route("/app/{app_id}/endpoint/{endpoint_id}/secret", get(endpoints::secret))
        .route(
            "/app/{app_id}/endpoint/{endpoint_id}/secret/rotate",
            post(endpoints::rotate_secret),
        )
        .route(
            "/app/{app_id}/endpoint/{endpoint_id}/send-example",
            post(messages::send_example),
        )
        .route("/app/{app_id}/endpoint/{endpoint_id}/recover", post(attempts::recover))
        .route("/app/{app_id}/msg", get(messages::list).post(messages::create))
        .route("/app/{app_id}/msg/{msg_id}", get(messages::get))
        .route("/app/{app_id}/msg/{msg_id}/endpoint", get(messages::destinations))
        .route("/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}", get(attempts::get))
        .route(
            "/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/resend",
            post(attempts::resend),
        )
        .route(
            "/app/{app_id}/attempt/endpoint/{endpoint_id}",
            get(attempts::of_endpoint),
        )
        .route("/app/{app_id}/attempt/msg/{msg_id}", get(attempts::of_message))
        .route("/event-type", get(event_types::list))
        .route("/event-type/{name}", get(event_types::get))
        .route("/health", get(healthy).head(healthy))
        .fallback(reply::no_such_route)
        .with_state(server)
        .layer(middleware::from_fn(allow_browsers));
    Router::new().nest("/svix/api/v1", api)
}

async fn healthy() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Lets pages of any origin call, as dashboards do: a call proves itself by its bearer, never by a cookie.
async fn allow_browsers(request: Request, next: Next) -> Response {
    let is_preflight = request.method() == Method::OPTIONS;
    let mut response = if is_preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let any = HeaderValue::from_static("*");
    let methods = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS");
    let allowed = "authorization, content-type, idempotency-key, svix-req-id, svix-retry-count";
    let sniffing = HeaderName::from_static("x-content-type-options");
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(sniffing, HeaderValue::from_static("nosniff"));
    if is_preflight {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(allowed));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    }
    response
}
