//! Schemas of a foreign document as named schemas of the model.
//!
//! | module | what it turns |
//! |---|---|
//! | here | references, and what needs a name into what has one |
//! | `simple` | texts, numbers, lists, constants |
//! | `objects` | objects and maps |
//! | `compose` | `allOf`, `oneOf`, `anyOf` |
//! | `settle` | nothing: it mends what only all schemas together show, such as types without end |

mod compose;
mod objects;
mod settle;
mod simple;

pub(super) use settle::fits;

use std::collections::{HashMap, VecDeque};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{
    document::{Document, below, entries, flag, text},
    names::{self, Names},
};
use crate::model::{Kind, Location, NamedSchema, Type};

/// Overrides the pointer of a schema that was put together from parts of the document.
const AT: &str = "x-stack-at";

/// How deeply inline schemas may be nested.
const MAX_DEPTH: usize = 48;

/// The schemas of a document, as far as they are needed yet.
pub(super) struct Schemas<'a> {
    pub doc: &'a Document<'a>,
    pub named: IndexMap<String, NamedSchema>,
    names: Names,
    by_pointer: HashMap<String, String>,
    queue: VecDeque<(String, String)>,
    module: String,
    depth: usize,
}

impl<'a> Schemas<'a> {
    /// All of `components.schemas`, in their order.
    pub fn of_components(doc: &'a Document<'a>) -> Self {
        let mut schemas = Self {
            doc,
            named: IndexMap::new(),
            names: Names::of_types(),
            by_pointer: HashMap::new(),
            queue: VecDeque::new(),
            module: "shared".to_owned(),
            depth: 0,
        };
        let components = doc.root.pointer("/components/schemas").and_then(Value::as_object);
        for name in components.into_iter().flat_map(Map::keys) {
            let pointer = below("/components/schemas", name);
            let wanted = names::pascal(name);
            let chosen = schemas.names.take(&wanted);
            if chosen != wanted {
                doc.notes.renamed(
                    &pointer,
                    "taken-name",
                    format!("`{wanted}` is another type's name; it is `{chosen}`"),
                );
            }
            schemas.by_pointer.insert(pointer.clone(), chosen.clone());
            schemas.queue.push_back((pointer, chosen));
        }
        schemas.define_queued();
        schemas
    }

    /// What follows belongs to this tag.
    pub fn enter(&mut self, module: &str) {
        module.clone_into(&mut self.module);
    }

    /// Mends what only all schemas together show. The last step.
    pub fn settle(&mut self) {
        self.define_queued();
        settle::settle(self);
    }

    /// The shape of `schema`, which stands at the pointer `at`. Whatever needs a name for itself gets one from `hint`.
    pub fn ty(&mut self, schema: &Value, at: &str, hint: &str) -> Type {
        let ty = self.shape(schema, at, hint);
        if !needs_name(&ty.kind) {
            return ty;
        }
        let nullable = ty.nullable;
        let name = self.add(Type { nullable: false, ..ty }, describe(schema), hint);
        Type {
            kind: Kind::Ref(name),
            nullable,
        }
    }

    /// The same with a name in any case.
    pub fn named(&mut self, schema: &Value, at: &str, hint: &str) -> String {
        match self.ty(schema, at, hint) {
            Type {
                kind: Kind::Ref(name),
                nullable: false,
            } => name,
            ty => self.add(ty, describe(schema), hint),
        }
    }

    /// Adds a named schema and gives the name that it got.
    fn add(&mut self, ty: Type, description: String, hint: &str) -> String {
        let name = self.names.take(hint);
        self.insert(name.clone(), ty, description);
        name
    }

    fn insert(&mut self, name: String, ty: Type, description: String) {
        let module = self.module.clone();
        let location = Location::default();
        self.named.insert(
            name.clone(),
            NamedSchema {
                name,
                description,
                module,
                ty,
                example: None,
                location,
            },
        );
    }

    /// Defines what references have asked for, until they ask for nothing new.
    fn define_queued(&mut self) {
        let module = std::mem::replace(&mut self.module, "shared".to_owned());
        while let Some((pointer, name)) = self.queue.pop_front() {
            let Some(schema) = self.doc.root.pointer(&pointer) else {
                continue;
            };
            let ty = self.shape(schema, &pointer, &name);
            self.insert(name, ty, describe(schema));
        }
        self.module = module;
    }

