//! The files of the generated client: one per access for the client itself, one per tag for its calls.

use anyhow::{Context, Result};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Item;

use super::split::TagPart;
use crate::{
    emit::rust::{self, module},
    model::{Access, Api, Need, Operation},
    output::File,
    views::{View, Views},
};

/// Where all of it goes.
const FOLDER: &str = "crates/stack-client/src/generated";

/// `generated/mod.rs`.
pub(super) fn root(views: &Views) -> Result<File> {
    let modules = views.views.iter().map(|view| {
        let name = view.access.name();
        let (module, doc) = (format_ident!("{name}"), format!(" Calls of {name} access."));
        quote!(#[doc = #doc] #[cfg(feature = #name)] pub mod #module;)
    });
    let start = quote! {
        #![doc = ""]
        #![doc = " The typed client, one module per access."]
        #(#modules)*
    };
    file(format!("{FOLDER}/mod.rs"), "openapi/root.yaml", start, [])
}

/// `generated/<access>/mod.rs`: the client, the tags' modules, and which operations need what. Each module is there with
/// the feature of its tag, so that the client alone, which any request can be sent through, costs next to nothing.
pub(super) fn of_access(api: &Api, view: &View, client: Vec<Item>, tags: &[TagPart]) -> Result<File> {
    let description = api.accesses.get(&view.access).map(|info| info.description.as_str());
    let description = doc_lines(description.unwrap_or_default());
    let modules = tags.iter().map(|part| {
        let (module, doc) = (module(&part.name), format!(" Calls of the tag `{}`.", part.name));
        let condition = condition(api, &part.name);
        quote!(#[doc = #doc] #condition pub mod #module;)
    });
    let start = quote! {
        #![doc = ""]
        #(#![doc = #description])*
        #![expect(clippy::all, reason = "progenitor's code has its own style")]

        use progenitor_client::{ClientHooks, ClientInfo};

        #(#modules)*
    };
    let mut items = client;
    items.extend(lists(view));
    items.push(prelude(api, tags));
    file(
        format!("{FOLDER}/{}/mod.rs", view.access),
        "openapi/root.yaml",
        start,
        items,
    )
}

/// `generated/<access>/<tag>.rs`: the trait, its implementation, the builders.
pub(super) fn of_tag(api: &Api, view: &View, part: TagPart) -> Result<File> {
    let tag = api
        .tags
        .iter()
        .find(|tag| tag.name == part.name)
        .context("the tag is in the contract")?;
    let path = format!("{FOLDER}/{}/{}.rs", view.access, module(&part.name));
    let description = doc_lines(&tag.description);
    let (mut encode_path, mut form) = (false, false);
    for call in &part.calls {
        let text = call.methods.to_token_stream().to_string();
        encode_path |= text.contains("encode_path");
        form |= text.contains("form_urlencoded");
    }
    let encode_path = encode_path.then(|| {
        quote!(
            use crate::path::encode_path;
        )
    });
    let form = form.then(|| {
        quote!(
            use progenitor_client::RequestBuilderExt;
        )
    });
    let start = quote! {
        #![doc = ""]
        #(#![doc = #description])*

        #encode_path
        #form
        use progenitor_client::{ClientHooks, Error, OperationInfo, ResponseValue};
        use super::Client;
    };
    let calls = part
        .calls
        .into_iter()
        .flat_map(|call| [Item::Struct(call.builder), Item::Impl(call.methods)]);
    let items = [Item::Trait(part.extension), Item::Impl(part.implementation)]
        .into_iter()
        .chain(calls);
    file(path, &format!("openapi/{}", tag.file), start, items)
}

/// The constants from which the hand-written layer knows what an operation is to be sent with.
fn lists(view: &View) -> [Item; 3] {
    let without_credentials = ids(view, |operation, _| operation.auth == Need::None);
    let with_refresh_token = ids(view, |operation, _| {
        matches!(operation.refresh_token, Some(Need::Required | Need::Optional))
    });
    let with_user = ids(view, |operation, access| {
        operation
            .user
            .as_ref()
            .is_some_and(|user| user.required_for.contains(&access))
    });
    [
        syn::parse_quote! {
            /// Operations that are sent without credentials.
            pub(crate) const WITHOUT_CREDENTIALS: &[&str] = &[#(#without_credentials),*];
        },
        syn::parse_quote! {
            /// Operations that are sent with the refresh token.
            pub(crate) const WITH_REFRESH_TOKEN: &[&str] = &[#(#with_refresh_token),*];
        },
        syn::parse_quote! {
            /// Operations that a signed-in user has to call.
            pub(crate) const WITH_USER: &[&str] = &[#(#with_user),*];
        },
    ]
}

/// The ids of the operations that `fits`.
fn ids(view: &View, fits: impl Fn(&Operation, Access) -> bool) -> Vec<&str> {
    let fitting = view.operations.iter().filter(|operation| fits(operation, view.access));
    fitting.map(|operation| operation.id.as_str()).collect()
}

fn prelude(api: &Api, tags: &[TagPart]) -> Item {
    let uses = tags.iter().map(|part| {
        let (module, extension) = (module(&part.name), &part.extension.ident);
        let condition = condition(api, &part.name);
        quote!(#condition pub use super::#module::#extension as _;)
    });
    syn::parse_quote! {
        /// The traits of all tags, without their names.
        pub mod prelude {
            #(#uses)*
        }
    }
}

/// The feature that brings the calls of a tag: that of its group, or the one of all tags without a group.
fn condition(api: &Api, tag: &str) -> TokenStream {
    rust::condition(api, tag).unwrap_or_else(|| quote!(#[cfg(feature = "core")]))
}

/// A file of `start`, which is parsed, and `items`, which are syntax already.
fn file(path: String, source: &str, start: TokenStream, items: impl IntoIterator<Item = Item>) -> Result<File> {
    let mut file: syn::File = syn::parse2(start).with_context(|| format!("the start of {path} isn't Rust"))?;
    file.items.extend(items);
    rust::file(path, space_out(&rust::print(&file, source)))
}

/// `rust` with an empty line after every item and method, which prettyplease leaves out.
fn space_out(rust: &str) -> String {
    let mut spaced = String::with_capacity(rust.len() + rust.len() / 16);
    let mut lines = rust.lines().peekable();
    while let Some(line) = lines.next() {
        spaced.push_str(line);
        spaced.push('\n');
        let ends_item = matches!(line, "}" | "    }" | "};");
        if ends_item && lines.peek().is_some_and(|next| !next.is_empty() && next.trim() != "}") {
            spaced.push('\n');
        }
    }
    spaced
}

fn doc_lines(text: &str) -> impl Iterator<Item = String> {
    text.trim().lines().map(|line| format!(" {line}"))
}
