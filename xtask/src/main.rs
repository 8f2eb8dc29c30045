//! The tasks of this workspace: `cargo xtask --help`.
//!
//! This file is one match; each command has a file of its own.

mod bench;
mod cargo;
mod ci;
mod codegen;
mod contract;
mod dev;
mod lint;
mod spec_diff;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

/// The tasks of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
enum Command {
    /// Generate code and documents from the contract, or check that this was done.
    Codegen(codegen::Options),
    /// Look for what is wrong with the contract, without generating anything.
    Lint(lint::Options),
    /// Show what changed in the contract since a git revision, and whom each change breaks.
    SpecDiff(spec_diff::Options),
    /// Regenerate, build, and run a server with a demo project on an embedded database.
    Dev(dev::Options),
    /// Check everything that has to hold: formatting, generated code, lints, tests.
    Ci(ci::Options),
    /// Measure what ARCHITECTURE.md sets budgets for.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Codegen(options) => codegen::run(&options),
        Command::Lint(options) => lint::run(&options),
        Command::SpecDiff(options) => spec_diff::run(&options),
        Command::Dev(options) => dev::run(&options),
        Command::Ci(options) => ci::run(&options),
        Command::Bench(options) => bench::run(&options),
    };
    result.unwrap_or_else(|error| {
        eprintln!("{} {error:#}", terminal::red("error:"));
        ExitCode::from(3)
    })
}
