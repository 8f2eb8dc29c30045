//! Signing up, being known, and staying so.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::harness::{TestServer, form, send};

#[tokio::test]
async fn who_signs_up_is_known_by_their_token() {
    let server = TestServer::start().await;
    let (access_token, _) = server.sign_up("Ada@Example.com").await;
    let me = server.as_client(Method::GET, "/users/me");
    let answer = send(me.header("x-stack-access-token", access_token)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let user = answer.json();
    assert_eq!(user["primary_email"], "ada@example.com");
    assert_eq!(user["has_password"], true);
    assert!(user.get("server_metadata").is_none(), "{user}");
    server.stop().await;
}

#[tokio::test]
async fn a_token_expires_and_is_refreshed_as_sdks_do_it() {
    let server = TestServer::start().await;
    let (access_token, refresh_token) = server.sign_up("ada@example.com").await;
    let me = |token: &str| {
        send(
            server
                .as_client(Method::GET, "/users/me")
                .header("x-stack-access-token", token),
        )
    };
    server.advance(Duration::from_secs(601));
    assert_eq!(me(&access_token).await.outcome(), (401, "ACCESS_TOKEN_EXPIRED"));

    let grant = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &refresh_token),
        ("client_id", server.demo().project_id.as_str()),
        ("client_secret", "__stack_public_client__"),
    ];
    let refreshed = send(form(server.call(Method::POST, "/api/latest/auth/oauth/token"), &grant)).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    assert_eq!(refreshed.header("cache-control"), Some("no-store"));
    assert_eq!(refreshed.header("pragma"), Some("no-cache"));
    assert_eq!(refreshed.json()["token_type"], "Bearer");
    assert!(refreshed.json().get("refresh_token").is_none());
    assert_eq!(me(&refreshed.text_at("/access_token")).await.status, 200);

    let header = server.as_client(Method::POST, "/auth/sessions/current/refresh");
    let refreshed = send(header.header("x-stack-refresh-token", &refresh_token)).await;
    assert_eq!(me(&refreshed.text_at("/access_token")).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn the_token_endpoint_takes_json_and_http_basic_too() {
    let server = TestServer::start().await;
    let (_, refresh_token) = server.sign_up("ada@example.com").await;
    let token = || server.call(Method::POST, "/api/v1/auth/oauth/token");
    let (id, key) = (&server.demo().project_id, &server.demo().keys.publishable_client_key);
    let grant = json!({ "grant_type": "refresh_token", "refresh_token": refresh_token });

    let mut body = grant.clone();
    body["client_id"] = format!("{id}#main").into();
    body["client_secret"] = key.expose().into();
    assert_eq!(send(token().json(&body)).await.status, 200);
    assert_eq!(
        send(token().json(&grant).basic_auth(id, Some(key.expose())))
            .await
            .status,
        200
    );
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_client_or_token_is_told_in_words_of_oauth() {
    let server = TestServer::start().await;
    let (_, refresh_token) = server.sign_up("ada@example.com").await;
    let id = server.demo().project_id.as_str();
    let wrong_client = (400, "INVALID_OAUTH_CLIENT_ID_OR_SECRET");
    let branch = format!("{id}#other");
    for (client, token, outcome) in [
        (
            [("client_id", id), ("client_secret", "pck_wrong")],
            &*refresh_token,
            wrong_client,
        ),
        (
            [("client_id", "nobody"), ("client_secret", "__stack_public_client__")],
            &refresh_token,
            wrong_client,
        ),
        (
            [("client_id", &branch), ("client_secret", "__stack_public_client__")],
            &refresh_token,
            wrong_client,
        ),
        ([("client_id", id), ("no_secret", "")], &refresh_token, wrong_client),
        (
            [("client_id", id), ("client_secret", "__stack_public_client__")],
            "wrong",
            (401, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED"),
        ),
    ] {
        let grant = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            client[0],
            client[1],
        ];
        let answer = send(form(server.call(Method::POST, "/api/v1/auth/oauth/token"), &grant)).await;
        assert_eq!(answer.outcome(), outcome, "{client:?}");
    }
    server.stop().await;
}
