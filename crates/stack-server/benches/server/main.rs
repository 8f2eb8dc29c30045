//! What the server costs, measured from outside: `cargo xtask bench server`.
//!
//! The program itself runs beside handlers that are written by hand ([`by_hand`]): a process each, on the same database,
//! with the same queries and the same parameters of argon2. Both get the same requests over connections that are kept
//! open; rounds alternate, and what counts is the median of their ratios, so that a busy machine slows both. Then the
//! database grows, and it is measured how pages and searches follow. The process fails if a budget is broken.

mod by_hand;
mod data;
mod growth;
mod load;
mod program;
mod rates;
mod rest;
mod scene;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use scene::Scene;

/// Called by `cargo xtask bench server`, whose `--help` says more.
#[derive(Parser)]
pub struct Options {
    /// With how many users to end.
    #[arg(long, default_value_t = 1_000_000)]
    users: u32,
    /// How long to measure each request, on each number of connections.
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    /// A PostgreSQL to measure on, too.
    #[arg(long, env = "STACK_BENCH_POSTGRES_URL", hide_env_values = true)]
    postgres: Option<String>,
    /// Leave out SQLite.
    #[arg(long)]
    only_postgres: bool,
    /// cargo says so.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if let Ok(settings) = std::env::var(by_hand::SETTINGS) {
        // It gets as many threads as the program has.
        let runtime = tokio::runtime::Runtime::new()?;
        return runtime.block_on(by_hand::serve(&settings)).map(|()| ExitCode::SUCCESS);
    }
    let options = Options::parse();
    let kept = runtime.block_on(measure(&options))?;
    Ok(ExitCode::from(u8::from(!kept)))
}

async fn measure(options: &Options) -> Result<bool> {
    let mut kept = true;
    if !options.only_postgres {
        kept &= on(Scene::on_sqlite().await?, options).await?;
    }
    if let Some(url) = &options.postgres {
        kept &= on(Scene::on_postgres(url).await?, options).await?;
    }
    Ok(kept)
}

/// Everything on one database. The rows are printed as they come: what comes last takes long.
async fn on(scene: Scene, options: &Options) -> Result<bool> {
    println!("\n{}", scene.database);
    let mut kept = rates::measure(&scene, options.seconds).await?;
    kept &= growth::measure(&scene, options.users).await?;
    scene.remove().await?;
    Ok(kept)
}

/// What is said of a value with a budget.
fn verdict(kept: bool, budget: &str) -> String {
    if kept {
        format!("budget {budget}")
    } else {
        format!("OVER BUDGET: {budget}")
    }
}
