//! The official SDK works against this server unchanged.

use serde_json::json;
use stack_tests::{ProjectOptions, TestProject, TestServer, run_script};

#[tokio::test]
async fn client_apps_of_the_official_sdk_work() {
    run("client.mjs", "all client steps passed").await;
}

#[tokio::test]
async fn server_apps_of_the_official_sdk_work() {
    run("server.mjs", "all server steps passed").await;
}

#[tokio::test]
async fn a_second_factor_of_the_official_sdk_works() {
    run("totp.mjs", "all TOTP steps passed").await;
}

#[tokio::test]
async fn magic_links_of_the_official_sdk_work() {
    run("magic-link.mjs", "all magic link steps passed").await;
}

#[tokio::test]
async fn password_resets_of_the_official_sdk_work() {
    run("password-reset.mjs", "all password reset steps passed").await;
}

#[tokio::test]
async fn the_official_sdk_verifies_addresses() {
    run("email-verification.mjs", "all e-mail verification steps passed").await;
}

async fn run(script: &str, last: &str) {
    let options = ProjectOptions {
        config: json!({ "magic_link_enabled": true, "allow_localhost": true }),
    };
    let project = TestProject::create_with(&TestServer::start_on_the_machines_clock().await, options).await;
    run_script(script, &project.environment(), last).await;
}
