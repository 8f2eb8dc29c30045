//! What the server costs, on each database.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use crate::cargo::cargo;

/// Options of `bench server`.
#[derive(Args)]
pub struct Options {
    /// With how many users to end; a million takes a minute to write and a gigabyte of disk on each database.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..))]
    users: u32,
    /// For how many seconds to measure each request on each number of connections.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// A PostgreSQL to measure on, too, by a role that may create databases; one is made and dropped.
    #[arg(long, env = "STACK_TEST_POSTGRES_URL", value_name = "URL", hide_env_values = true)]
    postgres: Option<String>,
    /// Leave out SQLite.
    #[arg(long, requires = "postgres")]
    only_postgres: bool,
}

/// Exits with 1 if a budget is broken.
///
/// # Errors
///
/// If the server can't be built.
pub fn run(options: &Options) -> Result<ExitCode> {
    let mut bench = cargo();
    bench.args(["bench", "--package", "stack-server", "--bench", "server", "--"]);
    bench.args([
        "--users",
        &options.users.to_string(),
        "--seconds",
        &options.seconds.to_string(),
    ]);
    if options.only_postgres {
        bench.arg("--only-postgres");
    }
    // Not as an argument: others see those.
    bench.env_remove("STACK_BENCH_POSTGRES_URL");
    if let Some(url) = &options.postgres {
        bench.env("STACK_BENCH_POSTGRES_URL", url);
    }
    let kept = bench.status().context("can't start cargo")?.success();
    Ok(ExitCode::from(u8::from(!kept)))
}
