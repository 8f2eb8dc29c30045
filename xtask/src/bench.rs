//! `cargo xtask bench`: measures what ARCHITECTURE.md sets budgets for.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use stack_codegen::{emit, output::compare, read, views::Views};

use crate::{contract, terminal};

/// Options of `bench`.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Subcommand)]
enum Subject {
    /// How long the generator takes on the whole contract.
    Codegen(Codegen),
}

#[derive(Args)]
struct Codegen {
    /// How many times to run.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

/// What `cargo xtask codegen` may take, xtask already built.
const CODEGEN_BUDGET: Duration = Duration::from_secs(1);

/// Exits with 1 if a budget is broken.
///
/// # Errors
///
/// If the subject can't be run at all.
pub fn run(options: &Options) -> Result<ExitCode> {
    match &options.subject {
        Subject::Codegen(options) => codegen(options),
    }
}

/// The phases of one run, in order.
const PHASES: [&str; 4] = ["read and lint", "views", "emit", "compare"];

fn codegen(options: &Codegen) -> Result<ExitCode> {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} runs")?;
    let bar = ProgressBar::new(options.runs.into()).with_style(style);
    let mut samples = Vec::new();
    let mut files = 0;
    for _ in 0..options.runs {
        let (phases, count) = generate_once()?;
        samples.push(phases);
        files = count;
        bar.inc(1);
    }
    bar.finish_and_clear();

    println!("codegen: {files} files, median of {} runs", options.runs);
    for (index, phase) in PHASES.iter().enumerate() {
        println!(
            "  {phase:14}{:>8.1} ms",
            millis(median(samples.iter().map(|phases| phases[index])))
        );
    }
    let whole = median(samples.iter().map(|phases| phases.iter().sum()));
    println!(
        "  {:14}{:>8.1} ms, budget {:.0} ms",
        "whole",
        millis(whole),
        millis(CODEGEN_BUDGET)
    );
    if whole > CODEGEN_BUDGET {
        eprintln!("{} over budget", terminal::red("error:"));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn generate_once() -> Result<([Duration; PHASES.len()], usize)> {
    let start = Instant::now();
    let sources = contract::sources()?;
    let Ok(api) = read(&sources) else {
        bail!("the contract is wrong; `cargo xtask lint` says where")
    };
    let read_at = Instant::now();
    let views = Views::of(&api);
    let views_at = Instant::now();
    let files = emit::all(&api, &views)?;
    let emitted_at = Instant::now();
    compare(&contract::root(), &files)?;
    let phases = [
        read_at - start,
        views_at - read_at,
        emitted_at - views_at,
        emitted_at.elapsed(),
    ];
    Ok((phases, files.len()))
}

fn median(samples: impl Iterator<Item = Duration>) -> Duration {
    let mut samples: Vec<_> = samples.collect();
    samples.sort_unstable();
    samples[samples.len() / 2]
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
