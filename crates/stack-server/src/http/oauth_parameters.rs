//! Parameters of OAuth that come more than once: two readers may take two of them, so nobody gets to choose.
//!
//! Source: RFC 6749, section 3.1.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use stack_server_api::ApiError;
use url::form_urlencoded;

/// What the endpoints below read and what the protocol names.
const PARAMETERS: [&str; 20] = [
    "after_callback_redirect_url",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "error",
    "error_redirect_uri",
    "error_redirect_url",
    "grant_type",
    "iss",
    "provider_scope",
    "redirect_uri",
    "response_type",
    "scope",
    "stack_response_mode",
    "state",
    "token",
    "type",
];

/// Refuses a request to an OAuth endpoint whose query names a parameter twice.
pub(crate) async fn refuse_duplicates(request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    if request.uri().path().contains("/auth/oauth/")
        && let Some(name) = named_twice(query)
    {
        let message = format!("The parameter {name} is given more than once.");
        return ApiError::text(StatusCode::BAD_REQUEST, message).into_response();
    }
    next.run(request).await
}

fn named_twice(query: &str) -> Option<&'static str> {
    let mut seen = [false; PARAMETERS.len()];
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        let Ok(index) = PARAMETERS.binary_search(&&*name) else {
            continue;
        };
        if std::mem::replace(&mut seen[index], true) {
            return Some(PARAMETERS[index]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocols_parameters_come_once() {
        assert!(PARAMETERS.is_sorted());
        for (query, twice) in [
            ("", None),
            ("state=a&code=b&theme=1&theme=2", None),
            ("state=a&state=a", Some("state")),
            ("state=a&code=b&%73tate=c", Some("state")),
            ("redirect_uri=a&redirect_uri", Some("redirect_uri")),
        ] {
            assert_eq!(named_twice(query), twice, "{query}");
        }
    }
}
