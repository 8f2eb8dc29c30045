//! Requests arrive as they were sent, and answers come back as they were given.

use proptest::prelude::*;
use serde_json::{Value, json};
use stack_server_api::{Access, Cookie, Redirect};
use stack_types::strategy::fitting;

use crate::{
    cases::{Subject, assert_none, difference, subjects, try_all},
    recorder::{Orders, Taken},
    sent::Outcome,
    world::World,
};

/// How many requests and answers are tried for every operation, access and status.
const CASES: u32 = 8;

#[test]
fn requests_and_answers_of_client_access_come_through_unchanged() {
    assert_none(disagreements(Access::Client));
}

#[test]
fn requests_and_answers_of_server_access_come_through_unchanged() {
    assert_none(disagreements(Access::Server));
}

#[test]
fn requests_and_answers_of_admin_access_come_through_unchanged() {
    assert_none(disagreements(Access::Admin));
}

fn disagreements(access: Access) -> Vec<String> {
    let world = World::start();
    let mut found = Vec::new();
    for subject in subjects(access) {
        let operation = subject.operation;
        let requests = subject.requests();
        let statuses = std::iter::once(operation.status).chain(operation.other_statuses.iter().copied());
        for status in statuses {
            let values = (requests.clone(), orders(subject, status));
            let disagreement = try_all(CASES, &values, |(request, orders)| {
                let expected = told(&subject.expected(&request), &outcome(&orders));
                let (taken, came) = world.call(subject.call, request.sent, &request.tokens, orders);
                let Some((reached, taken)) = taken else {
                    return Err(TestCaseError::fail(format!("no method was reached: {came:?}")));
                };
                prop_assert_eq!(reached, operation.id);
                match difference(&expected, &told(&taken, &came)) {
                    Some(found) => Err(TestCaseError::fail(found)),
                    None => Ok(()),
                }
            });
            let name = access.name();
            found.extend(disagreement.map(|what| format!("{} as {name}, {status}: {what}", operation.id)));
        }
    }
    found
}

/// All that happened, as one value.
fn told(taken: &Taken, outcome: &Outcome) -> Value {
    let Taken {
        caller,
        path,
        query,
        body,
        refresh_token,
    } = taken;
    let outcome = match outcome {
        Outcome::Answer(status, body) => json!({ "status": status, "body": body }),
        other => json!(format!("{other:?}")),
    };
    json!({
        "caller": caller.map(|(access, signed_in)| json!([access.name(), signed_in])),
        "path": path,
        "query": query,
        "body": body,
        "refresh_token": refresh_token,
        "answer": outcome,
    })
}

/// Answers of this status.
fn orders(subject: Subject, status: u16) -> BoxedStrategy<Orders> {
    match &subject.method.answer {
        Some(schema) if status < 300 => fitting(schema)
            .prop_map(move |body| Orders::Answer(status, body))
            .boxed(),
        _ => {
            let cookie = ("[a-z_-]{1,8}", "[a-z0-9]{0,8}", any::<u64>())
                .prop_map(|(name, value, age)| Cookie::new(name, value, age));
            let redirect = ("https://[a-z]{1,8}/[!-~]{0,20}", prop::collection::vec(cookie, 0..3))
                .prop_map(|(location, cookies)| Redirect { location, cookies });
            redirect
                .prop_map(move |redirect| Orders::Redirect(status, redirect))
                .boxed()
        }
    }
}

/// What has to come of them.
fn outcome(orders: &Orders) -> Outcome {
    match orders.clone() {
        Orders::Answer(status, body) => Outcome::Answer(status, body),
        Orders::Redirect(status, Redirect { location, cookies }) => {
            let cookies = cookies.into_iter().map(|cookie| {
                let Cookie {
                    name,
                    value,
                    max_age_secs: age,
                    ..
                } = cookie;
                format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; Secure; SameSite=Lax")
            });
            Outcome::Redirect(status, location, cookies.collect())
        }
        other => unreachable!("{other:?} is no answer"),
    }
}
