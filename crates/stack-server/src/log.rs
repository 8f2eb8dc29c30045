//! Log lines: one for each request, and what the rules and the storage have to say.
//!
//! A line holds method, route template, status, code of the known error, duration and request id. Never headers, bodies
//! or query strings, and never the path itself, which may name a user.

use std::{
    io::{IsTerminal as _, stderr},
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use stack_server_api::RequestId;
use tracing::Instrument as _;
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// The target of the lines about requests.
pub const REQUESTS: &str = "stack_server::requests";

/// What is logged unless `RUST_LOG` says otherwise.
const USUAL: &str = "info,sqlx=warn";

/// Stands for the path of a request that no route answers.
const NO_ROUTE: &str = "(no route)";

/// Sends log lines to standard error. Does nothing if that was arranged before.
pub fn init(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(stderr().is_terminal())
        .with_writer(stderr);
    // It fails only if somebody else has arranged it already.
    let _ = match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}

/// Inside of the wire layer and around the routes: names the request in whatever is logged while it is answered, and
/// hands the template of its route out.
pub(crate) async fn name_request(request: Request, next: Next) -> Response {
    let request_id = request.extensions().get::<RequestId>().map(RequestId::as_str);
    let span = tracing::info_span!("request", request_id);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).instrument(span).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

/// Around everything: one line for each request that was answered.
pub(crate) async fn log_request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let response = next.run(request).await;
    let route = response
        .extensions()
        .get::<MatchedPath>()
        .map_or(NO_ROUTE, MatchedPath::as_str);
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let request_id = header("x-stack-request-id");
    // What the caller was told with 200, if they asked for that, was an error all the same.
    let status = header("x-stack-actual-status").map_or_else(|| response.status().as_str().to_owned(), str::to_owned);
    let error = header("x-stack-known-error");
    let duration_ms = millis(started.elapsed());
    tracing::info!(target: REQUESTS, %method, route, status, error, duration_ms, request_id, "answered");
    response
}

/// To the microsecond.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex, PoisonError},
    };

    use axum::{Router, body::Body, middleware, routing::get};
    use stack_server_api::WireLayer;
    use tower::ServiceExt as _;

    use super::*;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The line about a request to a server of one route.
    async fn line_about(request: Request) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let routes = Router::new()
            .route("/users/{id}", get(async || "here"))
            .layer(middleware::from_fn(name_request));
        let app = WireLayer::new().wrap(routes).layer(middleware::from_fn(log_request));
        app.oneshot(request).await.expect("it is answered");
        String::from_utf8(lines.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).expect("it is text")
    }

    fn request(path: &str) -> Request {
        let request = Request::builder()
            .uri(path)
            .header("x-stack-access-token", "secret-token");
        request.body(Body::from("secret-body")).expect("it is a request")
    }

    #[tokio::test]
    async fn a_line_names_the_route_and_nothing_that_the_caller_sent() {
        let line = line_about(request("/users/ada@example.com?query=secret-query")).await;
        for part in [
            "method=GET",
            "route=\"/users/{id}\"",
            "status=\"200\"",
            "request_id=",
            "duration_ms=",
        ] {
            assert!(line.contains(part), "{part} is missing in {line}");
        }
        for secret in ["ada@example.com", "secret"] {
            assert!(!line.contains(secret), "{line}");
        }
    }

    #[tokio::test]
    async fn a_path_without_a_route_is_not_logged_either() {
        let line = line_about(request("/nobody/ada@example.com")).await;
        assert!(line.contains("(no route)") && line.contains("status=\"404\""), "{line}");
        assert!(!line.contains("ada@example.com"), "{line}");
    }

    #[tokio::test]
    async fn the_status_is_the_real_one() {
        let mut request = request("/nobody");
        let override_status = ("x-stack-override-error-status", "true");
        request
            .headers_mut()
            .insert(override_status.0, override_status.1.parse().expect("it is a header"));
        assert!(line_about(request).await.contains("status=\"404\""));
    }
}
