//! Schemas as a whole: unions, schemas without end, schemas that nobody needs.

use std::collections::BTreeSet;

use super::Linter;
use crate::{
    model::{Discriminator, Kind, NamedSchema, Type},
    rules::Rule,
    views::references_of_operation,
};

impl Linter<'_> {
    pub(super) fn check_schemas(&self) {
        for schema in self.api.schemas.values() {
            if let Kind::OneOf {
                variants,
                discriminator,
            } = &schema.ty.kind
            {
                self.check_union(schema, variants, discriminator.as_ref());
            }
        }
        let finite = self.finite();
        for schema in self
            .api
            .schemas
            .values()
            .filter(|schema| !finite.contains(schema.name.as_str()))
        {
            let message = format!("a `{}` would contain others without end", schema.name);
            self.complain(Rule::EndlessSchema, &schema.location, message);
        }
        let used = self.used();
        for schema in self
            .api
            .schemas
            .values()
            .filter(|schema| !used.contains(schema.name.as_str()))
        {
            let message = format!(
                "no operation, event or error leads to `{}`: use it or leave it out",
                schema.name
            );
            self.complain(Rule::UnusedComponent, &schema.location, message);
        }
    }

    fn check_union(&self, schema: &NamedSchema, variants: &[String], discriminator: Option<&Discriminator>) {
        if variants.len() < 2 {
            self.complain(
                Rule::Discriminator,
                &schema.location,
                "a union has at least two variants",
            );
        }
        let Some(discriminator) = discriminator else { return };
        let wrong = |message: String| self.complain(Rule::Discriminator, &schema.location, message);
        let mut seen = BTreeSet::new();
        for variant in variants {
            let Some(value) = self.constant_of(variant, &discriminator.property) else {
                wrong(format!(
                    "`{variant}` needs a required property `{}` with `enum: [a constant]`",
                    discriminator.property
                ));
                continue;
            };
            if !seen.insert(value) {
                wrong(format!("`{value}` stands for two variants"));
            }
            match discriminator.mapping.get(value) {
                Some(name) if name != variant => {
                    wrong(format!("`{value}` is mapped to `{name}`, but means `{variant}`"))
                }
                None if !discriminator.mapping.is_empty() => {
                    wrong(format!("the mapping has no `{value}`: `{variant}`"))
                }
                _ => {}
            }
        }
        for (value, name) in discriminator
            .mapping
            .iter()
            .filter(|(_, name)| !variants.contains(name))
        {
            wrong(format!("`{value}` is mapped to `{name}`, which is no variant"));
        }
    }

    /// The one value that `property` of `schema` can have.
    fn constant_of(&self, schema: &str, property: &str) -> Option<&str> {
        let Kind::Object(object) = &self.api.schemas.get(schema)?.ty.kind else {
            return None;
        };
        let property = object.properties.get(property).filter(|property| property.required)?;
        match &property.ty.kind {
            Kind::Enum { values } if values.len() == 1 => values.first().map(String::as_str),
            _ => None,
        }
    }

    /// The names of the schemas that have a value which can be written down: found from those that need no others.
    fn finite(&self) -> BTreeSet<&str> {
        let mut finite = BTreeSet::new();
        loop {
            let more = self
                .api
                .schemas
                .values()
                .filter(|schema| is_finite(&schema.ty, &finite));
            let more: BTreeSet<_> = more.map(|schema| schema.name.as_str()).collect();
            if more.len() == finite.len() {
                return finite;
            }
            finite = more;
        }
    }

    /// The names of the schemas that operations, events and errors lead to.
    fn used(&self) -> BTreeSet<&str> {
        let details = self.api.errors.iter().flat_map(|error| error.details.values());
        let mut open: Vec<&str> = details.flat_map(|detail| detail.ty.references()).collect();
        open.extend(self.operations().flat_map(references_of_operation));
        open.extend(self.api.webhooks.iter().map(|event| event.data.as_str()));
        open.extend(self.merged);
        let mut used = BTreeSet::new();
        while let Some(name) = open.pop() {
            if used.insert(name)
                && let Some(schema) = self.api.schemas.get(name)
            {
                open.extend(schema.ty.references());
            }
        }
        used
    }
}

/// Whether a value of this type can be written down, if values of the schemas `finite` can.
fn is_finite(ty: &Type, finite: &BTreeSet<&str>) -> bool {
    match &ty.kind {
        Kind::Ref(name) => finite.contains(name.as_str()),
        Kind::Object(object) => {
            let mut required = object.properties.values().filter(|property| property.required);
            required.all(|property| property.ty.nullable || is_finite(&property.ty, finite))
        }
        Kind::OneOf { variants, .. } => variants.iter().any(|name| finite.contains(name.as_str())),
        _ => true,
    }
}
