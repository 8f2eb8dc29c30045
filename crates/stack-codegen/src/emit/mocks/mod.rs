//! Emits `stack-client-mock`: per access and tag what a mock of each operation may expect and answer.
//!
//! The shape is that of progenitor's mocks: a method per operation that takes a closure of `when` and `then`. The code is
//! our own, from the model rather than from the lowered documents: progenitor's mocks stand in one trait of all tags
//! without docs, send text answers as JSON, compare forms with JSON, match `/users/me` as a user's id too, and need
//! `regex` in the crate of whoever uses them.

mod call;
mod files;
mod routes;
mod samples;
#[cfg(test)]
mod tests;

use anyhow::Result;

use crate::{model::Api, output::File, views::Views};

/// Emits `crates/stack-client-mock/src/generated/`.
///
/// # Errors
///
/// If something can't be expressed, or a file gets too long to read.
pub fn emit(api: &Api, views: &Views) -> Result<Vec<File>> {
    let mut files = vec![files::root(views)?, samples::emit(api, views)?];
    for view in &views.views {
        let view = view.calls();
        files.push(files::of_access(api, &view)?);
        for tag in &api.tags {
            files.extend(files::of_tag(api, views, &view, tag)?);
        }
    }
    Ok(files)
}
