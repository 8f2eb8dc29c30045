//! `cargo xtask lint`: what is wrong with the contract, all of it in one run.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use stack_codegen::rules::Rule;

use crate::{contract, terminal};

/// Options of `lint`.
#[derive(Args)]
pub struct Options {
    /// List the rules instead, and why there are such.
    #[arg(long)]
    rules: bool,
    /// Print what is wrong as JSON.
    #[arg(long)]
    json: bool,
}

/// Exits with 0 if the contract keeps all rules, else with 2.
///
/// # Errors
///
/// If the contract can't be read.
pub fn run(options: &Options) -> Result<ExitCode> {
    if options.rules {
        for rule in Rule::ALL {
            terminal::print(&format!("{:24}{}\n", rule.name(), rule.why()));
        }
        return Ok(ExitCode::SUCCESS);
    }
    match stack_codegen::read(&contract::sources()?) {
        Err(diagnostics) => contract::complain(&diagnostics, options.json),
        Ok(api) => {
            let operations: usize = api.tags.iter().map(|tag| tag.operations.len()).sum();
            let (schemas, errors) = (api.schemas.len(), api.errors.len());
            if options.json {
                terminal::print("[]\n");
            } else {
                let well = terminal::green("the contract keeps all rules");
                eprintln!("{well}: {operations} operations, {schemas} schemas, {errors} errors");
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}
