//! What a request has to hold for a mock to answer it.

use std::{
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use httpmock::{HttpMockRequest, Method};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::Value;

use crate::{Operation, Route};

/// What a request of the operation `O` has to hold. It starts with the method, the path and the access type; each method
/// adds a condition, and has a name of the contract or is one of those below.
pub struct When<O> {
    inner: httpmock::When,
    /// Whether a segment of the path was named: then it is that one, even if it is a word of another operation's path.
    named: Arc<AtomicBool>,
    operation: PhantomData<O>,
}

impl<O: Operation> When<O> {
    pub(crate) fn new(inner: httpmock::When) -> Self {
        let route = O::ROUTE;
        let mut inner = inner.method(Method::from(route.method));
        inner = if route.path.contains('{') {
            inner.path_matches(Route::pattern(route.path).as_str())
        } else {
            inner.path(route.path)
        };
        let named = Arc::new(AtomicBool::new(false));
        if !route.others.is_empty() {
            let named = Arc::clone(&named);
            inner = inner.is_true(move |request| {
                let uri = request.uri();
                named.load(Ordering::Relaxed) || !route.others.iter().any(|other| Route::fits(other, uri.path()))
            });
        }
        if let Some(access) = route.access {
            inner = inner.header("x-stack-access-type", access);
        }
        Self {
            inner,
            named,
            operation: PhantomData,
        }
    }

    /// Expects the access token of a signed-in user.
    pub fn signed_in_with(self, access_token: impl Into<String>) -> Self {
        self.with_header("x-stack-access-token", access_token)
    }

    /// Expects that nobody is signed in.
    pub fn signed_out(self) -> Self {
        self.map(|when| when.header_missing("x-stack-access-token"))
    }

    /// Expects a header.
    pub fn with_header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.map(|when| when.header(name, value))
    }

    /// Expects that this parameter isn't in the query.
    pub fn without_query(self, name: impl Into<String>) -> Self {
        self.map(|when| when.query_param_missing(name))
    }

    /// Expects a form with the fields of `body` and no others.
    pub fn with_form(self, body: &impl Serialize) -> Self {
        let mut expected = Vec::new();
        if let Value::Object(fields) = json(body) {
            expected.extend(fields.into_iter().map(|(name, value)| (name, text(&value))));
        }
        expected.sort();
        self.fitting(move |request| {
            let mut fields: Vec<_> = url::form_urlencoded::parse(request.body_ref()).into_owned().collect();
            fields.sort();
            fields == expected
        })
    }

    /// Expects what `condition` says of the whole request.
    pub fn fitting(self, condition: impl Fn(&HttpMockRequest) -> bool + Send + Sync + 'static) -> Self {
        self.map(|when| when.is_true(condition))
    }

    /// The conditions so far, for what the contract doesn't know.
    pub fn into_inner(self) -> httpmock::When {
        self.inner
    }

    /// Expects `value` in the place of a placeholder.
    pub(crate) fn match_path(self, name: &str, value: &impl Serialize) -> Self {
        self.named.store(true, Ordering::Relaxed);
        let position = O::ROUTE.position(name);
        let expected = text(value);
        self.fitting(move |request| {
            let uri = request.uri();
            let segment = position.and_then(|position| uri.path().split('/').nth(position));
            segment.is_some_and(|segment| percent_decode_str(segment).decode_utf8().is_ok_and(|it| it == expected))
        })
    }

    /// Expects `value` in the query.
    pub(crate) fn match_query(self, name: &str, value: &impl Serialize) -> Self {
        self.map(|when| when.query_param(name, text(value)))
    }

    /// Expects a body of JSON.
    pub(crate) fn match_json(self, body: &impl Serialize) -> Self {
        self.map(|when| when.json_body(json(body)))
    }

    fn map(self, change: impl FnOnce(httpmock::When) -> httpmock::When) -> Self {
        Self {
            inner: change(self.inner),
            ..self
        }
    }
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("values of the contract's types are JSON")
}

/// A value as paths, queries and forms have it: text without quotes, everything else as JSON.
fn text(value: &impl Serialize) -> String {
    match json(value) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
