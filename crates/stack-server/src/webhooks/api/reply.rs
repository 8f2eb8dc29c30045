//! Answers, and what callers hear who can't have one.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use stack_domain::{DomainError, Refusal, ports::StorageError};

/// An answer.
pub(super) type Reply = Result<Answered, Refused>;

/// A status, and JSON unless there is nothing to say.
pub(super) struct Answered(StatusCode, Option<Value>);

impl Answered {
    pub(super) fn ok(body: Value) -> Self {
        Self(StatusCode::OK, Some(body))
    }

    pub(super) fn created(body: Value) -> Self {
        Self(StatusCode::CREATED, Some(body))
    }

    pub(super) fn accepted(body: Value) -> Self {
        Self(StatusCode::ACCEPTED, Some(body))
    }

    pub(super) const fn nothing() -> Self {
        Self(StatusCode::NO_CONTENT, None)
    }
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        let Self(status, body) = self;
        match body {
            Some(body) => json_response(status, &body),
            None => status.into_response(),
        }
    }
}

/// Why there is no answer.
pub(super) struct Refused {
    status: StatusCode,
    code: &'static str,
    detail: String,
}

impl Refused {
    /// The request can't be understood.
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: "validation_error",
            detail: detail.into(),
        }
    }

    /// Nobody says who they are.
    pub(super) fn unauthenticated() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            code: "authentication_failed",
            detail: "Send a token of `POST /webhooks/svix-token` or a super secret admin key as bearer.".to_owned(),
        }
    }

    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { status, code, detail }
    }
}

impl From<DomainError> for Refused {
    fn from(error: DomainError) -> Self {
        const LATER: &str = "The server has too much to do. Try again in a moment.";
        match error {
            DomainError::Refused { kind, message } => match kind {
                Refusal::BadRequest => Self::new(StatusCode::BAD_REQUEST, "bad_request", message),
                Refusal::Unauthorized => Self::new(StatusCode::UNAUTHORIZED, "authentication_failed", message),
                Refusal::Forbidden => Self::new(StatusCode::FORBIDDEN, "forbidden", message),
                Refusal::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found", message),
            },
            DomainError::Known(known) => {
                let status = StatusCode::from_u16(known.status()).unwrap_or(StatusCode::BAD_REQUEST);
                Self::new(status, "bad_request", known.message())
            }
            DomainError::TooMany { .. } => Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", LATER),
            DomainError::Busy { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", LATER),
            DomainError::Storage(StorageError::Unavailable(cause)) => {
                tracing::error!(error = ?cause, "the database is unavailable");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", LATER)
            }
            error => {
                tracing::error!(error = ?error, "a call of the webhooks' management failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "server_error",
                    "Something went wrong.",
                )
            }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        // This is how Svix tells of what can't be understood.
        let detail = match self.status {
            StatusCode::UNPROCESSABLE_ENTITY => json!([{ "loc": [], "msg": self.detail, "type": self.code }]),
            _ => json!(self.detail),
        };
        json_response(self.status, &json!({ "code": self.code, "detail": detail }))
    }
}

pub(super) async fn no_such_route() -> Refused {
    Refused::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "This server has no such operation of Svix.",
    )
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], body.to_string()).into_response()
}

/// A page of a list: `items` has one more than `limit` if there are more.
pub(super) fn page<T>(mut items: Vec<T>, limit: usize, id: impl Fn(&T) -> String, show: impl Fn(&T) -> Value) -> Value {
    let done = items.len() <= limit;
    items.truncate(limit);
    json!({
        "iterator": items.last().map(&id),
        "prevIterator": null,
        "done": done,
        "data": items.iter().map(show).collect::<Vec<_>>(),
    })
}
