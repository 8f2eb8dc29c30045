//! Promises for every value, tried on many.

use proptest::prelude::*;
use serde_json::{Map, Value};
use stack_types::{
    ErrorBody, KnownError,
    schema::{Kind, Mode, Schema, Wire, check, decode},
    server,
};

use crate::tables::EVERYTHING;

/// Any JSON whose keys are often those of `EVERYTHING`, and whose scalars are often nearly right.
fn json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-2_i64..200).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        "[ ]?(true|FALSE|0|1|1e3|-1\\.5|me|red|AT|at|circle|ﬀ|İ|ß)[ ]?".prop_map(Value::from),
        Just(Value::from("3241a285-8329-4d69-8f3d-316e08cf140c")),
        Just(Value::from("Ada@Example.com")),
        Just(Value::from("https://example.com")),
    ];
    scalar.prop_recursive(4, 64, 8, |inner| {
        let object = prop::collection::vec((key(), inner.clone()), 0..8)
            .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()));
        prop_oneof![prop::collection::vec(inner, 0..5).prop_map(Value::from), object]
    })
}

fn key() -> impl Strategy<Value = String> {
    let Kind::Object(object) = EVERYTHING.kind else {
        unreachable!("it is an object")
    };
    let names: Vec<&str> = object.properties.iter().map(|property| property.name).collect();
    let inner = [
        "kind",
        "radius",
        "side",
        "ok",
        "reason",
        "depth",
        "user_id",
        "primary_email",
        "display_name",
    ];
    let known = prop::sample::select([names.as_slice(), inner.as_slice()].concat()).prop_map(str::to_owned);
    prop_oneof![4 => known, 1 => ".{0,3}"]
}

/// An object for `EVERYTHING` in which each property is left out, arbitrary, or likely right.
fn nearly_everything() -> impl Strategy<Value = Value> {
    let Kind::Object(object) = EVERYTHING.kind else {
        unreachable!("it is an object")
    };
    let property = |name: &'static str, schema: Schema| {
        prop_oneof![3 => fitting(schema).prop_map(Some), 1 => json().prop_map(Some), 2 => Just(None)]
            .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    let properties: Vec<_> = object
        .properties
        .iter()
        .map(|given| property(given.name, given.schema).boxed())
        .collect();
    properties.prop_map(|entries| Value::Object(entries.into_iter().flatten().collect()))
}

/// Values that are likely to fit, if `schema` is simple.
fn fitting(schema: Schema) -> BoxedStrategy<Value> {
    match schema.kind {
        Kind::Uuid | Kind::UserIdOrMe => Just(Value::from("3241a285-8329-4d69-8f3d-316e08cf140c")).boxed(),
        Kind::Text(text) => match text.format {
            Some("email") => Just(Value::from(" Ada@Example.com")).boxed(),
            Some("uri") => Just(Value::from("https://example.com")).boxed(),
            Some(_) => Just(Value::from("AAAA")).boxed(),
            None => prop_oneof!["[a-zA-Z]{2}", " (at|de)"].prop_map(Value::from).boxed(),
        },
        Kind::Integer(_) | Kind::Number(_) => prop_oneof![
            (1_i64..100).prop_map(Value::from),
            (1_i64..100).prop_map(|n| Value::from(n.to_string()))
        ]
        .boxed(),
        Kind::Boolean(_) => prop::sample::select(vec![Value::from(true), Value::from("1"), Value::from(1)]).boxed(),
        Kind::Enum(words) => prop::sample::select(words.to_vec()).prop_map(Value::from).boxed(),
        _ => json().boxed(),
    }
}

const MODES: [Mode; 3] = [Mode::Request, Mode::LenientRequest, Mode::Response];

proptest! {
    #[test]
    fn a_value_that_has_passed_passes_again_unchanged(value in prop_oneof![json(), nearly_everything()]) {
        for mode in MODES {
            let mut once = value.clone();
            if check(&mut once, &EVERYTHING, mode).is_ok() {
                let mut twice = once.clone();
                prop_assert_eq!(check(&mut twice, &EVERYTHING, mode), Ok(()));
                prop_assert_eq!(twice, once);
            }
        }
    }

    #[test]
    fn what_passes_as_a_request_passes_as_a_response(value in nearly_everything()) {
        let mut value = value;
        if check(&mut value, &EVERYTHING, Mode::Request).is_ok() {
            prop_assert_eq!(check(&mut value, &EVERYTHING, Mode::Response), Ok(()));
        }
    }

    #[test]
    fn generated_types_are_read_or_refused_but_never_panic(value in json()) {
        for mode in MODES {
            round_trip::<server::UserCreate>(&value, mode)?;
            round_trip::<server::User>(&value, mode)?;
            round_trip::<stack_types::VersionVerdict>(&value, mode)?;
        }
    }

    #[test]
    fn any_error_body_becomes_an_error_and_the_same_body_again(
        code in prop_oneof![prop::sample::select(KnownError::CODES).prop_map(str::to_owned), "[A-Z_]{0,9}"],
        details in prop::option::of(json()),
        error in ".{0,9}",
    ) {
        let body = ErrorBody { code, details, error };
        let known = body.clone().into_known(400);
        prop_assert_eq!(known.code(), &body.code);
        if let KnownError::Unknown { .. } = known {
            prop_assert_eq!(ErrorBody::from(&known), body);
        }
    }
}

/// What is read writes something that is read as the same again.
fn round_trip<T: Wire + PartialEq + std::fmt::Debug>(value: &Value, mode: Mode) -> Result<(), TestCaseError> {
    if let Ok(read) = decode::<T>(value.clone(), mode) {
        let written = serde_json::to_value(&read).expect("it serializes");
        prop_assert_eq!(decode::<T>(written, Mode::Response), Ok(read));
    }
    Ok(())
}
