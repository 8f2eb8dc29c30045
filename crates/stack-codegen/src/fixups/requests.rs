//! Fixups of request bodies.

use serde_json::{Map, Value};

use super::for_each_operation;

/// Keeps JSON where a body may come in other forms too, and the first form where JSON isn't one of them.
pub(super) fn keep_one_media_type(document: &mut Value) -> usize {
    for_each_operation(document, |operation| {
        let content = operation
            .get_mut("requestBody")
            .and_then(|body| body.get_mut("content"));
        let Some(content) = content
            .and_then(Value::as_object_mut)
            .filter(|content| content.len() > 1)
        else {
            return 0;
        };
        let kept = if content.contains_key("application/json") {
            "application/json".to_owned()
        } else {
            content.keys().next().cloned().unwrap_or_default()
        };
        *content = std::mem::replace(content, Map::new())
            .into_iter()
            .filter(|(media, _)| *media == kept)
            .collect();
        1
    })
}
