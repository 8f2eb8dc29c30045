//! The examples do what they say.

use axum::{Router, body::Body};
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

#[expect(dead_code, reason = "`main` is for people")]
#[path = "../../examples/data_vault.rs"]
mod data_vault;

async fn post(app: &Router, path: &str, key: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::post(format!("/api/v1/data-vault/stores/{path}"))
        .header("content-type", "application/json")
        .header("x-stack-access-type", "server")
        .header("x-stack-project-id", "p")
        .header("x-stack-secret-server-key", key)
        .body(Body::from(body.to_string()))
        .expect("a request");
    let Ok(response) = app.clone().oneshot(request).await;
    let status = response.status();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&body).expect("JSON"))
}

#[tokio::test]
async fn the_data_vault_gives_back_what_it_was_given() {
    let app = data_vault::app();
    let entry = json!({ "hashed_key": "a", "encrypted_value": "b" });
    let (status, body) = post(&app, "secrets/set", "ssk_example", entry).await;
    assert_eq!((status.as_u16(), body), (200, json!({ "success": true })));
    let (status, body) = post(&app, "secrets/get", "ssk_example", json!({ "hashed_key": "a" })).await;
    assert_eq!((status.as_u16(), body), (200, json!({ "encrypted_value": "b" })));
    let (status, body) = post(&app, "others/get", "ssk_example", json!({ "hashed_key": "a" })).await;
    assert_eq!(
        (status.as_u16(), &body["code"]),
        (400, &json!("DATA_VAULT_STORE_HASHED_KEY_DOES_NOT_EXIST"))
    );
}

#[tokio::test]
async fn the_data_vault_refuses_wrong_keys_and_wrong_bodies() {
    let app = data_vault::app();
    let (status, body) = post(&app, "secrets/get", "ssk_wrong", json!({ "hashed_key": "a" })).await;
    assert_eq!(
        (status.as_u16(), &body["code"]),
        (401, &json!("INVALID_SECRET_SERVER_KEY"))
    );
    let (status, body) = post(&app, "secrets/get", "ssk_example", json!({ "hashed_key": "" })).await;
    assert_eq!((status.as_u16(), &body["code"]), (400, &json!("SCHEMA_ERROR")));
}
