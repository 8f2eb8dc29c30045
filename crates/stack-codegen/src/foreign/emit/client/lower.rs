//! Writes a document that progenitor takes, whatever the operations are.
//!
//! Parameters and bodies have no shapes in it, but names of components that stand for Rust types. What progenitor would
//! make of paths, places and answers is replaced afterwards, so here they are as plain as can be.

use std::collections::HashMap;

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor_impl::{GenerationSettings, InterfaceStyle, TagStyle, TypeImpl};
use serde_json::{Map, Value, json};

use super::super::Target;
use crate::{
    emit::{
        client::generate,
        types::{Scope, bare_type, field_type},
    },
    foreign::operation::{Body, BodyKind, Operation, Tag},
    model::{Kind, Type},
};

/// What progenitor makes of `operations`, or why it refuses them.
pub(super) fn run(target: &Target<'_>, operations: &[(&Tag, &Operation)]) -> Result<syn::File, String> {
    let (document, types) = document(target, operations);
    let spec: OpenAPI = serde_json::from_value(document).map_err(|error| error.to_string())?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Separate);
    for (rust, name) in types {
        settings.with_replacement(name, rust, [TypeImpl::Display, TypeImpl::FromStr].into_iter());
    }
    let tokens = generate::run(&spec, &settings)?;
    syn::parse2(tokens).map_err(|error| error.to_string())
}

/// The operations that progenitor refuses, each with its reason, by halving.
pub(super) fn refused<'a>(
    target: &Target<'_>,
    operations: &[(&'a Tag, &'a Operation)],
) -> Vec<(&'a Operation, String)> {
    match (run(target, operations), operations) {
        (Ok(_), _) | (Err(_), []) => Vec::new(),
        (Err(reason), [(_, only)]) => vec![(*only, reason)],
        (Err(_), several) => {
            let (left, right) = several.split_at(several.len() / 2);
            let mut found = refused(target, left);
            found.extend(refused(target, right));
            found
        }
    }
}

/// The components of the document: Rust types and their names.
#[derive(Default)]
struct Types(HashMap<String, String>);

impl Types {
    fn reference(&mut self, rust: &TokenStream) -> Value {
        let next = format!("T{}", self.0.len());
        let name = self.0.entry(rust.to_string()).or_insert(next);
        json!({"$ref": format!("#/components/schemas/{name}")})
    }
}

fn document(target: &Target<'_>, operations: &[(&Tag, &Operation)]) -> (Value, Vec<(String, String)>) {
    let scope = target.beside();
    let mut types = Types::default();
    let mut paths = Map::new();
    for (index, (tag, operation)) in operations.iter().enumerate() {
        // A path of its own, without parameters: the real one is put back later.
        let item = json!({method_of(operation): lowered(tag, operation, &scope, &mut types)});
        paths.insert(format!("/{index}"), item);
    }
    let mut components: Vec<(String, String)> = types.0.into_iter().collect();
    components.sort_by(|(_, a), (_, b)| (a.len(), a).cmp(&(b.len(), b)));
    let schemas: Map<_, _> = components
        .iter()
        .map(|(_, name)| (name.clone(), json!({"type": "string"})))
        .collect();
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": target.name, "version": "0.1.0", "description": target.api.title},
        "paths": paths,
        "components": {"schemas": schemas},
    });
    (document, components)
}

/// The method hardly matters here, and progenitor refuses some with a body.
fn method_of(operation: &Operation) -> &'static str {
    if operation.body.is_some() { "post" } else { "get" }
}

fn lowered(tag: &Tag, operation: &Operation, scope: &Scope<'_>, types: &mut Types) -> Value {
    let parameters: Vec<_> = (operation.parameters.iter())
        .map(|parameter| {
            let schema = types.reference(&bare_type(&parameter.ty, scope));
            json!({"name": parameter.field, "in": "query", "required": parameter.required, "schema": schema})
        })
        .collect();
    let mut lowered = json!({
        "operationId": operation.id,
        "tags": [tag.name],
        "parameters": parameters,
        "responses": {"204": {"description": ""}},
    });
    if let Some(body) = &operation.body {
        let schema = types.reference(&body_type(body, scope));
        lowered["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    lowered
}

/// The type of a body; `Option<…>` if it may be left out.
pub(super) fn body_type(body: &Body, scope: &Scope<'_>) -> TokenStream {
    let ty = match &body.kind {
        BodyKind::Json(name) | BodyKind::Form(name) => field_type(
            &Type {
                kind: Kind::Ref(name.clone()),
                nullable: false,
            },
            true,
            scope,
        ),
        BodyKind::Multipart => quote::quote!(::types::Multipart),
        BodyKind::Text => quote::quote!(::std::string::String),
        BodyKind::Bytes => quote::quote!(::bytes::Bytes),
    };
    if body.required {
        ty
    } else {
        quote::quote!(::std::option::Option<#ty>)
    }
}
