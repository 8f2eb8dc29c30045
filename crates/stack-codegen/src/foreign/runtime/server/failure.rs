//! Answers that the document doesn't mention.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use types::schema::Violation;

/// An answer besides the documented ones.
pub struct Failure(Response);

impl Failure {
    /// Any answer at all.
    pub fn response(response: impl IntoResponse) -> Self {
        Self(response.into_response())
    }

    /// A status without a body.
    pub fn status(status: StatusCode) -> Self {
        Self(status.into_response())
    }

    /// A status with JSON.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => {
                let mut response = (status, bytes).into_response();
                response
                    .headers_mut()
                    .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Self(response)
            }
            Err(cause) => Self::internal(cause),
        }
    }

    /// A bare 500. The cause is logged and never sent.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// 400 with all that is wrong with a request.
    pub(crate) fn violations(violations: &[(String, Violation)]) -> Self {
        let all: Vec<_> = violations
            .iter()
            .map(|(part, violation)| serde_json::json!({"in": part, "violation": violation.to_string()}))
            .collect();
        Self::json(
            StatusCode::BAD_REQUEST,
            &serde_json::json!({"message": "the request doesn't fit", "violations": all}),
        )
    }

    /// The answer.
    pub fn into_response(self) -> Response {
        self.0
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Failure").field(&self.0.status()).finish()
    }
}
