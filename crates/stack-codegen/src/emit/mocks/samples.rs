//! A value of every object and union: the contract's example, or the least that fits.

use std::collections::HashSet;

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Map, Value, json};

use crate::{
    emit::{
        documents::seen,
        rust,
        types::{Scope, render},
    },
    model::{Access, Api, Discriminator, Kind, Range, StringRules, Type},
    output::File,
    views::{View, Views},
};

/// `generated/samples.rs`: `Sample` for the type of every object and union.
pub(super) fn emit(api: &Api, views: &Views) -> Result<File> {
    let mut done = HashSet::new();
    let mut items = Vec::new();
    for view in &views.views {
        let scope = Scope::outside(api, views, view.access);
        for named in view.schemas.values() {
            let is_type = matches!(named.ty.kind, Kind::Object(_) | Kind::OneOf { .. });
            let ty = scope.path(&named.name);
            if !is_type || !done.insert(ty.to_string()) {
                continue;
            }
            let json = of_schema(&named.name, view).to_string();
            let conditions = [rust::condition(api, &named.module), condition(view.access)];
            let conditions = conditions.into_iter().flatten();
            items.push(quote! {
                #(#conditions)*
                impl Sample for #ty {
                    const JSON: &'static str = #json;
                }
            });
        }
    }
    let tokens = quote! {
        #![doc = ""]
        #![doc = " Samples: the examples of the contract, or the least that fits."]

        use crate::Sample;

        #(#items)*
    };
    Ok(File {
        path: "crates/stack-client-mock/src/generated/samples.rs".to_owned(),
        contents: render(tokens, "openapi/root.yaml")?,
    })
}

/// For a type that isn't there without the access that is the first to see it. Admin may do all that server may.
fn condition(first: Access) -> Option<TokenStream> {
    match first {
        Access::Client => None,
        Access::Server => Some(quote!(#[cfg(any(feature = "server", feature = "admin"))])),
        Access::Admin => Some(quote!(#[cfg(feature = "admin")])),
    }
}

/// A value of the schema `name`.
fn of_schema(name: &str, view: &View) -> Value {
    let Some(named) = view.schemas.get(name) else {
        return Value::Null;
    };
    match &named.example {
        Some(example) => seen(example, &named.ty, view),
        None => of_type(&named.ty, view),
    }
}

/// The least value of a shape: what isn't required is left out, what may be null is null.
fn of_type(ty: &Type, view: &View) -> Value {
    if ty.nullable {
        return Value::Null;
    }
    match &ty.kind {
        Kind::Ref(name) => of_schema(name, view),
        Kind::String(rules) => text(rules).into(),
        Kind::Integer(range) => number(range, 1.0)
            .round()
            .to_string()
            .parse::<i64>()
            .unwrap_or(1)
            .into(),
        Kind::Number(range) => number(range, 1.0).into(),
        Kind::Instant(range) => number(range, 1_767_225_600_000.0)
            .to_string()
            .parse::<i64>()
            .unwrap_or(0)
            .into(),
        Kind::Boolean { only } => only.unwrap_or(false).into(),
        Kind::Array { items, min, .. } => (0..min.unwrap_or(0)).map(|_| of_type(items, view)).collect(),
        Kind::Map(_) => json!({}),
        Kind::Object(object) => {
            let required = object.properties.iter().filter(|(_, property)| property.required);
            let entries = required.map(|(name, property)| (name.clone(), of_type(&property.ty, view)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Kind::Enum { values } => values.first().cloned().unwrap_or_default().into(),
        Kind::Id { uuid: true, .. } => UUID.into(),
        Kind::Id { uuid: false, .. } => "sample".into(),
        Kind::UserIdOrMe => "me".into(),
        Kind::OneOf {
            variants,
            discriminator,
        } => variant(variants, discriminator.as_ref(), view),
        Kind::Any => json!({}),
    }
}

/// The first variant of a union, with the word that tells it from the others.
fn variant(variants: &[String], discriminator: Option<&Discriminator>, view: &View) -> Value {
    let Some(first) = variants.first() else {
        return Value::Null;
    };
    let mut value = of_schema(first, view);
    if let (Some(discriminator), Value::Object(entries)) = (discriminator, &mut value)
        && let Some((word, _)) = discriminator.mapping.iter().find(|(_, schema)| *schema == first)
    {
        entries.insert(discriminator.property.clone(), word.clone().into());
    }
    value
}

const UUID: &str = "3241a285-8329-4d69-8f3d-316e08cf140c";

fn text(rules: &StringRules) -> String {
    let text = match rules.format.as_deref() {
        Some("uuid") => UUID,
        Some("email") => "ada@example.com",
        Some("uri") => "https://example.com",
        Some("byte") => "c2FtcGxl",
        _ if rules.pattern.as_deref().is_some_and(|pattern| pattern.contains('@')) => "ada@example.com",
        _ => "sample",
    };
    let least = rules
        .min_length
        .and_then(|least| usize::try_from(least).ok())
        .unwrap_or(0);
    let most = rules
        .max_length
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(usize::MAX);
    text.chars().cycle().take(text.len().max(least).min(most)).collect()
}

fn number(range: &Range, usual: f64) -> f64 {
    let at_least = range.min.map_or(usual, |min| usual.max(min));
    range.max.map_or(at_least, |max| at_least.min(max))
}
