//! Emits `stack-server-api`: per tag the request types, the trait that a server implements, and the routes that call it.
//!
//! | module | what it emits |
//! |---|---|
//! | `plan` | nothing: it decides how many methods and request types an operation needs |
//! | `answer` | the types of answers with several statuses |
//! | `requests` | the request types |
//! | `traits` | the traits with their docs |
//! | `routes` | the statics that describe operations, and the handlers |
//! | `routers` | the functions that give the routes |
//! | `leave_out` | what answers in the place of a tag that a server leaves out |
//! | `headers` | the table of headers with their other names |
//! | `imports` | the `use` lines |
//! | `spacing` | the blank lines between methods |
//! | `index` | the file that gathers the tags |

mod answer;
mod docs;
mod headers;
mod imports;
mod index;
mod leave_out;
pub(in crate::emit) mod plan;
mod requests;
mod routers;
mod routes;
mod spacing;
pub(in crate::emit) mod traits;

#[cfg(test)]
mod tests;

use anyhow::Result;
use heck::{ToPascalCase, ToSnakeCase};
use proc_macro2::Ident;
use quote::{format_ident, quote};

use self::plan::Plan;
use crate::{
    emit::types::{self, Scope},
    model::{Api, Tag},
    output::File,
    views::Views,
};

/// Where the files go.
const FOLDER: &str = "crates/stack-server-api/src/generated";

/// Emits one file per tag, and one that gathers them.
///
/// # Errors
///
/// If the contract asks for something that the traits can't express; the message names the operation.
pub fn emit(api: &Api, views: &Views) -> Result<Vec<File>> {
    let mut files = vec![index::emit(api)?, headers::emit(api)?];
    for tag in &api.tags {
        files.push(emit_tag(api, views, tag)?);
    }
    Ok(files)
}

fn emit_tag(api: &Api, views: &Views, tag: &Tag) -> Result<File> {
    let plans = tag
        .operations
        .iter()
        .map(|operation| Plan::of(operation, views))
        .collect::<Result<Vec<_>>>()?;
    let about = docs::inner(&tag.description);
    let trait_name = trait_of(&tag.name);
    let api_trait = traits::emit(api, tag, &plans);
    let left_out = leave_out::emit(tag, &plans);
    let answers = plans
        .iter()
        .flat_map(|plan| &plan.methods)
        .filter_map(|method| method.answer.declaration(&trait_name));
    let requests = plans.iter().flat_map(|plan| &plan.requests);
    let requests = requests.map(|request| requests::emit(request, &Scope::outside(api, views, request.access)));
    let routes = routes::emit(api, tag, &plans)?;
    let items = quote! {
        #api_trait
        #(#requests)*
        #(#answers)*
        #routes
        #left_out
    };
    let imports = imports::of(&items);
    let tokens = quote!(#about #imports #items);
    Ok(File {
        path: format!("{FOLDER}/{}.rs", tag.name.to_snake_case()),
        contents: spacing::methods_apart(&types::render(tokens, &format!("openapi/{}", tag.file))?),
    })
}

/// The module of a tag, for example `internal_api_keys`.
pub(in crate::emit) fn module_of(tag: &str) -> Ident {
    format_ident!("{}", tag.to_snake_case())
}

/// The trait of a tag, for example `InternalApiKeysApi`.
pub(in crate::emit) fn trait_of(tag: &str) -> Ident {
    format_ident!("{}Api", tag.to_pascal_case())
}

/// The type that stands for a tag, for example `InternalApiKeys`.
fn marker_of(tag: &str) -> Ident {
    format_ident!("{}", tag.to_pascal_case())
}

/// The static that describes an operation, for example `LIST_USERS`.
fn static_of(operation_id: &str) -> Ident {
    format_ident!("{}", operation_id.to_uppercase())
}
