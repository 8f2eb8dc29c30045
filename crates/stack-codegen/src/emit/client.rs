//! Emits the typed client: progenitor's builders per access, split by tag.
//!
//! progenitor reads the published document of an access, lowered by [`crate::fixups`]; every type is replaced by the
//! one of `stack-types`. The contract supplies what progenitor loses: docs, known errors, which calls need which token.

use std::{panic, thread};

use anyhow::Result;
use serde_json::Value;

use super::documents;
use crate::{
    fixups::{self, Applied},
    model::Api,
    output::File,
    views::{View, Views},
};

mod authorization;
mod docs;
mod files;
pub(crate) mod generate;
mod losses;
mod paging;
pub(crate) mod polish;
pub(crate) mod split;

/// Emits `crates/stack-client/src/generated/`, and the report on what was lowered for it.
///
/// # Errors
///
/// If progenitor refuses a document, or a file of a tag gets too long to read.
pub fn emit(api: &Api, views: &Views) -> Result<Vec<File>> {
    let mut files = vec![files::root(views)?];
    // progenitor takes most of the generator's time, so the accesses share the machine's cores.
    thread::scope(|scope| {
        let start = |view: &View| {
            let calls = view.calls();
            scope.spawn(move || of_access(api, &calls, documents::document(api, &calls)?))
        };
        let running: Vec<_> = views.views.iter().map(start).collect();
        let mut lowered = Vec::new();
        for (view, access) in views.views.iter().zip(running) {
            let (of_access, applied) = access.join().unwrap_or_else(|cause| panic::resume_unwind(cause))?;
            files.extend(of_access);
            lowered.push((view.access, applied));
        }
        files.push(losses::report(api, &lowered)?);
        Ok(files)
    })
}

/// The files of one access, from its published document, and what was lowered for them.
fn of_access(api: &Api, view: &View, mut document: Value) -> Result<(Vec<File>, Vec<Applied>)> {
    let applied = fixups::lower(&mut document);
    authorization::declare(&mut document, view)?;
    generate::forget_docs(&mut document);
    let mut parts = split::split(generate::generate(document, view.access)?, &api.tags)?;
    polish::client(&mut parts.client, view);
    for part in &mut parts.tags {
        polish::tag(part, api, view)?;
    }
    let mut files = vec![files::of_access(api, view, parts.client, &parts.tags)?];
    for part in parts.tags {
        files.push(files::of_tag(api, view, part)?);
    }
    Ok((files, applied))
}

#[cfg(test)]
mod tests;
