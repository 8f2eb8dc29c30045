//! How long the generator takes: on the whole contract, phase by phase, and beside other generators on one document.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use stack_codegen::{emit, output::compare, read, views::Views};

use super::{
    measure::{bar, median, millis, time},
    rivals::{self, Rival},
};
use crate::{cargo::cargo, contract, terminal};

/// Options of `bench codegen`.
#[derive(Args)]
pub struct Options {
    /// How many times to run.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Install the other generators below `target/bench` first: two by cargo, one by pip; the latter needs Java.
    #[arg(long)]
    install: bool,
}

/// What `cargo xtask codegen` may take, xtask already built.
const BUDGET: Duration = Duration::from_secs(1);

/// How often each generator runs on one document: theirs take longer.
const RUNS_OF_RIVALS: u32 = 9;

/// Exits with 1 if the budget is broken, or another generator is faster.
///
/// # Errors
///
/// If the contract is wrong, or a generator can't be installed or fails.
pub fn run(options: &Options) -> Result<ExitCode> {
    if options.install {
        rivals::install()?;
    }
    let in_time = whole_contract(options)?;
    let fastest = one_document()?;
    Ok(ExitCode::from(u8::from(!(in_time && fastest))))
}

/// The phases of one run, in order.
const PHASES: [&str; 4] = ["read and lint", "views", "emit", "compare"];

fn whole_contract(options: &Options) -> Result<bool> {
    let bar = bar(options.runs.into(), "runs")?;
    let mut samples = Vec::new();
    let mut files = 0;
    for _ in 0..options.runs {
        let (phases, count) = generate_once()?;
        samples.push(phases);
        files = count;
        bar.inc(1);
    }
    bar.finish_and_clear();

    println!("the whole contract: {files} files, median of {} runs", options.runs);
    for (index, phase) in PHASES.iter().enumerate() {
        println!(
            "  {phase:24}{:>10.1} ms",
            millis(median(samples.iter().map(|phases| phases[index])))
        );
    }
    let whole = median(samples.iter().map(|phases| phases.iter().sum()));
    println!(
        "  {:24}{:>10.1} ms, budget {:.0} ms",
        "whole",
        millis(whole),
        millis(BUDGET)
    );
    if whole > BUDGET {
        eprintln!("{} over budget", terminal::red("error:"));
    }
    Ok(whole <= BUDGET)
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

/// Ours and the others, as programs, on the document of admin access: it is the largest.
fn one_document() -> Result<bool> {
    eprintln!("building stack-codegen with optimisations, as the others are");
    time(cargo().args([
        "build",
        "--release",
        "--package",
        "stack-codegen",
        "--bin",
        "stack-codegen",
    ]))?;
    let mut generators = vec![rivals::ours()];
    for rival in rivals::ALL {
        match rival.program() {
            Some(_) => generators.push(rival),
            None => eprintln!("{} isn't installed; `--install` does it", rival.name),
        }
    }
    let bar = bar(u64::from(RUNS_OF_RIVALS) * generators.len() as u64, "runs")?;
    let mut samples = vec![Vec::new(); generators.len()];
    for _ in 0..RUNS_OF_RIVALS {
        for (generator, samples) in generators.iter().zip(&mut samples) {
            bar.set_message(generator.name);
            samples.push(time_once(generator)?);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();

    println!("\nopenapi/dist/admin.json, median of {RUNS_OF_RIVALS} runs of each program");
    let ours = median(samples[0].iter().copied());
    let mut fastest = true;
    for (generator, samples) in generators.iter().zip(&samples) {
        let took = median(samples.iter().copied());
        fastest &= took >= ours;
        println!(
            "  {:24}{:>10.1} ms  {:>6.2} ×  {:>7} lines of Rust: {}",
            generator.name,
            millis(took),
            took.as_secs_f64() / ours.as_secs_f64(),
            lines(&rivals::folder().join("out").join(generator.name))?,
            generator.makes
        );
    }
    if !fastest {
        eprintln!("{} another generator is faster", terminal::red("error:"));
    }
    Ok(fastest)
}

fn time_once(generator: &Rival) -> Result<Duration> {
    let folder = rivals::folder().join("out").join(generator.name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("can't empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    let program = generator
        .program()
        .with_context(|| format!("{} is gone", generator.name))?;
    let runs = (generator.runs)(&folder).into_iter();
    runs.map(|arguments| time(Command::new(&program).args(arguments).current_dir(&folder)))
        .sum()
}

/// The lines of Rust that a generator left in its folder.
fn lines(folder: &Path) -> Result<usize> {
    let mut lines = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            lines += self::lines(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            lines += fs::read_to_string(&path)?.lines().count();
        }
    }
    Ok(lines)
}
