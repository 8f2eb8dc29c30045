//! Fixups of paths.

use serde_json::{Map, Value};

use super::METHODS;

/// Prefixes every path with the path of its server (the operation's, else the path's, else the document's),
/// so that the origin alone is the base URL of all calls. The path `/` adds no slash to a prefix.
pub(super) fn from_the_origin(document: &mut Value) -> usize {
    let of_document = server_path(document.get("servers"));
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return 0;
    };
    let mut count = 0;
    let mut lowered = Map::new();
    for (path, mut item) in std::mem::take(paths) {
        let Some(item) = item.as_object_mut() else { continue };
        let of_item = item
            .remove("servers")
            .map_or_else(|| of_document.clone(), |servers| server_path(Some(&servers)));
        let (operations, shared): (Map<_, _>, Map<_, _>) = std::mem::take(item)
            .into_iter()
            .partition(|(key, _)| METHODS.contains(&key.as_str()));
        for (method, mut operation) in operations {
            let own = operation
                .as_object_mut()
                .and_then(|operation| operation.remove("servers"));
            let prefix = own.map_or_else(|| of_item.clone(), |servers| server_path(Some(&servers)));
            count += usize::from(!prefix.is_empty());
            let path = if path == "/" && !prefix.is_empty() {
                ""
            } else {
                path.as_str()
            };
            let target = lowered
                .entry(format!("{prefix}{path}"))
                .or_insert_with(|| Value::Object(shared.clone()));
            target[method] = operation;
        }
    }
    *paths = lowered;
    document.as_object_mut().map(|document| document.remove("servers"));
    count
}

/// The path of the first server's URL, without a slash at its end.
fn server_path(servers: Option<&Value>) -> String {
    let url = servers
        .and_then(|servers| servers.pointer("/0/url"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("", |start| &after_scheme[start..]);
    path.trim_end_matches('/').to_owned()
}
