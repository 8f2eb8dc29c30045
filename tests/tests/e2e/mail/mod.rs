//! Mail: what is written, who gets it, and what becomes of it; against a mail server that somebody else has written.

mod delivery;
mod outbox;
mod page;
mod process;
pub mod server;

use std::time::Duration;

use serde_json::{Value, json};
use stack_tests::{ProjectOptions, TestProject, TestServer};

/// Where the links of mails lead.
const CALLBACK: &str = "http://localhost:3000/handler/magic-link-callback";

/// A project that lets people sign in by mail.
async fn project_on(server: &TestServer) -> TestProject {
    let config = json!({ "magic_link_enabled": true, "allow_localhost": true });
    TestProject::create_with(server, ProjectOptions { config }).await
}

async fn start() -> TestProject {
    project_on(&TestServer::start().await).await
}

/// Asks for a mail with a code to sign in.
async fn ask_for_code(project: &TestProject, address: &str) {
    let body = json!({ "email": address, "callback_url": CALLBACK });
    let call = project.client_call("POST /auth/otp/send-sign-in-code").json(body);
    call.send().await.answers(200);
}

/// The mail to `address`, once it is so.
pub async fn mail_that(project: &TestProject, is_so: impl Fn(&Value) -> bool) -> Value {
    let patience = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        let listed = project.server_call("GET /emails/outbox").send().await.answers(200);
        let items = listed["items"].as_array().expect("a list");
        if let Some(mail) = items.iter().find(|mail| is_so(mail)) {
            return mail.clone();
        }
        assert!(tokio::time::Instant::now() < patience, "no mail became so: {listed:#}");
        tokio::task::yield_now().await;
    }
}
