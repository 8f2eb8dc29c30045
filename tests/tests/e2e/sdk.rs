//! The official SDK works against this server unchanged.

use stack_tests::{TestProject, TestServer, run_script};

#[tokio::test]
async fn client_apps_of_the_official_sdk_work() {
    run("client.mjs", "all client steps passed").await;
}

#[tokio::test]
async fn server_apps_of_the_official_sdk_work() {
    run("server.mjs", "all server steps passed").await;
}

async fn run(script: &str, last: &str) {
    let project = TestProject::create(&TestServer::start_on_the_machines_clock().await).await;
    let environment = [
        ("STACK_API_URL", project.server.public_url()),
        ("STACK_PROJECT_ID", project.id.as_str()),
        (
            "STACK_PUBLISHABLE_CLIENT_KEY",
            project.keys.publishable_client_key.expose(),
        ),
        ("STACK_SECRET_SERVER_KEY", project.keys.secret_server_key.expose()),
    ];
    run_script(script, &environment, last).await;
}
