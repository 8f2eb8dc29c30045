//! Bodies: what can be read, and what can't.

use axum::body::Body;
use http::Method;
use stack_server_api::{Access, BodyLimit, WireLayer};

use super::support::{Answer, call, call_as, routes};

/// What the server says of a token request: its client.
async fn token(content_type: &str, body: impl Into<Body>) -> Answer {
    call(Method::POST, "/api/v1/auth/oauth/token")
        .body(content_type, body)
        .send()
        .await
}

#[tokio::test]
async fn a_form_is_an_object_of_strings() {
    let answer = token(
        "application/x-www-form-urlencoded",
        "grant_type=refresh_token&client_id=a+b%23main&client_id=c%23d",
    )
    .await;
    assert_eq!(answer.json()["access_token"], "c#d");
}

#[tokio::test]
async fn parameters_and_case_of_the_content_type_do_not_matter() {
    let answer = token(
        "Application/JSON; charset=utf-8",
        r#"{"grant_type": "refresh_token", "client_id": "a"}"#,
    )
    .await;
    assert_eq!(answer.json()["access_token"], "a");
}

#[tokio::test]
async fn a_client_may_name_itself_in_the_header_that_oauth_has_for_it() {
    let call = call(Method::POST, "/api/v1/auth/oauth/token").header("authorization", "Basic cDpwY2tfeA==");
    let answer = call
        .body("application/x-www-form-urlencoded", "grant_type=refresh_token")
        .send()
        .await;
    assert_eq!(answer.json()["access_token"], "p");
    assert_eq!(
        (answer.header("cache-control"), answer.header("pragma")),
        (Some("no-store"), Some("no-cache"))
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_a_parsing_error() {
    let bodies: [(&str, &[u8]); 6] = [
        ("application/json", b"{"),
        ("application/json", b""),
        ("application/json", b"\"\xff\""),
        ("application/x-www-form-urlencoded", b"a=%FF"),
        ("text/plain", b"\xff"),
        ("multipart/form-data; boundary=x", b"--x--"),
    ];
    for (content_type, body) in bodies {
        let answer = token(content_type, body).await;
        assert_eq!(answer.outcome(), (400, "BODY_PARSING_ERROR"), "{content_type} {body:?}");
        assert_eq!(answer.json().get("details"), None);
    }
}

#[tokio::test]
async fn a_body_of_another_kind_is_read_and_does_not_fit() {
    for content_type in ["text/plain", "application/octet-stream"] {
        assert_eq!(
            token(content_type, "a").await.outcome(),
            (400, "SCHEMA_ERROR"),
            "{content_type}"
        );
    }
}

#[tokio::test]
async fn the_body_of_a_get_is_never_looked_at() {
    let answer = call_as(Access::Server, Method::GET, "/api/v1/users")
        .json("{")
        .send()
        .await;
    assert_eq!(answer.status, 418);
}

#[tokio::test]
async fn an_operation_without_a_body_ignores_one_but_it_has_to_be_readable() {
    let path = "/api/v1/auth/sessions/current/refresh";
    let call = || call_as(Access::Client, Method::POST, path).header("x-stack-refresh-token", "r");
    assert_eq!(call().json(r#"{"a": 1}"#).send().await.status, 418);
    assert_eq!(call().json("{").send().await.outcome(), (400, "BODY_PARSING_ERROR"));
}

#[tokio::test]
async fn a_long_body_is_too_large() {
    let long = "x".repeat(BodyLimit::default().0 + 1);
    let answer = token("text/plain", long).await;
    assert_eq!(answer.outcome(), (413, "The body may have 2048576 bytes at most."));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[tokio::test]
async fn the_limit_of_bodies_is_the_servers_to_choose() {
    let router = WireLayer::new().body_limit(BodyLimit(3)).wrap(routes());
    let answer = call(Method::POST, "/api/v1/auth/oauth/token")
        .body("text/plain", "four")
        .send_to(router)
        .await;
    assert_eq!(answer.outcome(), (413, "The body may have 3 bytes at most."));
}
