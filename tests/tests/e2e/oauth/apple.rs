//! Signing in on an Apple device.

use std::time::Duration;

use axum::{Json, Router, routing::get};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use stack_domain::models::ConfigLevel;
use stack_server::outbound::providers::ProviderSettings;
use stack_tests::{Answer, ProjectOptions, TestProject, TestServer};
use tokio::net::TcpListener;

/// A key for tests, in PKCS 8.
const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgt2g376McHdD6cXkINCT9Oek5x1unH0gpZ9B1t22AfGWhRANCAASg8m08JxqbQFq19bQBQvgOAw+A8QKpJorqb8AumweQ2cRHdrPZPN1Tyu/q5ijvyKMKn+YbZfd4p2ti/ofkxaqI";
const BUNDLE: &str = "com.example.app";
const LINE: &str = "POST /auth/oauth/callback/apple/native";

/// A server for which Apple's keys are the one above.
async fn server() -> TestServer {
    let keys = json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "kid": "k1", "alg": "ES256", "use": "sig",
        "x": "oPJtPCcam0BatfW0AUL4DgMPgPECqSaK6m_ALpsHkNk", "y": "xEd2s9k83VPK7-rmKO_Iowqf5htl93ina2L-h-TFqog",
    }] });
    let routes = Router::new().route("/keys", get(async move || Json(keys.clone())));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/keys", listener.local_addr().expect("an address"));
    tokio::spawn(axum::serve(listener, routes).into_future());
    let settings = ProviderSettings {
        jwks_url: Some(url),
        ..ProviderSettings::default()
    };
    TestServer::start_with(|config| {
        config.outbound_networks = "127.0.0.0/8".parse().expect("networks");
        config.oauth.providers.insert("apple".to_owned(), settings);
    })
    .await
}

async fn project() -> TestProject {
    let apple = json!([{
        "id": "apple", "type": "standard", "client_id": "service", "client_secret": "secret",
        "apple_bundle_ids": [BUNDLE],
    }]);
    let config = json!({ "oauth_providers": apple });
    TestProject::create_with(&server().await, ProjectOptions { config }).await
}

fn token(project: &TestProject, change: impl FnOnce(&mut Value)) -> String {
    let now = project.server.now().get() / 1000;
    let mut claims = json!({
        "iss": "https://appleid.apple.com", "aud": BUNDLE, "sub": "001.abc", "iat": now, "exp": now + 600,
        "email": "ada@example.com", "email_verified": "true",
    });
    change(&mut claims);
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some("k1".to_owned());
    let key = EncodingKey::from_ec_der(&BASE64.decode(KEY).expect("base64"));
    jsonwebtoken::encode(&header, &claims, &key).expect("a token")
}

async fn sign_in(project: &TestProject, token: &str) -> Answer {
    project
        .client_call(LINE)
        .json(json!({ "id_token": token }))
        .send()
        .await
}

#[tokio::test]
async fn an_identity_token_signs_up_and_in() {
    let project = project().await;
    let first = sign_in(&project, &token(&project, |_| {})).await.answers(200);
    assert_eq!(first["is_new_user"], true);
    let again = sign_in(&project, &token(&project, |_| {})).await.answers(200);
    assert_eq!(
        (&again["is_new_user"], &again["user_id"]),
        (&json!(false), &first["user_id"])
    );
    let call = project.client_call("GET /users/me");
    let user = call
        .token(again["access_token"].as_str().expect("a token"))
        .send()
        .await
        .answers(200);
    assert_eq!(
        (&user["primary_email"], &user["primary_email_verified"]),
        (&json!("ada@example.com"), &json!(true))
    );
    assert_eq!(user["display_name"], Value::Null, "Apple's names aren't stored");
}

#[tokio::test]
async fn a_token_that_is_not_apples_for_this_app_is_refused() {
    let project = project().await;
    let wrong: [(&str, Value); 5] = [
        ("iss", json!("https://evil.example.com")),
        ("aud", json!("com.example.other")),
        ("exp", json!(1)),
        ("sub", json!("")),
        ("iat", json!(i64::from(u32::MAX))),
    ];
    for (name, value) in wrong {
        let token = token(&project, |claims| claims[name] = value.clone());
        sign_in(&project, &token).await.fails(400, "INVALID_APPLE_CREDENTIALS");
    }
    sign_in(&project, "nonsense")
        .await
        .fails(400, "INVALID_APPLE_CREDENTIALS");
    assert_eq!(project.count_users().await, 0);
    project.server.advance(Duration::from_secs(1));
}

#[tokio::test]
async fn the_project_has_to_name_its_apps() {
    let project = project().await;
    let token = token(&project, |_| {});
    let none = json!({ "auth.oauth.providers.apple.appleBundles": {} });
    project.configure(ConfigLevel::Environment, none).await;
    sign_in(&project, &token)
        .await
        .fails(400, "APPLE_BUNDLE_ID_NOT_CONFIGURED");
    project
        .configure(
            ConfigLevel::Environment,
            json!({ "auth.oauth.providers.apple.allowSignIn": false }),
        )
        .await;
    sign_in(&project, &token)
        .await
        .fails(400, "OAUTH_PROVIDER_NOT_FOUND_OR_NOT_ENABLED");
}

#[tokio::test]
async fn an_unverified_address_takes_nobody_over() {
    let project = project().await;
    project.sign_up("ada@example.com").await;
    let token = token(&project, |_| {});
    sign_in(&project, &token)
        .await
        .fails(409, "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE");
    assert_eq!(project.count_users().await, 1);
}
