//! Renewal before a token expires, and of the tokens of a project's owner.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{Response, StatusCode};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::json;
use stack_client::{Retries, StackAdmin, StackClient, Tokens, prelude::*};

use crate::server::{Asked, Server, json, known, text};

const REFRESH: &str = "POST /api/v1/auth/sessions/current/refresh";
const CALL: &str = "DELETE /api/v1/auth/sessions/current";

fn client(server: &Server, tokens: Tokens) -> StackClient {
    let builder = StackClient::builder().base_url(&server.url).project_id("internal");
    builder.retries(Retries::NONE).tokens(tokens).build().unwrap()
}

/// A token that was made so many seconds ago and is good for so many more. Nobody here looks at its signature.
fn token(age_secs: i64, left_secs: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let now = i64::try_from(now).unwrap();
    let claims = json!({ "iat": now - age_secs, "exp": now + left_secs });
    format!("e30.{}.", BASE64.encode(claims.to_string()))
}

/// Takes any access token, and gives `next` for a refresh token.
fn giving(next: String) -> impl Fn(&Asked) -> Option<Response<String>> + Send + Sync {
    move |asked| {
        Some(if asked.line == REFRESH {
            json(200, json!({ "access_token": next }))
        } else {
            json(200, json!({ "success": true }))
        })
    }
}

#[tokio::test]
async fn a_token_that_is_about_to_expire_is_renewed_first() {
    let next = token(0, 600);
    let server = Server::scripted(giving(next.clone())).await;
    let stack = client(&server, Tokens::new(token(590, 10), "good"));
    stack.delete_current_session().send().await.unwrap();
    stack.delete_current_session().send().await.unwrap();
    assert_eq!(server.lines(), [REFRESH, CALL, CALL]);
    assert_eq!(server.asked()[1].header("x-stack-access-token"), Some(next.as_str()));
}

#[tokio::test]
async fn a_token_with_time_left_is_sent_as_it_is() {
    let server = Server::scripted(giving(token(0, 600))).await;
    let stack = client(&server, Tokens::new(token(300, 300), "good"));
    stack.delete_current_session().send().await.unwrap();
    assert_eq!(server.lines(), [CALL]);
}

#[tokio::test]
async fn a_wrong_clock_doesnt_renew_at_every_call() {
    let server = Server::scripted(giving(token(7200, -6600))).await;
    let stack = client(&server, Tokens::new(token(7790, -7190), "good"));
    for _ in 0..3 {
        stack.delete_current_session().send().await.unwrap();
    }
    assert_eq!(server.lines(), [CALL; 3], "the server decides what is expired");
    stack.remember(Tokens::refresh_only("good"));
    for _ in 0..3 {
        stack.delete_current_session().send().await.unwrap();
    }
    assert_eq!(
        server.lines()[3..],
        [REFRESH, CALL, CALL, CALL],
        "its clock is known now"
    );
}

#[tokio::test]
async fn trouble_with_the_next_token_is_none_while_the_last_is_good() {
    let server = Server::scripted(|asked| {
        Some(if asked.line == REFRESH {
            text(500, "broken")
        } else {
            json(200, json!({ "success": true }))
        })
    });
    let server = server.await;
    let stack = client(&server, Tokens::new(token(590, 10), "good"));
    stack.delete_current_session().send().await.unwrap();
    assert_eq!(server.lines(), [REFRESH, CALL]);
}

