//! Publishes the contract: one standard OpenAPI 3.0.3 document for each kind of access.
//!
//! Each stands alone and has nothing that its access can't call or see. Whatever the dialect says in words of its own
//! is said in standard words, or as text; the few extensions that are left are for readers, not for tools.

mod operation;
mod schema;
#[cfg(test)]
mod tests;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use crate::{
    model::{Api, Base},
    output::File,
    views::{View, Views},
};

/// The documents below `openapi/dist/`.
///
/// # Errors
///
/// If two operations would be at the same place of a document.
pub fn emit(api: &Api, views: &Views) -> Result<Vec<File>> {
    let file = |view: &View| {
        let contents = serde_json::to_string_pretty(&document(api, view)?)?;
        Ok(File {
            path: format!("openapi/dist/{}.json", view.access),
            contents: contents + "\n",
        })
    };
    views.views.iter().map(file).collect()
}

/// The document of one access.
///
/// # Errors
///
/// If two operations would be at the same place of it.
pub fn document(api: &Api, view: &View) -> Result<Value> {
    let info = &api
        .accesses
        .get(&view.access)
        .with_context(|| format!("nothing is said of {}", view.access))?;
    let tags = api
        .tags
        .iter()
        .filter(|tag| view.operations.iter().any(|operation| operation.tag == tag.name));
    Ok(json!({
        "openapi": "3.0.3",
        "info": {
            "title": format!("{} ({} access)", api.title, view.access),
            "version": api.version,
            "description": format!("{}\n\n{}", api.description, info.description),
        },
        "servers": servers(api, Base::Api),
        "tags": tags.map(|tag| json!({"name": tag.name, "description": tag.description})).collect::<Vec<_>>(),
        "paths": paths(api, view)?,
        "components": {
            "schemas": schema::components(view),
            "responses": {"KnownError": operation::known_error()},
            "securitySchemes": security_schemes(api, view),
        },
    }))
}

fn servers(api: &Api, base: Base) -> Value {
    let path = if base == Base::Api { &api.base_path } else { "" };
    api.servers
        .iter()
        .map(|server| json!({"url": format!("{server}{path}")}))
        .collect()
}

fn paths(api: &Api, view: &View) -> Result<Value> {
    let mut paths = Map::new();
    for operation in &view.operations {
        let item = paths.entry(&operation.path).or_insert_with(|| {
            // Paths of one item share their servers: the linter lets no path stand under both bases.
            if operation.base == Base::Root {
                json!({"servers": servers(api, Base::Root)})
            } else {
                json!({})
            }
        });
        let item = item.as_object_mut().context("a path item is an object")?;
        ensure!(
            (operation.base == Base::Root) == item.contains_key("servers"),
            "`{}` stands below the base path and at the root; OpenAPI can't tell them apart",
            operation.path
        );
        item.insert(operation.method.clone(), operation::operation(api, view, operation));
    }
    Ok(Value::Object(paths))
}

/// The schemes that operations of this view mention, without extensions of ours.
fn security_schemes(api: &Api, view: &View) -> Value {
    let used: Vec<_> = view
        .operations
        .iter()
        .flat_map(|o| operation::credentials(api, view.access, o))
        .collect();
    let schemes = api
        .security_schemes
        .iter()
        .filter(|(name, _)| used.contains(&name.as_str()));
    let plain = |scheme: &Value| {
        let keys = scheme.as_object().into_iter().flatten();
        keys.filter(|(key, _)| !key.starts_with("x-"))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    Value::Object(
        schemes
            .map(|(name, scheme)| (name.clone(), Value::Object(plain(scheme))))
            .collect(),
    )
}
