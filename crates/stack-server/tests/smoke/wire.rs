//! What holds for every answer.

use reqwest::Method;
use serde_json::json;

use crate::harness::{TestServer, send};

#[tokio::test]
async fn both_families_of_header_names_are_understood() {
    let server = TestServer::start().await;
    let (access_token, _) = server.sign_up("ada@example.com").await;
    for family in ["x-stack", "X-Hexclave"] {
        let me = server
            .call(Method::GET, "/api/v1/users/me")
            .header(format!("{family}-access-type"), "client")
            .header(format!("{family}-project-id"), server.demo().project_id.as_str())
            .header(format!("{family}-access-token"), &access_token);
        assert_eq!(send(me).await.status, 200, "{family}");

        let nobody = server
            .call(Method::GET, "/api/v1/users/me")
            .header(format!("{family}-override-error-status"), "true");
        let answer = send(nobody).await;
        assert_eq!(answer.outcome(), (200, "ACCESS_TYPE_REQUIRED"), "{family}");
        assert_eq!(answer.header("x-stack-actual-status"), Some("400"), "{family}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_second_factor_is_never_left_out() {
    let server = TestServer::start().await;
    server.sign_up("ada@example.com").await;
    let users = send(server.as_server(Method::GET, "/users")).await;
    let id = users.text_at("/items/0/id");
    let secret = json!({ "totp_secret_base64": "c2VjcmV0" });
    let update = send(server.as_server(Method::PATCH, &format!("/users/{id}")).json(&secret)).await;
    assert_eq!(update.json()["requires_totp_mfa"], true);
    let body = json!({ "email": "ada@example.com", "password": "correct horse battery" });
    let sign_in = send(server.as_client(Method::POST, "/auth/password/sign-in").json(&body)).await;
    assert_eq!(sign_in.status, 400, "{sign_in:?}");
    assert_eq!(sign_in.json()["code"], "MULTI_FACTOR_AUTHENTICATION_REQUIRED");
    server.stop().await;
}

#[tokio::test]
async fn health_asks_the_database_if_it_is_told_to() {
    let server = TestServer::start().await;
    for path in ["/health", "/health?db=1"] {
        let answer = send(server.call(Method::GET, path)).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (200, r#"{"status":"ok"}"#),
            "{path}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn keys_are_published_for_as_many_kinds_of_users_as_are_asked_for() {
    let server = TestServer::start().await;
    let path = format!("/api/v1/projects/{}/.well-known/jwks.json", server.demo().project_id);
    for (query, count) in [("", 2), ("?include_restricted=true", 4), ("?include_anonymous=true", 6)] {
        let answer = send(server.call(Method::GET, &format!("{path}{query}"))).await;
        assert_eq!(answer.header("cache-control"), Some("public, max-age=3600"));
        assert_eq!(answer.json()["keys"].as_array().map(Vec::len), Some(count), "{query}");
    }
    let nobody = send(server.call(Method::GET, "/api/v1/projects/nobody/.well-known/jwks.json")).await;
    assert_eq!(nobody.status, 404);
    server.stop().await;
}

#[tokio::test]
async fn the_greeting_says_what_was_made_of_the_request() {
    let server = TestServer::start().await;
    let answer = send(server.as_client(Method::GET, "/")).await;
    let project = format!("Project: {}", server.demo().project_id);
    for line in ["Access type: client", &project, "User: none"] {
        assert!(
            answer.text.lines().any(|found| found == line),
            "{line} isn't in {}",
            answer.text
        );
    }
    server.stop().await;
}
