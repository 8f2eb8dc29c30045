//! `cargo xtask bench`: measures what ARCHITECTURE.md sets budgets for.
//!
//! Goals are ratios within one run, so that they hold on any machine; a broken one makes the command fail.

mod client;
mod codegen;
mod compile;
mod measure;
mod rivals;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Options of `bench`.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Subcommand)]
enum Subject {
    /// How long the generator takes on the whole contract, and beside other generators on one document.
    Codegen(codegen::Options),
    /// What the client costs: a call beside hand-written reqwest, and compiling it beside progenitor's plain output.
    Client(client::Options),
}

/// Exits with 1 if a budget is broken.
///
/// # Errors
///
/// If the subject can't be run at all.
pub fn run(options: &Options) -> Result<ExitCode> {
    match &options.subject {
        Subject::Codegen(options) => codegen::run(options),
        Subject::Client(options) => client::run(options),
    }
}
