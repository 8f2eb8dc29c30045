//! The client crate: progenitor's builders, split by tag.
//!
//! progenitor reads a document that `lower` writes for it: every type in it is a component that is replaced by ours, so
//! there is nothing that it can't express. `polish` puts back what such a document can't say: paths, media types, how
//! parameters are written, which answers there are.

mod lower;
mod polish;

use std::collections::HashSet;

use anyhow::{Context, Result};
use quote::{format_ident, quote};
use syn::Item;

use super::{
    Target,
    print::{self, Part},
};
use crate::{
    emit::client::split::{TagPart, split},
    foreign::{
        names,
        operation::{Operation, Tag},
    },
    model,
    output::File,
};

/// Emits `client/src/tags/`, and how many operations it has.
pub(super) fn emit(target: &Target<'_>) -> Result<(Vec<File>, usize)> {
    let all: Vec<(&Tag, &Operation)> = target
        .tags
        .iter()
        .flat_map(|tag| tag.operations.iter().map(move |operation| (tag, operation)))
        .collect();
    let mut refused = HashSet::new();
    let file = match lower::run(target, &all) {
        Ok(file) => file,
        Err(_) => {
            for (operation, reason) in lower::refused(target, &all) {
                let reason = format!("progenitor refuses it: {reason}");
                target.notes.left_out(&operation.pointer, "client-call", reason);
                refused.insert(operation.id.clone());
            }
            let rest: Vec<_> = all
                .iter()
                .filter(|(_, operation)| !refused.contains(&operation.id))
                .copied()
                .collect();
            lower::run(target, &rest)
                .map_err(anyhow::Error::msg)
                .context("progenitor refuses operations that it takes alone")?
        }
    };
    let tags: Vec<_> = target.tags.iter().map(as_model).collect();
    let parts = split(file, &tags)?;
    let (mut files, mut modules, mut traits, mut count) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for part in parts.tags {
        let tag = target
            .tags
            .iter()
            .find(|tag| tag.name == part.name)
            .context("progenitor keeps the tags")?;
        count += part.calls.len();
        let module = names::snake(&tag.name);
        traits.push(part.extension.ident.clone());
        files.extend(of_tag(target, tag, &module, part)?);
        modules.push(format_ident!("{module}"));
    }
    let mut client = parts.client;
    polish::client(&mut client);
    let start = quote! {
        //! The client, and one module per tag of the document.
        #![allow(clippy::all, reason = "progenitor's code has its own style")]
        use progenitor_client::{ClientHooks, ClientInfo};

        #(pub mod #modules;)*

        /// The traits of all tags, without their names.
        pub mod prelude {
            #(pub use super::#modules::#traits as _;)*
        }
    };
    let client = Part::of_items(syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items: client,
    });
    files.push(print::file(target, "client/src/tags/mod.rs", start, &[client])?);
    Ok((files, count))
}

/// The tag as the splitter knows tags.
fn as_model(tag: &Tag) -> model::Tag {
    model::Tag {
        name: tag.name.clone(),
        ..model::Tag::default()
    }
}

fn of_tag(target: &Target<'_>, tag: &Tag, module: &str, mut part: TagPart) -> Result<Vec<File>> {
    let scope = target.beside();
    polish::tag(&mut part, tag);
    let calls = part.calls.into_iter().map(|mut call| {
        let operation = tag
            .operations
            .iter()
            .find(|operation| operation.id == call.operation)
            .context("progenitor keeps operationIds")?;
        let more = polish::call(&mut call, operation, &part.extension.ident, &scope)?;
        let mut items = vec![Item::Struct(call.builder), Item::Impl(call.methods)];
        items.extend(more);
        Ok(Part::of_items(syn::File {
            shebang: None,
            frontmatter: None,
            attrs: Vec::new(),
            items,
        }))
    });
    let calls = calls.collect::<Result<Vec<_>>>()?;
    let folder = format!("client/src/tags/{module}");
    let uses = quote! {
        #![allow(clippy::all, reason = "progenitor's code has its own style")]
        #[allow(unused_imports, reason = "not every file needs all of it")]
        use progenitor_client::{ClientHooks, Error, OperationInfo, ResponseValue};
        #[allow(unused_imports, reason = "as above")]
        use crate::{answer, call::Call, encode::{self, Style}, tags::Client};
    };
    let (modules, mut files) = print::files(target, &folder, "calls", &uses, calls)?;
    let gathered = print::gather(&modules);
    let title = format!(" The tag `{}`.", tag.name);
    let start = quote! {
        #![doc = #title]
        #![allow(clippy::all, reason = "progenitor's code has its own style")]
        use super::Client;

        #gathered
    };
    let items = vec![Item::Trait(part.extension), Item::Impl(part.implementation)];
    let items = Part::of_items(syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items,
    });
    files.push(print::file(target, &format!("{folder}/mod.rs"), start, &[items])?);
    Ok(files)
}
