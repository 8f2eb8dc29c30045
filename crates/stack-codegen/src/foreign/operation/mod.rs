//! The operations of a foreign document as data for the emitters.
//!
//! They don't fit the model of the contract: here are headers and cookies, lists in queries, bodies and answers of any
//! media type, and several answers for one operation.

mod content;
mod parameters;

use std::collections::HashSet;

use heck::ToPascalCase;
use serde_json::{Map, Value};

use super::{
    document::{below, entries, flag, items, text},
    names::{self, Names},
    schema::{self, Schemas},
};
pub(super) use content::{Answer, AnswerBody, Body, BodyKind, Status, status_name};
pub(super) use parameters::{Parameter, Place, Style};

/// The methods of a path item, as Rust's HTTP crates know them.
pub(super) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The operations that share a module.
#[derive(Debug)]
pub(super) struct Tag {
    /// kebab-case, and unique in any case.
    pub name: String,
    pub description: String,
    pub operations: Vec<Operation>,
}

/// One operation.
#[derive(Debug)]
pub(super) struct Operation {
    /// snake_case, no keyword, unique in any case.
    pub id: String,
    /// Lower-case.
    pub method: &'static str,
    /// As written, with a slash in front.
    pub path: String,
    pub summary: String,
    pub description: String,
    pub deprecated: bool,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    /// In the order of statuses, `default` last.
    pub answers: Vec<Answer>,
    /// Where it stands.
    pub pointer: String,
}

impl Operation {
    /// What its types are called after.
    pub fn stem(&self) -> String {
        self.id.to_pascal_case()
    }

    /// Its parameters of one place.
    pub fn at(&self, place: Place) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    /// For people: `GET /pets`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }
}

/// Names that the generated files use themselves, so that no operation's types may have them.
const TAKEN_STEMS: &[&str] = &[
    "Api",
    "Body",
    "Box",
    "Client",
    "ClientHooks",
    "ClientInfo",
    "Debug",
    "Default",
    "Err",
    "Error",
    "From",
    "Into",
    "None",
    "Ok",
    "OperationInfo",
    "Option",
    "Request",
    "Response",
    "ResponseValue",
    "Result",
    "Router",
    "Self",
    "Some",
    "State",
    "String",
    "Unnamed",
    "Vec",
];

/// All operations by tag: the tags of the document in their order, then others in that of their operations.
pub(super) fn all(schemas: &mut Schemas<'_>) -> Vec<Tag> {
    let root = schemas.doc.root;
    let mut reader = Reader {
        stems: Names::without(TAKEN_STEMS.iter().copied()),
        tag_names: Names::default(),
        tags: Vec::new(),
        written_tags: Vec::new(),
    };
    for tag in root.get("tags").and_then(Value::as_array).into_iter().flatten() {
        if let Some(name) = tag.get("name").and_then(Value::as_str) {
            reader.tag(name, tag.get("description").and_then(Value::as_str).unwrap_or_default());
        }
    }
    let Some(paths) = root.get("paths").and_then(Value::as_object) else {
        return Vec::new();
    };
    for (path, item) in paths {
        let at = below("/paths", path);
        if path.starts_with("x-") {
            continue;
        }
        let Some((item, at)) = schemas.doc.resolve(item, &at) else {
            continue;
        };
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                reader.operation(schemas, path, method, item, operation, &at);
            }
        }
    }
    if let Some(webhooks) = root
        .get("webhooks")
        .or_else(|| root.get("x-webhooks"))
        .filter(|webhooks| !webhooks.as_object().is_none_or(Map::is_empty))
    {
        let count = webhooks.as_object().map_or(0, Map::len);
        let reason = format!("{count} webhooks: the server calls those, so neither client nor server has them");
        schemas.doc.notes.left_out("/webhooks", "webhooks", reason);
    }
    reader.tags.retain(|tag| !tag.operations.is_empty());
    reader.tags
}

struct Reader {
    /// The stems of operations, in PascalCase.
    stems: Names,
    tag_names: Names,
    tags: Vec<Tag>,
    /// The names of `tags` as written.
    written_tags: Vec<String>,
}

impl Reader {
    /// The place of the tag that is written so.
    fn tag(&mut self, written: &str, description: &str) -> usize {
        if let Some(index) = self.written_tags.iter().position(|known| known == written) {
            return index;
        }
        let pascal = self.tag_names.take(&names::pascal(written));
        self.written_tags.push(written.to_owned());
        self.tags.push(Tag {
            name: names::kebab(&pascal),
            description: if description.is_empty() {
                format!("Operations of the tag `{written}`.")
            } else {
                description.to_owned()
            },
            operations: Vec::new(),
        });
        self.tags.len() - 1
    }

