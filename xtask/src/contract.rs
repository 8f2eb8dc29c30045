//! Where the contract is, and how to show what is wrong with it.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use stack_codegen::{diagnostics::Diagnostics, load::Sources};

use crate::terminal;

/// The folder of the contract, from the workspace's root.
pub const FOLDER: &str = "openapi";

/// The exit code of a command that found the contract wrong.
pub const WRONG: u8 = 2;

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf)
}

/// The files of the contract.
///
/// # Errors
///
/// If they can't be read.
pub fn sources() -> Result<Sources> {
    let folder = root().join(FOLDER);
    Sources::from_folder(&folder).with_context(|| format!("can't read the contract in {}", folder.display()))
}

/// Prints everything that is wrong, for people on stderr or as JSON on stdout.
///
/// # Errors
///
/// None of its own.
pub fn complain(diagnostics: &Diagnostics, json: bool) -> Result<ExitCode> {
    if json {
        let all = diagnostics.iter().map(|one| {
            serde_json::json!({
                "rule": one.rule.name(),
                "file": format!("{FOLDER}/{}", one.location.file),
                "line": one.location.line,
                "column": one.location.column,
                "message": one.message,
            })
        });
        terminal::print(&(serde_json::to_string_pretty(&all.collect::<Vec<_>>())? + "\n"));
    } else {
        let count = diagnostics.iter().len();
        eprintln!(
            "{}\n",
            diagnostics.clone().below(FOLDER).render(terminal::is_coloured())
        );
        let noun = if count == 1 { "error" } else { "errors" };
        eprintln!(
            "{} {count} {noun} in the contract; `cargo xtask lint --rules` says why",
            terminal::red("error:")
        );
    }
    Ok(ExitCode::from(WRONG))
}
