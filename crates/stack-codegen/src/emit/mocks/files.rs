//! The files of the mocks: one per access, one per tag of an access, and the samples.

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::call;
use crate::{
    emit::{
        rust::{self, module},
        types::{Scope, docs, render},
    },
    model::{Api, Operation, Tag},
    names,
    output::File,
    views::{View, Views},
};

/// Where all of it goes.
const FOLDER: &str = "crates/stack-client-mock/src/generated";

/// `generated/mod.rs`.
pub(super) fn root(views: &Views) -> Result<File> {
    let modules = views.views.iter().map(|view| {
        let name = view.access.name();
        let (module, doc) = (format_ident!("{name}"), format!(" Operations of {name} access."));
        quote!(#[doc = #doc] #[cfg(feature = #name)] pub mod #module;)
    });
    file("mod", "openapi/root.yaml", quote!(#(#modules)* mod samples;))
}

/// `generated/<access>/mod.rs`: the modules of the tags.
pub(super) fn of_access(api: &Api, view: &View) -> Result<File> {
    let name = view.access.name();
    let modules = api
        .tags
        .iter()
        .filter(|tag| operations(view, tag).next().is_some())
        .map(|tag| {
            let (module, doc) = (module(&tag.name), format!(" Operations of the tag `{}`.", tag.name));
            let condition = rust::condition(api, &tag.name);
            quote!(#[doc = #doc] #condition pub mod #module;)
        });
    let about = format!(" What mocks of {name} access expect and answer.");
    file(
        &format!("{name}/mod"),
        "openapi/root.yaml",
        quote!(#![doc = ""] #![doc = #about] #(#modules)*),
    )
}

/// `generated/<access>/<tag>.rs`, if the access has operations of the tag.
pub(super) fn of_tag(api: &Api, views: &Views, view: &View, tag: &Tag) -> Result<Option<File>> {
    let scope = Scope::outside(api, views, view.access);
    let operations: Vec<_> = operations(view, tag).collect();
    if operations.is_empty() {
        return Ok(None);
    }
    let items = operations.iter().map(|operation| call::items(operation, &scope));
    let methods = operations.iter().map(|operation| call::method(operation, &scope));
    let about = format!(" {}", tag.description.split_whitespace().collect::<Vec<_>>().join(" "));
    let access = format_ident!("{}", names::pascal(view.access.name()));
    let doc = docs::outer(&format!("Mocks of the tag `{}`.", tag.name));
    let tokens = quote! {
        #![doc = ""]
        #![doc = #about]

        use httpmock::Mock;
        use crate::{#access, Mocks, Operation, Route, Then, When, status};

        #doc
        impl<'a> Mocks<'a, #access> {
            #(#methods)*
        }

        #(#items)*
    };
    let name = format!("{}/{}", view.access.name(), module(&tag.name));
    Ok(Some(file(&name, &format!("openapi/{}", tag.file), tokens)?))
}

/// The operations of a tag that an access has.
fn operations<'a>(view: &'a View, tag: &Tag) -> impl Iterator<Item = &'a Operation> {
    let tag = tag.name.clone();
    view.operations.iter().filter(move |operation| operation.tag == tag)
}

fn file(name: &str, source: &str, tokens: TokenStream) -> Result<File> {
    rust::file(format!("{FOLDER}/{name}.rs"), space_out(&render(tokens, source)?))
}

/// `rust` with an empty line between methods, which the printer leaves out.
fn space_out(rust: &str) -> String {
    rust.replace("\n    }\n    ///", "\n    }\n\n    ///")
}
