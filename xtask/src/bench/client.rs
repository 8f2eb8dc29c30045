//! What the client costs: a call, and compiling it.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use super::compile;
use crate::cargo::cargo;

/// Options of `bench client`.
#[derive(Args)]
pub struct Options {
    /// How many times to compile each; once takes a minute or two in all.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    compile_runs: u32,
    /// Leave out the calls.
    #[arg(long)]
    only_compile: bool,
    /// Leave out the compiling.
    #[arg(long, conflicts_with = "only_compile")]
    only_calls: bool,
}

/// Exits with 1 if a budget is broken.
///
/// # Errors
///
/// If something can't be built.
pub fn run(options: &Options) -> Result<ExitCode> {
    let mut kept = true;
    if !options.only_compile {
        println!("a call: GET /users/me on loopback, release build");
        let mut bench = cargo();
        bench.args(["bench", "--quiet", "--package", "stack-client", "--bench", "calls"]);
        kept &= bench.status().context("can't start cargo")?.success();
    }
    if !options.only_calls {
        kept &= compile::run(options.compile_runs)?;
    }
    Ok(ExitCode::from(u8::from(!kept)))
}
