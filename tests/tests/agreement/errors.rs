//! Every error that an operation declares comes back as itself, with its details.

use proptest::prelude::*;
use stack_server_api::Access;
use stack_types::{KnownError, strategy::fitting};

use crate::{
    cases::{Request, Subject, assert_none, subjects, try_all},
    generated::errors::ERRORS,
    glue::Shape,
    recorder::Orders,
    sent::Outcome,
    world::World,
};

/// How often each error is tried for every operation and access that declares it.
const CASES: u32 = 3;

/// How often each error is tried by itself.
const CASES_OF_ITS_OWN: u32 = 64;

#[test]
fn declared_errors_come_back_to_client_access_as_themselves() {
    assert_none(disagreements(Access::Client));
}

#[test]
fn declared_errors_come_back_to_server_access_as_themselves() {
    assert_none(disagreements(Access::Server));
}

#[test]
fn declared_errors_come_back_to_admin_access_as_themselves() {
    assert_none(disagreements(Access::Admin));
}

#[test]
fn every_known_error_comes_back_as_itself_whatever_its_details() {
    let world = World::start();
    let subject = subjects(Access::Server).next().expect("an operation");
    let attempt = Attempt::of(&world, subject, CASES_OF_ITS_OWN);
    let found = ERRORS
        .iter()
        .filter_map(|shape| attempt.error(&known(shape), shape.code));
    assert_none(found.collect());
}

fn disagreements(access: Access) -> Vec<String> {
    let world = World::start();
    let mut found = Vec::new();
    for subject in subjects(access) {
        let operation = subject.operation;
        let attempt = Attempt::of(&world, subject, CASES);
        for code in operation.errors {
            let shape = ERRORS.iter().find(|shape| shape.code == *code);
            let shape = shape.unwrap_or_else(|| panic!("{} declares {code}, which isn't sent", operation.id));
            found.extend(attempt.error(&known(shape), code));
        }
        for status in operation.text_errors {
            let texts = ".{0,40}"
                .prop_map(|text| (Orders::Text(*status, text.clone()), Outcome::Plain(*status, text)))
                .boxed();
            found.extend(attempt.error(&texts, &status.to_string()));
        }
        if !operation.oauth_errors.is_empty() {
            assert_eq!(operation.oauth_errors, [400], "what the server sends");
            let errors = ".{0,40}".prop_map(|description| {
                let text = serde_json::json!({ "error": "invalid_request", "error_description": description });
                (Orders::Oauth(description), Outcome::Plain(400, text.to_string()))
            });
            let errors = errors.boxed();
            found.extend(attempt.error(&errors, "OAuth error"));
        }
    }
    found
}

/// A known error with details that fit, and what has to come of it.
fn known(shape: &'static Shape) -> BoxedStrategy<(Orders, Outcome)> {
    let errors = fitting(&shape.details).prop_map(|details| {
        let details = details
            .as_object()
            .is_some_and(|details| !details.is_empty())
            .then_some(details);
        let error = Box::new(KnownError::from_wire(shape.status, shape.code, details, ""));
        (Orders::Known(error.clone()), Outcome::Known(shape.status, error))
    });
    errors.boxed()
}

/// Attempts to provoke errors of an operation.
struct Attempt<'a> {
    world: &'a World,
    subject: Subject,
    requests: BoxedStrategy<Request>,
    cases: u32,
}

impl<'a> Attempt<'a> {
    fn of(world: &'a World, subject: Subject, cases: u32) -> Self {
        Self {
            world,
            subject,
            requests: subject.requests(),
            cases,
        }
    }

    /// What is wrong with the error of this name.
    fn error(&self, errors: &BoxedStrategy<(Orders, Outcome)>, name: &str) -> Option<String> {
        let Subject { operation, call, .. } = self.subject;
        let values = (self.requests.clone(), errors.clone());
        let disagreement = try_all(self.cases, &values, |(request, (orders, expected))| {
            if let Outcome::Known(_, error) = &expected {
                let is_typed = !matches!(**error, KnownError::Unknown { .. });
                prop_assert!(is_typed, "its details aren't those of the contract: {:?}", error);
            }
            let (taken, came) = self.world.call(call, request.sent, &request.tokens, orders);
            prop_assert_eq!(taken.map(|(reached, _)| reached), Some(operation.id));
            prop_assert_eq!(came, expected);
            Ok(())
        });
        let (id, access) = (operation.id, call.access.name());
        disagreement.map(|what| format!("{name} of {id} as {access}: {what}"))
    }
}
