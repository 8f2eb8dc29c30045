//! `cargo xtask ci`: everything that has to hold, in the order that fails soonest.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use anyhow::{Context, Result};
use clap::Args;

use crate::{contract, terminal};

/// Options of `ci`.
#[derive(Args)]
pub struct Options {
    /// Go on after a failed step, and tell at the end which failed.
    #[arg(long)]
    keep_going: bool,
}

/// One thing that has to hold.
struct Step {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    folder: &'static str,
    environment: &'static [(&'static str, &'static str)],
}

const fn cargo(name: &'static str, arguments: &'static [&'static str]) -> Step {
    Step {
        name,
        program: "cargo",
        arguments,
        folder: ".",
        environment: &[],
    }
}

const FORMAT: Step = cargo("formatting", &["fmt", "--all", "--check"]);
const DRIFT: Step = cargo("generated code", &["xtask", "codegen", "--check"]);
const LINTS: Step = cargo(
    "lints",
    &[
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ],
);
/// What apps compile that only call as clients.
const FEATURES: Step = cargo(
    "one access alone",
    &[
        "check",
        "--locked",
        "--package",
        "stack-client-mock",
        "--no-default-features",
        "--features",
        "client",
    ],
);
const SDK: Step = Step {
    name: "official SDK, browser driver",
    program: "npm",
    arguments: &["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    folder: "tests/sdk",
    environment: &[],
};
const TESTS: Step = Step {
    environment: ANSWERS,
    ..cargo(
        "tests",
        &["nextest", "run", "--locked", "--workspace", "--all-features"],
    )
};
/// What the servers of all tests together have answered.
const GIVEN_ANSWERS: Step = Step {
    environment: ANSWERS,
    ..cargo(
        "answers given",
        &[
            "nextest",
            "run",
            "--locked",
            "--workspace",
            "--all-features",
            "--run-ignored",
            "only",
            "-E",
            "test(ledger::every_answer)",
        ],
    )
};
const ANSWERS: &[(&str, &str)] = &[(
    "STACK_TEST_ANSWERS",
    concat!(env!("CARGO_MANIFEST_DIR"), "/../target/answers"),
)];
const TESTS_WITHOUT_NEXTEST: Step = cargo(
    "tests",
    &["test", "--locked", "--workspace", "--all-features", "--all-targets"],
);
/// SQLite is what the tests before ran on; the attacks of a tool wouldn't find more.
const TESTS_ON_POSTGRES: Step = Step {
    environment: &[("STACK_TEST_DATABASE", "postgres")],
    ..cargo("end to end on PostgreSQL", POSTGRES_ARGUMENTS)
};
const POSTGRES_ARGUMENTS: &[&str] = &[
    "nextest",
    "run",
    "--locked",
    "--workspace",
    "--all-features",
    "-E",
    "binary(e2e) - test(schemathesis::)",
];
const DOC_TESTS: Step = cargo(
    "examples in docs",
    &["test", "--locked", "--workspace", "--all-features", "--doc"],
);

const DOCS: Step = Step {
    environment: &[("RUSTDOCFLAGS", "-D warnings")],
    ..cargo(
        "docs",
        &["doc", "--locked", "--workspace", "--all-features", "--no-deps"],
    )
};

/// Exits with 0 if every step passes, else with 1.
///
/// # Errors
///
/// If a program can't be started.
pub fn run(options: &Options) -> Result<ExitCode> {
    let nextest = answers("cargo", &["nextest", "--version"]);
    if !nextest {
        eprintln!("cargo-nextest isn't installed: `cargo test` runs the tests, more slowly");
    }
    let npm = answers("npm", &["--version"]);
    if !npm {
        eprintln!("npm isn't installed: the tests with the official SDK are skipped");
    }
    let schemathesis = std::env::var("STACK_SCHEMATHESIS").unwrap_or_else(|_| "schemathesis".to_owned());
    if !answers(&schemathesis, &["--version"]) {
        eprintln!("schemathesis isn't installed: its attacks on the server are skipped");
    }
    let postgres = std::env::var_os("STACK_TEST_POSTGRES_URL").is_some();
    if !postgres {
        eprintln!("STACK_TEST_POSTGRES_URL isn't set: the tests on PostgreSQL are skipped (see .ci/postgres.sh)");
    }
    let mut steps = vec![FORMAT, DRIFT, LINTS, FEATURES];
    steps.extend(npm.then_some(SDK));
    steps.extend(if nextest {
        vec![TESTS, GIVEN_ANSWERS]
    } else {
        vec![TESTS_WITHOUT_NEXTEST]
    });
    steps.extend((postgres && nextest).then_some(TESTS_ON_POSTGRES));
    steps.extend([DOC_TESTS, DOCS]);

    forget_answers()?;
    let start = Instant::now();
    let mut failed = Vec::new();
    let count = steps.len();
    for (index, step) in steps.iter().enumerate() {
        eprintln!(
            "\n[{}/{count}] {}: {} {}",
            index + 1,
            step.name,
            step.program,
            step.arguments.join(" ")
        );
        let step_start = Instant::now();
        let passed = passes(step)?;
        let word = if passed {
            terminal::green("passed")
        } else {
            terminal::red("failed")
        };
        eprintln!(
            "[{}/{count}] {}: {word} after {} s",
            index + 1,
            step.name,
            step_start.elapsed().as_secs()
        );
        if !passed {
            failed.push(step.name);
            if !options.keep_going {
                break;
            }
        }
    }
    let took = start.elapsed().as_secs();
    if failed.is_empty() {
        eprintln!("\n{} everything holds, {took} s", terminal::green("done:"));
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("\n{} failed: {}; {took} s", terminal::red("error:"), failed.join(", "));
    Ok(ExitCode::FAILURE)
}

/// Empties the folder in which the tests note what was answered.
fn forget_answers() -> Result<()> {
    let folder = Path::new(ANSWERS[0].1);
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("can't empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("can't create {}", folder.display()))
}

fn passes(step: &Step) -> Result<bool> {
    let status = Command::new(step.program)
        .args(step.arguments)
        .envs(step.environment.iter().copied())
        .current_dir(contract::root().join(step.folder))
        .status()
        .with_context(|| format!("can't start {}", step.program))?;
    Ok(status.success())
}

fn answers(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
