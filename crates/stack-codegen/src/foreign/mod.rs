//! Makes a client and a server of any OpenAPI document, not only of those in the contract's dialect.
//!
//! ```text
//! read        JSON or YAML to one value
//! schema      schemas to the model of the contract
//! operation   operations to data of their own: they may do more than those of the contract
//! emit        a workspace of three crates: types, client, server
//! ```
//!
//! Where our own contract is refused with a reason, a foreign document is taken as far as it goes. Whatever the code
//! doesn't say as the document does is a [`Note`] with its place, the name of a rule and a reason. Nothing panics.

mod document;
mod emit;
mod names;
mod notes;
mod operation;
mod read;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;

pub use self::notes::{Effect, Note, summary};
use self::{document::Document, notes::Notes, schema::Schemas};
use crate::{
    model::{Access, Api},
    output::File,
    views::{Home, View, Views},
};

/// What to generate.
pub struct Options<'a> {
    /// The file of the document, for headers.
    pub source: &'a str,
    /// The stem of the crates' names; `None`: from the document's title.
    pub name: Option<&'a str>,
    /// Told of each step.
    pub progress: &'a (dyn Fn(&str) + Sync),
}

/// What was generated.
#[derive(Debug)]
pub struct Generated {
    /// The files, by path below the folder of the workspace.
    pub files: Vec<File>,
    /// About them.
    pub report: Report,
}

/// How much was generated, and what was not.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The title of the document.
    pub title: String,
    /// The stem of the crates' names.
    pub name: String,
    /// Operations of the document.
    pub operations: usize,
    /// Operations of the client.
    pub client_operations: usize,
    /// Operations of the server.
    pub server_operations: usize,
    /// Types.
    pub types: usize,
    /// Lines of Rust.
    pub lines: usize,
    /// The longest file and its lines.
    pub longest: (String, usize),
    /// What is left out, loosened or renamed.
    pub notes: Vec<Note>,
}

/// Makes a workspace of the document in `text`.
///
/// # Errors
///
/// If it isn't an OpenAPI 3 document at all; the text says why.
pub fn generate(text: &str, options: &Options<'_>) -> Result<Generated, String> {
    (options.progress)("reading the document");
    let root = read::read(text)?;
    check_version(&root)?;
    let notes = Notes::default();
    let doc = Document {
        root: &root,
        notes: &notes,
    };
    (options.progress)("reading the schemas");
    let mut schemas = Schemas::of_components(&doc);
    (options.progress)("reading the operations");
    let mut tags = operation::all(&mut schemas);
    schemas.settle();
    operation::settle(&mut tags, &schemas);
    let operations = count_operations(&root);
    let title = root
        .pointer("/info/title")
        .and_then(Value::as_str)
        .unwrap_or("API")
        .trim()
        .to_owned();
    let name = options.name.map_or_else(|| names::kebab(&title), names::kebab);
    let api = Api {
        title: title.clone(),
        schemas: schemas.named,
        ..Api::default()
    };
    let views = common(&api);
    let target = emit::Target {
        name: &name,
        source: options.source,
        api: &api,
        views: &views,
        tags: &tags,
        notes: &notes,
        progress: options.progress,
    };
    let emitted = emit::all(&target).map_err(|error| format!("{error:#}"))?;
    let lines = |file: &File| file.contents.lines().count();
    let rust = || emitted.files.iter().filter(|file| file.path.ends_with(".rs"));
    let longest = rust()
        .map(|file| (file.path.clone(), lines(file)))
        .max_by_key(|(_, lines)| *lines)
        .unwrap_or_default();
    let report = Report {
        title,
        name,
        operations,
        client_operations: emitted.client,
        server_operations: emitted.server,
        types: api.schemas.len(),
        lines: rust().map(lines).sum(),
        longest,
        notes: notes.into_sorted(),
    };
    Ok(Generated {
        files: emitted.files,
        report,
    })
}

fn check_version(root: &Value) -> Result<(), String> {
    if let Some(version) = root.get("swagger") {
        return Err(format!(
            "this is Swagger {version}: convert it to OpenAPI 3.0 first, for example with `swagger2openapi`"
        ));
    }
    match root
        .get("openapi")
        .map(|version| version.as_str().map_or_else(|| version.to_string(), str::to_owned))
    {
        Some(version) if version.starts_with('3') => Ok(()),
        Some(version) => Err(format!(
            "`openapi: {version}` isn't a version that is known here: 3.0 and 3.1 are"
        )),
        None => Err("there is no key `openapi`, so this is no OpenAPI document".to_owned()),
    }
}

fn count_operations(root: &Value) -> usize {
    let items = root
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|paths| paths.values());
    let items = items.filter_map(Value::as_object);
    items
        .map(|item| {
            operation::METHODS
                .iter()
                .filter(|method| item.contains_key(**method))
                .count()
        })
        .sum()
}

/// Views in which there is one access, and every type is common.
fn common(api: &Api) -> Views {
    let view = |access: Access| View {
        access,
        operations: Vec::new(),
        schemas: if access == Access::Client {
            api.schemas.clone()
        } else {
            IndexMap::new()
        },
    };
    let homes = api
        .schemas
        .keys()
        .map(|name| (name.clone(), IndexMap::from([(Access::Client, Home::Common)])));
    Views {
        views: Access::ALL.map(view).into(),
        homes: homes.collect(),
    }
}

/// Notes by rule, for people.
pub fn by_rule(notes: &[Note]) -> BTreeMap<&'static str, Vec<&Note>> {
    let mut rules: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for note in notes {
        rules.entry(note.rule).or_default().push(note);
    }
    rules
}
