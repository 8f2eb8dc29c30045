//! What a contract has by name, found before anything is read in full.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use indexmap::IndexMap;

use super::fields::{Fields, listed};
use crate::{
    diagnostics::{Diagnostic, Report},
    load::{Entry, Mark, Node, ROOT},
    model::{Access, AccessSet, EVENTS, Location, Type},
    rules::Rule,
};

/// A file that holds components.
pub struct Part<'a> {
    /// Its name, for example `tags/users.yaml`.
    pub file: &'a str,
    /// `shared` or the tag.
    pub module: String,
    /// Its tree.
    pub node: &'a Node,
}

/// A value that has to fit a type, to be checked once all types are known.
pub struct ValueCheck<'a> {
    /// The value.
    pub node: &'a Node,
    /// The type.
    pub ty: Type,
    /// `example` or `default`.
    pub noun: &'static str,
}

/// A component before it is read.
#[derive(Clone, Copy)]
pub struct Component<'a> {
    /// Its key and value.
    pub entry: &'a Entry,
    /// `shared` or the tag.
    pub module: &'a str,
}

/// Everything that can be referred to, and what was found on the way.
pub struct Catalog<'a> {
    /// Takes what is wrong.
    pub report: &'a Report,
    /// Schemas by name, in the order of the contract.
    pub schemas: IndexMap<&'a str, Component<'a>>,
    /// Codes of the errors; true: abstract.
    pub errors: IndexMap<&'a str, bool>,
    /// Examples and defaults to be checked.
    pub values: RefCell<Vec<ValueCheck<'a>>>,
    /// Parameter components that were used.
    pub used_parameters: RefCell<BTreeSet<(String, String)>>,
    files: BTreeMap<&'a str, &'a Node>,
    /// The file of the events, which tell of things that belong to tags.
    events: Option<&'a str>,
}

