//! Times of processes, and what is said of them.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

/// The middle one; zero if there are none.
pub fn median(samples: impl IntoIterator<Item = Duration>) -> Duration {
    let mut samples: Vec<_> = samples.into_iter().collect();
    samples.sort_unstable();
    samples.get(samples.len() / 2).copied().unwrap_or_default()
}

/// In milliseconds.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Runs a program to its end and gives how long it took.
///
/// # Errors
///
/// If it can't be started, or fails; then its last lines are part of the error.
pub fn time(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("can't start {}", Path::new(command.get_program()).display()))?;
    let took = start.elapsed();
    if output.status.success() {
        return Ok(took);
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    let lines: Vec<_> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(12)..].join("\n  ");
    bail!("{:?} failed: {}\n  {last}", command.get_program(), output.status)
}

/// A bar on stderr for `count` steps.
///
/// # Errors
///
/// None that isn't a mistake in the template.
pub fn bar(count: u64, what: &'static str) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template(&format!("{{bar:40}} {{pos}}/{{len}} {what} {{msg}}"))?;
    Ok(ProgressBar::new(count).with_style(style))
}
