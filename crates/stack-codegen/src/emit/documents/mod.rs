//! Publishes the contract: one standard OpenAPI 3.0.3 document for each kind of access, the same in 3.1, and one of the
//! events alone.
//!
//! Each stands alone and has nothing that its access can't call or see. Whatever the dialect says in words of its own
//! is said in standard words, or as text; the few extensions that are left are for readers, not for tools.

mod newer;
mod operation;
mod promise;
mod schema;
#[cfg(test)]
mod tests;
mod webhooks;

pub(crate) use operation::credentials;

use anyhow::{Context, Result, ensure};
use promise::For;
pub(crate) use schema::seen;
use serde_json::{Map, Value, json};

use crate::{
    model::{Access, Api, Base},
    output::File,
    views::{View, Views},
};

/// The documents below `openapi/dist/`.
///
/// # Errors
///
/// If two operations would be at the same place of a document.
pub fn emit(api: &Api, views: &Views) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for view in &views.views {
        let mut document = of_view(api, &promise::shown(view), For::Readers)?;
        // Events have what only servers see.
        if view.access >= Access::Server && !api.webhooks.is_empty() {
            webhooks::add(api, &mut document)?;
        }
        files.push(file(&format!("3.1/{}", view.access), &newer::document(&document))?);
        files.push(file(view.access.name(), &document)?);
    }
    if !api.webhooks.is_empty() {
        files.push(file("webhooks", &webhooks::document(api)?)?);
    }
    Ok(files)
}

fn file(name: &str, document: &Value) -> Result<File> {
    Ok(File {
        path: format!("openapi/dist/{name}.json"),
        contents: serde_json::to_string_pretty(document)? + "\n",
    })
}

/// The document of one access for those who generate from it: the published one, and all that is known of bodies of which
/// that promises nothing.
///
/// # Errors
///
/// If two operations would be at the same place of it.
pub fn document(api: &Api, view: &View) -> Result<Value> {
    of_view(api, view, For::Generators)
}

fn of_view(api: &Api, view: &View, reader: For) -> Result<Value> {
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
        "paths": paths(api, view, reader)?,
        "components": {
            "schemas": schema::components(view),
            "responses": {"KnownError": operation::known_error()},
            "securitySchemes": security_schemes(api, view),
        },
    }))
}

fn servers(api: &Api, base: Base) -> Value {
    let prefix = api.prefix(base);
    api.servers
        .iter()
        .map(|server| json!({"url": format!("{server}{prefix}")}))
        .collect()
}

fn paths(api: &Api, view: &View, reader: For) -> Result<Value> {
    let mut paths = Map::new();
    for operation in &view.operations {
        let item = paths.entry(&operation.path).or_insert_with(|| {
            // The operations of a path item share their servers.
            match operation.base {
                Base::Api => json!({}),
                other => json!({"servers": servers(api, other)}),
            }
        });
        let item = item.as_object_mut().context("a path item is an object")?;
        let expected = (operation.base != Base::Api).then(|| servers(api, operation.base));
        ensure!(
            item.get("servers") == expected.as_ref(),
            "`{}` stands below two bases; OpenAPI can't tell them apart",
            operation.path
        );
        item.insert(
            operation.method.clone(),
            operation::operation(api, view, operation, reader),
        );
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
