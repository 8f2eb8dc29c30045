//! `cargo xtask spec-diff`: what changed in the contract since a revision, and whom each change breaks.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::json;
use stack_codegen::{
    diagnostics::Diagnostics,
    diff::{Change, Colours, Folders, Kind, diff, json as change_json, locate, render},
    load::Sources,
};

use crate::{contract, terminal};

/// What `--help` ends with.
const AFTER_HELP: &str = "\
Exit codes:
  0  nothing that counts breaks anybody, or nothing changed
  1  something breaks somebody
  2  one of the two contracts is wrong: the linter, or the dialect of today, doesn't accept it
  3  something can't be read, such as the revision

Examples:
  cargo xtask spec-diff                     since the merge base with main; on main since HEAD
  cargo xtask spec-diff v0.2.0              since a tag
  cargo xtask spec-diff --breaking callers  fails only if callers in any language would notice
  cargo xtask spec-diff --from ../old       since the contract in a folder";

/// What to do about an old contract that isn't accepted.
const AN_OLD_ONE: &str = "It is in an older dialect than that of today, or was wrong then: compare with a later \
                          revision, or mend a copy of it and pass its folder to `--from`.";

/// Options of `spec-diff`.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub struct Options {
    /// The git revision to compare with; the merge base with main if it is left out, `HEAD` if that is HEAD itself.
    #[arg(conflicts_with = "from")]
    revision: Option<String>,
    /// Compare with the contract in this folder instead.
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
    /// The folder of the new contract, instead of `openapi/`.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// Whose breaking counts for the exit code; everything is shown all the same.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Whom::Callers, Whom::RustCallers, Whom::Implementers])]
    breaking: Vec<Whom>,
    /// Print every change as JSON, those of words for people included.
    #[arg(long)]
    json: bool,
    /// List the kinds of changes instead, and whom they break.
    #[arg(long)]
    kinds: bool,
}

/// Who may break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Whom {
    /// Callers in any language: the wire.
    Callers,
    /// Code that calls with the generated client.
    RustCallers,
    /// Code that implements the generated traits.
    Implementers,
}

impl Whom {
    const fn is_broken_by(self, change: &Change) -> bool {
        match self {
            Self::Callers => change.breaks.wire,
            Self::RustCallers => change.breaks.client,
            Self::Implementers => change.breaks.server,
        }
    }
}

