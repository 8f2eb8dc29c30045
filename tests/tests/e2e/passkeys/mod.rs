//! Tag `passkey`: registering passkeys and signing in with them, with a device in software and in a browser.

mod browser;
mod device;
mod register;
mod sign_in;

use serde_json::{Value, json};
use stack_tests::{Answer, TestProject, TestUser};

use self::device::Device;

/// A page of the project.
const PAGE: &str = "http://localhost:3000";
const EMAIL: &str = "ada@example.com";

/// What a start gave.
struct Started {
    options: Value,
    code: String,
}

impl Started {
    fn of(answer: Answer) -> Self {
        let mut body = answer.answers(200);
        Self {
            options: body["options_json"].take(),
            code: body["code"].as_str().expect("a code").to_owned(),
        }
    }
}

/// A project whose users may have passkeys.
async fn project() -> TestProject {
    TestProject::start_with(settings()).await
}

fn settings() -> Value {
    json!({
        "passkey_enabled": true,
        "allow_localhost": true,
        "domains": [{ "domain": "https://shop.example.com", "handler_path": "/handler" }],
    })
}

async fn start_registration(project: &TestProject, user: &TestUser) -> Started {
    let call = project.client_call("POST /auth/passkey/initiate-passkey-registration");
    Started::of(call.token(&user.access_token()).json(json!({})).send().await)
}

async fn register(project: &TestProject, user: &TestUser, credential: Value, code: &str) -> Answer {
    let body = json!({ "credential": credential, "code": code });
    let call = project.client_call("POST /auth/passkey/register").json(body);
    call.token(&user.access_token()).send().await
}

async fn start_sign_in(project: &TestProject) -> Started {
    let call = project.client_call("POST /auth/passkey/initiate-passkey-authentication");
    Started::of(call.json(json!({})).send().await)
}

async fn sign_in(project: &TestProject, response: Value, code: &str) -> Answer {
    let body = json!({ "authentication_response": response, "code": code });
    project
        .client_call("POST /auth/passkey/sign-in")
        .json(body)
        .send()
        .await
}

/// Registers the passkey of a device.
async fn enrol(project: &TestProject, user: &TestUser, device: &mut Device) {
    let Started { options, code } = start_registration(project, user).await;
    let credential = device.register(PAGE, options).await;
    register(project, user, credential, &code).await.answers(200);
}

/// Signs in with the passkey of a device.
async fn use_passkey(project: &TestProject, device: &mut Device) -> Answer {
    let Started { options, code } = start_sign_in(project).await;
    let response = device.answer(PAGE, options).await;
    sign_in(project, response, &code).await
}
