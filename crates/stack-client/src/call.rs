//! What traces tell of a call: a span per call, an event per attempt.
//!
//! Neither holds keys, tokens, bodies or URLs, whose paths and queries may name people.

use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::{Method, Response};
use tracing::{Instrument, Span, field::Empty};

use crate::error::REQUEST_ID;

/// A call that is under way.
pub(crate) struct Call {
    span: Span,
    attempts: AtomicU32,
}

impl Call {
    pub fn begin(operation: &str, method: &Method) -> Self {
        let span = tracing::info_span!(
            "stack_call",
            operation,
            method = method.as_str(),
            status = Empty,
            code = Empty,
            request_id = Empty,
            attempts = Empty,
            error = Empty,
        );
        Self {
            span,
            attempts: AtomicU32::new(0),
        }
    }

    /// Waits for the answer within the span, and notes what came of the call.
    pub async fn watch(&self, answer: impl Future<Output = reqwest::Result<Response>>) -> reqwest::Result<Response> {
        self.end(answer.instrument(self.span.clone()).await)
    }

    /// Notes what came of one more attempt.
    pub fn attempted(&self, result: &reqwest::Result<Response>) {
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        match result {
            Ok(response) => {
                let (status, request_id) = (response.status().as_u16(), header(response, REQUEST_ID));
                tracing::debug!(parent: &self.span, attempt, status, request_id, "answered");
            }
            Err(error) => tracing::debug!(parent: &self.span, attempt, error = kind(error), "not answered"),
        }
    }

    fn end(&self, result: reqwest::Result<Response>) -> reqwest::Result<Response> {
        self.span.record("attempts", self.attempts.load(Ordering::Relaxed));
        match &result {
            Ok(response) => {
                self.span.record("status", response.status().as_u16());
                for (field, name) in [("request_id", REQUEST_ID), ("code", "x-stack-known-error")] {
                    if let Some(value) = header(response, name) {
                        self.span.record(field, value);
                    }
                }
            }
            Err(error) => drop(self.span.record("error", kind(error))),
        }
        result
    }
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// The error's own text holds the URL.
fn kind(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else if error.is_body() || error.is_decode() {
        "body"
    } else {
        "request"
    }
}
