//! Fixups of answers.

use serde_json::{Map, Value, json};

use super::{ERROR_BODY, for_each_operation};

/// Replaces every error answer by `4XX` and `5XX` with the one error body.
pub(super) fn unify_errors(document: &mut Value) -> usize {
    let error = json!({
        "description": "A known error, or a plain one whose code is empty.",
        "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{ERROR_BODY}") } } },
    });
    let count = for_each_operation(document, |operation| {
        let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
            return 0;
        };
        answers.retain(|status, _| !(status == "default" || status.starts_with(['4', '5'])));
        answers.insert("4XX".to_owned(), error.clone());
        answers.insert("5XX".to_owned(), error.clone());
        1
    });
    object(object(document, "components"), "schemas")[ERROR_BODY] = json!({ "type": "object" });
    count
}

/// Makes one answer of all successes, which have the same body, and drops redirects beside a success.
pub(super) fn keep_one_success(document: &mut Value) -> usize {
    for_each_operation(document, |operation| {
        let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
            return 0;
        };
        let successes: Vec<_> = answers
            .keys()
            .filter(|status| status.starts_with('2'))
            .cloned()
            .collect();
        let before = answers.len();
        if !successes.is_empty() {
            answers.retain(|status, _| !status.starts_with('3'));
        }
        let mut changed = before != answers.len();
        if successes.len() > 1 {
            let mut answer = Value::Null;
            for status in successes.iter().rev() {
                answer = answers.remove(status).unwrap_or_default();
            }
            answers.insert("2XX".to_owned(), answer);
            changed = true;
        }
        usize::from(changed)
    })
}

/// Says that successes in text, plain or HTML, are JSON strings.
pub(super) fn turn_text_into_json(document: &mut Value) -> usize {
    for_each_operation(document, |operation| {
        let answers = operation.get_mut("responses").and_then(Value::as_object_mut);
        let contents = answers
            .into_iter()
            .flat_map(Map::values_mut)
            .filter_map(|answer| answer.get_mut("content"));
        contents
            .filter_map(Value::as_object_mut)
            .map(|content| {
                let texts = ["text/plain", "text/html"].map(|media| content.remove(media));
                let has_text = texts.iter().any(Option::is_some);
                if has_text && content.is_empty() {
                    content.insert("application/json".to_owned(), json!({ "schema": { "type": "string" } }));
                }
                usize::from(has_text)
            })
            .sum()
    })
}

/// The object below `key`, made if it isn't there.
fn object<'a>(parent: &'a mut Value, key: &str) -> &'a mut Value {
    if !parent[key].is_object() {
        parent[key] = json!({});
    }
    &mut parent[key]
}
