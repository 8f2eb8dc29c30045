//! `cargo xtask dev`: regenerates, builds, and runs a server with a demo project.

use std::{net::SocketAddr, path::Path, process::ExitCode};

use anyhow::{Context, Result};
use clap::Args;

use crate::{cargo::cargo, codegen, contract, terminal};

/// Options of `dev`.
#[derive(Args)]
pub struct Options {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8102")]
    listen: SocketAddr,
    /// Begin with an empty database.
    #[arg(long)]
    fresh: bool,
    /// Build with optimisations.
    #[arg(long)]
    release: bool,
}

/// Runs until it is interrupted.
///
/// # Errors
///
/// If the contract is wrong, or the server can't be built or started.
pub fn run(options: &Options) -> Result<ExitCode> {
    eprintln!("[1/3] generating code");
    let generated = codegen::run(&codegen::Options::default())?;
    if generated != ExitCode::SUCCESS {
        return Ok(generated);
    }

    eprintln!("[2/3] building the server (a few minutes the first time)");
    let mut build = cargo();
    build
        .args(["build", "--package", "stack-server"])
        .args(options.release.then_some("--release"));
    if !build.status().context("can't start cargo")?.success() {
        eprintln!("{} the server doesn't build", terminal::red("error:"));
        return Ok(ExitCode::FAILURE);
    }

    let folder = contract::root().join("target/dev");
    if options.fresh && folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("can't remove {}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    eprintln!("[3/3] starting it; its data live in target/dev, Ctrl-C stops it");
    let mut serve = cargo();
    serve
        .args(["run", "--quiet", "--package", "stack-server"])
        .args(options.release.then_some("--release"));
    serve.args(["--", "demo"]);
    // Mails hold codes: they are shown to this machine only.
    serve.args(options.listen.ip().is_loopback().then_some("--dev-mail"));
    serve.args([
        "--database-url",
        &database_url(&folder),
        "--listen",
        &options.listen.to_string(),
    ]);
    let status = serve.status().context("can't start the server")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn database_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("stack-auth.db").display())
}
