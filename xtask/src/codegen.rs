//! `cargo xtask codegen`: generates from the contract, or checks that this was done.

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::Args;
use serde_json::json;
use stack_codegen::{
    Error, generate,
    output::{Item, State, compare, write},
};

use crate::{contract, terminal};

/// The command that mends what `--check` finds.
const MEND: &str = "cargo xtask codegen";

/// Options of `codegen`.
#[derive(Args, Default)]
pub struct Options {
    /// Write nothing: show what would change, and exit with 1 if anything would.
    #[arg(long)]
    check: bool,
    /// With `--check`, name the files only.
    #[arg(long, requires = "check")]
    no_diff: bool,
    /// Generate into this folder instead of the workspace.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// Print every file and its state as JSON.
    #[arg(long)]
    json: bool,
}

/// Exits with 0 if all is well, with 1 if `--check` finds a difference, with 2 if the contract is wrong.
///
/// # Errors
///
/// If an emitter can't express something, or files can't be read or written.
pub fn run(options: &Options) -> Result<ExitCode> {
    let start = Instant::now();
    let files = match generate(&contract::sources()?) {
        Ok(files) => files,
        Err(Error::Contract(diagnostics)) => return contract::complain(&diagnostics, options.json),
        Err(Error::Emitter(error)) => return Err(error),
    };
    let root = options.into.clone().unwrap_or_else(contract::root);
    let items = compare(&root, &files)?;
    if !options.check {
        write(&root, &items)?;
    }
    let took = start.elapsed();
    if options.json {
        print_json(&items, took)?;
    } else if options.check {
        print_check(&items, took, !options.no_diff);
    } else {
        print_written(&items, took);
    }
    let differs = items.iter().any(|item| item.state != State::Fresh);
    Ok(ExitCode::from(u8::from(options.check && differs)))
}

fn print_written(items: &[Item], took: Duration) {
    for item in items.iter().filter(|item| item.state != State::Fresh) {
        let done = match item.state {
            State::Fresh => continue,
            State::Missing => "written (new)",
            State::Stale => "written",
            State::Edited => "written over an edit by hand",
            State::Orphan => "removed",
            State::Foreign => "left alone: it isn't generated, so it doesn't belong here",
        };
        eprintln!("{}: {done}", item.path);
    }
    let changed = items
        .iter()
        .filter(|item| !matches!(item.state, State::Fresh | State::Foreign))
        .count();
    eprintln!(
        "{} {changed} of {} files changed, {} ms",
        terminal::green("done:"),
        items.len(),
        took.as_millis()
    );
}

fn print_check(items: &[Item], took: Duration, diff: bool) {
    let others: Vec<_> = items.iter().filter(|item| item.state != State::Fresh).collect();
    if diff {
        others.iter().for_each(|item| terminal::print(&item.diff()));
    }
    for item in &others {
        eprintln!("{:16}{}", item.state, item.path);
    }
    if others.is_empty() {
        eprintln!(
            "{} all {} files are fresh, {} ms",
            terminal::green("done:"),
            items.len(),
            took.as_millis()
        );
        return;
    }
    let (count, all) = (others.len(), items.len());
    eprintln!(
        "{} {count} of {all} files differ from the contract, {} ms",
        terminal::red("error:"),
        took.as_millis()
    );
    if others.iter().any(|item| item.state == State::Edited) {
        eprintln!("Edits by hand are lost when code is generated: change the contract or the generator instead.");
    }
    if others.iter().any(|item| item.state == State::Foreign) {
        eprintln!("Files that aren't generated don't belong into a `generated` folder: move or delete them.");
    }
    eprintln!("To mend the rest, run `{MEND}` and commit what it writes.");
}

fn print_json(items: &[Item], took: Duration) -> Result<()> {
    let files: Vec<_> = items
        .iter()
        .map(|item| json!({"path": item.path, "state": item.state.to_string()}))
        .collect();
    let report = json!({"files": files, "took_ms": u64::try_from(took.as_millis())?, "mend": MEND});
    terminal::print(&(serde_json::to_string_pretty(&report)? + "\n"));
    Ok(())
}