    /// The shape of `schema` as it is, even if it needs a name.
    fn shape(&mut self, schema: &Value, at: &str, hint: &str) -> Type {
        let map = match schema {
            Value::Object(map) => map,
            Value::Bool(true) => return any(),
            _ => {
                self.doc.notes.loosened(
                    at,
                    "not-a-schema",
                    "this isn't a schema that anything fits; any value is taken",
                );
                return any();
            }
        };
        let at = text(map, AT).unwrap_or(at);
        if self.depth >= MAX_DEPTH {
            self.doc.notes.loosened(
                at,
                "too-deep",
                format!("more than {MAX_DEPTH} schemas inside one another; any value is taken"),
            );
            return any();
        }
        if let Some(reference) = text(map, "$ref") {
            return self.reference(map, reference, at);
        }
        self.depth += 1;
        self.note_unchecked(map, at);
        let mut ty = if !super::document::items(map, "allOf").is_empty() {
            self.all_of(map, at, hint)
        } else if let Some(key) = ["oneOf", "anyOf"]
            .into_iter()
            .find(|key| !super::document::items(map, key).is_empty())
        {
            self.one_of(map, key, at, hint)
        } else {
            self.simple(map, at, hint)
        };
        ty.nullable |= says_nullable(map);
        self.depth -= 1;
        ty
    }

    fn reference(&mut self, map: &Map<String, Value>, reference: &str, at: &str) -> Type {
        let nullable = says_nullable(map);
        match self.name_of(reference) {
            Some(name) => Type {
                kind: Kind::Ref(name),
                nullable,
            },
            None => {
                self.doc.notes.loosened(
                    at,
                    "broken-reference",
                    format!("`{reference}` leads nowhere in this document; any value is taken"),
                );
                any()
            }
        }
    }

    /// The name of the schema that `reference` leads to.
    fn name_of(&mut self, reference: &str) -> Option<String> {
        let (_, pointer) = self.doc.target(reference)?;
        if let Some(name) = self.by_pointer.get(&pointer) {
            return Some(name.clone());
        }
        let words: Vec<_> = pointer
            .split('/')
            .filter(|word| !["", "components", "schemas", "properties"].contains(word))
            .collect();
        let name = self
            .names
            .take(&names::pascal(&words[words.len().saturating_sub(3)..].join(" ")));
        self.by_pointer.insert(pointer.clone(), name.clone());
        self.queue.push_back((pointer, name.clone()));
        Some(name)
    }

    fn note_unchecked(&self, map: &Map<String, Value>, at: &str) {
        const UNCHECKED: [&str; 17] = [
            "not",
            "patternProperties",
            "if",
            "then",
            "else",
            "dependentRequired",
            "dependentSchemas",
            "multipleOf",
            "uniqueItems",
            "minProperties",
            "maxProperties",
            "propertyNames",
            "contains",
            "prefixItems",
            "unevaluatedProperties",
            "unevaluatedItems",
            "$dynamicRef",
        ];
        for key in UNCHECKED
            .into_iter()
            .filter(|key| map.get(*key).is_some_and(|value| *value != Value::Bool(false)))
        {
            self.doc
                .notes
                .loosened(&below(at, key), "unchecked-keyword", format!("`{key}` isn't checked"));
        }
    }
}

/// Any JSON value.
pub(super) const fn any() -> Type {
    Type {
        kind: Kind::Any,
        nullable: false,
    }
}

/// Whether a shape can only stand in a named schema.
const fn needs_name(kind: &Kind) -> bool {
    matches!(kind, Kind::Object(_) | Kind::Enum { .. } | Kind::OneOf { .. })
}

fn says_nullable(map: &Map<String, Value>) -> bool {
    flag(map, "nullable") || flag(map, "x-nullable")
}

/// The sentences of a schema.
pub(super) fn describe(schema: &Value) -> String {
    let Some(map) = schema.as_object() else {
        return String::new();
    };
    let words = text(map, "description")
        .or_else(|| text(map, "title"))
        .unwrap_or_default();
    words.trim().to_owned()
}

/// Whether `map` says anything of its shape itself.
fn has_shape(map: &Map<String, Value>) -> bool {
    const SHAPE: [&str; 9] = [
        "$ref", "allOf", "oneOf", "anyOf", "enum", "const", "items", "format", "pattern",
    ];
    SHAPE.iter().any(|key| map.contains_key(*key))
        || entries(map, "properties").next().is_some()
        || map.get("additionalProperties").is_some_and(Value::is_object)
}
