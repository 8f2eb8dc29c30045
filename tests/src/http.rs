//! Calls as bytes, for what a typed client can't get wrong.

use bytes::Bytes;
use reqwest::{
    Method, RequestBuilder, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderMap},
};
use serde_json::Value;
use stack_server_api::operation::Operation;

use crate::contract;

/// The digits of request ids and tokens: Crockford's base 32 in lower case.
pub(crate) const BASE32: &str = "0123456789abcdefghjkmnpqrstvwxyz";

/// A call under construction.
#[derive(Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct Call {
    request: RequestBuilder,
    operation: Option<&'static Operation>,
}

impl Call {
    /// A call of `line`, a method and a path such as `GET /users/me`, below `base`.
    pub(crate) fn new(http: &reqwest::Client, base: &str, line: &str) -> Self {
        let (method, path) = line.split_once(' ').unwrap_or_else(|| panic!("`{line}` has no method"));
        let url: Url = format!("{base}{path}").parse().expect("a URL");
        let operation = contract::operation_at(method, url.path());
        let method: Method = method.parse().expect("a method");
        Self {
            request: http.request(method, url),
            operation,
        }
    }

    /// With a header more.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with(|request| request.header(name, value))
    }

    /// With several headers more.
    pub fn headers<'a>(self, headers: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        headers
            .into_iter()
            .fold(self, |call, (name, value)| call.header(name, &value))
    }

    /// With this access token.
    pub fn token(self, access_token: &str) -> Self {
        self.header("x-stack-access-token", access_token)
    }

    /// With a JSON body.
    pub fn json(self, body: Value) -> Self {
        self.with(|request| request.json(&body))
    }

    /// With a body of any type.
    pub fn body(self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.with(|request| request.header(CONTENT_TYPE, content_type).body(body.into()))
    }

    /// Sends it, and checks what holds for every answer of the API.
    ///
    /// # Panics
    ///
    /// If no answer comes, or it breaks what all answers promise.
    pub async fn send(self) -> Answer {
        let response = self.request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.expect("the answer is complete");
        let answer = Answer { status, headers, body };
        answer.check();
        if let Some(operation) = self.operation {
            contract::check(operation, &answer);
        }
        answer
    }

    fn with(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self {
            request: change(self.request),
            ..self
        }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status on the wire.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// A header as text; empty if it isn't there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("headers are text"))
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Its status, also if it was asked to hide it.
    pub fn real_status(&self) -> u16 {
        let hidden = self.header("x-stack-actual-status").parse();
        hidden.unwrap_or_else(|_| self.status.as_u16())
    }

    /// The code of a known error; empty if it isn't one.
    pub fn code(&self) -> &str {
        self.header("x-stack-known-error")
    }

    /// The body, if the status is this.
    ///
    /// # Panics
    ///
    /// If it isn't.
    #[track_caller]
    pub fn answers(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{} {}", self.code(), self.text());
        self.json()
    }

    /// The details, if it is this known error.
    ///
    /// # Panics
    ///
    /// If it isn't.
    #[track_caller]
    pub fn fails(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status.as_u16(), self.code()), (status, code), "{}", self.text());
        self.json()["details"].take()
    }

    /// The text, if it is a plain error of this status.
    ///
    /// # Panics
    ///
    /// If it isn't.
    #[track_caller]
    pub fn fails_plainly(self, status: u16) -> String {
        assert_eq!((self.status.as_u16(), self.code()), (status, ""), "{}", self.text());
        assert_eq!(
            self.header("content-type"),
            "text/plain; charset=utf-8",
            "{}",
            self.text()
        );
        self.text().to_owned()
    }

    /// What every answer promises, whatever was asked.
    fn check(&self) {
        let id = self.header("x-stack-request-id");
        assert!(
            id.len() == 16 && id.chars().all(|digit| BASE32.contains(digit)),
            "request id `{id}`"
        );
        assert_eq!(self.header("access-control-allow-origin"), "*");
        assert_ne!(
            self.header("cache-control"),
            "",
            "every answer says whether it may be kept"
        );
        for name in [
            "server",
            "x-powered-by",
            "x-request-id",
            "access-control-allow-credentials",
        ] {
            assert_eq!(self.header(name), "", "{name} isn't sent");
        }
        let code = self.code();
        if !code.is_empty() {
            let body = self.json();
            assert_eq!(body["code"], code, "header and body name the same error");
            assert!(body["error"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
            let keys: Vec<_> = body
                .as_object()
                .expect("an object")
                .keys()
                .map(String::as_str)
                .collect();
            assert!(
                keys == ["code", "details", "error"] || keys == ["code", "error"],
                "{keys:?}"
            );
            assert_eq!(self.header("content-type"), "application/json; charset=utf-8");
        }
    }
}
