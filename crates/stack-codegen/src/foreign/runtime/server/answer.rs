//! Documented answers.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;

use crate::Failure;

/// A documented answer with headers of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<T> {
    /// Which one.
    pub body: T,
    /// More headers.
    pub headers: HeaderMap,
}

impl<T> Answer<T> {
    /// The same with one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }
}

impl<T> From<T> for Answer<T> {
    fn from(body: T) -> Self {
        Self {
            body,
            headers: HeaderMap::new(),
        }
    }
}

/// What an operation may answer.
pub trait Respond {
    /// The answer as it is sent.
    fn respond(self) -> Response;
}

pub(crate) fn send<T: Respond>(answer: Answer<T>) -> Response {
    let mut response = answer.body.respond();
    response.headers_mut().extend(answer.headers);
    response
}

pub(crate) fn empty(status: StatusCode) -> Response {
    status.into_response()
}

pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    Failure::json(status, body).into_response()
}

pub(crate) fn bytes(status: StatusCode, media: &'static str, body: Bytes) -> Response {
    let mut response = (status, body).into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

pub(crate) fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
