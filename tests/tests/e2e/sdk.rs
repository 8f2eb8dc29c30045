//! The official SDK works against this server unchanged.

use std::{path::Path, process::Output};

use stack_tests::{TestProject, TestServer, skip};
use tokio::process::Command;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sdk");

#[tokio::test]
async fn client_apps_of_the_official_sdk_work() {
    run("client.mjs", "all client steps passed").await;
}

#[tokio::test]
async fn server_apps_of_the_official_sdk_work() {
    run("server.mjs", "all server steps passed").await;
}

/// Runs a script, which has to end with `last`.
async fn run(script: &str, last: &str) {
    if let Some(missing) = missing().await {
        return skip(script, missing);
    }
    let project = TestProject::create(&TestServer::start_on_the_machines_clock().await).await;
    let ran = Command::new("node")
        .arg(script)
        .current_dir(FOLDER)
        .env("STACK_API_URL", project.server.public_url())
        .env("STACK_PROJECT_ID", project.id.as_str())
        .env(
            "STACK_PUBLISHABLE_CLIENT_KEY",
            project.keys.publishable_client_key.expose(),
        )
        .env("STACK_SECRET_SERVER_KEY", project.keys.secret_server_key.expose())
        .kill_on_drop(true)
        .output();
    let Output { status, stdout, stderr } = ran.await.expect("node starts");
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(
        status.success() && stdout.contains(last),
        "{script}: {status}\n{stdout}\n{stderr}"
    );
}

/// What is missing to run the SDK, and how to get it.
async fn missing() -> Option<&'static str> {
    let node = Command::new("node").arg("--version").output().await;
    if !node.is_ok_and(|output| output.status.success()) {
        return Some("node isn't installed");
    }
    let installed = Path::new(FOLDER).join("node_modules/@stackframe/js").is_dir();
    (!installed).then_some("the SDK isn't installed; run `npm ci` in tests/sdk")
}
