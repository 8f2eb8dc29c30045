//! The pages below `/docs`: the API reference, one page per kind of access, and the documents that it shows.
//!
//! The page is [Scalar](https://scalar.com), which is part of the binary; it loads nothing from anywhere else, and a
//! content security policy holds it to that.

mod documents;
mod pages;

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use http::{HeaderName, StatusCode, header};

use crate::Demo;

/// What the pages are told of the server.
#[derive(Clone)]
pub(crate) struct Reference {
    /// The origin under which callers reach the server.
    pub base_url: String,
    /// Whose keys the form for credentials begins with.
    pub demo: Option<Demo>,
}

/// What a page may load, run and call: what this server has, nothing else.
///
/// Scalar puts styles into the page and shows icons from `data:` URLs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Changes with the server only.
const AS_LONG_AS_THE_SERVER: &str = "public, max-age=3600";
/// May hold the demo's keys, and follows from the settings.
const NEVER: &str = "no-store";

/// The routes below `/docs`.
pub(crate) fn router(reference: Reference) -> Router {
    let mut router = Router::new()
        .route("/docs", get(index))
        .route("/docs/scalar.js", get(scalar));
    for document in &documents::ALL {
        // Made for whoever asks first: most servers are never asked.
        let served = Arc::new(OnceLock::new());
        router = router.route(
            &document.path(),
            get(move |State(reference): State<Arc<Reference>>| async move {
                let made = || Bytes::from(document.served_by(&reference.base_url));
                answer(
                    "application/json",
                    AS_LONG_AS_THE_SERVER,
                    served.get_or_init(made).clone(),
                )
            }),
        );
    }
    for document in documents::pages() {
        router = router
            .route(
                &document.page(),
                get(move || async move { html(pages::reference(document)) }),
            )
            .route(
                &document.script(),
                get(move |State(reference): State<Arc<Reference>>| async move {
                    answer("text/javascript", NEVER, pages::script(document, &reference))
                }),
            );
    }
    router.with_state(Arc::new(reference))
}

async fn index() -> Response {
    html(pages::index())
}

async fn scalar() -> Response {
    match documents::scalar() {
        Some(script) => answer("text/javascript", AS_LONG_AS_THE_SERVER, script.clone()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn html(page: String) -> Response {
    answer("text/html", AS_LONG_AS_THE_SERVER, page)
}

fn answer(media_type: &str, kept_for: &'static str, body: impl IntoResponse) -> Response {
    let headers: [(HeaderName, String); 6] = [
        (header::CONTENT_TYPE, format!("{media_type}; charset=utf-8")),
        (header::CACHE_CONTROL, kept_for.to_owned()),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        // Else any site that a developer visits could run a page's script, and read the demo's keys from it.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin".to_owned(),
        ),
    ];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests;
