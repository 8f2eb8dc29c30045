//! What the generated client loses doesn't grow unnoticed.

use serde_json::{Map, Value};

use crate::{FILES, root};

const REPORT: &str = "openapi/dist/fixups.json";

/// Where each fixup is needed by the contract and the generator as they are, in words, if that is more than `before`.
fn grown(before: &Value, after: &Value) -> Vec<String> {
    let mut grown = Vec::new();
    for fixup in after["fixups"].as_array().expect("a list") {
        let name = &fixup["name"];
        let reason = fixup["reason"].as_str().unwrap_or_default();
        let known = before["fixups"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|it| it["name"] == *name);
        for (access, now) in fixup["places"].as_object().into_iter().flat_map(Map::iter) {
            let was = known.map_or(0, |known| known["places"][access].as_u64().unwrap_or(0));
            let now = now.as_u64().unwrap_or(0);
            if now > was {
                grown.push(format!(
                    "{name} is needed at {now} places of {access} access, no longer at {was}: {reason}"
                ));
            }
        }
    }
    let left_out = |report: &Value| report["left_out"].as_array().cloned().unwrap_or_default();
    let known: Vec<_> = left_out(before).iter().map(|it| it["operation"].clone()).collect();
    for one in left_out(after).iter().filter(|one| !known.contains(&one["operation"])) {
        grown.push(format!(
            "{} has no call in client, mocks and command line: {}",
            one["operation"],
            one["reason"].as_str().unwrap_or_default()
        ));
    }
    grown
}

#[test]
fn the_list_of_losses_is_no_longer_than_the_one_that_was_reviewed() {
    let file = FILES.iter().find(|file| file.path == REPORT).expect("it is generated");
    let after = serde_json::from_str(&file.contents).expect("JSON");
    let before = std::fs::read_to_string(root().join(REPORT)).expect("it is checked in");
    let before = serde_json::from_str(&before).expect("JSON");
    let grown = grown(&before, &after);
    assert!(
        grown.is_empty(),
        "The client loses more of the contract than {REPORT} says:\n\n{}\n\nWrite the contract so that it doesn't, or \
         accept it with `cargo xtask codegen`; the new numbers are part of the review then.",
        grown.join("\n")
    );
}

#[test]
fn a_longer_list_is_told_in_words() {
    let report = |count: u64, operations: &[&str]| {
        let left_out: Vec<_> = operations
            .iter()
            .map(|operation| serde_json::json!({ "operation": operation, "reason": "it only redirects" }))
            .collect();
        serde_json::json!({
            "fixups": [{ "name": "one-answer", "reason": "progenitor panics", "places": { "client": count, "server": 1 } }],
            "left_out": left_out,
        })
    };
    assert_eq!(grown(&report(2, &["a"]), &report(2, &["a"])), [""; 0]);
    assert_eq!(grown(&report(2, &["a"]), &report(1, &[])), [""; 0], "fewer are welcome");
    insta::assert_snapshot!(grown(&report(2, &[]), &report(3, &["a"])).join("\n"), @r#"
    "one-answer" is needed at 3 places of client access, no longer at 2: progenitor panics
    "a" has no call in client, mocks and command line: it only redirects
    "#);
}
