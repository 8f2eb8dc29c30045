//! Renewal of access tokens, sign-out, and repetition.

use std::time::Duration;

use axum::http::{Response, StatusCode};
use serde_json::json;
use stack_client::{Error, Retries, Tokens, prelude::*};

use crate::server::{Asked, Server, json, known, text};

const REFRESH: &str = "POST /api/v1/auth/sessions/current/refresh";
const AT_ONCE: Retries = Retries {
    max: 2,
    first_wait: Duration::ZERO,
    max_wait: Duration::ZERO,
};

fn client(server: &Server, retries: Retries) -> StackClient {
    let builder = StackClient::builder()
        .base_url(&server.url)
        .project_id("internal")
        .retries(retries);
    builder.build().unwrap()
}

/// Takes the access token `new` only, and gives it for the refresh token `good`.
fn renewing(asked: &Asked) -> Option<Response<String>> {
    Some(if asked.line == REFRESH {
        match asked.header("x-stack-refresh-token") {
            Some("good") => json(200, json!({ "access_token": "new" })),
            _ => known(StatusCode::UNAUTHORIZED, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED"),
        }
    } else {
        match asked.header("x-stack-access-token") {
            Some("new") => json(200, json!({ "success": true })),
            _ => known(StatusCode::UNAUTHORIZED, "ACCESS_TOKEN_EXPIRED"),
        }
    })
}

#[tokio::test]
async fn an_expired_access_token_is_renewed_and_the_call_repeated() {
    let server = Server::scripted(renewing).await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::new("old", "good"));
    stack.delete_current_session().send().await.unwrap();
    let call = "DELETE /api/v1/auth/sessions/current";
    assert_eq!(server.lines(), [call, REFRESH, call]);
    assert_eq!(stack.tokens(), Tokens::new("new", "good"));
}

#[tokio::test]
async fn a_body_is_repeated_too() {
    let server = Server::scripted(|asked| match asked.line.as_str() {
        REFRESH => renewing(asked),
        _ if asked.header("x-stack-access-token") == Some("new") => Some(text(404, "gone")),
        _ => renewing(asked),
    });
    let server = server.await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::new("old", "good"));
    let update = stack_client::types::client::UserUpdate {
        display_name: Patch::Null,
        ..Default::default()
    };
    stack.update_current_user().body(update).send().await.unwrap_err();
    let asked = server.asked();
    assert_eq!(asked[0].body, r#"{"display_name":null}"#);
    assert_eq!(asked[2].body, asked[0].body);
}

#[tokio::test]
async fn calls_at_the_same_time_share_one_renewal() {
    let server = Server::scripted(renewing).await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::new("old", "good"));
    let calls = (0..20).map(|_| stack.delete_current_session().send());
    futures::future::try_join_all(calls).await.unwrap();
    assert_eq!(server.lines().iter().filter(|line| *line == REFRESH).count(), 1);
}

#[tokio::test]
async fn a_refresh_token_alone_gets_an_access_token_first() {
    let server = Server::scripted(renewing).await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::refresh_only("good"));
    stack.delete_current_session().send().await.unwrap();
    assert_eq!(server.lines(), [REFRESH, "DELETE /api/v1/auth/sessions/current"]);
}

#[tokio::test]
async fn a_refused_refresh_token_ends_the_session() {
    let server = Server::scripted(renewing).await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::new("old", "revoked"));
    let error = stack.get_current_user().send().await.unwrap_err();
    assert!(
        matches!(error.known(), Some(KnownError::RefreshTokenNotFoundOrExpired)),
        "{error}"
    );
    assert_eq!(stack.tokens(), Tokens::default());
}

#[tokio::test]
async fn asking_for_a_new_token_in_a_session_that_is_over_says_so() {
    let server = Server::scripted(renewing).await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::new("old", "revoked"));
    let error = stack.refresh_current_session().send().await.unwrap_err();
    assert!(
        matches!(error.known(), Some(KnownError::RefreshTokenNotFoundOrExpired)),
        "{error}"
    );
}

#[tokio::test]
async fn a_session_that_is_over_doesnt_keep_anyone_from_signing_in() {
    let server = Server::scripted(|asked| match asked.header("x-stack-access-token") {
        None if asked.line != REFRESH => Some(text(404, "nobody")),
        _ => renewing(asked),
    });
    let server = server.await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::new("old", "revoked"));
    let error = stack.sign_up_anonymously().send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 404, "{error}");
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_renewal_that_fails_for_another_reason_keeps_the_session() {
    let server = Server::scripted(|asked| {
        if asked.line == REFRESH {
            Some(text(500, "broken"))
        } else {
            renewing(asked)
        }
    });
    let server = server.await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::new("old", "good"));
    let error = stack.get_current_user().send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 500);
    assert_eq!(stack.tokens(), Tokens::new("old", "good"));
}

#[tokio::test]
async fn an_access_token_that_cant_be_renewed_fails_as_the_server_says() {
    let server = Server::scripted(renewing).await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::access_only("old"));
    let error = stack.get_current_user().send().await.unwrap_err();
    assert!(
        matches!(error.known(), Some(KnownError::AccessTokenExpired { .. })),
        "{error}"
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn signing_out_tells_the_server_and_forgets_the_tokens() {
    let server = Server::scripted(renewing).await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::new("new", "good"));
    stack.sign_out().await.unwrap();
    assert_eq!(stack.tokens(), Tokens::default());
    stack.sign_out().await.unwrap();
    assert_eq!(server.lines(), ["DELETE /api/v1/auth/sessions/current"]);
}

#[tokio::test]
async fn signing_out_of_a_session_that_is_over_works() {
    let server = Server::scripted(renewing).await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::new("old", "revoked"));
    stack.sign_out().await.unwrap();
    assert_eq!(stack.tokens(), Tokens::default());
}

#[tokio::test]
async fn tokens_survive_a_sign_out_that_the_server_didnt_hear() {
    let server = Server::scripted(|_| Some(text(500, "broken"))).await;
    let stack = client(&server, Retries::NONE).with_tokens(Tokens::new("new", "good"));
    stack.sign_out().await.unwrap_err();
    assert_eq!(stack.tokens(), Tokens::new("new", "good"));
}

#[tokio::test]
async fn another_session_leaves_the_first_alone() {
    let server = Server::scripted(renewing).await;
    let first = client(&server, Retries::NONE).with_tokens(Tokens::new("new", "good"));
    let second = first.with_tokens(Tokens::new("old", "good"));
    second.forget();
    assert_eq!(first.tokens(), Tokens::new("new", "good"));
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    let answers = [
        text(503, "busy"),
        text(429, "slow down"),
        json(200, json!({ "status": "ok" })),
    ];
    let server = Server::answering(answers).await;
    client(&server, AT_ONCE).get_health().send().await.unwrap();
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn patience_with_a_busy_server_ends() {
    let server = Server::scripted(|_| Some(text(503, "busy"))).await;
    let error = client(&server, AT_ONCE).get_health().send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn what_may_have_been_done_isnt_done_again() {
    let server = Server::scripted(|_| Some(text(503, "busy"))).await;
    let error = client(&server, AT_ONCE).sign_up_anonymously().send().await.unwrap_err();
    assert!(matches!(error, Error::Plain { .. }));
    assert_eq!(server.asked().len(), 1);
}