/// Exits with 0 if nothing breaks, with 1 if something does, with 2 if one of the contracts is wrong.
///
/// # Errors
///
/// If a contract can't be read.
pub fn run(options: &Options) -> Result<ExitCode> {
    if options.kinds {
        for kind in Kind::ALL {
            terminal::print(&format!("{:28}{}\n", kind.name(), kind.what()));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let (since, old_folder, old) = match &options.from {
        Some(folder) => {
            let shown = folder.display().to_string();
            (shown.clone(), shown, sources_of(folder)?)
        }
        None => {
            let revision = match &options.revision {
                Some(revision) => revision.clone(),
                None => usual_revision()?,
            };
            let sources = sources_at(&revision)?;
            // As `git show` takes it.
            let folder = format!("{revision}:{}", contract::FOLDER);
            (revision, folder, sources)
        }
    };
    let (new_folder, new) = match &options.to {
        Some(folder) => (folder.display().to_string(), sources_of(folder)?),
        None => (contract::FOLDER.to_owned(), contract::sources()?),
    };
    let old_api = match stack_codegen::read(&old) {
        Ok(api) => api,
        Err(diagnostics) => return complain(&diagnostics, &old_folder, AN_OLD_ONE, options.json),
    };
    let new_api = match stack_codegen::read(&new) {
        Ok(api) => api,
        Err(diagnostics) => return complain(&diagnostics, &new_folder, "Mend it first.", options.json),
    };
    let folders = Folders {
        old: &old_folder,
        new: &new_folder,
    };
    let mut changes = diff(&old_api, &new_api);
    locate(&mut changes, &old, &new);
    report(options, &since, folders, &changes)
}

/// Says what is wrong with one of the contracts, and what to do.
fn complain(diagnostics: &Diagnostics, folder: &str, advice: &str, json: bool) -> Result<ExitCode> {
    if json {
        let all = diagnostics.iter().map(|one| {
            json!({
                "rule": one.rule.name(),
                "file": format!("{folder}/{}", one.location.file),
                "line": one.location.line,
                "column": one.location.column,
                "message": one.message,
            })
        });
        let report = json!({"wrong": folder, "advice": advice, "errors": all.collect::<Vec<_>>()});
        terminal::print(&(serde_json::to_string_pretty(&report)? + "\n"));
        return Ok(ExitCode::from(contract::WRONG));
    }
    let count = diagnostics.iter().len();
    let noun = if count == 1 { "error" } else { "errors" };
    let shown = diagnostics.clone().below(folder).render(terminal::is_coloured());
    let error = terminal::red("error:");
    eprintln!("{shown}\n\n{error} {count} {noun} in the contract {folder}. {advice}");
    Ok(ExitCode::from(contract::WRONG))
}

fn report(options: &Options, since: &str, folders: Folders<'_>, changes: &[Change]) -> Result<ExitCode> {
    let counts = |change: &&Change| options.breaking.iter().any(|whom| whom.is_broken_by(change));
    let breaking = changes.iter().filter(counts).count();
    if options.json {
        let all: Vec<_> = changes.iter().map(|change| change_json(change, folders)).collect();
        let report = json!({"since": since, "breaking": breaking, "changes": all});
        terminal::print(&(serde_json::to_string_pretty(&report)? + "\n"));
    } else {
        terminal::print(&format!("The contract since {since}\n\n"));
        terminal::print(&render(changes, folders, colours()));
    }
    Ok(ExitCode::from(u8::from(breaking > 0)))
}

/// The report goes to stdout, unlike what else is said.
fn colours() -> Colours {
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        Colours::On
    } else {
        Colours::Off
    }
}

fn sources_of(folder: &Path) -> Result<Sources> {
    Sources::from_folder(folder).with_context(|| format!("can't read a contract in {}", folder.display()))
}

/// Where this branch left main, or `HEAD` on main itself.
fn usual_revision() -> Result<String> {
    let head = git(&["rev-parse", "--verify", "HEAD"]).context("there is no revision to compare with yet")?;
    for main in ["main", "origin/main", "master", "origin/master"] {
        if let Ok(base) = git(&["merge-base", "HEAD", main]) {
            let is_head = base.trim() == head.trim();
            return Ok(if is_head {
                "HEAD".to_owned()
            } else {
                base.trim().to_owned()
            });
        }
    }
    Ok("HEAD".to_owned())
}

/// The contract as it was, read from git's store: nothing is checked out.
fn sources_at(revision: &str) -> Result<Sources> {
    let commit = format!("{revision}^{{commit}}");
    if revision.starts_with('-') || git(&["rev-parse", "--verify", "--quiet", &commit]).is_err() {
        bail!("`{revision}` is no revision that git knows here; `git log` lists them");
    }
    let prefix = format!("{}/", contract::FOLDER);
    let list = git(&[
        "ls-tree",
        "-r",
        "-z",
        "--name-only",
        "--full-tree",
        revision,
        "--",
        &prefix,
    ])?;
    let is_source = |name: &&str| {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        (folder.is_empty() || folder == "tags") && file.ends_with(".yaml")
    };
    let names: Vec<_> = list
        .split('\0')
        .filter_map(|path| path.strip_prefix(&prefix))
        .filter(is_source)
        .collect();
    if names.is_empty() {
        bail!("`{revision}` has no contract in {prefix}");
    }
    let file = |name: &&str| {
        let text = git(&["show", &format!("{revision}:{prefix}{name}")])?;
        Ok(((*name).to_owned(), text))
    };
    names.iter().map(file).collect()
}

fn git(arguments: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(contract::root())
        .output()
        .context("can't start git")?;
    if !output.status.success() {
        bail!(
            "git {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("git {}: not UTF-8", arguments.join(" ")))
}
