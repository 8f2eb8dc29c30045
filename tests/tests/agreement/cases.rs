//! What is tried: requests made from the schemas of a method, and how often.

use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestError, TestRunner},
};
use serde_json::{Map, Value};
use stack_client::Tokens;
use stack_server_api::{
    Access, OPERATIONS,
    operation::{Need, Operation},
};
use stack_types::{
    schema::{Mode, Schema, check},
    strategy::fitting,
};

use crate::{
    generated,
    glue::{Call, Method},
    recorder::Taken,
    sent::Sent,
    world::{ACCESS_TOKEN, REFRESH_TOKEN},
};

/// An operation, the method of the server, and the client's call for an access.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub operation: &'static Operation,
    pub method: &'static Method,
    pub call: &'static Call,
}

/// Every operation that this access may call, and the client has.
pub(crate) fn subjects(access: Access) -> impl Iterator<Item = Subject> {
    generated::calls()
        .filter(move |call| call.access == access)
        .map(|call| {
            let id = call.operation;
            let method = generated::methods()
                .find(|method| method.operation == id && method.accesses.contains(&call.access))
                .unwrap_or_else(|| panic!("the server has no method of {id} for {} access", call.access.name()));
            let operation = OPERATIONS.iter().find(|operation| operation.id == id);
            Subject {
                operation: operation.unwrap_or_else(|| panic!("the server has no operation {id}")),
                method,
                call,
            }
        })
}

/// A request, and the session that it is sent in.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub sent: Sent,
    pub tokens: Tokens,
}

impl Subject {
    /// Requests that fit.
    pub fn requests(self) -> BoxedStrategy<Request> {
        let Method { path, query, body, .. } = self.method;
        let paths = object(path).prop_filter("is a path of the operation", move |path| self.is_path(path));
        let parts = (paths, object(query), whole(body));
        let sent = parts.prop_map(|(path, query, body)| Sent { path, query, body });
        (sent, self.sessions())
            .prop_map(|(sent, tokens)| Request { sent, tokens })
            .boxed()
    }

    /// Whether these parameters make a path that leads to the operation: `/users/me` is another's than `/users/{user_id}`.
    /// No URL has a segment that is empty or nothing but dots, and the client says so.
    fn is_path(self, path: &Map<String, Value>) -> bool {
        let fits = path
            .values()
            .all(|value| !["", ".", ".."].map(Value::from).contains(value));
        let segments: Vec<_> = self.operation.path.split('/').collect();
        let leads_to = |other: &Operation| {
            let others: Vec<_> = other.path.split('/').collect();
            others.len() == segments.len()
                && segments
                    .iter()
                    .zip(others)
                    .all(|(own, other)| match own.strip_prefix('{') {
                        Some(name) if !other.starts_with('{') => path[name.trim_end_matches('}')] == other,
                        _ => *own == other,
                    })
        };
        let mut others = OPERATIONS.iter().filter(|other| {
            other.id != self.operation.id && (other.method, other.base) == (self.operation.method, self.operation.base)
        });
        fits && !others.any(|other| leads_to(other))
    }

    /// The sessions that it may be called in.
    fn sessions(self) -> impl Strategy<Value = Tokens> {
        let needs_user = self.operation.needs_user(self.call.access);
        let refresh = match self.operation.refresh_token {
            Need::Required => Just(true).boxed(),
            Need::Optional => any::<bool>().boxed(),
            Need::None => Just(false).boxed(),
        };
        (any::<bool>(), refresh).prop_map(move |(signed_in, refresh)| Tokens {
            // With nothing but a refresh token, the client would get an access token first.
            access: (signed_in || needs_user || refresh).then(|| ACCESS_TOKEN.into()),
            refresh: refresh.then(|| REFRESH_TOKEN.into()),
        })
    }

    /// What the method has to get: the request with defaults filled in and text normalized, as the contract says.
    pub fn expected(self, Request { sent, tokens }: &Request) -> Taken {
        let part = |schema: &Option<Schema>, value: Value| {
            schema.as_ref().map(|schema| {
                let mut value = value;
                check(&mut value, schema, Mode::Request).expect("what is made to fit does");
                value
            })
        };
        let Method { path, query, body, .. } = self.method;
        Taken {
            caller: (self.operation.auth != Need::None).then_some((self.call.access, tokens.access.is_some())),
            path: part(path, sent.path.clone().into()),
            query: part(query, sent.query.clone().into()),
            body: part(body, sent.body.clone().unwrap_or_default()),
            refresh_token: tokens.refresh.as_ref().map(|token| token.expose().to_owned()),
        }
    }
}

fn object(schema: &'static Option<Schema>) -> BoxedStrategy<Map<String, Value>> {
    match schema {
        None => Just(Map::new()).boxed(),
        Some(schema) => fitting(schema)
            .prop_map(|value| match value {
                Value::Object(entries) => entries,
                other => panic!("parameters are an object, not {other}"),
            })
            .boxed(),
    }
}

fn whole(schema: &'static Option<Schema>) -> BoxedStrategy<Option<Value>> {
    match schema {
        None => Just(None).boxed(),
        Some(schema) => fitting(schema).prop_map(Some).boxed(),
    }
}

/// Tries `cases` values unless the environment says otherwise: what is wrong, with the smallest value that shows it.
pub(crate) fn try_all<S: Strategy>(
    cases: u32,
    values: &S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) -> Option<String> {
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(0);
    }
    match TestRunner::new(config).run(values, test) {
        Ok(()) => None,
        Err(TestError::Fail(reason, value)) => Some(format!("{reason}\nwith {value:?}")),
        Err(TestError::Abort(reason)) => Some(format!("too few values fit: {reason}")),
    }
}

/// Where two values differ first, and how.
pub(crate) fn difference(expected: &Value, came: &Value) -> Option<String> {
    let found = match (expected, came) {
        (Value::Object(expected), Value::Object(came)) => {
            let keys = expected.keys().chain(came.keys());
            let mut inner = keys.filter_map(|key| {
                difference_at(expected.get(key), came.get(key)).map(|found| format!("/{key}{found}"))
            });
            inner.next()?
        }
        (Value::Array(expected), Value::Array(came)) => {
            let mut inner = (0..expected.len().max(came.len())).filter_map(|index| {
                difference_at(expected.get(index), came.get(index)).map(|found| format!("/{index}{found}"))
            });
            inner.next()?
        }
        _ if expected == came => return None,
        _ => format!(": {came} came, not {expected}"),
    };
    Some(found)
}

fn difference_at(expected: Option<&Value>, came: Option<&Value>) -> Option<String> {
    match (expected, came) {
        (Some(expected), Some(came)) => difference(expected, came),
        (Some(expected), None) => Some(format!(": nothing came, not {expected}")),
        (None, came) => came.map(|came| format!(": {came} came, not nothing")),
    }
}

/// Fails with everything that was found.
pub(crate) fn assert_none(found: Vec<String>) {
    assert!(
        found.is_empty(),
        "{} disagreements:\n\n{}",
        found.len(),
        found.join("\n\n")
    );
}
