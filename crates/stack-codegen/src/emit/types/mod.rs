//! Emits `stack-types`: structs, enums, ids and unions with their tables.
//!
//! A schema that all its accesses see alike is one type at the crate's root; where they differ, each shape is a type in
//! the module of the first access that has it, and the others re-export it. `client`, `server` and `admin` are each
//! complete. What a schema becomes is decided here; each kind of shape has a module of its own.

pub(crate) mod docs;
mod enums;
mod names;
mod objects;
mod recursion;
mod scope;
mod spaced;
mod table;
mod tree;
mod unions;

pub(crate) use names::{field as field_name, fields as field_names, variant as variant_name};
pub(crate) use scope::{Presence, Scope, bare_type, field_type};
pub(in crate::emit) use spaced::render;
pub(crate) use spaced::{ends_item, starts_item};
pub(crate) use table::{params_expr, property_expr, schema_expr};
pub(crate) use tree::ROOT;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use table::is_alias;

use crate::{
    model::{Api, Kind, NamedSchema, StringRules},
    output::File,
    views::Views,
};

/// Emits the files below `crates/stack-types/src/generated/`, but for the known errors.
///
/// # Errors
///
/// If something can't be expressed.
pub fn emit(api: &Api, views: &Views) -> anyhow::Result<Vec<File>> {
    tree::emit(api, views)
}

/// The items of one named schema.
pub(crate) fn item(named: &NamedSchema, scope: &Scope<'_>) -> TokenStream {
    match &named.ty.kind {
        Kind::Object(object) => objects::emit(named, object, scope),
        Kind::Enum { values } => enums::emit(named, values),
        Kind::Id { uuid, rules } => id(named, *uuid, rules, scope),
        Kind::OneOf {
            variants,
            discriminator,
        } => unions::emit(named, variants, discriminator.as_ref(), scope),
        // Written by hand, next to the macros of the ids.
        Kind::UserIdOrMe => TokenStream::new(),
        _ => alias(named, scope),
    }
}

fn id(named: &NamedSchema, uuid: bool, rules: &StringRules, scope: &Scope<'_>) -> TokenStream {
    let name = format_ident!("{}", named.name);
    let about = docs::outer(&named.description);
    let (copy, inner, behaviour) = if uuid {
        (quote!(Copy,), quote!(uuid::Uuid), quote!(uuid_id))
    } else {
        (quote!(), quote!(String), quote!(text_id))
    };
    let checks = (*rules != StringRules::default()).then(|| {
        let checks = table::text_expr(rules, scope);
        quote!(, #checks)
    });
    quote! {
        #about
        #[derive(Clone, #copy PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct #name(pub #inner);

        crate::ids::#behaviour!(#name #checks);
    }
}

fn alias(named: &NamedSchema, scope: &Scope<'_>) -> TokenStream {
    let name = format_ident!("{}", named.name);
    let rules = docs::rules(&named.ty, scope).join(" ");
    let about = docs::outer(&format!("{} {rules}", named.description.trim()));
    let ty = bare_type(&named.ty, scope);
    quote!(#about pub type #name = #ty;)
}