    fn operation(
        &mut self,
        schemas: &mut Schemas<'_>,
        path: &str,
        method: &'static str,
        item: &Map<String, Value>,
        written: &Value,
        at: &str,
    ) {
        let notes = schemas.doc.notes;
        let pointer = below(at, method);
        let Some(map) = written.as_object() else {
            notes.left_out(&pointer, "not-an-object", "an operation has to be an object");
            return;
        };
        if path.contains('#') {
            notes.left_out(
                &pointer,
                "path",
                "`#` ends a URL as far as servers see it, so no request ever has this path",
            );
            return;
        }
        if path.contains('?') {
            notes.loosened(
                &pointer,
                "query-in-path",
                "the client sends the query that stands in the path; the server doesn't look at it",
            );
        }
        let tag = self.tag_of(map, path);
        schemas.enter(&self.tags[tag].name);
        let id = self.id(schemas, map, method, path, &self.tags[tag].name.clone(), &pointer);
        let stem = id.to_pascal_case();
        if map.contains_key("callbacks") {
            notes.left_out(
                &below(&pointer, "callbacks"),
                "callbacks",
                "the server calls those; they are no part of either crate",
            );
        }
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/{path}")
        };
        let parameters = parameters::all(schemas, item, map, at, &pointer, &path, &stem);
        let body = content::body(schemas, map, &pointer, &stem);
        let answers = content::answers(schemas, map, &pointer, &stem);
        let operation = Operation {
            id,
            method,
            path,
            summary: text(map, "summary")
                .or_else(|| text(item, "summary"))
                .unwrap_or_default()
                .trim()
                .to_owned(),
            description: text(map, "description").unwrap_or_default().trim().to_owned(),
            deprecated: flag(map, "deprecated"),
            parameters,
            body,
            answers,
            pointer,
        };
        self.tags[tag].operations.push(operation);
    }

    /// The first tag of the operation, or one that is called after its path.
    fn tag_of(&mut self, map: &Map<String, Value>, path: &str) -> usize {
        if let Some(tag) = items(map, "tags").first().and_then(Value::as_str) {
            return self.tag(tag, "");
        }
        let is_word = |word: &&str| !word.is_empty() && !word.contains('{') && !is_version(word);
        let word = path.split('/').find(is_word).unwrap_or("root");
        // A tag of that name may have been written in another style.
        match self.tags.iter().position(|tag| tag.name == names::kebab(word)) {
            Some(index) => index,
            None => self.tag(word, &format!("Operations below `/{word}`.")),
        }
    }

    fn id(
        &mut self,
        schemas: &Schemas<'_>,
        map: &Map<String, Value>,
        method: &str,
        path: &str,
        tag: &str,
        pointer: &str,
    ) -> String {
        let notes = schemas.doc.notes;
        let written = text(map, "operationId").filter(|id| !id.trim().is_empty());
        let wanted = match written {
            Some(id) => names::snake(id),
            None => {
                let id = names::snake(&format!("{method} {}", path.replace(['{', '}'], " ")));
                notes.renamed(
                    pointer,
                    "operation-id",
                    format!("it has no operationId and is called `{id}`"),
                );
                id
            }
        };
        // Keywords end in an underscore by now; `new` makes a builder.
        let (free, taken) = (
            wanted.trim_end_matches('_'),
            wanted.ends_with('_') || wanted == "new" || wanted == "send",
        );
        let mut stem = free.to_pascal_case();
        let is_free = |stem: &str| self.stems.is_free(stem) && self.stems.is_free(&format!("{stem}Answer"));
        if taken || !is_free(&stem) {
            let longer = format!("{tag} {free}").to_pascal_case();
            stem = if stem.is_empty() || longer == stem {
                format!("{stem}Call")
            } else {
                longer
            };
        }
        let stem = self.stems.take(&stem);
        self.stems.take(&format!("{stem}Answer"));
        let id = names::snake(&stem);
        if id != wanted && written.is_some() {
            notes.renamed(
                &below(pointer, "operationId"),
                "operation-id",
                format!("`{wanted}` is another's name or Rust's; it is `{id}`"),
            );
        }
        id
    }
}

/// Drops defaults that don't fit, which can be told only once all schemas are settled.
pub(super) fn settle(tags: &mut [Tag], schemas: &Schemas<'_>) {
    let operations = tags.iter_mut().flat_map(|tag| &mut tag.operations);
    for parameter in operations.flat_map(|operation| &mut operation.parameters) {
        if parameter
            .default
            .as_ref()
            .is_some_and(|default| !schema::fits(schemas, default, &parameter.ty, 0))
        {
            let reason = "the default doesn't fit its schema or can't be checked; it is not filled in";
            schemas.doc.notes.loosened(
                &below(&below(&parameter.pointer, "schema"), "default"),
                "default",
                reason,
            );
            parameter.default = None;
        }
    }
}

fn is_version(word: &str) -> bool {
    let digits = word.trim_start_matches(['v', 'V']);
    word == "api" || (!digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// The names between braces in `path`, in their order.
pub(super) fn placeholders(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut seen = HashSet::new();
    for part in path.split('{').skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && seen.insert(name)
        {
            names.push(name);
        }
    }
    names
}

/// The media types of a body or an answer, each with its media type object.
fn media(object: &Map<String, Value>) -> Vec<(&String, &Value)> {
    entries(object, "content").collect()
}
