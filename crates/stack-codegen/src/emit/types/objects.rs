//! Objects become structs.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{
    docs, names,
    recursion::needs_box,
    scope::{Presence, Scope, bare_type},
    table::schema_expr,
    unions::Tag,
};
use crate::model::{Kind, NamedSchema, Object, Property};

/// The struct of `named`, whose shape is `object`, with its table.
pub(super) fn emit(named: &NamedSchema, object: &Object, scope: &Scope<'_>) -> TokenStream {
    let name = format_ident!("{}", named.name);
    let tag = Tag::of(named, object, scope);
    let about = docs::outer(&about(named, tag.as_ref()));
    let names = names::fields(object.properties.keys().map(String::as_str));
    let fields = object
        .properties
        .iter()
        .zip(&names)
        .filter(|((wire, _), _)| tag.as_ref().is_none_or(|tag| tag.property != **wire))
        .map(|((_, property), (ident, rename))| field(&named.name, ident, *rename, property, scope));
    let constructor = constructor(named, object, tag.as_ref(), scope);
    let default = may_be_empty(object, tag.as_ref()).then(|| quote!(Default,));
    let tag = tag
        .as_ref()
        .map(|Tag { property, word }| quote!(#[serde(tag = #property, rename = #word)]));
    let table = schema_expr(&named.ty, scope);
    quote! {
        #about
        #[derive(Debug, Clone, PartialEq, #default Serialize, Deserialize, JsonSchema)]
        #tag
        pub struct #name { #(#fields),* }

        #constructor

        impl schema::Wire for #name {
            const SCHEMA: &'static schema::Schema = {
                static TABLE: schema::Schema = #table;
                &TABLE
            };
        }
    }
}

/// The most required fields that still make a readable list of arguments.
const MAX_ARGUMENTS: usize = 5;

/// `new`, which spares callers the fields that they leave out. Nothing where all fields are needed, none is, or too
/// many are: a struct expression or `default` says the same there.
fn constructor(named: &NamedSchema, object: &Object, tag: Option<&Tag<'_>>, scope: &Scope<'_>) -> Option<TokenStream> {
    let names = names::fields(object.properties.keys().map(String::as_str));
    let fields = object.properties.iter().zip(&names);
    let (needed, left_out): (Vec<_>, Vec<_>) = fields
        .filter(|((wire, _), _)| tag.is_none_or(|tag| tag.property != **wire))
        .map(|((_, property), (ident, _))| (property, ident))
        .partition(|(property, _)| property.required);
    if needed.is_empty() || needed.len() > MAX_ARGUMENTS || left_out.is_empty() {
        return None;
    }
    let name = format_ident!("{}", named.name);
    let arguments = needed.iter().map(|(property, ident)| {
        let presence = Presence::of(&property.ty, property.required, scope);
        let ty = field_type(&named.name, property, presence, scope);
        quote!(#ident: impl Into<#ty>)
    });
    let needed = needed.iter().map(|(_, ident)| ident);
    let left_out = left_out.iter().map(|(_, ident)| ident);
    Some(quote! {
        impl #name {
            /// With what is required; everything else is left out.
            pub fn new(#(#arguments),*) -> Self {
                Self {
                    #(#needed: #needed.into(),)*
                    #(#left_out: Default::default(),)*
                }
            }
        }
    })
}

fn about(named: &NamedSchema, tag: Option<&Tag<'_>>) -> String {
    match tag {
        Some(Tag { property, word }) => {
            format!(
                "{}\n\nOn the wire its `{property}` is always `{word}`.",
                named.description.trim()
            )
        }
        None => named.description.clone(),
    }
}

fn may_be_empty(object: &Object, tag: Option<&Tag<'_>>) -> bool {
    let is_tag = |wire: &str| tag.is_some_and(|tag| tag.property == wire);
    object
        .properties
        .iter()
        .all(|(wire, property)| !property.required || is_tag(wire))
}

fn field(holder: &str, ident: &Ident, rename: Option<&str>, property: &Property, scope: &Scope<'_>) -> TokenStream {
    let about = docs::field(&property.description, &property.ty, property.default.as_ref(), scope);
    let presence = Presence::of(&property.ty, property.required, scope);
    let rename = rename.map(|wire| quote!(rename = #wire));
    let attributes: Vec<_> = rename.into_iter().chain(presence.serde(scope)).collect();
    let attributes = (!attributes.is_empty()).then(|| quote!(#[serde(#(#attributes),*)]));
    let ty = field_type(holder, property, presence, scope);
    quote!(#about #attributes pub #ident: #ty)
}

fn field_type(holder: &str, property: &Property, presence: Presence, scope: &Scope<'_>) -> TokenStream {
    match &property.ty.kind {
        Kind::Ref(target) if needs_box(holder, target, scope) => {
            let bare = bare_type(&property.ty, scope);
            presence.wrap(quote!(Box<#bare>), &property.ty, scope)
        }
        _ => presence.wrap(bare_type(&property.ty, scope), &property.ty, scope),
    }
}
