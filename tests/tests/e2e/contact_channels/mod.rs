//! Tag `contact-channels`.

mod change;
mod read;
mod verify;

use serde_json::{Value, json};
use stack_tests::{Answer, TestProject, TestUser, typed};
use stack_types::ContactChannelId;

/// Where the links of mails lead.
const CALLBACK: &str = "http://localhost:3000/handler/email-verification";

/// A call of somebody's client.
async fn call(project: &TestProject, user: &TestUser, line: &str, body: Value) -> Answer {
    let call = project.client_call(line).token(&user.access_token());
    let call = if body.is_null() { call } else { call.json(body) };
    call.send().await
}

/// The channels of a user as servers see them.
async fn channels(project: &TestProject, user: &TestUser) -> Vec<Value> {
    let call = project.server_call(&format!("GET /contact-channels?user_id={}", user.id));
    let listed = call.send().await.answers(200);
    listed["items"].as_array().expect("a list").clone()
}

/// The id of a user's first channel.
async fn first_channel(project: &TestProject, user: &TestUser) -> ContactChannelId {
    typed(channels(project, user).await[0]["id"].clone())
}

/// Another address of a user.
async fn add(project: &TestProject, user: &TestUser, value: &str) -> Value {
    let body = json!({ "user_id": "me", "value": value, "type": "email", "used_for_auth": false });
    call(project, user, "POST /contact-channels", body).await.answers(201)
}
