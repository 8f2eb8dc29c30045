//! Emits the events of `stack-webhooks`: an enum of them, their names, and those payloads that are the events' own.
//!
//! A payload that operations answer too is the type of that answer as server access sees it, so that whoever mirrors
//! users reads both with the same code.

mod data;
mod event;
mod names;
#[cfg(test)]
mod tests;

use anyhow::Result;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::types::{Scope, render, variant_name};
use crate::{
    model::{Access, Api, Event},
    output::File,
    views::Views,
};

/// The folder that is generated.
const ROOT: &str = "crates/stack-webhooks/src/generated";
/// Where all of it comes from.
const SOURCE: &str = "openapi/webhooks.yaml";

/// Emits the files below `crates/stack-webhooks/src/generated/`; none if the contract has no events.
///
/// # Errors
///
/// If something can't be expressed.
pub fn emit(api: &Api, views: &Views) -> Result<Vec<File>> {
    if api.webhooks.is_empty() {
        return Ok(Vec::new());
    }
    let scope = Scope::outside(api, views, Access::Server);
    let data = data::emit(api, &scope);
    let module = if data.is_empty() {
        quote!()
    } else {
        quote!(
            mod data;
            pub use data::*;
        )
    };
    let module = quote! {
        #module
        mod event;
        mod names;
        pub use event::Event;
        pub use names::EventType;
    };
    let files = [
        ("mod", module),
        ("data", data),
        ("event", event::emit(&api.webhooks, &scope)),
        ("names", names::emit(&api.webhooks)?),
    ];
    files
        .into_iter()
        .filter(|(_, tokens)| !tokens.is_empty())
        .map(|(name, tokens)| file(name, tokens))
        .collect()
}

fn file(name: &str, tokens: TokenStream) -> Result<File> {
    Ok(File {
        path: format!("{ROOT}/{name}.rs"),
        contents: render(tokens, SOURCE)?,
    })
}

/// The variant that stands for an event.
fn variant(event: &Event) -> Ident {
    variant_name(&event.name)
}
