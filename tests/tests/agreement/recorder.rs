//! The server's side: it tells what it got, and answers what it is told to.

use std::sync::Mutex;

use axum::http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use stack_server_api::{Access, ApiError, Authenticate, Authenticated, Credentials, Principal, Redirect};
use stack_types::{KnownError, Secret};

use crate::sent::json;

/// A server of all tags; the traits are implemented in `generated/`.
#[derive(Default)]
pub(crate) struct Recorder(Mutex<State>);

#[derive(Default)]
struct State {
    /// The operation that was called first since the last orders, and what its method got.
    taken: Option<(&'static str, Taken)>,
    orders: Option<Orders>,
}

/// What every method is to answer.
#[derive(Debug, Clone)]
pub(crate) enum Orders {
    /// This JSON as a typed answer of this status.
    Answer(u16, Value),
    /// This redirect.
    Redirect(u16, Redirect),
    /// This known error.
    Known(Box<KnownError>),
    /// An error in plain text.
    Text(u16, String),
    /// An error of OAuth 2 with this description.
    Oauth(String),
}

impl Recorder {
    /// From now on every method answers this.
    pub fn order(&self, orders: Orders) {
        *self.0.lock().expect("no thread panicked here") = State {
            taken: None,
            orders: Some(orders),
        };
    }

    /// The first call since then: the operation, and what its method got.
    pub fn taken(&self) -> Option<(&'static str, Taken)> {
        self.0.lock().expect("no thread panicked here").taken.take()
    }

    /// Notes what the method of `operation` got, and gives what it has to answer.
    pub fn tell(&self, operation: &'static str, taken: Taken) -> Result<Told, ApiError> {
        let mut state = self.0.lock().expect("no thread panicked here");
        state.taken.get_or_insert((operation, taken));
        match state.orders.clone().expect("orders come before calls") {
            Orders::Answer(status, body) => Ok(Told {
                status,
                body,
                redirect: None,
            }),
            Orders::Redirect(status, redirect) => Ok(Told {
                status,
                body: Value::Null,
                redirect: Some(redirect),
            }),
            Orders::Known(error) => Err((*error).into()),
            Orders::Text(status, text) => Err(ApiError::text(StatusCode::from_u16(status).expect("a status"), text)),
            Orders::Oauth(description) => Err(ApiError::oauth("invalid_request", description)),
        }
    }
}

/// Everybody is who they say, and signed in if they have an access token.
impl Authenticate for Recorder {
    type Tenant = ();
    type User = ();

    async fn authenticate(&self, credentials: Credentials) -> Result<Authenticated<(), ()>, ApiError> {
        Ok(Authenticated {
            tenant: (),
            user: credentials.access_token.map(drop),
        })
    }
}

/// What a method got.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Taken {
    /// With which access, and whether signed in; `None` if the method doesn't hear of it.
    pub caller: Option<(Access, bool)>,
    pub path: Option<Value>,
    pub query: Option<Value>,
    pub body: Option<Value>,
    pub refresh_token: Option<String>,
}

impl Taken {
    /// From a caller who is known.
    pub fn by(caller: impl Caller) -> Self {
        Self {
            caller: caller.told(),
            ..Self::default()
        }
    }

    /// From whoever it was.
    pub fn by_anyone() -> Self {
        Self::default()
    }

    pub fn path(self, path: &impl Serialize) -> Self {
        Self {
            path: Some(json(path)),
            ..self
        }
    }

    pub fn query(self, query: &impl Serialize) -> Self {
        Self {
            query: Some(json(query)),
            ..self
        }
    }

    pub fn body(self, body: &impl Serialize) -> Self {
        Self {
            body: Some(json(body)),
            ..self
        }
    }

    pub fn refresh_token(self, token: Option<&Secret>) -> Self {
        Self {
            refresh_token: token.map(|token| token.expose().to_owned()),
            ..self
        }
    }
}

/// Whoever a method may be called by.
pub(crate) trait Caller {
    /// With which access, and whether signed in.
    fn told(self) -> Option<(Access, bool)>;
}

impl<A: Into<Access>> Caller for Principal<A, (), ()> {
    fn told(self) -> Option<(Access, bool)> {
        Some((self.access.into(), true))
    }
}

impl<A: Into<Access>> Caller for Principal<A, (), Option<()>> {
    fn told(self) -> Option<(Access, bool)> {
        Some((self.access.into(), self.user.is_some()))
    }
}

impl<C: Caller> Caller for Option<C> {
    fn told(self) -> Option<(Access, bool)> {
        self.and_then(Caller::told)
    }
}

/// What a method has to answer.
pub(crate) struct Told {
    pub status: u16,
    body: Value,
    redirect: Option<Redirect>,
}

impl Told {
    /// The body as the method's type.
    pub fn json<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        let ty = std::any::type_name::<T>();
        // From text as in the client: the compiler has that code already.
        let answer = serde_json::from_slice(self.body.to_string().as_bytes());
        Ok(answer.unwrap_or_else(|error| panic!("the answer is a {ty}, which can't be {}: {error}", self.body)))
    }

    /// The redirect.
    pub fn redirect(self) -> Result<Redirect, ApiError> {
        Ok(self.redirect.expect("the status is a redirect's"))
    }
}
