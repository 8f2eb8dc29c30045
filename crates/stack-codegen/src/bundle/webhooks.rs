//! Reads the events that webhooks are told of.

use super::{catalog::Catalog, schema::Schemas};
use crate::{
    load::{Entry, Node, ROOT},
    model::Event,
    rules::Rule,
};

/// The sentences about all events, and the events of `node`, the file that `x-webhooks` names.
pub fn webhooks<'a>(
    node: &'a Node,
    file: &str,
    catalog: &'a Catalog<'a>,
    schemas: &Schemas<'a>,
) -> (String, Vec<Event>) {
    // The keys of a root are checked with the root.
    let about = if file == ROOT {
        String::new()
    } else {
        let fields = catalog.fields(node, &node.mark, format!("`{file}`"));
        fields.required("events");
        fields.required_text("description")
    };
    let entries = node.get("events").and_then(Node::as_mapping).unwrap_or_default();
    let events = entries.iter().map(|entry| event(entry, catalog, schemas));
    (about, events.collect())
}

fn event<'a>(entry: &'a Entry, catalog: &'a Catalog<'a>, schemas: &Schemas<'a>) -> Event {
    let fields = catalog.fields(&entry.value, &entry.mark, format!("the event `{}`", entry.key));
    if !is_name(&entry.key) {
        let message = "an event is called by words in snake_case with dots between, for example `user.created`";
        fields.complain(Rule::EventName, message);
    }
    let data = fields.required("data").and(fields.entry("data"));
    let data = data.and_then(|entry| reference(entry, catalog));
    let example = fields.required("example");
    if let (Some(node), Some(name)) = (example, data) {
        schemas.check_value(node, &crate::model::Type::reference(name), "example");
    }
    let event = Event {
        name: entry.key.clone(),
        summary: fields.required_text("summary"),
        description: fields.required_text("description"),
        data: data.unwrap_or_default().to_owned(),
        example: example.map(Node::to_value).unwrap_or_default(),
        location: entry.mark.location(),
    };
    fields.finish();
    event
}

/// The schema that `data` refers to.
fn reference<'a>(entry: &'a Entry, catalog: &'a Catalog<'a>) -> Option<&'a str> {
    let fields = catalog.fields(&entry.value, &entry.mark, "the data of an event");
    let name = fields.required("$ref").and_then(|node| catalog.schema_name(node));
    fields.finish();
    name
}

/// `noun.verb`, and the noun may have parts.
fn is_name(name: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .chars()
                .all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    name.contains('.') && name.split('.').all(is_word)
}