impl<'a> Catalog<'a> {
    /// Lists the components of all parts.
    pub fn of(parts: &'a [Part<'a>], errors: &'a [Entry], report: &'a Report) -> Self {
        let mut schemas: IndexMap<&str, Component<'a>> = IndexMap::new();
        for part in parts {
            for entry in part.node.get("schemas").and_then(Node::as_mapping).unwrap_or_default() {
                let double = schemas.iter().find(|(name, _)| name.eq_ignore_ascii_case(&entry.key));
                if let Some((name, first)) = double {
                    let message = format!("there is a `{name}` already; give one of them another name");
                    let double = Diagnostic::new(Rule::DuplicateComponent, entry.mark.location(), message);
                    report.add(double.related(first.entry.mark.location(), "the first one"));
                } else {
                    schemas.insert(
                        &entry.key,
                        Component {
                            entry,
                            module: &part.module,
                        },
                    );
                }
            }
        }
        Self {
            report,
            schemas,
            errors: errors
                .iter()
                .map(|e| (e.key.as_str(), e.value.get("status").is_none()))
                .collect(),
            values: RefCell::default(),
            used_parameters: RefCell::default(),
            files: parts.iter().map(|part| (part.file, part.node)).collect(),
            events: parts.iter().find(|part| part.module == EVENTS).map(|part| part.file),
        }
    }

    /// Adds a diagnostic.
    pub fn complain(&self, rule: Rule, location: Location, message: impl Into<String>) {
        self.report.add(Diagnostic::new(rule, location, message));
    }

    /// Starts to read a mapping whose own key stands at `mark`.
    pub fn fields(&self, node: &'a Node, mark: &'a Mark, noun: impl Into<String>) -> Fields<'a> {
        Fields::of(node, mark, noun, self.report)
    }

    /// The name of the schema that the text of `reference` refers to.
    pub fn schema_name(&self, reference: &'a Node) -> Option<&'a str> {
        let entry = self.resolve(reference, "schemas")?;
        Some(entry.key.as_str())
    }

    /// The parameter component that the text of `reference` refers to.
    pub fn parameter(&self, reference: &'a Node) -> Option<&'a Entry> {
        let entry = self.resolve(reference, "parameters")?;
        self.used_parameters
            .borrow_mut()
            .insert((entry.mark.file().to_owned(), entry.key.clone()));
        Some(entry)
    }

    /// Follows a relative JSON reference to an entry of `section`.
    fn resolve(&self, reference: &'a Node, section: &str) -> Option<&'a Entry> {
        let Some(text) = reference.as_text() else {
            let message = format!("a reference is text, not {}", reference.noun());
            self.complain(Rule::WrongType, reference.location(), message);
            return None;
        };
        let here = reference.mark.file();
        let wrong = |message: String| self.complain(Rule::UnresolvableRef, reference.location(), message);
        let Some((path, pointer)) = text.split_once('#') else {
            wrong(format!("a reference has the form `file.yaml#/{section}/Name`"));
            return None;
        };
        let file = if path.is_empty() {
            here.to_owned()
        } else {
            join(here, path)
        };
        let Some(name) = pointer
            .strip_prefix('/')
            .and_then(|p| p.strip_prefix(section)?.strip_prefix('/'))
        else {
            wrong(format!(
                "here a reference points to `#/{section}/…`, not to `#{pointer}`"
            ));
            return None;
        };
        let Some(root) = self.files.get(file.as_str()) else {
            let files: Vec<_> = self.files.keys().copied().collect();
            wrong(format!("there is no file `{file}` among {}", listed(&files)));
            return None;
        };
        let entries = root.get(section).and_then(Node::as_mapping).unwrap_or_default();
        let Some(entry) = entries.iter().find(|entry| entry.key == name) else {
            wrong(format!(
                "`{file}` has no {} `{name}`{}",
                section.trim_end_matches('s'),
                self.hint(here, section, name)
            ));
            return None;
        };
        self.refuse_other_tags(reference, here, entry);
        Some(entry)
    }

    /// Where a component of this name stands, or which name is near.
    fn hint(&self, here: &str, section: &str, name: &str) -> String {
        let all = |file: &'a str, node: &'a Node| {
            let entries = node.get(section).and_then(Node::as_mapping).unwrap_or_default();
            entries.iter().map(move |entry| (file, entry.key.as_str()))
        };
        let known: Vec<_> = self.files.iter().flat_map(|(file, node)| all(file, node)).collect();
        if let Some((file, _)) = known.iter().find(|(_, other)| *other == name) {
            let up = if here.contains('/') { "../" } else { "" };
            return format!("; it stands in `{file}`: `{up}{file}#/{section}/{name}`");
        }
        let names: Vec<_> = known.iter().map(|(_, name)| *name).collect();
        let near = similar::get_close_matches(name, &names, 1, 0.7);
        near.first()
            .map_or_else(String::new, |near| format!("; is `{near}` meant?"))
    }

    fn refuse_other_tags(&self, reference: &Node, here: &str, entry: &Entry) {
        let there = entry.mark.file();
        let is_events = |file: &str| self.events == Some(file);
        if here != there && !is_events(here) && (there.starts_with("tags/") || is_events(there)) {
            let message = format!(
                "`{}` belongs to `{there}`: move it to `shared.yaml`, since others use it",
                entry.key
            );
            let shared = Diagnostic::new(Rule::SharedSchema, reference.location(), message);
            self.report.add(shared.related(entry.mark.location(), "it stands here"));
        }
    }

    /// The accesses that `x-access` of `fields` lists; admin follows from server.
    pub fn access(&self, fields: &Fields<'a>) -> Option<AccessSet> {
        fields.get("x-access")?;
        let mut set = AccessSet::new();
        for (name, node) in fields.texts("x-access") {
            let Some(access) = self.access_named(name, node) else {
                continue;
            };
            if !set.insert(access) {
                self.complain(Rule::Access, node.location(), format!("`{name}` is there already"));
            }
        }
        if set.contains(&Access::Server) && !set.insert(Access::Admin) {
            let message = "leave out `admin`: it may do and see what `server` may";
            let node = fields
                .get("x-access")
                .map_or_else(|| fields.mark().location(), Node::location);
            self.complain(Rule::Access, node, message);
        }
        if set.is_empty() {
            fields.complain(Rule::Access, "`x-access` lists nobody");
        }
        Some(set)
    }

    /// The access called `name`.
    pub fn access_named(&self, name: &str, node: &Node) -> Option<Access> {
        let access = Access::ALL.into_iter().find(|access| access.name() == name);
        if access.is_none() {
            let message = format!(
                "there is no access `{name}`, only {}",
                listed(&Access::ALL.map(Access::name))
            );
            self.complain(Rule::Access, node.location(), message);
        }
        access
    }

    /// Makes sure that `code` is an error that can be sent.
    pub fn sendable_error(&self, code: &str, node: &Node) {
        match self.errors.get(code) {
            Some(false) => {}
            Some(true) => {
                let message = format!("`{code}` is abstract and never sent: name the errors of that family");
                self.complain(Rule::AbstractError, node.location(), message);
            }
            None => {
                let known: Vec<_> = self.errors.keys().copied().collect();
                let near = similar::get_close_matches(code, &known, 1, 0.7);
                let hint = near
                    .first()
                    .map_or_else(String::new, |near| format!("; is `{near}` meant?"));
                self.complain(
                    Rule::UnknownError,
                    node.location(),
                    format!("there is no error `{code}`{hint}"),
                );
            }
        }
    }
}

/// The name of the file `path`, seen from the file `here`.
fn join(here: &str, path: &str) -> String {
    let mut folders: Vec<&str> = here.split('/').collect();
    folders.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(folders.pop()),
            part => folders.push(part),
        }
    }
    if folders.is_empty() {
        ROOT.to_owned()
    } else {
        folders.join("/")
    }
}
