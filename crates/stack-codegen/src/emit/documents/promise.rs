//! What the published documents say beyond what programs need, and what they keep to themselves.
//!
//! Clients are generated from everything that is known. Readers also learn which parameters are let through and ignored;
//! and of a body that only passes through (`x-opaque`) they aren't told what is in it now, since nobody promises that.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    model::{Media, SuccessKind},
    views::{View, references_of_operation},
};

/// For whom a document is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// Programs that make a client of it: all that is known.
    Generators,
    /// Everybody: what is promised.
    Readers,
}

/// `view` without the schemas that only opaque bodies lead to.
pub fn shown(view: &View) -> View {
    let mut shown = view.clone();
    for operation in &mut shown.operations {
        operation.body.take_if(|body| body.opaque);
        if operation.success.opaque {
            operation.success.kind = SuccessKind::Redirect;
        }
    }
    let mut open: Vec<&str> = shown.operations.iter().flat_map(references_of_operation).collect();
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if reached.insert(name.to_owned())
            && let Some(schema) = view.schemas.get(name)
        {
            open.extend(schema.ty.references());
        }
    }
    let mut schemas = view.schemas.clone();
    schemas.retain(|name, _| reached.contains(name));
    View {
        access: view.access,
        operations: view.operations.clone(),
        schemas,
    }
}

/// The schema of an opaque body of this form.
pub fn anything(media: Media) -> Value {
    match media {
        Media::Json => json!({"description": "Any JSON: what it holds isn't this API's to promise."}),
        Media::Form => json!({
            "type": "object",
            "additionalProperties": true,
            "description": "Any fields: what it holds isn't this API's to promise.",
        }),
    }
}
