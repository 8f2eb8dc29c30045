//! Unions become enums whose variants hold a struct each.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::{
    docs, names,
    recursion::needs_box,
    scope::Scope,
    table::{in_order, schema_expr},
};
use crate::model::{Discriminator, Kind, NamedSchema, Object};

/// A property that a struct doesn't have as a field, since a union tells its variants apart by its one value.
pub(super) struct Tag<'a> {
    /// The property.
    pub property: &'a str,
    /// Its value.
    pub word: &'a str,
}

impl<'a> Tag<'a> {
    /// The tag of `named`, whose shape is `object`, if it is a variant of a union with a discriminator.
    pub fn of(named: &NamedSchema, object: &'a Object, scope: &Scope<'a>) -> Option<Self> {
        let discriminators = scope.api.schemas.values().filter_map(|schema| match &schema.ty.kind {
            Kind::OneOf { discriminator, .. } => discriminator.as_ref(),
            _ => None,
        });
        discriminators
            .into_iter()
            .find_map(|Discriminator { property, mapping }| {
                let mut words = mapping
                    .iter()
                    .filter(|(_, schema)| **schema == named.name)
                    .map(|(word, _)| word);
                let (word, None) = (words.next()?, words.next()) else {
                    return None;
                };
                let has_this_only = object.properties.get(property).is_some_and(|property| {
                    property.required && !property.ty.nullable && is_only(&property.ty.kind, word, scope)
                });
                has_this_only.then_some(Self { property, word })
            })
    }
}

fn is_only(kind: &Kind, word: &str, scope: &Scope<'_>) -> bool {
    match kind {
        Kind::Enum { values } => values.len() == 1 && values[0] == word,
        Kind::Ref(name) => scope
            .named(name)
            .is_some_and(|named| is_only(&named.ty.kind, word, scope)),
        _ => false,
    }
}

/// The enum of `named`, a union of `variants`, with its table.
pub(super) fn emit(
    named: &NamedSchema,
    variants: &[String],
    discriminator: Option<&Discriminator>,
    scope: &Scope<'_>,
) -> TokenStream {
    let name = format_ident!("{}", named.name);
    let about = docs::outer(&named.description);
    let variants: Vec<_> = in_order(variants, discriminator, scope)
        .into_iter()
        .map(|schema| Variant::new(&named.name, schema, discriminator, scope))
        .collect();
    let declared = variants.iter().map(Variant::declaration);
    let conversions = variants.iter().map(|variant| variant.conversion(&named.name));
    let unknown = discriminator.map(|_| {
        quote! {
            /// A form that this version doesn't know, as it came.
            #[cfg_attr(feature = "schemars", schemars(skip))]
            Unknown(serde_json::Value),
        }
    });
    let reading = match discriminator {
        Some(tag) => read_tagged(tag, &variants),
        None => read_first_that_fits(&variants),
    };
    let table = schema_expr(&named.ty, scope);
    quote! {
        #about
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        #[serde(untagged)]
        pub enum #name {
            #(#declared,)*
            #unknown
        }

        #(#conversions)*

        impl<'de> Deserialize<'de> for #name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                #reading
            }
        }

        impl schema::Wire for #name {
            const SCHEMA: &'static schema::Schema = {
                static TABLE: schema::Schema = #table;
                &TABLE
            };
        }
    }
}

struct Variant<'a> {
    ident: Ident,
    schema: &'a str,
    words: Vec<&'a str>,
    about: String,
    inner: TokenStream,
    boxed: bool,
}

impl<'a> Variant<'a> {
    fn new(union: &str, schema: &'a str, tag: Option<&'a Discriminator>, scope: &Scope<'_>) -> Self {
        let mapping = tag.into_iter().flat_map(|tag| &tag.mapping);
        let words: Vec<_> = mapping
            .filter(|(_, name)| name.as_str() == schema)
            .map(|(word, _)| word.as_str())
            .collect();
        // The word says it shorter than the schema's name, if there is just one.
        let source = if let [word] = words[..] { word } else { schema };
        let ident = names::variant(source);
        let about = match words[..] {
            [] => scope
                .named(schema)
                .map(|named| named.description.clone())
                .unwrap_or_default(),
            _ => format!("`{}`.", words.join("`, `")),
        };
        Self {
            ident,
            schema,
            words,
            about,
            inner: scope.path(schema),
            boxed: needs_box(union, schema, scope),
        }
    }

    fn declaration(&self) -> TokenStream {
        let Self {
            ident, inner, about, ..
        } = self;
        let about = docs::outer(about);
        if self.boxed {
            quote!(#about #ident(Box<#inner>))
        } else {
            quote!(#about #ident(#inner))
        }
    }

    fn conversion(&self, union: &str) -> TokenStream {
        let Self { ident, inner, .. } = self;
        let union = format_ident!("{union}");
        let value = if self.boxed {
            quote!(Box::new(value))
        } else {
            quote!(value)
        };
        quote! {
            impl From<#inner> for #union {
                fn from(value: #inner) -> Self {
                    Self::#ident(#value)
                }
            }
        }
    }
}

fn read_tagged(tag: &Discriminator, variants: &[Variant<'_>]) -> TokenStream {
    let property = &tag.property;
    let arms = variants.iter().map(|Variant { ident, words, .. }| {
        quote!(Some(#(#words)|*) => serde_json::from_value(value).map(Self::#ident).map_err(serde::de::Error::custom),)
    });
    quote! {
        match value.get(#property).and_then(serde_json::Value::as_str) {
            #(#arms)*
            Some(_) => Ok(Self::Unknown(value)),
            None => Err(serde::de::Error::missing_field(#property)),
        }
    }
}

fn read_first_that_fits(variants: &[Variant<'_>]) -> TokenStream {
    let arms = variants.iter().enumerate().map(|(index, Variant { ident, .. })| {
        let index = Literal::usize_unsuffixed(index);
        quote!(Some(#index) => serde_json::from_value(value).map(Self::#ident).map_err(serde::de::Error::custom),)
    });
    let names = variants
        .iter()
        .map(|variant| variant.schema)
        .collect::<Vec<_>>()
        .join(", ");
    let message = format!("the value is none of {names}");
    quote! {
        match schema::variant_of(&value, <Self as schema::Wire>::SCHEMA) {
            #(#arms)*
            _ => Err(serde::de::Error::custom(#message)),
        }
    }
}
