//! Hostile input.

use serde_json::{Value, json};
use stack_types::schema::{self, Kind, Schema, Text};

use crate::tables::{lines, requested};

/// A list of itself.
static NEST: Schema = schema::array(&AGAIN, None, None);
static AGAIN: Schema = Schema::new(Kind::Ref(|| &NEST));

/// Itself, in two ways.
static TWICE: Schema = schema::first_of(&[
    schema::array(&TWICE_AGAIN, None, None),
    schema::array(&TWICE_AGAIN, Some(0), None),
    schema::text(Text::new().max_length(1)),
]);
static TWICE_AGAIN: Schema = Schema::new(Kind::Ref(|| &TWICE));

fn nested(levels: usize, innermost: Value) -> Value {
    (0..levels).fold(innermost, |value, _| Value::Array(vec![value]))
}

#[test]
fn more_than_64_levels_are_refused() {
    for schema in [&NEST, &schema::any()] {
        assert!(requested(schema, nested(64, json!([]))).is_ok());
        assert!(lines(requested(schema, nested(65, json!([])))).contains("64 levels"));
    }
}

#[test]
fn unions_of_themselves_come_to_an_end() {
    let result = requested(&TWICE, nested(60, json!("too long")));
    assert!(result.is_err());
}

#[test]
fn the_list_of_violations_has_an_end() {
    static SCHEMA: Schema = schema::array(&schema::uuid(), None, None);
    let value = Value::Array(vec![json!("no"); 100_000]);
    assert_eq!(requested(&SCHEMA, value).expect_err("none is a UUID").len(), 100);
}

#[test]
fn messages_stay_short_whatever_the_input() {
    let long = "x".repeat(1_000_000);
    let value = json!({ "a": 1, (long.clone()): 2 });
    static SCHEMA: Schema = schema::object(&[schema::optional("a", schema::uuid())]);
    assert!(lines(requested(&SCHEMA, value)).len() < 1000);
    assert!(lines(requested(&schema::uuid(), json!(long))).len() < 200);
}
