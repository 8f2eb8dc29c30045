//! Reads schemas.

use std::cell::RefCell;

use indexmap::IndexMap;

use super::{
    catalog::{Catalog, ValueCheck},
    fields::Fields,
};
use crate::{
    load::{Entry, Mark, Node},
    model::{AccessSet, Discriminator, Kind, Location, NamedSchema, Object, Type},
    rules::Rule,
};

/// Reads schemas, each named one once.
pub struct Schemas<'a> {
    pub(super) catalog: &'a Catalog<'a>,
    /// Finished objects that an `allOf` asked for; `None` while they are being read.
    pub(super) merged: RefCell<IndexMap<&'a str, Option<Object>>>,
}

/// Where a schema stands, which decides what it may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A component: anything.
    Named,
    /// Within another schema or a parameter: no objects, enums or unions.
    Inline,
    /// A detail of an error: as inline, but enums are let pass. They are text to callers, who branch on the code.
    Detail,
}

impl Place {
    /// Where the items of a list stand that stands here.
    pub const fn within(self) -> Self {
        match self {
            Self::Named | Self::Inline => Self::Inline,
            Self::Detail => Self::Detail,
        }
    }
}

/// A schema and what is said about it.
pub struct Declared<'a> {
    pub ty: Type,
    pub description: String,
    pub default: Option<&'a Node>,
    pub example: Option<&'a Node>,
    pub access: Option<AccessSet>,
    pub hidden: bool,
}

impl<'a> Schemas<'a> {
    /// A reader of the schemas of `catalog`.
    pub fn new(catalog: &'a Catalog<'a>) -> Self {
        Self {
            catalog,
            merged: RefCell::default(),
        }
    }

    /// The component whose key and value `entry` is.
    pub fn named(&self, entry: &'a Entry, module: &str) -> NamedSchema {
        let fields = self
            .catalog
            .fields(&entry.value, &entry.mark, format!("the schema `{}`", entry.key));
        let description = fields.required_text("description");
        fields.flag("x-hidden");
        let ty = self.ty(&fields, Place::Named);
        let example = fields.get("example");
        if let Some(node) = example {
            self.check_value(node, &ty, "example");
        }
        fields.finish();
        NamedSchema {
            name: entry.key.clone(),
            description,
            module: module.to_owned(),
            ty,
            example: example.map(Node::to_value),
            location: entry.mark.location(),
        }
    }

    /// A property, detail or item whose schema is `node`; `mark` is where its key stands.
    pub fn declared(&self, node: &'a Node, mark: &'a Mark, noun: String, place: Place) -> Declared<'a> {
        let fields = self.catalog.fields(node, mark, noun);
        if place == Place::Detail {
            fields.flag("x-optional");
        }
        let declared = Declared {
            description: fields.text("description").unwrap_or_default().to_owned(),
            default: fields.get("default"),
            example: fields.get("example"),
            access: self.catalog.access(&fields),
            hidden: fields.flag("x-hidden"),
            ty: self.ty(&fields, place),
        };
        fields.finish();
        if let Some(node) = declared.default {
            self.check_value(node, &declared.ty, "default");
        }
        if let Some(node) = declared.example {
            self.check_value(node, &declared.ty, "example");
        }
        declared
    }

    /// Nothing but a type: an item of a list, a value of a map, the schema of a parameter.
    pub fn bare(&self, node: &'a Node, noun: &str, place: Place) -> Type {
        let fields = self.catalog.fields(node, &node.mark, noun);
        fields.text("description");
        let ty = self.ty(&fields, place);
        fields.finish();
        ty
    }

    /// Leaves `node` to be checked against `ty` once everything is read.
    pub fn check_value(&self, node: &'a Node, ty: &Type, noun: &'static str) {
        self.catalog.values.borrow_mut().push(ValueCheck {
            node,
            ty: ty.clone(),
            noun,
        });
    }

    fn ty(&self, fields: &Fields<'a>, place: Place) -> Type {
        let nullable = fields.flag("nullable");
        Type {
            kind: self.kind(fields, place),
            nullable,
        }
    }

    fn kind(&self, fields: &Fields<'a>, place: Place) -> Kind {
        if let Some(reference) = fields.get("$ref") {
            return self
                .catalog
                .schema_name(reference)
                .map_or(Kind::Any, |name| Kind::Ref(name.to_owned()));
        }
        if let Some(entry) = fields.entry("allOf") {
            return self.all_of(fields, entry, place);
        }
        if let Some(entry) = fields.entry("oneOf") {
            return self.one_of(fields, entry, place);
        }
        if fields.entry("type").is_none() {
            // Whatever the value is, `null` is one of the values; keys of typed schemas mean that `type` is missing.
            for key in [
                "properties",
                "items",
                "enum",
                "format",
                "pattern",
                "minimum",
                "maximum",
                "minLength",
            ] {
                if fields.entry(key).is_some() {
                    fields.complain(Rule::MissingKey, format!("a schema with `{key}` needs a `type`"));
                    return Kind::Any;
                }
            }
            return Kind::Any;
        }
        let known = ["string", "integer", "number", "boolean", "array", "object"];
        match fields.choice("type", &known) {
            Some("string") => self.string(fields, place),
            Some("integer") => {
                fields.choice("format", &["int32", "int64"]);
                let instant = fields.choice("x-instant", &["millis"]).is_some();
                let range = self.range(fields);
                if instant {
                    Kind::Instant(range)
                } else {
                    Kind::Integer(range)
                }
            }
            Some("number") => Kind::Number(self.range(fields)),
            Some("boolean") => Kind::Boolean {
                only: self.only(fields),
            },
            Some("array") => {
                let (min, max) = (fields.count("minItems"), fields.count("maxItems"));
                self.check_range(min, max, fields.get("maxItems"));
                let items = fields.required("items");
                let items = items.map_or_else(any, |node| self.bare(node, "the schema of the items", place.within()));
                Kind::Array {
                    items: Box::new(items),
                    min,
                    max,
                }
            }
            Some("object") => self.object_kind(fields, place),
            _ => Kind::Any,
        }
    }

    fn one_of(&self, fields: &Fields<'a>, entry: &'a Entry, place: Place) -> Kind {
        if place != Place::Named {
            let message = "a union is a type of its own: make it a named schema and refer to it";
            self.catalog.complain(Rule::InlineUnion, entry.mark.location(), message);
        }
        let mut variants = Vec::new();
        for node in fields.list("oneOf") {
            let variant = self.catalog.fields(node, &node.mark, "a variant");
            variants.extend(
                variant
                    .required("$ref")
                    .and_then(|r| self.catalog.schema_name(r))
                    .map(str::to_owned),
            );
            variant.finish();
        }
        let discriminator = fields.entry("discriminator").map(|entry| {
            let fields = self.catalog.fields(&entry.value, &entry.mark, "the discriminator");
            let property = fields.required_text("propertyName");
            let mapping = fields.mapping("mapping").iter();
            let pair = |e: &'a Entry| Some((e.key.clone(), self.catalog.schema_name(&e.value)?.to_owned()));
            let mapping = mapping.filter_map(pair).collect();
            fields.finish();
            Discriminator { property, mapping }
        });
        Kind::OneOf {
            variants,
            discriminator,
        }
    }

    pub(super) fn complain(&self, rule: Rule, location: Location, message: impl Into<String>) {
        self.catalog.complain(rule, location, message);
    }
}

/// Any JSON value; also stands for what couldn't be read.
pub const fn any() -> Type {
    Type {
        kind: Kind::Any,
        nullable: true,
    }
}
