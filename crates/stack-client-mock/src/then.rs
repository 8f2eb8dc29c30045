//! What a mock answers.

use std::{
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

use httpmock::HttpMockResponse;
use serde_json::Value;
use stack_types::{ErrorBody, KnownError};

use crate::{Operation, status};

/// What a mock of the operation `O` answers: each method adds an answer. The first request gets the first one, the second
/// the second and so on; the last one is repeated.
///
/// # Examples
///
/// Unavailable at first:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use stack_client::{prelude::*, types::server::User};
/// use stack_client_mock::{MockStack, Sample};
///
/// let stack = MockStack::start();
/// let user = User::sample();
/// let mock = stack.as_server().get_user(|_, then| {
///     then.unavailable().ok(&user);
/// });
///
/// stack.server().get_user().user_id(user.id).send().await?;
/// mock.assert_calls(2);
/// # Ok(())
/// # }
/// ```
pub struct Then<O> {
    inner: httpmock::Then,
    answers: Arc<Mutex<Answers>>,
    operation: PhantomData<O>,
}

impl<O: Operation> Then<O> {
    pub(crate) fn new(inner: httpmock::Then) -> Self {
        let answers = Arc::new(Mutex::new(Answers::default()));
        let script = Arc::clone(&answers);
        let inner = inner.respond_with(move |_| {
            let answer = script.lock().unwrap_or_else(PoisonError::into_inner).next();
            answer.unwrap_or_else(|| plain(501, &format!("the mock of `{}` has no answer", O::ROUTE.id)))
        });
        Self {
            inner,
            answers,
            operation: PhantomData,
        }
    }

    /// Answers a known error, with its status, its body and the header that names it.
    pub fn known_error(self, error: impl Into<KnownError>) -> Self {
        let error = error.into();
        let body = serde_json::to_vec(&ErrorBody::from(&error)).expect("an error is JSON");
        let answer = HttpMockResponse::builder()
            .status(error.status())
            .header("content-type", "application/json")
            .header("x-stack-known-error", error.code())
            .body(body);
        self.response(answer.build())
    }

    /// Answers an error in plain text.
    pub fn plain_error(self, status: u16, text: &str) -> Self {
        self.response(plain(status, text))
    }

    /// Answers 503, as a server that is about to restart: clients repeat requests that may be repeated.
    pub fn unavailable(self) -> Self {
        self.plain_error(503, "Service unavailable.")
    }

    /// Answers 429: clients repeat the request after so many seconds.
    pub fn too_many_requests(self, retry_after_secs: u64) -> Self {
        let answer = HttpMockResponse::builder()
            .status(429)
            .header("retry-after", retry_after_secs.to_string())
            .body("Too many requests.");
        self.response(answer.build())
    }

    /// Answers JSON of any shape: what a server of another version might send.
    pub fn json(self, status: u16, body: &Value) -> Self {
        let answer = HttpMockResponse::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(body.to_string());
        self.response(answer.build())
    }

    /// Answers just this.
    pub fn response(self, answer: HttpMockResponse) -> Self {
        self.answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .all
            .push(answer);
        self
    }

    /// The mock's answers in general, to delay them for example.
    pub fn into_inner(self) -> httpmock::Then {
        self.inner
    }

    /// Answers `status` and the operation's answer.
    fn success(self, status: u16, answer: &O::Answer) -> Self {
        let value = serde_json::to_value(answer).expect("values of the contract's types are JSON");
        match value {
            Value::String(text) if O::ROUTE.text => self.response(plain(status, &text)),
            value => self.json(status, &value),
        }
    }
}

impl<O: Operation<Status = status::Ok>> Then<O> {
    /// Answers 200.
    pub fn ok(self, answer: &O::Answer) -> Self {
        self.success(200, answer)
    }
}

impl<O: Operation<Status = status::Created>> Then<O> {
    /// Answers 201.
    pub fn created(self, answer: &O::Answer) -> Self {
        self.success(201, answer)
    }
}

impl<O: Operation<Status = status::Accepted>> Then<O> {
    /// Answers 202.
    pub fn accepted(self, answer: &O::Answer) -> Self {
        self.success(202, answer)
    }
}

/// Answers in their order.
#[derive(Default)]
struct Answers {
    all: Vec<HttpMockResponse>,
    given: usize,
}

impl Answers {
    fn next(&mut self) -> Option<HttpMockResponse> {
        let answer = self.all.get(self.given).or(self.all.last()).cloned();
        self.given += 1;
        answer
    }
}

fn plain(status: u16, text: &str) -> HttpMockResponse {
    HttpMockResponse::builder()
        .status(status)
        .header("content-type", "text/plain; charset=utf-8")
        .body(text.to_owned())
        .build()
}
