//! Reads objects and merges what `allOf` joins.

use indexmap::IndexMap;

use super::{
    fields::Fields,
    schema::{Place, Schemas},
};
use crate::{
    diagnostics::Diagnostic,
    load::{Data, Entry, Node},
    model::{Kind, Object, Property},
    rules::Rule,
};

impl<'a> Schemas<'a> {
    /// What `type: object` is: known properties, or any keys with values of one shape.
    pub(super) fn object_kind(&self, fields: &Fields<'a>, place: Place) -> Kind {
        let others = fields.get("additionalProperties");
        if fields.entry("properties").is_none()
            && let Some(node) = others
        {
            match node.data {
                Data::Boolean(true) => return Kind::Map(Box::new(super::schema::any())),
                Data::Boolean(false) => {}
                _ => return Kind::Map(Box::new(self.bare(node, "the schema of the values", place.within()))),
            }
        }
        if place != Place::Named {
            fields.complain(
                Rule::InlineObject,
                "an object is a type of its own: make it a named schema and refer to it",
            );
        }
        Kind::Object(self.object(fields))
    }

    /// The properties of an object schema.
    fn object(&self, fields: &Fields<'a>) -> Object {
        let required = fields.texts("required");
        let mut properties = IndexMap::new();
        for entry in fields.mapping("properties") {
            let required = required.iter().any(|(name, _)| *name == entry.key);
            properties.insert(entry.key.clone(), self.property(entry, required, Place::Inline));
        }
        for (at, (name, node)) in required.iter().enumerate() {
            let message = if !properties.contains_key(*name) {
                format!("`{name}` is required, but isn't a property")
            } else if required[..at].iter().any(|(other, _)| other == name) {
                format!("`{name}` is there already")
            } else if properties[*name].default.is_some() {
                format!("`{name}` has a default, so it needn't be there: leave it out here, or leave out the default")
            } else {
                continue;
            };
            self.complain(Rule::RequiredProperty, node.location(), message);
        }
        let open = match fields.get("additionalProperties").map(|node| (&node.data, node)) {
            None | Some((Data::Boolean(false), _)) => false,
            Some((Data::Boolean(true), _)) => true,
            Some((_, node)) => {
                let message = "besides properties there can be `true` (other keys are ignored) or nothing";
                self.complain(Rule::UnsupportedKeyword, node.location(), message);
                false
            }
        };
        Object { properties, open }
    }

    /// A property or detail.
    pub fn property(&self, entry: &'a Entry, required: bool, place: Place) -> Property {
        let noun = if place == Place::Detail {
            "the detail"
        } else {
            "the property"
        };
        let declared = self.declared(&entry.value, &entry.mark, format!("{noun} `{}`", entry.key), place);
        if declared.description.is_empty() {
            let message = format!("{noun} `{}` has no `description`", entry.key);
            self.complain(Rule::MissingKey, entry.mark.location(), message);
        }
        Property {
            description: declared.description,
            required,
            ty: declared.ty,
            default: declared.default.map(Node::to_value),
            access: declared.access,
            hidden: declared.hidden,
            location: entry.mark.location(),
        }
    }

    /// One reference with words of its own around it, or objects that are joined.
    pub(super) fn all_of(&self, fields: &Fields<'a>, entry: &'a Entry, place: Place) -> Kind {
        let parts = fields.list("allOf");
        if place != Place::Named {
            if let [part] = parts
                && let Some(reference) = part.get("$ref")
            {
                return self
                    .catalog
                    .schema_name(reference)
                    .map_or(Kind::Any, |name| Kind::Ref(name.to_owned()));
            }
            let message = "an `allOf` of several parts is a type of its own: make it a named schema";
            self.complain(Rule::InlineObject, entry.mark.location(), message);
            return Kind::Any;
        }
        let mut whole = Object::default();
        for part in parts {
            if let Some(object) = self.part(part) {
                self.merge(&mut whole, object, part);
            }
        }
        if fields.choice("type", &["object"]).is_some() || fields.entry("properties").is_some() {
            let own = self.object(fields);
            self.merge(&mut whole, own, &entry.value);
        }
        Kind::Object(whole)
    }

    /// The object that a part of an `allOf` is.
    fn part(&self, part: &'a Node) -> Option<Object> {
        let fields = self.catalog.fields(part, &part.mark, "a part of an `allOf`");
        let object = if let Some(reference) = fields.get("$ref") {
            let name = self.catalog.schema_name(reference)?;
            self.referred(name, reference)
        } else {
            fields.choice("type", &["object"]);
            Some(self.object(&fields))
        };
        fields.finish();
        object
    }

    /// The object that the component `name` is.
    fn referred(&self, name: &'a str, reference: &Node) -> Option<Object> {
        let known = self.merged.borrow().get(name).cloned();
        if let Some(known) = known {
            if known.is_none() {
                let message = format!("`{name}` consists of itself");
                self.complain(Rule::EndlessSchema, reference.location(), message);
            }
            return known;
        }
        self.merged.borrow_mut().insert(name, None);
        let component = self.catalog.schemas.get(name)?;
        let object = match self.named(component.entry, component.module).ty.kind {
            Kind::Object(object) => object,
            _ => {
                let message = format!("`{name}` isn't an object, so nothing can be joined to it");
                self.complain(Rule::AllOfConflict, reference.location(), message);
                Object::default()
            }
        };
        self.merged.borrow_mut().insert(name, Some(object.clone()));
        Some(object)
    }

    /// Adds the properties of `more` to `whole`. What both have has to agree; it is required if one of them says so.
    fn merge(&self, whole: &mut Object, more: Object, part: &Node) {
        whole.open |= more.open;
        for (name, property) in more.properties {
            let Some(present) = whole.properties.get_mut(&name) else {
                whole.properties.insert(name, property);
                continue;
            };
            if present.ty == property.ty && present.access == property.access {
                present.required |= property.required;
                continue;
            }
            let message = format!("`{name}` is something else in another part: let one of them have it");
            let conflict = Diagnostic::new(Rule::AllOfConflict, part.location(), message);
            let conflict = conflict.related(present.location.clone(), "here");
            self.catalog.report.add(conflict.related(property.location, "and here"));
        }
    }
}
