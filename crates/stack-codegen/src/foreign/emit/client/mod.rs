//! The client crate: progenitor's builders, split by tag.
//!
//! progenitor reads a document that `lower` writes for it: every type in it is a component that is replaced by ours, so
//! there is nothing that it can't express. `polish` puts back what such a document can't say: paths, media types, how
//! parameters are written, which answers there are.

mod lower;
mod polish;

use std::{collections::HashSet, num::NonZero, panic::resume_unwind, thread};

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

/// Emits `client/src/tags/`, and how many operations it has. Tags have nothing to do with each other, so the cores share
/// them: whatever share one has, it makes the same of a tag.
pub(super) fn emit(target: &Target<'_>) -> Result<(Vec<File>, usize)> {
    let shares = thread::scope(|scope| {
        let running: Vec<_> = shares(target.tags)
            .into_iter()
            .map(|tags| scope.spawn(move || of_tags(target, tags)))
            .collect();
        let done = running
            .into_iter()
            .map(|share| share.join().unwrap_or_else(|panic| resume_unwind(panic)));
        done.collect::<Result<Vec<_>>>()
    })?;
    let (mut files, mut modules, mut traits, mut clients, mut count) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), 0);
    for share in shares {
        count += share.count;
        for (module, name, made) in share.tags {
            modules.push(format_ident!("{module}"));
            traits.push(format_ident!("{name}"));
            files.extend(made);
        }
        clients.push(share.client);
    }
    // Every share has the same client.
    clients.truncate(1);
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
    files.push(print::file(target, "client/src/tags/mod.rs", start, &clients)?);
    Ok((files, count))
}

/// Neighbouring tags, in as many shares as there are cores, with about as many operations each.
fn shares(tags: &[Tag]) -> Vec<&[Tag]> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let operations: usize = tags.iter().map(|tag| tag.operations.len()).sum();
    let enough = operations.div_ceil(cores).max(1);
    let (mut shares, mut start, mut held) = (Vec::new(), 0, 0);
    for (index, tag) in tags.iter().enumerate() {
        held += tag.operations.len();
        if held >= enough {
            shares.push(&tags[start..=index]);
            (start, held) = (index + 1, 0);
        }
    }
    if start < tags.len() || shares.is_empty() {
        shares.push(&tags[start..]);
    }
    shares
}

/// What became of some tags.
struct Share {
    /// The struct `Client` and what is implemented for it.
    client: Part,
    /// Module, trait and files of each tag.
    tags: Vec<(String, String, Vec<File>)>,
    /// How many operations they have.
    count: usize,
}

fn of_tags(target: &Target<'_>, tags: &[Tag]) -> Result<Share> {
    let all: Vec<(&Tag, &Operation)> = tags
        .iter()
        .flat_map(|tag| tag.operations.iter().map(move |operation| (tag, operation)))
        .collect();
    let parts = split(generated(target, &all)?, &tags.iter().map(as_model).collect::<Vec<_>>())?;
    let (mut done, mut count) = (Vec::new(), 0);
    for part in parts.tags {
        let tag = tags
            .iter()
            .find(|tag| tag.name == part.name)
            .context("progenitor keeps the tags")?;
        count += part.calls.len();
        let (module, name) = (names::snake(&tag.name), part.extension.ident.to_string());
        let files = of_tag(target, tag, &module, part)?;
        done.push((module, name, files));
    }
    let mut client = parts.client;
    polish::client(&mut client);
    let client = Part::of_items(syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items: client,
    });
    Ok(Share {
        client,
        tags: done,
        count,
    })
}

/// What progenitor makes of `all`, but for those that it refuses.
fn generated(target: &Target<'_>, all: &[(&Tag, &Operation)]) -> Result<syn::File> {
    if let Ok(file) = lower::run(target, all) {
        return Ok(file);
    }
    let mut refused = HashSet::new();
    for (operation, reason) in lower::refused(target, all) {
        let reason = format!("progenitor refuses it: {reason}");
        target.notes.left_out(&operation.pointer, "client-call", reason);
        refused.insert(&operation.id);
    }
    let rest: Vec<_> = all
        .iter()
        .filter(|(_, operation)| !refused.contains(&operation.id))
        .copied()
        .collect();
    lower::run(target, &rest)
        .map_err(anyhow::Error::msg)
        .context("progenitor refuses operations that it takes alone")
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
