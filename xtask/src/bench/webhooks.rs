//! What webhooks cost, and how fast they leave.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use crate::cargo::cargo;

/// Options of `bench webhooks`.
#[derive(Args)]
pub struct Options {
    /// How many messages to deliver.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    messages: u64,
}

/// Exits with 1 if a budget is broken.
///
/// # Errors
///
/// If the server can't be built.
pub fn run(options: &Options) -> Result<ExitCode> {
    let mut bench = cargo();
    bench.args(["bench", "--package", "stack-server", "--bench", "webhooks", "--"]);
    bench.args(["--messages", &options.messages.to_string()]);
    let kept = bench.status().context("can't start cargo")?.success();
    Ok(ExitCode::from(u8::from(!kept)))
}
