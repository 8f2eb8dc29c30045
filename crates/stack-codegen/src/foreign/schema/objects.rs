//! Objects and maps.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{Schemas, any, describe};
use crate::{
    foreign::{
        document::{below, entries, flag, items},
        names,
    },
    model::{Kind, Location, Object, Property, Type},
};

/// What is known of an object before its properties become shapes.
#[derive(Default)]
pub(super) struct Outline {
    /// By wire name, with its pointer.
    pub properties: IndexMap<String, (Value, String)>,
    pub required: Vec<String>,
    pub additional: Option<(Value, String)>,
}

impl Outline {
    /// Adds what `map` itself says.
    pub fn add(&mut self, map: &Map<String, Value>, at: &str) {
        let place = below(at, "properties");
        for (name, schema) in entries(map, "properties") {
            let pointer = below(&place, name);
            match self.properties.get_mut(name) {
                // The part of an `allOf` that says more of a property wins.
                Some(known) if says_less(schema) || *schema == known.0 => {}
                Some(known) => *known = (schema.clone(), pointer),
                None => {
                    self.properties.insert(name.clone(), (schema.clone(), pointer));
                }
            }
        }
        let required = items(map, "required").iter().filter_map(Value::as_str);
        self.required.extend(required.map(str::to_owned));
        if let Some(additional) = map.get("additionalProperties")
            && (self.additional.is_none() || additional.is_object())
        {
            self.additional = Some((additional.clone(), below(at, "additionalProperties")));
        }
    }
}

fn says_less(schema: &Value) -> bool {
    schema
        .as_object()
        .is_none_or(|map| !super::has_shape(map) && !map.contains_key("type"))
}

impl Schemas<'_> {
    /// The object that `map` itself describes.
    pub(super) fn object_of(&mut self, map: &Map<String, Value>, at: &str, hint: &str) -> Type {
        let mut outline = Outline::default();
        outline.add(map, at);
        self.object(outline, at, hint)
    }

    /// An object with properties becomes a struct, any other a map.
    pub(super) fn object(&mut self, outline: Outline, at: &str, hint: &str) -> Type {
        let Outline {
            properties,
            required,
            additional,
        } = outline;
        if properties.is_empty() {
            let values = match &additional {
                Some((schema @ Value::Object(_), at)) => self.ty(schema, at, &format!("{hint}Value")),
                Some((Value::Bool(false), _)) => {
                    return Type {
                        kind: Kind::Object(Object::default()),
                        nullable: false,
                    };
                }
                _ => any(),
            };
            if !required.is_empty() {
                self.doc.notes.loosened(
                    &below(at, "required"),
                    "required-without-property",
                    "names properties that the schema doesn't have",
                );
            }
            return Type {
                kind: Kind::Map(Box::new(values)),
                nullable: false,
            };
        }
        if let Some((Value::Object(map), pointer)) = &additional
            && !map.is_empty()
        {
            self.doc.notes.loosened(
                pointer,
                "more-properties",
                "an object with known properties keeps no others; those are dropped",
            );
        }
        for name in required.iter().filter(|name| !properties.contains_key(*name)) {
            self.doc.notes.loosened(
                &below(at, "required"),
                "required-without-property",
                format!("`{name}` is no property of the schema"),
            );
        }
        let mut object = Object {
            properties: IndexMap::new(),
            open: additional.is_none_or(|(additional, _)| additional != Value::Bool(false)),
        };
        for (name, (schema, pointer)) in properties {
            let hint = format!("{hint}{}", names::pascal(&name));
            let property = self.property(&schema, &pointer, &hint, required.contains(&name));
            object.properties.insert(name, property);
        }
        Type {
            kind: Kind::Object(object),
            nullable: false,
        }
    }

    fn property(&mut self, schema: &Value, at: &str, hint: &str, required: bool) -> Property {
        let ty = self.ty(schema, at, hint);
        let map = schema.as_object();
        let one_way = map.and_then(|map| ["readOnly", "writeOnly"].into_iter().find(|key| flag(map, key)));
        if let (Some(key), true) = (one_way, required) {
            self.doc.notes.loosened(
                at,
                "one-way-property",
                format!("required and `{key}`: one type serves both ways, so it is optional"),
            );
        }
        Property {
            description: describe(schema),
            required: required && one_way.is_none(),
            ty,
            default: map.and_then(|map| map.get("default")).cloned(),
            access: None,
            hidden: false,
            // The pointer, for what is found out later.
            location: Location {
                file: at.to_owned(),
                ..Location::default()
            },
        }
    }
}
