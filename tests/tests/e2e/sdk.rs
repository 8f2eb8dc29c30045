//! The official SDK works against this server unchanged.

use serde_json::{Value, json};
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

#[tokio::test]
async fn permissions_of_the_official_sdk_work() {
    let options = ProjectOptions {
        config: json!({ "create_team_on_sign_up": true, "allow_localhost": true }),
    };
    let project = TestProject::create_with(&TestServer::start_on_the_machines_clock().await, options).await;
    let (_, key) = project.key_of("admin");
    let mut environment = project.environment().to_vec();
    environment.push(("STACK_SUPER_SECRET_ADMIN_KEY", key.expose()));
    run_script("permissions.mjs", &environment, "all permission steps passed").await;
}

#[tokio::test]
async fn teams_of_the_official_sdk_work() {
    let config = json!({ "client_team_creation_enabled": true, "allow_localhost": true });
    run_with(config, "teams.mjs", "all team steps passed").await;
}

#[tokio::test]
async fn api_keys_of_the_official_sdk_work() {
    let config = json!({
        "allow_user_api_keys": true, "allow_team_api_keys": true, "client_team_creation_enabled": true,
    });
    run_with(config, "api-keys.mjs", "all API key steps passed").await;
}

#[tokio::test]
async fn the_data_vault_of_the_official_sdk_works() {
    run("data-vault.mjs", "all data vault steps passed").await;
}

async fn run(script: &str, last: &str) {
    let config = json!({ "magic_link_enabled": true, "allow_localhost": true });
    run_with(config, script, last).await;
}

async fn run_with(config: Value, script: &str, last: &str) {
    let options = ProjectOptions { config };
    let project = TestProject::create_with(&TestServer::start_on_the_machines_clock().await, options).await;
    run_script(script, &project.environment(), last).await;
}
