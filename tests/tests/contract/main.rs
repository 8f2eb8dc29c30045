//! What the contract promises: the tree is what the generator gives, the surface is what was reviewed, the documents are
//! standard, and every type has the shape of its schema.

mod documents;
mod drift;
mod features;
mod losses;
mod surface;
mod types;
mod webhooks;

use std::{path::Path, sync::LazyLock};

use stack_codegen::{load::Sources, model::Api, output::File};

/// The workspace's root.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ stands in the workspace")
}

/// The contract, read once.
static SOURCES: LazyLock<Sources> =
    LazyLock::new(|| Sources::from_folder(&root().join("openapi")).expect("the contract is readable"));

/// The contract as plain data.
static API: LazyLock<Api> = LazyLock::new(|| {
    stack_codegen::read(&SOURCES).unwrap_or_else(|diagnostics| panic!("the contract is wrong:\n{diagnostics}"))
});

/// All that is generated from it.
static FILES: LazyLock<Vec<File>> = LazyLock::new(|| generate(&SOURCES));

fn generate(sources: &Sources) -> Vec<File> {
    stack_codegen::generate(sources).unwrap_or_else(|error| panic!("nothing is generated:\n{error}"))
}
