//! Names that are of the wrong form or become the same Rust name.

use std::collections::HashMap;

use super::Linter;
use crate::{
    model::{Kind, Location},
    names::{fields, is_keyword, pascal, snake},
    rules::Rule,
};

/// Types of Rust's prelude and of the runtime that generated code mentions by their bare names.
const RESERVED_TYPES: &[&str] = &[
    "Access",
    "ApiError",
    "Box",
    "Client",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "ErrorBody",
    "From",
    "Future",
    "Into",
    "Iterator",
    "KnownError",
    "KnownErrorFamily",
    "Millis",
    "None",
    "Ok",
    "Option",
    "Ord",
    "Patch",
    "Principal",
    "Result",
    "Schema",
    "Secret",
    "Self",
    "Send",
    "Some",
    "String",
    "Sync",
    "ToString",
    "Value",
    "Vec",
    "Violation",
    "Wire",
];

/// Methods that the generated client has anyway.
const RESERVED_OPERATIONS: &[&str] = &[
    "api_version",
    "authenticate",
    "baseurl",
    "client",
    "exec",
    "inner",
    "new",
    "new_with_client",
    "post",
    "pre",
    "send",
];

impl Linter<'_> {
    pub(super) fn check_names(&self) {
        for (name, schema) in &self.api.schemas {
            if pascal(name) != *name {
                let message = format!("a component is called in PascalCase: `{}`", pascal(name));
                self.complain(Rule::ComponentName, &schema.location, message);
            }
            if RESERVED_TYPES.contains(&name.as_str()) {
                let message = format!("`{name}` means something in Rust or in the generated code; choose another name");
                self.complain(Rule::ReservedName, &schema.location, message);
            }
            match &schema.ty.kind {
                Kind::Enum { values } => self.check_enum(values, &schema.location),
                Kind::Object(object) => {
                    let names = object
                        .properties
                        .iter()
                        .map(|(name, property)| (name.as_str(), &property.location));
                    self.check_fields(names, "property");
                }
                _ => {}
            }
        }
        for error in &self.api.errors {
            let names = error
                .details
                .iter()
                .map(|(name, property)| (name.as_str(), &property.location));
            self.check_fields(names, "detail");
        }
        self.check_operation_ids();
    }

    /// Values that differ on the wire have to differ as variants.
    fn check_enum(&self, values: &[String], location: &Location) {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for value in values {
            let variant = pascal(value);
            let message = if variant == "Unknown" {
                format!("`{value}` would be `{variant}` in Rust, which stands for values that come later")
            } else if let Some(other) = seen.insert(variant.clone(), value) {
                format!("`{value}` and `{other}` would both be `{variant}` in Rust")
            } else {
                continue;
            };
            self.complain(Rule::EnumCollision, location, message);
        }
    }

    fn check_fields<'b>(&self, names: impl Iterator<Item = (&'b str, &'b Location)> + Clone, noun: &str) {
        let mut seen: HashMap<String, (&str, &Location)> = HashMap::new();
        let fields = fields(names.clone().map(|(name, _)| name));
        for ((name, location), field) in names.zip(fields) {
            if !field.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let message = format!("the {noun} `{name}` gives no Rust name; it needs to start with a letter");
                self.complain(Rule::PropertyCollision, location, message);
            } else if let Some((other, first)) = seen.insert(field.clone(), (name, location)) {
                let message = format!("`{name}` and `{other}` would both be `{field}` in Rust");
                self.clash(Rule::PropertyCollision, location, first, message);
            }
        }
    }

    fn check_operation_ids(&self) {
        let mut seen: HashMap<String, (&str, &Location)> = HashMap::new();
        for operation in self.operations() {
            let (id, location) = (operation.id.as_str(), &operation.location);
            if id.is_empty() {
                continue;
            }
            let right = snake(id);
            if id != right || !id.starts_with(|c: char| c.is_ascii_lowercase()) {
                let message = format!("an operation id is a verb in snake_case: `{right}`");
                self.complain(Rule::OperationId, location, message);
            }
            if is_keyword(id) || RESERVED_OPERATIONS.contains(&id) {
                let message = format!("`{id}` is taken in Rust or in the generated client; say what is done to what");
                self.complain(Rule::ReservedName, location, message);
            }
            if let Some((other, first)) = seen.insert(right, (id, location)) {
                let message = if id == other {
                    format!("`{id}` is there already; give one of them another name")
                } else {
                    format!("`{id}` and `{other}` would be the same method; give one of them another name")
                };
                self.clash(Rule::DuplicateOperationId, location, first, message);
            }
        }
    }
}
