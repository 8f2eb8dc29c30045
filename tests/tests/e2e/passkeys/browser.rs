//! Passkeys in a browser, with its virtual authenticator.

use stack_tests::{TestProject, TestServer, chromium, run_script, skip};

use super::settings;

#[tokio::test]
async fn a_browser_registers_a_passkey_and_signs_in_with_it() {
    const SCRIPT: &str = "passkey.mjs";
    let Some(chromium) = chromium() else {
        return skip(SCRIPT, "chromium isn't installed; `STACK_CHROMIUM` says where it is");
    };
    let server = TestServer::start_on_the_machines_clock().await;
    let options = stack_tests::ProjectOptions { config: settings() };
    let project = TestProject::create_with(&server, options).await;
    let mut environment = project.environment().to_vec();
    environment.push(("STACK_CHROMIUM", chromium.to_str().expect("a path in UTF-8")));
    run_script(SCRIPT, &environment, "all passkey steps passed").await;
}
