//! No document makes the generator panic, or write what isn't Rust.

use proptest::{collection::vec, prelude::*, sample};
use serde_json::{Value, json};

use super::{FIXTURES, document, generated};

/// What a value is replaced by.
fn replacement() -> impl Strategy<Value = Value> {
    let words = vec![
        "",
        "object",
        "array",
        "string",
        "integer",
        "null",
        "path",
        "query",
        "self",
        "r#type",
        "../x",
        "{",
        "}",
        "🐱",
        "a\u{0}b",
        "#/components/schemas/Tree",
        "#/components/schemas/Itself",
        "#/paths",
        "#",
        "other.yaml#/x",
        "%",
        "get",
        "uuid",
        "[",
        "\"",
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e300..1e300).prop_map(Value::from),
        sample::select(words.clone()).prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{"$ref": "#/components/schemas/AllTypes"}, {"type": "null"}])),
        sample::select(words).prop_map(|word| json!({"$ref": word, "type": [word], word: {"enum": [word, 1]}})),
    ]
}

/// How many values there are in `value`.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(entries) => entries.values().map(count).sum(),
        _ => 0,
    }
}

/// Does something to the value number `index`, in the order of the document.
fn change(value: &mut Value, index: &mut usize, how: &mut dyn FnMut(&mut Value)) {
    if *index == 0 {
        how(value);
        *index = usize::MAX;
        return;
    }
    *index -= 1;
    match value {
        Value::Array(items) => {
            for item in items {
                change(item, index, how);
                if *index == usize::MAX {
                    return;
                }
            }
        }
        Value::Object(entries) => {
            for (_, entry) in entries.iter_mut() {
                change(entry, index, how);
                if *index == usize::MAX {
                    return;
                }
            }
        }
        _ => {}
    }
}

fn value_at(value: &mut Value, mut index: usize) -> Value {
    let mut found = Value::Null;
    change(value, &mut index, &mut |value| found = value.clone());
    found
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_with_wrong_parts_is_read_as_far_as_it_goes(
        fixture in 0..FIXTURES.len(),
        changes in vec((any::<sample::Index>(), prop_oneof![
            replacement().prop_map(Some).boxed(),
            Just(None).boxed(),
        ], any::<sample::Index>()), 1..12),
    ) {
        let mut changed = document([FIXTURES[fixture].1]);
        for (place, replacement, other) in changes {
            let count = count(&changed);
            // The first few values are the document itself, its version and its title.
            let mut index = 4 + place.index(count.saturating_sub(4).max(1));
            let new = match replacement {
                Some(value) => value,
                None => value_at(&mut changed, other.index(count)),
            };
            change(&mut changed, &mut index, &mut |value| *value = new.clone());
            // Copies of copies would grow without end.
            prop_assume!(changed.to_string().len() < 200_000);
        }
        if let Err(reason) = generated(&changed.to_string()) {
            prop_assert!(!reason.contains("isn't Rust"), "{reason}\n{changed}");
        }
    }

    #[test]
    fn any_text_is_refused_or_read(text in "\\PC{0,200}", start in sample::select(vec!["", "openapi: 3.0.0\n", "openapi: 3.1.0\npaths:\n  "])) {
        let _ = generated(&format!("{start}{text}"));
    }
}
