//! Values that are mended rather than refused.

use serde_json::{Value, json};
use stack_types::schema::{self, Mode, Range, Schema, Text};

use crate::tables::{checked, requested};

const TEXT: Schema = schema::text(Text::new());
const INTEGER: Schema = schema::integer(Range::ANY);
const NUMBER: Schema = schema::number(Range::ANY);
const BOOLEAN: Schema = schema::boolean();
const WORD: Schema = schema::words(&["1", "two"]);

#[test]
fn scalars_of_another_type_are_converted_in_requests() {
    for (schema, given, expected) in [
        (TEXT, json!(12), json!("12")),
        (TEXT, json!(true), json!("true")),
        (WORD, json!(1), json!("1")),
        (INTEGER, json!("12"), json!(12)),
        (INTEGER, json!("1e3"), json!(1000)),
        (INTEGER, json!(2.0), json!(2)),
        (NUMBER, json!("-1.5"), json!(-1.5)),
        (BOOLEAN, json!("true"), json!(true)),
        (BOOLEAN, json!("0"), json!(false)),
        (BOOLEAN, json!(1), json!(true)),
    ] {
        assert_eq!(requested(&schema, given.clone()), Ok(expected), "{given} as {schema:?}");
    }
}

#[test]
fn what_has_no_sensible_meaning_is_refused() {
    static ITEM: Schema = TEXT;
    for (schema, given) in [
        (TEXT, json!([])),
        (TEXT, json!({})),
        (TEXT, json!(null)),
        (INTEGER, json!("")),
        (INTEGER, json!("1.5")),
        (INTEGER, json!(1e300)),
        (INTEGER, json!(u64::MAX)),
        (INTEGER, json!(true)),
        (NUMBER, json!("one")),
        (BOOLEAN, json!("yes")),
        (BOOLEAN, json!(2)),
        (schema::array(&ITEM, None, None), json!("[]")),
        (schema::map(&ITEM), json!("{}")),
    ] {
        assert!(requested(&schema, given.clone()).is_err(), "{given} as {schema:?}");
    }
}

#[test]
fn responses_are_not_converted() {
    for (schema, given) in [
        (TEXT, json!(12)),
        (INTEGER, json!("12")),
        (BOOLEAN, json!("true")),
        (BOOLEAN, json!(1)),
    ] {
        assert!(
            checked(&schema, given.clone(), Mode::Response).is_err(),
            "{given} as {schema:?}"
        );
    }
    assert_eq!(
        checked(&INTEGER, json!(2.0), Mode::Response),
        Ok(json!(2)),
        "only the form of the number changes"
    );
}

#[test]
fn text_is_normalized_before_it_is_checked() {
    const EMAIL: Schema = schema::text(Text::new().format("email").normalize("lower"));
    const SHORT: Schema = schema::text(Text::new().max_length(2).normalize("trim"));
    assert_eq!(
        requested(&EMAIL, json!(" Ada@Example.COM ")),
        Ok(json!("ada@example.com"))
    );
    assert_eq!(requested(&SHORT, json!("  ab  ")), Ok(json!("ab")));
}

#[test]
fn defaults_are_filled_in_on_requests_only() {
    static SCHEMA: Schema = schema::object(&[schema::optional("limit", INTEGER).default("10")]);
    assert_eq!(requested(&SCHEMA, json!({})), Ok(json!({ "limit": 10 })));
    assert_eq!(requested(&SCHEMA, json!({ "limit": 5 })), Ok(json!({ "limit": 5 })));
    assert_eq!(checked(&SCHEMA, json!({}), Mode::Response), Ok(json!({})));
}

#[test]
fn any_json_is_left_as_it_is() {
    let value = json!({ "a": [1, 1.0, "1", null, true, { "b": "" }] });
    assert_eq!(requested(&schema::any(), value.clone()), Ok(value));
    assert_eq!(requested(&schema::any(), Value::Null), Ok(Value::Null));
}
