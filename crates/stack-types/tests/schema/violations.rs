//! What is refused, and how it is worded.

use insta::assert_snapshot;
use serde_json::json;
use stack_types::schema::{self, Mode, Range, Schema, Text};

use crate::tables::{EVERYTHING, checked, lines, requested};

#[test]
fn all_violations_are_collected_and_say_what_would_be_right() {
    let value = json!({
        "owner": "you",
        "name": "Lovelace",
        "email": "ada",
        "link": "/relative",
        "blob": "?",
        "country": "Austria",
        "count": 0,
        "ratio": "-1",
        "active": "yes",
        "success": false,
        "tags": [],
        "scores": { "a/b": [] },
        "colour": "blue",
        "inner": {},
        "emial": "ada@example.com",
        "something_else": 1,
    });
    assert_snapshot!(lines(requested(&EVERYTHING, value)), @r#"
    /id: is missing; expected a UUID
    /owner: must be a UUID or "me", not "you"
    /name: must have at most 5 characters, not 8
    /email: must be an e-mail address such as ada@example.com, not "ada"
    /link: must be an absolute URL without spaces such as https://example.com/page, not "/relative"
    /blob: must be base64 text, not "?"
    /country: must match the pattern ^[A-Z]{2}$, not "AUSTRIA"
    /count: must be at least 1, not 0
    /ratio: must be at least 0, not -1
    /active: must be true or false, not "yes"
    /success: must be true, not false
    /tags: must have at least 1 item, not 0
    /scores/a~1b: must be a whole number of at most 64 bits, not a list
    /colour: must be one of "red", "green", not "blue"
    /inner/depth: is missing; expected a whole number of at most 64 bits
    /emial: is not known here; did you mean "email"?
    /something_else: is not known here; leave it out
    "#);
}

#[test]
fn secrets_never_stand_in_messages() {
    let violations = lines(requested(&EVERYTHING, json!({ "id": 1, "password": "hunter2" })));
    assert!(
        violations.contains("/password") && !violations.contains("hunter2"),
        "{violations}"
    );
    let of_wrong_type = lines(requested(&EVERYTHING, json!({ "id": 1, "password": ["hunter2"] })));
    assert!(!of_wrong_type.contains("hunter2"), "{of_wrong_type}");
}

#[test]
fn null_is_refused_unless_the_contract_has_it() {
    const TEXT: Schema = schema::text(Text::new());
    assert!(requested(&TEXT.or_null(), json!(null)).is_ok());
    assert_snapshot!(lines(requested(&TEXT, json!(null))), @"must not be null; expected text");
}

#[test]
fn lengths_are_counted_in_characters() {
    const SHORT: Schema = schema::text(Text::new().max_length(3));
    assert!(requested(&SHORT, json!("äöü")).is_ok());
}

#[test]
fn unknown_words_pass_in_responses_only() {
    const WORD: Schema = schema::words(&["red"]);
    assert!(checked(&WORD, json!("blue"), Mode::Response).is_ok());
    assert!(checked(&WORD, json!("blue"), Mode::Request).is_err());
}

#[test]
fn unknown_keys_are_refused_dropped_or_kept_as_the_mode_says() {
    static SCHEMA: Schema = schema::object(&[schema::optional("a", schema::integer(Range::ANY))]);
    let value = json!({ "a": 1, "b": 2 });
    assert_snapshot!(lines(requested(&SCHEMA, value.clone())), @r#"/b: is not known here; known are "a""#);
    assert_eq!(
        checked(&SCHEMA, value.clone(), Mode::LenientRequest),
        Ok(json!({ "a": 1 }))
    );
    assert_eq!(checked(&SCHEMA, value.clone(), Mode::Response), Ok(value));
}

#[test]
fn open_objects_take_any_key_in_requests_too() {
    static SCHEMA: Schema = schema::open_object(&[]);
    assert_eq!(requested(&SCHEMA, json!({ "b": 2 })), Ok(json!({ "b": 2 })));
}
