//! Tag `api-keys`.

mod check;
mod teams;
mod users;

use serde_json::{Value, json};
use stack_tests::{Answer, TestProject, TestUser};

/// A project that gives keys to users and teams, and a team to everybody who signs up.
async fn project() -> TestProject {
    TestProject::start_with(json!({
        "allow_user_api_keys": true, "allow_team_api_keys": true, "create_team_on_sign_up": true,
    }))
    .await
}

/// A call of somebody's client.
async fn call(project: &TestProject, user: &TestUser, line: &str, body: Value) -> Answer {
    let call = project.client_call(line).token(&user.access_token());
    let call = if body.is_null() { call } else { call.json(body) };
    call.send().await
}

/// A call of the project's server.
async fn ask(project: &TestProject, line: &str, body: Value) -> Answer {
    let call = project.server_call(line);
    let call = if body.is_null() { call } else { call.json(body) };
    call.send().await
}

/// The team that somebody got when they signed up.
async fn team_of(project: &TestProject, user: &TestUser) -> String {
    let user = project.user(user).await;
    user["selected_team_id"].as_str().expect("a team").to_owned()
}

/// A key that an owner, such as `{"user_id": …}`, is given by the project's server: the whole answer.
async fn key_of(project: &TestProject, owner: &Value) -> Value {
    key_with(project, owner, json!({})).await
}

async fn key_with(project: &TestProject, owner: &Value, rest: Value) -> Value {
    let mut body = json!({ "description": "Nightly backup", "expires_at_millis": null });
    for part in [owner, &rest] {
        for (key, value) in part.as_object().expect("an object") {
            body[key] = value.clone();
        }
    }
    let answer = if owner["team_id"].is_null() {
        ask(project, "POST /user-api-keys", body).await
    } else {
        ask(project, "POST /team-api-keys", body).await
    };
    answer.answers(200)
}

/// What is promised of the text of a new key.
#[track_caller]
fn assert_is_key(key: &Value, prefix: &str, kind: &str) {
    let (value, id) = (text(key, "value"), text(key, "id").replace('-', ""));
    assert!(value.len() == 102 && value.starts_with(prefix), "{value}");
    assert_eq!(value[48..84], format!("{id}{kind}"), "the id and the type");
    let flag = if prefix == "pk_" { "3" } else { "1" };
    assert_eq!(value[84..94], format!("{flag}574ck4u7h"), "the flags and the marker");
}

fn text<'a>(body: &'a Value, key: &str) -> &'a str {
    body[key].as_str().unwrap_or_else(|| panic!("no {key} in {body}"))
}

/// The key as every other answer shows it: its end only.
fn shown(mut key: Value) -> Value {
    let end = text(&key, "value")[98..].to_owned();
    key["value"] = json!({ "last_four": end });
    key
}
