//! The official SDK in a browser, and a provider that nobody here wrote.

use std::net::TcpListener;

use serde_json::json;
use stack_server::outbound::providers::ProviderSettings;
use stack_tests::{ProjectOptions, TestProject, TestServer, chromium, run_script, skip};

#[tokio::test]
async fn people_sign_in_through_an_openid_provider_with_the_official_sdk() {
    const SCRIPT: &str = "oauth.mjs";
    let Some(chromium) = chromium() else {
        return skip(SCRIPT, "chromium isn't installed; `STACK_CHROMIUM` says where it is");
    };
    // The provider and the server have to know each other's address: this one is free for a moment.
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|free| free.local_addr())
        .expect("a port")
        .port();
    let settings = ProviderSettings {
        issuer: Some(format!("http://127.0.0.1:{port}")),
        ..ProviderSettings::default()
    };
    let server = TestServer::start_on_the_machines_clock_with(|config| {
        config.outbound_networks = "127.0.0.0/8".parse().expect("networks");
        config.oauth.providers.insert("google".to_owned(), settings);
    })
    .await;
    let config = json!({
        "allow_localhost": true,
        "oauth_providers": [
            { "id": "google", "type": "standard", "client_id": "stack", "client_secret": "secret of the client" },
        ],
    });
    let project = TestProject::create_with(&server, ProjectOptions { config }).await;
    let port = port.to_string();
    let mut environment = project.environment().to_vec();
    environment.push(("STACK_CHROMIUM", chromium.to_str().expect("a path in UTF-8")));
    environment.push(("OIDC_PORT", &port));
    run_script(SCRIPT, &environment, "all OAuth steps passed").await;
}
