//! Which types hold themselves, so that a box is needed.

use std::collections::BTreeSet;

use super::scope::Scope;
use crate::model::{Kind, Type};

/// Whether a value of the named schema `target` may hold a value of `holder` without a list or a map in between:
/// a field of `holder` with this type would make it infinitely large.
pub(super) fn needs_box(holder: &str, target: &str, scope: &Scope<'_>) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![target];
    while let Some(name) = open.pop() {
        if name == holder {
            return true;
        }
        if seen.insert(name)
            && let Some(named) = scope.named(name)
        {
            open.extend(held(&named.ty));
        }
    }
    false
}

/// The named schemas whose values lie inside a value of this shape itself.
fn held(ty: &Type) -> Vec<&str> {
    match &ty.kind {
        Kind::Ref(name) => vec![name],
        Kind::Object(object) => object
            .properties
            .values()
            .flat_map(|property| held(&property.ty))
            .collect(),
        Kind::OneOf { variants, .. } => variants.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}
