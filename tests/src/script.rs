//! Scripts of `tests/sdk`, which Node runs against a server.

use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use tokio::process::{Child, Command};

use crate::skip;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sdk");

/// Runs a script, which has to end with a line that says `last`.
///
/// # Panics
///
/// If it fails.
pub async fn run_script(script: &str, environment: &[(&str, &str)], last: &str) {
    if let Some(missing) = missing().await {
        return skip(script, missing);
    }
    let ran = Command::new("node")
        .arg(script)
        .current_dir(FOLDER)
        .envs(environment.iter().copied())
        .kill_on_drop(true)
        .output();
    let Output { status, stdout, stderr } = ran.await.expect("node starts");
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(
        status.success() && stdout.contains(last),
        "{script}: {status}\n{stdout}\n{stderr}"
    );
}

/// Starts a script that serves until it is dropped, with its standard output to read from; `None` if something is missing
/// to run it.
///
/// # Panics
///
/// If it doesn't start.
pub async fn spawn_script(script: &str, environment: &[(&str, &str)]) -> Option<Child> {
    if let Some(missing) = missing().await {
        skip(script, missing);
        return None;
    }
    let spawned = Command::new("node")
        .arg(script)
        .current_dir(FOLDER)
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    Some(spawned.expect("node starts"))
}

/// The browser for scripts that need one: `STACK_CHROMIUM`, else where Debian puts it.
pub fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("STACK_CHROMIUM").map_or_else(|| "/usr/bin/chromium".into(), PathBuf::from);
    path.is_file().then_some(path)
}

/// What is missing to run scripts, and how to get it.
async fn missing() -> Option<&'static str> {
    let node = Command::new("node").arg("--version").output().await;
    if !node.is_ok_and(|output| output.status.success()) {
        return Some("node isn't installed");
    }
    let installed = [
        "@stackframe/js",
        "oidc-provider",
        "postal-mime",
        "puppeteer-core",
        "smtp-server",
        "svix",
    ]
    .iter()
    .all(|package| Path::new(FOLDER).join("node_modules").join(package).is_dir());
    (!installed).then_some("the packages aren't installed; run `npm ci` in tests/sdk")
}
