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
    let fields = fields_of(named, object, tag.as_ref(), scope);
    let constructor = constructor(&name, &fields);
    let default = fields
        .iter()
        .all(|field| !field.property.required)
        .then(|| quote!(Default,));
    let fields = fields.iter().map(|field| field.emit(scope));
    let tag = tag
        .as_ref()
        .map(|Tag { property, word }| quote!(#[serde(tag = #property, rename = #word)]));
    let table = schema_expr(&named.ty, scope);
    quote! {
        #about
        #[derive(Debug, Clone, PartialEq, #default Serialize, Deserialize)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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

/// A field of the struct.
struct Field<'a> {
    ident: Ident,
    /// The name on the wire, if it is another.
    rename: Option<&'a str>,
    property: &'a Property,
    presence: Presence,
    ty: TokenStream,
}

/// The fields in the order of the contract. The tag of a union's variant is none: serde writes it.
fn fields_of<'a>(named: &NamedSchema, object: &'a Object, tag: Option<&Tag<'_>>, scope: &Scope<'_>) -> Vec<Field<'a>> {
    let names = names::fields(object.properties.keys().map(String::as_str));
    object
        .properties
        .iter()
        .zip(names)
        .filter(|((wire, _), _)| tag.is_none_or(|tag| tag.property != **wire))
        .map(|((_, property), (ident, rename))| {
            let presence = Presence::of(&property.ty, property.required, scope);
            let ty = field_type(&named.name, property, presence, scope);
            Field {
                ident,
                rename,
                property,
                presence,
                ty,
            }
        })
        .collect()
}

impl Field<'_> {
    fn emit(&self, scope: &Scope<'_>) -> TokenStream {
        let Self {
            ident,
            rename,
            property,
            presence,
            ty,
        } = self;
        let about = docs::field(&property.description, &property.ty, property.default.as_ref(), scope);
        let rename = rename.map(|wire| quote!(rename = #wire));
        let attributes: Vec<_> = rename.into_iter().chain(presence.serde(scope)).collect();
        let attributes = (!attributes.is_empty()).then(|| quote!(#[serde(#(#attributes),*)]));
        quote!(#about #attributes pub #ident: #ty)
    }
}

/// The most required fields that still make a readable list of arguments.
const MAX_ARGUMENTS: usize = 5;

/// `new`, which spares callers the fields that they leave out. Nothing where all fields are needed, none is, or too
/// many are: a struct expression or `default` says the same there.
fn constructor(name: &Ident, fields: &[Field<'_>]) -> Option<TokenStream> {
    let (needed, left_out): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.property.required);
    if needed.is_empty() || needed.len() > MAX_ARGUMENTS || left_out.is_empty() {
        return None;
    }
    let arguments = needed
        .iter()
        .map(|Field { ident, ty, .. }| quote!(#ident: impl Into<#ty>));
    let needed = needed.iter().map(|field| &field.ident);
    let left_out = left_out.iter().map(|field| &field.ident);
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

fn field_type(holder: &str, property: &Property, presence: Presence, scope: &Scope<'_>) -> TokenStream {
    match &property.ty.kind {
        Kind::Ref(target) if needs_box(holder, target, scope) => {
            let bare = bare_type(&property.ty, scope);
            presence.wrap(quote!(Box<#bare>), &property.ty, scope)
        }
        _ => presence.wrap(bare_type(&property.ty, scope), &property.ty, scope),
    }
}
