//! Reads the known errors.

use indexmap::IndexMap;

use super::{
    catalog::Catalog,
    schema::{Place, Schemas},
};
use crate::{
    load::{Data, Entry, Node},
    model::{ErrorDef, Property},
    rules::Rule,
};

/// All errors of `entries`.
pub fn all<'a>(entries: &'a [Entry], catalog: &'a Catalog<'a>, schemas: &Schemas<'a>) -> Vec<ErrorDef> {
    let errors: Vec<_> = entries.iter().map(|entry| error(entry, catalog, schemas)).collect();
    for error in errors.iter().filter(|error| is_own_ancestor(error, &errors)) {
        let message = format!("`{}` is a family within itself", error.code);
        catalog.complain(Rule::ErrorForm, error.location.clone(), message);
    }
    errors
}

fn is_own_ancestor(error: &ErrorDef, errors: &[ErrorDef]) -> bool {
    let parent = |code: &String| errors.iter().find(|error| error.code == *code)?.parent.as_ref();
    let ancestors = std::iter::successors(error.parent.as_ref(), |code| parent(code));
    ancestors.take(errors.len()).any(|code| *code == error.code)
}

fn error<'a>(entry: &'a Entry, catalog: &'a Catalog<'a>, schemas: &Schemas<'a>) -> ErrorDef {
    let fields = catalog.fields(&entry.value, &entry.mark, format!("the error `{}`", entry.key));
    if !is_code(&entry.key) {
        fields.complain(
            Rule::ErrorForm,
            format!("`{}` should be in SCREAMING_SNAKE_CASE", entry.key),
        );
    }
    let status = fields.count("status").and_then(|status| u16::try_from(status).ok());
    if let Some(node) = fields.get("status")
        && !status.is_some_and(|status| (400..600).contains(&status))
    {
        catalog.complain(
            Rule::ErrorForm,
            node.location(),
            "the status of an error is from 400 to 599",
        );
    }
    let parent = fields.text("parent").map(str::to_owned);
    if let (Some(parent), Some(node)) = (&parent, fields.get("parent")) {
        match catalog.errors.get(parent.as_str()) {
            Some(true) => {}
            Some(false) => {
                let message = format!("`{parent}` has a status, so it is no family; leave that out, or this");
                catalog.complain(Rule::ErrorForm, node.location(), message);
            }
            None => catalog.complain(
                Rule::UnknownError,
                node.location(),
                format!("there is no error `{parent}`"),
            ),
        }
    }
    let details: IndexMap<String, Property> = fields
        .mapping("details")
        .iter()
        .map(|entry| (entry.key.clone(), detail(entry, schemas)))
        .collect();
    let message = if status.is_some() {
        fields.required_text("message")
    } else {
        fields.text("message").unwrap_or_default().to_owned()
    };
    if let Some(node) = fields.get("message") {
        check_placeholders(&message, &details, node, catalog);
    }
    let error = ErrorDef {
        code: entry.key.clone(),
        description: fields.required_text("description"),
        status,
        parent,
        details,
        message,
        location: entry.mark.location(),
    };
    fields.finish();
    error
}

/// A detail is a property that is required unless it says otherwise.
fn detail<'a>(entry: &'a Entry, schemas: &Schemas<'a>) -> Property {
    let optional = entry.value.get("x-optional").map(|node| &node.data);
    let optional = matches!(optional, Some(Data::Boolean(true)));
    schemas.property(entry, !optional, Place::Detail)
}

fn check_placeholders<'a>(message: &str, details: &IndexMap<String, Property>, node: &Node, catalog: &Catalog<'a>) {
    for part in message.split('{').skip(1) {
        let Some((name, _)) = part.split_once('}') else {
            catalog.complain(Rule::MessagePlaceholder, node.location(), "a `{` without its `}`");
            continue;
        };
        if !details.contains_key(name) {
            let names: Vec<_> = details.keys().collect();
            let message = format!(
                "`{{{name}}}` is no detail of this error; it has {}",
                super::listed(&names)
            );
            catalog.complain(Rule::MessagePlaceholder, node.location(), message);
        }
    }
}

fn is_code(code: &str) -> bool {
    let words = code.split('_');
    code.starts_with(|c: char| c.is_ascii_uppercase())
        && words.clone().all(|word| !word.is_empty())
        && code
            .chars()
            .all(|c| c == '_' || c.is_ascii_uppercase() || c.is_ascii_digit())
}
