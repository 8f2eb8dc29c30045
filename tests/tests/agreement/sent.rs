//! The client's side: what is sent, and what comes of it.

use std::{future::Future, pin::Pin};

use http::HeaderMap;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use stack_client::{Error, ResponseValue};
use stack_types::KnownError;

/// The parts of a request as JSON. A call takes them out one by one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sent {
    pub path: Map<String, Value>,
    pub query: Map<String, Value>,
    pub body: Option<Value>,
}

impl Sent {
    /// A parameter of the path.
    pub fn path<T: DeserializeOwned>(&mut self, name: &str) -> T {
        let value = self.path.remove(name);
        read(
            name,
            value.unwrap_or_else(|| panic!("the server's path has no `{name}`")),
        )
    }

    /// A parameter of the query, if it is sent.
    pub fn query<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        self.query.remove(name).map(|value| read(name, value))
    }

    /// The body.
    pub fn body<T: DeserializeOwned>(&mut self) -> T {
        read("body", self.body.take().expect("the server's request has a body"))
    }

    /// Whether nothing is left, so that the call can't have kept anything back.
    pub fn is_used_up(&self) -> bool {
        *self == Self::default()
    }
}

fn read<T: DeserializeOwned>(name: &str, value: Value) -> T {
    let ty = std::any::type_name::<T>();
    serde_json::from_value(value.clone())
        .unwrap_or_else(|error| panic!("the client's `{name}` is a {ty}, which can't be {value}: {error}"))
}

/// A call under way.
pub(crate) type Answered<'a> = Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// What comes of `call`.
pub(crate) fn answered<'a, T: Serialize + 'a>(
    call: impl Future<Output = Result<ResponseValue<T>, Error>> + 'a,
) -> Answered<'a> {
    Box::pin(async move { Outcome::of(call.await.map(|answer| (answer.status().as_u16(), json(&*answer)))) })
}

/// What a value is on the wire.
pub(crate) fn json(value: &impl Serialize) -> Value {
    // Through text as on the wire: the compiler has that code already.
    let text = serde_json::to_vec(value).expect("it serializes");
    serde_json::from_slice(&text).expect("it is JSON")
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// With an answer of this status.
    Answer(u16, Value),
    /// With a known error.
    Known(u16, Box<KnownError>),
    /// With an error in plain text.
    Plain(u16, String),
    /// Elsewhere: the location and the cookies.
    Redirect(u16, String, Vec<String>),
    /// In another way.
    Broken(String),
}

impl Outcome {
    fn of(result: Result<(u16, Value), Error>) -> Self {
        match result {
            Ok((status, body)) => Self::Answer(status, body),
            Err(Error::Known { error, status, .. }) => Self::Known(status.as_u16(), error),
            Err(Error::Plain { status, text, .. }) => Self::Plain(status.as_u16(), text),
            Err(Error::Unexpected { status, headers }) if status.is_redirection() => {
                let cookies = texts(&headers, "set-cookie");
                Self::Redirect(status.as_u16(), texts(&headers, "location").concat(), cookies)
            }
            Err(Error::Decode { source, body }) => {
                Self::Broken(format!("{source}: {}", String::from_utf8_lossy(body.expose())))
            }
            Err(other) => Self::Broken(format!("{other:?}")),
        }
    }
}

fn texts(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).iter();
    values
        .map(|value| value.to_str().expect("headers are text").to_owned())
        .collect()
}
