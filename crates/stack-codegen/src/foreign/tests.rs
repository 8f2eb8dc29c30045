//! What a foreign document becomes.

mod fuzz;
mod workspace;

use serde_json::{Map, Value};

use super::{Effect, Generated, Options, generate, read};

/// The fixtures, one kind of oddity each.
const FIXTURES: [(&str, &str); 4] = [
    ("names", include_str!("../../tests/foreign/names.yaml")),
    ("types", include_str!("../../tests/foreign/types.yaml")),
    ("calls", include_str!("../../tests/foreign/calls.yaml")),
    ("later", include_str!("../../tests/foreign/later.yaml")),
];

/// A document of all `fixtures`.
fn document<'a>(fixtures: impl IntoIterator<Item = &'a str>) -> Value {
    let mut document = serde_json::json!({"openapi": "3.0.3", "info": {"title": "Odd", "version": "1"}});
    for fixture in fixtures {
        merge(&mut document, read::read(fixture).unwrap());
    }
    document
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert_with(|| Value::Object(Map::new())), value);
            }
        }
        (into, from) => *into = from,
    }
}

fn generated(text: &str) -> Result<Generated, String> {
    generate(
        text,
        &Options {
            source: "odd.yaml",
            name: Some("odd"),
            progress: &|_| {},
        },
    )
}

/// The notes on a fixture, one a line.
fn notes(name: &str) -> String {
    let (_, fixture) = FIXTURES.into_iter().find(|(known, _)| *known == name).unwrap();
    let generated = generated(&document([fixture]).to_string()).unwrap();
    generated.report.notes.iter().map(|note| format!("{note}\n")).collect()
}

#[test]
fn what_names_lose_is_told() {
    insta::assert_snapshot!(notes("names"));
}

#[test]
fn what_types_lose_is_told() {
    insta::assert_snapshot!(notes("types"));
}

#[test]
fn what_calls_lose_is_told() {
    insta::assert_snapshot!(notes("calls"));
}

#[test]
fn what_the_later_version_loses_is_told() {
    insta::assert_snapshot!(notes("later"));
}

#[test]
fn what_is_no_document_of_version_3_is_refused_with_a_reason() {
    for (text, reason) in [
        ("", "the document is empty"),
        ("[1]", "there is no key `openapi`"),
        ("swagger: '2.0'", "this is Swagger \"2.0\""),
        ("openapi: 4.0.0", "`openapi: 4.0.0` isn't a version"),
        ("{\"openapi\": ", "can't be read"),
    ] {
        let error = generated(text).unwrap_err();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let text = document(FIXTURES.map(|(_, fixture)| fixture)).to_string();
    assert_eq!(generated(&text).unwrap().files, generated(&text).unwrap().files);
}

#[test]
fn nothing_of_a_document_is_lost_without_a_note() {
    let generated = generated(&document(FIXTURES.map(|(_, fixture)| fixture)).to_string()).unwrap();
    let report = &generated.report;
    let left_out = |rule: &str| {
        report
            .notes
            .iter()
            .filter(|note| note.effect == Effect::LeftOut && note.rule == rule)
            .count()
    };
    assert_eq!(
        report.operations - report.client_operations,
        left_out("path") + left_out("client-call")
    );
    assert_eq!(
        report.operations - report.server_operations,
        left_out("path") + left_out("server-route")
    );
}

#[test]
fn no_file_is_too_long_to_read() {
    let schemas: String = (0..400)
        .map(|n| format!("    Thing{n}: {{type: object, properties: {{a: {{type: string}}, b: {{type: integer}}}}}}\n"))
        .collect();
    let paths: String = (0..120)
        .map(|n| format!("  /things/{n}: {{get: {{tags: [things], responses: {{'200': {{description: Yes.}}}}}}}}\n"))
        .collect();
    let text = format!("openapi: 3.0.0\npaths:\n{paths}components:\n  schemas:\n{schemas}");
    let report = generated(&text).unwrap().report;
    assert!(report.longest.1 < 2_000, "{:?}", report.longest);
    assert!(report.lines > 10_000);
}
