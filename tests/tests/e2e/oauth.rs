//! Tag `oauth`: the token endpoint, at which official SDKs refresh; below, the way to a provider and back.

mod apple;
mod browser;
mod connected;
mod merging;
pub mod provider;
mod refusals;
mod sign_in;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, TestProject, TestUser, claims, typed};
use stack_types::OauthTokenRequest;

const LINE: &str = "POST /auth/oauth/token";
const REFUSED: &str = "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED";

/// What an SDK sends to refresh.
fn refresh(project: &TestProject, user: &TestUser) -> Value {
    json!({
        "grant_type": "refresh_token",
        "refresh_token": user.refresh_token(),
        "client_id": project.id,
        "client_secret": project.keys.publishable_client_key,
    })
}

/// The same with another value, or without the key if that is null.
fn with(mut body: Value, key: &str, value: Value) -> Value {
    if value.is_null() {
        body.as_object_mut().expect("an object").remove(key);
    } else {
        body[key] = value;
    }
    body
}

async fn post(project: &TestProject, body: Value) -> Answer {
    project.server.call(LINE).json(body).send().await
}

fn form(body: &Value) -> String {
    let pairs = body.as_object().expect("an object").iter();
    pairs
        .map(|(key, value)| format!("{key}={}", value.as_str().expect("text")))
        .collect::<Vec<_>>()
        .join("&")
}

#[tokio::test]
async fn a_refresh_token_gets_an_access_token() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let answer = post(&project, refresh(&project, &ada)).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    let tokens = answer.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&tokens));
    let claims = claims(tokens["access_token"].as_str().expect("a token"));
    assert_eq!(
        (&claims["sub"], &claims["refresh_token_id"]),
        (&json!(ada.id), &json!(ada.session_id()))
    );
}

#[tokio::test]
async fn the_typed_client_sends_the_same() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = typed::<OauthTokenRequest>(refresh(&project, &ada));
    let tokens = project
        .client()
        .create_oauth_token()
        .body(body)
        .send()
        .await
        .answers(200);
    assert_eq!((tokens.token_type.as_str(), tokens.refresh_token), ("Bearer", None));
}

#[tokio::test]
async fn a_form_and_basic_authentication_do_too() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let whole = refresh(&project, &ada);
    let media = "application/x-www-form-urlencoded";
    project
        .server
        .call(LINE)
        .body(media, form(&whole))
        .send()
        .await
        .answers(200);

    let credentials = format!("{}:{}", project.id, project.keys.publishable_client_key.expose());
    let basic = format!("Basic {}", BASE64.encode(credentials));
    let bare = with(with(whole, "client_id", Value::Null), "client_secret", Value::Null);
    let call = project.server.call(LINE).header("authorization", &basic);
    call.body("application/x-www-form-urlencoded;charset=UTF-8", form(&bare))
        .send()
        .await
        .answers(200);
    let call = project
        .server
        .call(LINE)
        .header("authorization", &basic)
        .json(bare.clone());
    call.send().await.answers(200);
    let wrong = format!("Basic {}", BASE64.encode(format!("{}:pck_wrong", project.id)));
    let call = project.server.call(LINE).header("authorization", &wrong).json(bare);
    call.send().await.fails(400, "INVALID_OAUTH_CLIENT_ID_OR_SECRET");
}

#[tokio::test]
async fn a_project_that_asks_for_no_key_takes_the_public_one() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = with(
        refresh(&project, &ada),
        "client_secret",
        json!("__stack_public_client__"),
    );
    post(&project, body).await.answers(200);
}

#[tokio::test]
async fn the_client_is_the_project_and_its_key() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let ada = project.sign_up("ada@example.com").await;
    let body = refresh(&project, &ada);
    const CODE: &str = "INVALID_OAUTH_CLIENT_ID_OR_SECRET";
    for (key, wrong) in [
        ("client_id", json!("3241a285-8329-4d69-8f3d-316e08cf140c")),
        ("client_id", json!(other.id)),
        ("client_id", json!(format!("{}#preview", project.id))),
        ("client_secret", json!("pck_wrong")),
        ("client_secret", json!(other.keys.publishable_client_key)),
        ("client_secret", json!(project.keys.secret_server_key)),
        ("client_secret", Value::Null),
    ] {
        let answer = post(&project, with(body.clone(), key, wrong.clone())).await;
        let client_id = if key == "client_id" { wrong } else { json!(project.id) };
        assert_eq!(answer.fails(400, CODE), json!({ "client_id": client_id }));
    }
    post(&project, with(body.clone(), "client_id", Value::Null))
        .await
        .fails(400, CODE);
    post(&project, with(body, "client_id", json!(format!("{}#main", project.id))))
        .await
        .answers(200);
}

#[tokio::test]
async fn a_refresh_token_that_is_wrong_is_refused() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let ada = project.sign_up("ada@example.com").await;
    let body = refresh(&project, &ada);
    post(&project, with(body.clone(), "refresh_token", json!("a".repeat(45))))
        .await
        .fails(401, REFUSED);
    post(&other, refresh(&other, &ada)).await.fails(401, REFUSED);
    ada.client.delete_current_session().send().await.answers(200);
    post(&project, body).await.fails(401, REFUSED);
}

#[tokio::test]
async fn a_grant_has_to_be_complete() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = refresh(&project, &ada);
    for (key, value) in [
        ("grant_type", Value::Null),
        ("grant_type", json!("password")),
        ("client_id", json!([])),
    ] {
        post(&project, with(body.clone(), key, value))
            .await
            .fails(400, "SCHEMA_ERROR");
    }
    project.server.call(LINE).send().await.fails(400, "SCHEMA_ERROR");
    let answer = post(&project, with(body, "refresh_token", Value::Null)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, ""),
        "an error of the protocol (RFC 6749, 5.2)"
    );
    assert_eq!(answer.json()["error"], "invalid_request");
}

#[tokio::test]
async fn other_keys_are_tolerated_as_the_protocol_says() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    post(
        &project,
        with(refresh(&project, &ada), "resource", json!("https://example.com")),
    )
    .await
    .answers(200);
}

#[tokio::test]
async fn no_other_headers_are_looked_at() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let call = project
        .server
        .call(LINE)
        .header("x-stack-access-type", "nonsense")
        .token("nonsense");
    call.json(refresh(&project, &ada)).send().await.answers(200);
}
