//! Values that may have one of several shapes.

use insta::assert_snapshot;
use serde_json::json;
use stack_types::{
    VersionVerdict,
    schema::{self, Mode, Range, Schema, Text, Wire, decode, variant_of},
};

use crate::tables::{SHAPE, VERDICT, checked, lines, requested};

#[test]
fn the_discriminator_chooses_the_shape() {
    assert!(requested(&SHAPE, json!({ "kind": "circle", "radius": 1 })).is_ok());
    assert_snapshot!(lines(requested(&SHAPE, json!({ "kind": "circle", "side": 1 }))), @r#"
    /radius: is missing; expected a number
    /side: is not known here; known are "kind", "radius"
    "#);
    assert_snapshot!(
        lines(requested(&SHAPE, json!({ "kind": "blob" }))),
        @r#"/kind: must be one of "circle", "square", not "blob""#
    );
    assert_snapshot!(lines(requested(&SHAPE, json!({}))), @r#"/kind: is missing; expected one of "circle", "square""#);
    assert_snapshot!(
        lines(requested(&SHAPE, json!("circle"))),
        @r#"must be an object whose "kind" is one of "circle", "square", not "circle""#
    );
}

#[test]
fn a_shape_of_a_later_version_passes_in_responses() {
    assert!(checked(&SHAPE, json!({ "kind": "blob" }), Mode::Response).is_ok());
}

#[test]
fn without_a_discriminator_the_first_that_fits_is_taken() {
    assert!(requested(&VERDICT, json!({ "ok": true })).is_ok());
    assert!(requested(&VERDICT, json!({ "ok": false, "reason": "late" })).is_ok());
    assert_snapshot!(lines(requested(&VERDICT, json!({ "ok": false, "reason": "late", "extra": 1 }))), @r#"
    must be one of 2 forms; the closest one asks for this:
    /extra: is not known here; known are "ok", "reason"
    "#);
}

#[test]
fn a_form_that_fits_as_it_is_goes_before_one_that_fits_after_coercion() {
    static SCHEMA: Schema = schema::first_of(&[schema::text(Text::new()), schema::integer(Range::ANY)]);
    assert_eq!(requested(&SCHEMA, json!(1)), Ok(json!(1)));
    assert_eq!(requested(&SCHEMA, json!(true)), Ok(json!("true")));
}

#[test]
fn reading_agrees_with_checking() {
    for (value, variant) in [
        (json!({ "ok": false, "reason": "late" }), Some(0)),
        (json!({ "ok": true }), Some(1)),
        (json!({ "ok": true, "reason": "none" }), Some(1)),
        (json!({ "ok": false }), None),
    ] {
        assert_eq!(variant_of(&value, &VERDICT), variant, "{value}");
    }
}

#[test]
fn constants_tell_the_variants_of_a_generated_union_apart() {
    let fine = json!({ "upToDate": true });
    let late = json!({ "upToDate": false, "error": "Please update.", "severe": false });
    for value in [fine, late] {
        let verdict: VersionVerdict = decode(value.clone(), Mode::Response).expect("it fits");
        assert_eq!(serde_json::to_value(&verdict).expect("it serializes"), value);
        assert!(verdict.validate().is_ok());
    }
}
