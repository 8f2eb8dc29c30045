//! From a shape of the model to the expression that builds its table: a `Schema` of `stack_types::schema`.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::Value;

use super::scope::Scope;
use crate::model::{Discriminator, Kind, Object, Param, Range, StringRules, Type, Unknown};

/// An expression of the type `Schema` that may stand in a static.
pub(crate) fn schema_expr(ty: &Type, scope: &Scope<'_>) -> TokenStream {
    let bare = bare_expr(ty, scope);
    if ty.nullable && ty.kind != Kind::Any {
        quote!(#bare.or_null())
    } else {
        bare
    }
}

/// The table of an object that is made of parameters, for example those of a query. Its values are all text on the wire.
pub(crate) fn params_expr(params: &[Param], unknown: Unknown, scope: &Scope<'_>) -> TokenStream {
    let properties = params
        .iter()
        .map(|param| property_expr(&param.name, param.required, &param.ty, param.default.as_ref(), scope));
    let schema = scope.schema();
    match unknown {
        Unknown::Reject => quote!(#schema::object(&[#(#properties),*])),
        Unknown::Ignore => quote!(#schema::open_object(&[#(#properties),*])),
    }
}

/// An expression of the type `Property`.
pub(crate) fn property_expr(
    name: &str,
    required: bool,
    ty: &Type,
    default: Option<&Value>,
    scope: &Scope<'_>,
) -> TokenStream {
    let schema = scope.schema();
    let shape = schema_expr(ty, scope);
    let property = if required {
        quote!(#schema::required(#name, #shape))
    } else {
        quote!(#schema::optional(#name, #shape))
    };
    match default {
        Some(default) => {
            let json = default.to_string();
            quote!(#property.default(#json))
        }
        None => property,
    }
}

fn bare_expr(ty: &Type, scope: &Scope<'_>) -> TokenStream {
    let schema = scope.schema();
    match &ty.kind {
        Kind::Ref(name) => reference_expr(name, scope),
        Kind::String(rules) | Kind::Id { uuid: false, rules } => text_expr(rules, scope),
        Kind::Integer(range) | Kind::Instant(range) => {
            let range = range_expr(range, scope);
            quote!(#schema::integer(#range))
        }
        Kind::Number(range) => {
            let range = range_expr(range, scope);
            quote!(#schema::number(#range))
        }
        Kind::Boolean { only: None } => quote!(#schema::boolean()),
        Kind::Boolean { only: Some(only) } => quote!(#schema::only(#only)),
        Kind::Array { items, min, max } => {
            let (items, min, max) = (schema_expr(items, scope), limit_expr(*min), limit_expr(*max));
            quote!(#schema::array(&#items, #min, #max))
        }
        Kind::Map(values) => {
            let values = schema_expr(values, scope);
            quote!(#schema::map(&#values))
        }
        Kind::Object(object) => object_expr(object, scope),
        Kind::Enum { values } => quote!(#schema::words(&[#(#values),*])),
        Kind::Id { uuid: true, .. } => quote!(#schema::uuid()),
        Kind::UserIdOrMe => quote!(#schema::user_id_or_me()),
        Kind::OneOf {
            variants,
            discriminator,
        } => {
            let variants = in_order(variants, discriminator.as_ref(), scope);
            let shapes = variants.iter().map(|name| reference_expr(name, scope));
            match discriminator {
                None => quote!(#schema::first_of(&[#(#shapes),*])),
                Some(tag) => {
                    let property = &tag.property;
                    let index = |name: &str| variants.iter().position(|variant| *variant == name).unwrap_or_default();
                    let mapping = tag.mapping.iter().map(|(word, name)| {
                        let index = Literal::usize_unsuffixed(index(name));
                        quote!((#word, #index))
                    });
                    quote!(#schema::tagged(#property, &[#(#mapping),*], &[#(#shapes),*]))
                }
            }
        }
        Kind::Any => quote!(#schema::any()),
    }
}

/// The variants of a union in the order in which they are tried: without a discriminator, those with the most required
/// properties first, so that a form isn't taken for one that asks for less.
pub(crate) fn in_order<'a>(variants: &'a [String], tag: Option<&Discriminator>, scope: &Scope<'_>) -> Vec<&'a str> {
    let required = |name: &str| match scope.named(name).map(|named| &named.ty.kind) {
        Some(Kind::Object(object)) => object.properties.values().filter(|property| property.required).count(),
        _ => 0,
    };
    let mut variants: Vec<_> = variants.iter().map(String::as_str).collect();
    if tag.is_none() {
        variants.sort_by_key(|name| std::cmp::Reverse(required(name)));
    }
    variants
}

/// A named type that has a table of its own is referred to; one that is an alias is written out.
fn reference_expr(name: &str, scope: &Scope<'_>) -> TokenStream {
    let schema = scope.schema();
    match scope.named(name) {
        Some(named) if is_alias(&named.ty) => schema_expr(&named.ty, scope),
        _ => {
            let path = scope.path(name);
            quote!(#schema::of::<#path>())
        }
    }
}

/// Whether a named schema of this shape is an alias of a Rust type rather than a type of its own.
pub(crate) fn is_alias(ty: &Type) -> bool {
    !matches!(
        ty.kind,
        Kind::Object(_) | Kind::Enum { .. } | Kind::Id { .. } | Kind::OneOf { .. } | Kind::UserIdOrMe
    )
}

fn object_expr(object: &Object, scope: &Scope<'_>) -> TokenStream {
    let schema = scope.schema();
    let properties = object
        .properties
        .iter()
        .map(|(name, property)| property_expr(name, property.required, &property.ty, property.default.as_ref(), scope));
    if object.open {
        quote!(#schema::open_object(&[#(#properties),*]))
    } else {
        quote!(#schema::object(&[#(#properties),*]))
    }
}

pub(super) fn text_expr(rules: &StringRules, scope: &Scope<'_>) -> TokenStream {
    let schema = scope.schema();
    let mut text = quote!(#schema::Text::new());
    if let Some(format) = &rules.format {
        text.extend(quote!(.format(#format)));
    }
    if let Some(min) = rules.min_length.map(Literal::u64_unsuffixed) {
        text.extend(quote!(.min_length(#min)));
    }
    if let Some(max) = rules.max_length.map(Literal::u64_unsuffixed) {
        text.extend(quote!(.max_length(#max)));
    }
    if let Some(pattern) = &rules.pattern {
        text.extend(quote!(.pattern({
            static PATTERN: #schema::Pattern = #schema::Pattern::new(#pattern);
            &PATTERN
        })));
    }
    if rules.secret {
        text.extend(quote!(.secret()));
    }
    if let Some(how) = &rules.normalize {
        text.extend(quote!(.normalize(#how)));
    }
    quote!(#schema::text(#text))
}

fn range_expr(range: &Range, scope: &Scope<'_>) -> TokenStream {
    let schema = scope.schema();
    let min = range.min.map(Literal::f64_unsuffixed).map(|min| quote!(.min(#min)));
    let max = range.max.map(Literal::f64_unsuffixed).map(|max| quote!(.max(#max)));
    quote!(#schema::Range::ANY #min #max)
}

fn limit_expr(limit: Option<u64>) -> TokenStream {
    match limit.map(Literal::u64_unsuffixed) {
        Some(limit) => quote!(Some(#limit)),
        None => quote!(None),
    }
}
