//! A tool that nobody here wrote reads the published documents and tries to break the server with what they allow and
//! with what they don't: no answer is a 5xx, and each has the shape that its document promises.

use std::process::Output;

use stack_server::http::not_built::{LEFT_OUT_TAGS, NOT_BUILT};
use stack_server_api::OPERATIONS;
use stack_tests::{TestProject, TestServer, answers, skip};
use tokio::process::Command;

const DOCUMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/dist");

#[tokio::test]
async fn nothing_that_a_client_can_send_breaks_the_server() {
    attack("client", "client.json").await;
}

#[tokio::test]
async fn nothing_that_a_server_can_send_breaks_the_server() {
    attack("server", "server.json").await;
}

#[tokio::test]
async fn nothing_that_an_admin_can_send_breaks_the_server() {
    attack("admin", "admin.json").await;
}

/// Sends what `document` provokes, with the credentials of `access` and a signed-in user.
async fn attack(access: &str, document: &str) {
    let program = std::env::var("STACK_SCHEMATHESIS").unwrap_or_else(|_| "schemathesis".to_owned());
    let version = Command::new(&program).arg("--version").output().await;
    if !version.is_ok_and(|output| output.status.success()) {
        let missing = format!("there is no {program}; `pip install schemathesis`, or set STACK_SCHEMATHESIS");
        return skip("schemathesis", &missing);
    }
    // What chance provokes isn't a promise.
    answers::stop_recording();
    // It keeps notes in the folder where it runs.
    let folder = tempfile::tempdir().expect("a folder");
    // A text of a million letters, each escaped, is longer than servers let through by default.
    let server = TestServer::start_on_the_machines_clock_with(|config| config.max_body_bytes = 16 * 1024 * 1024);
    let project = TestProject::create(&server.await).await;
    let user = project.sign_up("ada@example.com").await;
    let mut command = Command::new(program);
    command
        .current_dir(folder.path())
        .args(["run", &format!("{DOCUMENTS}/{document}")])
        .args(["--url", &format!("{}/api/v1", project.server.public_url())])
        .args([
            "--checks",
            "not_a_server_error,content_type_conformance,response_schema_conformance",
        ])
        .args(["--max-examples", "15", "--seed", "1", "--workers", "1", "--no-color"])
        // Those stand at the root of the server, and the option above puts everything below the base path.
        .args(["--exclude-path-regex", "^/health"])
        // After this one there would be no project left to attack.
        .args(["--exclude-operation-id", "delete_project"]);
    let left_out = OPERATIONS
        .iter()
        .filter(|operation| LEFT_OUT_TAGS.contains(&operation.tag));
    let left_out = left_out.map(|operation| operation.id);
    for id in left_out.chain(NOT_BUILT.iter().map(|(id, _)| *id)) {
        command.args(["--exclude-operation-id", id]);
    }
    let headers = project.credentials(access).into_iter().chain([
        ("x-stack-access-token", user.access_token()),
        ("x-stack-refresh-token", user.refresh_token()),
    ]);
    for (name, value) in headers {
        command.args(["--header", &format!("{name}: {value}")]);
    }
    let ran = command.kill_on_drop(true).output().await;
    let Output { status, stdout, stderr } = ran.expect("schemathesis starts");
    assert!(
        status.success(),
        "{status}\n{}\n{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
}
