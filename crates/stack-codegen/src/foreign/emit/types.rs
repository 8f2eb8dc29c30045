//! The types crate: the document's schemas through the emitter of the contract's types, and the runtime they stand on.

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::quote;

use super::{
    ACCESS, Target,
    print::{self, Part},
};
use crate::{
    emit::types::{Scope, item},
    foreign::names,
    model::{Kind, NamedSchema},
    output::File,
};

/// Emits `types/src/`, but for the runtime.
pub(super) fn emit(target: &Target<'_>) -> Result<Vec<File>> {
    let scope = Scope::inside(target.api, target.views, ACCESS);
    let mut files = Vec::new();
    let mut modules = Vec::new();
    let mut owners: Vec<&str> = Vec::new();
    for schema in target.api.schemas.values() {
        if !owners.contains(&schema.module.as_str()) {
            owners.push(&schema.module);
        }
    }
    for owner in owners {
        let schemas: Vec<_> = target
            .api
            .schemas
            .values()
            .filter(|schema| schema.module == owner)
            .collect();
        let parts = schemas
            .iter()
            .map(|schema| Part::new(item(schema, &scope), &schema.name));
        let parts = parts.collect::<Result<Vec<_>>>()?;
        let stem = format!("of_{}", names::snake(owner));
        let (names, made) = print::files(target, "types/src/generated", &stem, &uses(&schemas), parts)?;
        modules.extend(names);
        files.extend(made);
    }
    let about = quote!(
        //! One module per tag of the document, and those of its components.
    );
    let gathered = print::gather(&modules);
    files.push(print::file(
        target,
        "types/src/generated/mod.rs",
        quote!(#about #gathered),
        &[],
    )?);
    Ok(files)
}

fn uses(schemas: &[&NamedSchema]) -> TokenStream {
    let tables = schemas
        .iter()
        .any(|schema| matches!(schema.ty.kind, Kind::Object(_) | Kind::OneOf { .. }));
    if tables {
        quote! {
            #[allow(unused_imports, reason = "files of many types need all of it, those of few don't")]
            use crate::schema;
            #[allow(unused_imports, reason = "as above")]
            use serde::{Deserialize, Serialize};
        }
    } else {
        quote!()
    }
}
