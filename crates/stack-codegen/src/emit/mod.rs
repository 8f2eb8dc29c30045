//! Turns the model into files: one module per kind of output.
//!
//! Every emitter is `pub fn emit(api: &Api, views: &Views) -> anyhow::Result<Vec<File>>`.

pub mod agreement;
pub mod cli;
pub mod client;
pub mod documents;
pub mod errors;
pub mod inventory;
pub mod mocks;
pub mod rust;
pub mod server;
pub mod types;
pub mod webhooks;

use std::{panic::resume_unwind, thread};

use anyhow::Result;

use crate::{model::Api, output::File, views::Views};

/// Turns the model into files.
type Emitter = fn(&Api, &Views) -> Result<Vec<File>>;

const EMITTERS: [Emitter; 10] = [
    agreement::emit,
    cli::emit,
    client::emit,
    types::emit,
    errors::emit,
    server::emit,
    documents::emit,
    inventory::emit,
    mocks::emit,
    webhooks::emit,
];

/// The files of all emitters, by path. Emitters run side by side; none depends on another.
///
/// # Errors
///
/// If an emitter can't express something.
pub fn all(api: &Api, views: &Views) -> Result<Vec<File>> {
    let results = thread::scope(|scope| {
        let running = EMITTERS.map(|emit| scope.spawn(move || emit(api, views)));
        running.map(|emitter| emitter.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let mut files = Vec::new();
    for result in results {
        files.extend(result?);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}
