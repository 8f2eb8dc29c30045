//! Puts the files of a contract together: every reference becomes a name, every node part of the model.
//!
//! Reports what can be told from one place of the YAML. What takes the whole contract is left to [`crate::lint`].

mod catalog;
mod content;
mod errors;
mod fields;
mod object;
mod operation;
mod parameter;
mod root;
mod scalar;
mod schema;
mod webhooks;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use fields::listed;

use self::{
    catalog::{Catalog, ValueCheck},
    operation::Operations,
    schema::Schemas,
};
use crate::{
    diagnostics::Report,
    lint,
    load::{Entry, Node, ROOT, Sources},
    model::{Api, EVENTS, Location, Tag, Type},
    rules::Rule,
};

/// A value of the contract that has to fit a type.
pub struct Value<'a> {
    /// The value.
    pub node: &'a Node,
    /// The type.
    pub ty: &'a Type,
    /// `example` or `default`.
    pub noun: &'static str,
}

/// Reads the whole contract and checks it. `None`: a file can't be read, so that the rest would seem to lack things.
pub fn bundle(sources: &Sources, report: &Report) -> Option<Api> {
    let trees = root::trees(sources, report);
    if trees.len() < sources.iter().count() {
        return None;
    }
    let root = root::root(&trees, report)?;
    root::check_files(&root, &trees, report);
    let parts = root::parts(&root, &trees);
    let errors_file = root.errors.as_deref().unwrap_or(ROOT);
    let errors = trees
        .get(errors_file)
        .map(|node| error_entries(node, errors_file, report))
        .unwrap_or_default();
    let catalog = Catalog::of(&parts, errors, report);
    let schemas = Schemas::new(&catalog);

    let named = catalog
        .schemas
        .iter()
        .map(|(name, component)| ((*name).to_owned(), schemas.named(component.entry, component.module)));
    let named = named.collect();
    let tags = root.tags.iter().enumerate().filter_map(|(at, tag)| {
        let node = trees.get(&tag.file)?;
        // Of a contract in one file, the first tag has it all.
        let twin = root.tags[..at].iter().any(|other| other.file == tag.file);
        let paths = if twin {
            &[]
        } else {
            node.get("paths").and_then(Node::as_mapping).unwrap_or_default()
        };
        let operations = Operations {
            catalog: &catalog,
            schemas: &schemas,
            tag: &tag.name,
        };
        let operations = operations.all(paths);
        Some(Tag {
            name: tag.name.clone(),
            description: tag.description.clone(),
            file: tag.file.clone(),
            group: tag.group.clone(),
            operations,
        })
    });
    let tags = tags.collect();
    let webhooks_file = root.webhooks.as_deref().unwrap_or(ROOT);
    let (about_webhooks, webhooks) = trees
        .get(webhooks_file)
        .map(|node| webhooks::webhooks(node, webhooks_file, &catalog, &schemas))
        .unwrap_or_default();
    let api = Api {
        tags,
        schemas: named,
        errors: errors::all(errors, &catalog, &schemas),
        title: root.title.clone(),
        version: root.version.clone(),
        description: root.description.clone(),
        servers: root.servers.clone(),
        base_path: root.base_path.clone(),
        security_schemes: root.security_schemes.clone(),
        accesses: root.accesses.clone(),
        headers: root.headers.clone(),
        about_webhooks,
        webhooks,
    };
    for part in &parts {
        check_part(part, &catalog);
    }
    let values = catalog.values.borrow();
    let values: Vec<_> = values
        .iter()
        .map(|ValueCheck { node, ty, noun }| Value { node, ty, noun })
        .collect();
    let merged: Vec<_> = schemas.merged.borrow().keys().copied().collect();
    lint::lint(&api, &values, &merged, report);
    Some(api)
}

fn error_entries<'a>(node: &'a Node, file: &str, report: &'a Report) -> &'a [Entry] {
    if file != ROOT {
        let fields = fields::Fields::of(node, &node.mark, format!("`{file}`"), report);
        fields.required("errors");
        let errors = fields.mapping("errors");
        fields.finish();
        return errors;
    }
    node.get("errors").and_then(Node::as_mapping).unwrap_or_default()
}

/// A file of components has no other keys, and its parameters are used.
fn check_part<'a>(part: &'a catalog::Part<'a>, catalog: &Catalog<'a>) {
    if part.file != ROOT {
        let fields = catalog.fields(part.node, &part.node.mark, format!("`{}`", part.file));
        if part.module == EVENTS {
            fields.mapping("events");
            fields.text("description");
        } else if part.module != "shared" {
            fields.mapping("paths");
        }
        fields.mapping("schemas");
        fields.mapping("parameters");
        fields.finish();
    }
    let used: &BTreeSet<(String, String)> = &catalog.used_parameters.borrow();
    for entry in part
        .node
        .get("parameters")
        .and_then(Node::as_mapping)
        .unwrap_or_default()
    {
        if !used.contains(&(part.file.to_owned(), entry.key.clone())) {
            let location: Location = entry.mark.location();
            let message = format!("no operation uses the parameter `{}`", entry.key);
            catalog.complain(Rule::UnusedComponent, location, message);
        }
    }
}
