//! Emits the glue of the test that generated server and generated client agree: per tag a server that tells what it
//! was asked and answers what it is told to, and a call of each operation through the client. What is sent, and how it
//! is compared, is written by hand beside it.

mod calls;
mod errors;
mod methods;
#[cfg(test)]
mod tests;

use anyhow::Result;
use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    rust,
    server::{module_of, plan::Plan},
    types::render,
};
use crate::{
    model::{Api, Tag},
    output::File,
    views::Views,
};

/// Where the files go.
const FOLDER: &str = "tests/tests/agreement/generated";

/// Emits one file per tag, one for the known errors, and one that gathers them.
///
/// # Errors
///
/// If something can't be expressed, or a file gets too long to read.
pub fn emit(api: &Api, views: &Views) -> Result<Vec<File>> {
    let mut files = vec![
        index(api)?,
        file("errors", "openapi/errors.yaml", errors::emit(api, views))?,
    ];
    for tag in &api.tags {
        files.push(of_tag(api, views, tag)?);
    }
    Ok(files)
}

fn of_tag(api: &Api, views: &Views, tag: &Tag) -> Result<File> {
    let plans = tag.operations.iter().map(|operation| Plan::of(operation, views));
    let plans = plans.collect::<Result<Vec<_>>>()?;
    let about = format!(" The tag `{}`: what its methods get, and its calls.", tag.name);
    let module = module_of(&tag.name);
    let methods = methods::emit(api, views, tag, &plans);
    let calls = calls::emit(views, tag);
    let tokens = quote! {
        #![doc = #about]

        use stack_server_api::#module::*;
        use super::glue::*;

        #methods
        #calls
    };
    file(&tag.name.to_snake_case(), &format!("openapi/{}", tag.file), tokens)
}

/// `mod.rs`: the methods and the calls of all tags.
fn index(api: &Api) -> Result<File> {
    let modules: Vec<_> = api.tags.iter().map(|tag| module_of(&tag.name)).collect();
    let list = |name: &str, ty: TokenStream, about: &str| {
        let (function, list) = (format_ident!("{name}"), format_ident!("{}", name.to_uppercase()));
        quote! {
            #[doc = #about]
            pub(crate) fn #function() -> impl Iterator<Item = &'static #ty> {
                [#(#modules::#list),*].into_iter().flatten()
            }
        }
    };
    let methods = list(
        "methods",
        quote!(Method),
        " What every method of the server gets and answers.",
    );
    let calls = list(
        "calls",
        quote!(Call),
        " A call of every operation for every access that may call it.",
    );
    let tokens = quote! {
        #![doc = " What the contract's operations are to the test that server and client agree."]

        pub(crate) mod errors;
        #(mod #modules;)*

        use super::glue::{self, Call, Method};

        #methods
        #calls
    };
    file("mod", "openapi/root.yaml", tokens)
}

fn file(name: &str, source: &str, tokens: TokenStream) -> Result<File> {
    let contents = render(tokens, source)?.replace("\n    }\n    async fn", "\n    }\n\n    async fn");
    rust::file(format!("{FOLDER}/{name}.rs"), contents)
}
