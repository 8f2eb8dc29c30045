//! Turns the Stack Auth contract into Rust crates and OpenAPI documents.
//!
//! ```text
//! load      files to YAML trees, every node with its place
//! bundle    trees to the model: references become names, `allOf` is merged, what one place shows to be wrong is reported
//! lint      what only the whole contract shows to be wrong; all diagnostics come in one run
//! model     the contract as plain data
//! views     the contract as each kind of access sees it, and which of them share a shape
//! emit      views to files: types, server traits, client, documents, inventory
//! output    writes the files, or checks that they are written
//! ```
//!
//! [`generate`] is all but the last step. It is pure: files in, files out, without clock, network or environment, so the
//! same contract gives the same bytes on every machine. [`output`] is the only part that touches the workspace.
//!
//! The crate doesn't know this one contract. Anything that is written in the dialect of `openapi/README.md` goes
//! through it, and so do the small contracts of its tests.

pub mod bundle;
pub mod diagnostics;
pub mod diff;
pub mod emit;
pub mod fixups;
pub mod foreign;
pub mod lint;
pub mod load;
pub mod model;
pub mod names;
pub mod output;
pub mod rules;
#[doc(hidden)]
pub mod testing;
pub mod views;

use diagnostics::{Diagnostics, Report};
use load::Sources;
use model::Api;
use output::File;
use views::Views;

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The contract breaks rules.
    #[error("{0}")]
    Contract(#[from] Diagnostics),
    /// The contract is right, but an emitter can't express it.
    #[error("{0:#}")]
    Emitter(#[from] anyhow::Error),
}

/// The contract in `sources`.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn read(sources: &Sources) -> Result<Api, Diagnostics> {
    let report = Report::default();
    match bundle::bundle(sources, &report) {
        Some(api) if report.is_empty() => Ok(api),
        _ => Err(report.into_diagnostics(sources)),
    }
}

/// Every file that follows from the contract in `sources`.
///
/// # Errors
///
/// [`Error::Contract`] if the contract breaks rules, with all of them; [`Error::Emitter`] if it keeps them and yet
/// something can't be expressed.
pub fn generate(sources: &Sources) -> Result<Vec<File>, Error> {
    let api = read(sources)?;
    Ok(emit::all(&api, &Views::of(&api))?)
}
