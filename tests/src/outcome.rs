//! What a typed call has to come to.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde_json::Value;
use stack_client::{Error, ResponseValue};

/// Says how a typed call ended, or panics with how it ended instead.
pub trait Outcome<T> {
    /// The answer, if it is a success of this status.
    ///
    /// # Panics
    ///
    /// If it isn't.
    #[track_caller]
    fn answers(self, status: u16) -> T;

    /// The details, if it is this known error; `null` if the error has none.
    ///
    /// # Panics
    ///
    /// If it isn't.
    #[track_caller]
    fn fails(self, status: u16, code: &str) -> Value;

    /// The text, if it is an error of this status without a code.
    ///
    /// # Panics
    ///
    /// If it isn't.
    #[track_caller]
    fn fails_plainly(self, status: u16) -> String;
}

impl<T: Debug> Outcome<T> for Result<ResponseValue<T>, Error> {
    fn answers(self, status: u16) -> T {
        let answer = self.unwrap_or_else(|error| panic!("expected {status}, but {}", told(&error)));
        assert_eq!(answer.status().as_u16(), status);
        answer.into_inner()
    }

    fn fails(self, expected: u16, code: &str) -> Value {
        match refused(self) {
            Error::Known { error, status, .. } if error.code() == code && status.as_u16() == expected => {
                error.details().unwrap_or_default()
            }
            other => panic!("expected {expected} {code}, but {}", told(&other)),
        }
    }

    fn fails_plainly(self, expected: u16) -> String {
        match refused(self) {
            Error::Plain { status, text, .. } if status.as_u16() == expected => text,
            other => panic!("expected a plain {expected}, but {}", told(&other)),
        }
    }
}

/// The JSON as a type of the wire, for bodies that are easier to read that way.
///
/// # Panics
///
/// If it isn't one.
#[track_caller]
pub fn typed<T: DeserializeOwned>(body: Value) -> T {
    serde_json::from_value(body).expect("the body fits its type")
}

#[track_caller]
fn refused<T: Debug>(result: Result<ResponseValue<T>, Error>) -> Error {
    match result {
        Ok(answer) => panic!("expected an error, but {} {:?}", answer.status(), answer.into_inner()),
        Err(error) => error,
    }
}

/// An error with what isn't shown elsewhere: the body that couldn't be read.
fn told(error: &Error) -> String {
    match error {
        Error::Decode { source, body } => format!("{source}: {}", String::from_utf8_lossy(body.expose())),
        other => format!("{other} ({other:?})"),
    }
}
