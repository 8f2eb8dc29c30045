//! Tag `otp`.

mod send;
mod sign_in;

use serde_json::{Value, json};
use stack_tests::{Answer, ProjectOptions, TestProject, TestServer, typed};
use stack_types::{SignInCode, SignInCodeSend};

/// Where the links of mails lead.
const CALLBACK: &str = "http://localhost:3000/handler/magic-link-callback";

/// A project that lets people sign in by mail, with this besides.
async fn project_with(config: Value) -> TestProject {
    let mut all = json!({ "magic_link_enabled": true, "allow_localhost": true });
    for (key, value) in config.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    TestProject::create_with(&TestServer::start().await, ProjectOptions { config: all }).await
}

async fn start() -> TestProject {
    project_with(json!({})).await
}

fn to(email: &str) -> SignInCodeSend {
    typed(json!({ "email": email, "callback_url": CALLBACK }))
}

fn code(code: &str) -> SignInCode {
    SignInCode { code: code.into() }
}

/// Asks for a mail; gives the answer.
async fn ask(project: &TestProject, email: &str, callback_url: &str) -> Answer {
    let body = json!({ "email": email, "callback_url": callback_url });
    let call = project.client_call("POST /auth/otp/send-sign-in-code");
    call.json(body).send().await
}

/// A code that was just mailed.
async fn mailed(project: &TestProject, email: &str) -> String {
    project.server.advance(std::time::Duration::from_secs(1));
    ask(project, email, CALLBACK).await.answers(200);
    project.mail_to(email).await.link_code()
}