/// Knows the owner's token `new` only.
fn owned(asked: &Asked) -> Option<Response<String>> {
    Some(
        match (asked.line.as_str(), asked.header("x-stack-admin-access-token")) {
            (REFRESH, _) if asked.header("x-stack-refresh-token") == Some("good") => {
                json(200, json!({ "access_token": "new" }))
            }
            (REFRESH, _) => known(StatusCode::UNAUTHORIZED, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED"),
            (_, Some("new")) => json(200, json!({ "items": [], "is_paginated": false })),
            _ => known(StatusCode::UNAUTHORIZED, "ADMIN_ACCESS_TOKEN_EXPIRED"),
        },
    )
}

fn admin(server: &Server, owner: &StackClient) -> StackAdmin {
    let builder = StackAdmin::builder().base_url(&server.url).project_id("shop");
    builder.retries(Retries::NONE).owner(owner).build().unwrap()
}

#[tokio::test]
async fn the_session_of_an_owner_is_renewed_as_their_own_client_does() {
    let server = Server::scripted(owned).await;
    let owner = client(&server, Tokens::new("old", "good"));
    let admin = admin(&server, &owner);
    admin.list_users().send().await.unwrap();
    let asked = server.asked();
    let lines: Vec<_> = asked.iter().map(|asked| asked.line.as_str()).collect();
    assert_eq!(lines, ["GET /api/v1/users", REFRESH, "GET /api/v1/users"]);
    assert_eq!(
        asked[1].stack_headers(),
        "x-stack-access-type: client\nx-stack-allow-anonymous-user: true\nx-stack-client-version: rust \
         @stack-client@0.1.0\nx-stack-project-id: internal\nx-stack-refresh-token: good"
    );
    assert_eq!(asked[2].header("x-stack-project-id"), Some("shop"));
    assert_eq!(
        asked[2].header("x-stack-access-token"),
        None,
        "the owner isn't the project's user"
    );
    assert_eq!(owner.tokens(), Tokens::new("new", "good"));
}

#[tokio::test]
async fn an_owner_whose_session_is_over_is_told_so() {
    let server = Server::scripted(owned).await;
    let owner = client(&server, Tokens::new("old", "revoked"));
    let error = admin(&server, &owner).list_users().send().await.unwrap_err();
    assert!(
        matches!(error.known(), Some(KnownError::RefreshTokenNotFoundOrExpired)),
        "{error}"
    );
    assert_eq!(owner.tokens(), Tokens::default());
}

#[tokio::test]
async fn many_calls_of_an_owner_share_one_renewal() {
    let server = Server::scripted(owned).await;
    let owner = client(&server, Tokens::refresh_only("good"));
    let admin = admin(&server, &owner).with_timeout(Duration::from_secs(10));
    futures::future::try_join_all((0..10).map(|_| admin.list_users().send()))
        .await
        .unwrap();
    assert_eq!(server.lines().iter().filter(|line| *line == REFRESH).count(), 1);
}

#[tokio::test]
async fn an_access_token_for_elsewhere_is_fresh() {
    let next = token(0, 600);
    let server = Server::scripted(giving(next.clone())).await;
    let get = async |tokens| {
        client(&server, tokens)
            .access_token()
            .await
            .unwrap()
            .map(|token| token.expose().to_owned())
    };
    assert_eq!(get(Tokens::default()).await, None);
    let good = token(0, 600);
    assert_eq!(get(Tokens::new(good.as_str(), "good")).await, Some(good));
    assert_eq!(
        get(Tokens::access_only(token(700, -100))).await,
        Some(token(700, -100)),
        "nothing can renew it"
    );
    assert!(server.asked().is_empty());
    for old in [token(590, 10), token(700, -100)] {
        assert_eq!(get(Tokens::new(old, "good")).await, Some(next.clone()));
    }
    assert_eq!(get(Tokens::refresh_only("good")).await, Some(next));
    assert_eq!(server.lines(), [REFRESH; 3]);
}

#[tokio::test]
async fn an_access_token_of_a_session_that_is_over_is_an_error() {
    let server = Server::scripted(owned).await;
    let error = client(&server, Tokens::refresh_only("revoked"))
        .access_token()
        .await
        .unwrap_err();
    assert!(
        matches!(error.known(), Some(KnownError::RefreshTokenNotFoundOrExpired)),
        "{error}"
    );
}
