//! Writes answers: success by [`Reply`], errors for [`ApiError`].

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, PRAGMA},
};
use serde::Serialize;
use stack_types::{ErrorBody, KnownError};

use crate::{ApiError, Redirect, headers, operation::Operation, wire::RequestId};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// What the answer to a request depends on besides its outcome.
#[derive(Debug, Clone, Copy)]
pub struct Reply {
    operation: &'static Operation,
    request_id: Option<RequestId>,
    /// Whether a person reads it in a browser: JSON is indented then.
    for_reading: bool,
    /// That of its answer if all goes well.
    status: u16,
}

impl Reply {
    /// How to answer `request`, which calls `operation`.
    pub(crate) fn to(operation: &'static Operation, request: &Request) -> Self {
        let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|accept| accept.contains("text/html"));
        Self {
            operation,
            request_id: request.extensions().get::<RequestId>().copied(),
            for_reading: request.headers().get_all(ACCEPT).iter().any(accepts),
            status: operation.status,
        }
    }

    /// The same with a status that isn't the operation's first.
    #[must_use]
    pub const fn with_status(&self, status: u16) -> Self {
        Self { status, ..*self }
    }

    /// The success answer with `value` as JSON.
    ///
    /// # Errors
    ///
    /// An internal error if `value` has no JSON form.
    pub fn json<T: Serialize>(&self, value: &T) -> Result<Response, ApiError> {
        let bytes = if self.for_reading {
            serde_json::to_vec_pretty(value)
        } else {
            serde_json::to_vec(value)
        };
        Ok(self.success(JSON, bytes.map_err(ApiError::internal)?.into()))
    }

    /// The success answer with `text` as it is.
    ///
    /// # Errors
    ///
    /// None; it gives a `Result` as its sister [`Reply::json`] does.
    pub fn text(&self, text: String) -> Result<Response, ApiError> {
        Ok(self.success(TEXT, text.into()))
    }

    /// The success answer with a page for people.
    ///
    /// # Errors
    ///
    /// None; it gives a `Result` as its sister [`Reply::json`] does.
    pub fn html(&self, page: String) -> Result<Response, ApiError> {
        Ok(self.success(HTML, page.into()))
    }

    /// A redirect, without a body.
    ///
    /// # Errors
    ///
    /// An internal error if its location or a cookie can't be sent.
    pub fn redirect(&self, redirect: Redirect) -> Result<Response, ApiError> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.success_status();
        *response.headers_mut() = redirect.headers()?;
        Ok(response)
    }

    /// The answer to a request that failed.
    pub fn error(&self, error: ApiError) -> Response {
        error.answer(Some(self.operation), self.request_id)
    }

    fn success_status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK)
    }

    fn success(&self, content_type: HeaderValue, body: Bytes) -> Response {
        let mut response = answer(self.success_status(), content_type, body);
        if let Some(cache_control) = self.operation.cache_control {
            response
                .headers_mut()
                .insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
            if cache_control == "no-store" {
                // RFC 6749, section 5.1: an answer that holds tokens says so to HTTP/1.0 caches too.
                response
                    .headers_mut()
                    .insert(PRAGMA, HeaderValue::from_static("no-cache"));
            }
        }
        response
    }
}

/// Plain text.
pub(crate) fn text(status: StatusCode, message: String) -> Response {
    answer(status, TEXT, message.into())
}

/// A known error: its code in a header and in the body, always indented, keys in the order code, details, error.
pub(crate) fn known_error(status: StatusCode, error: &KnownError, message: &str) -> Response {
    let body = ErrorBody {
        code: error.code().to_owned(),
        details: error.details(),
        error: message.to_owned(),
    };
    match (serde_json::to_vec_pretty(&body), HeaderValue::from_str(error.code())) {
        (Ok(bytes), Ok(code)) => with_header(answer(status, JSON, bytes.into()), headers::KNOWN_ERROR, code),
        (Err(cause), _) => ApiError::internal(cause).into_response(),
        (_, Err(cause)) => ApiError::internal(cause).into_response(),
    }
}

/// An error of the OAuth 2 protocol, RFC 6749, section 5.2.
pub(crate) fn oauth_error(status: StatusCode, error: &str, description: &str) -> Response {
    let body = serde_json::json!({ "error": error, "error_description": description });
    let response = answer(status, JSON, body.to_string().into());
    let response = with_header(response, CACHE_CONTROL, HeaderValue::from_static("no-store"));
    with_header(response, PRAGMA, HeaderValue::from_static("no-cache"))
}

/// `response` with one more header.
pub(crate) fn with_header(mut response: Response, name: HeaderName, value: HeaderValue) -> Response {
    response.headers_mut().insert(name, value);
    response
}

fn answer(status: StatusCode, content_type: HeaderValue, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
