//! What goes over the wire, and what comes back.

use std::time::Duration;

use axum::http::{Response, StatusCode};
use futures::TryStreamExt;
use serde_json::json;
use stack_client::{Authorization, Error, Retries, Tokens, prelude::*, types};

use crate::server::{Asked, Server, json, known, text};

fn client(server: &Server) -> StackClient {
    let builder = StackClient::builder()
        .base_url(&server.url)
        .project_id("internal")
        .publishable_client_key("pck_1");
    builder.retries(Retries::NONE).build().unwrap()
}

fn server_access(server: &Server) -> StackServer {
    let builder = StackServer::builder()
        .base_url(&server.url)
        .project_id("internal")
        .secret_server_key("ssk_1");
    builder.retries(Retries::NONE).build().unwrap()
}

fn healthy() -> Response<String> {
    json(200, json!({ "status": "ok" }))
}

#[tokio::test]
async fn each_access_sends_its_own_credentials() {
    let server = Server::scripted(|_| Some(known(StatusCode::NOT_FOUND, "USER_NOT_FOUND"))).await;
    let admin = StackAdmin::builder()
        .base_url(&server.url)
        .project_id("internal")
        .super_secret_admin_key("sak_1");
    let admin = admin.retries(Retries::NONE).build().unwrap();
    client(&server).get_current_user().send().await.unwrap_err();
    server_access(&server).get_current_user().send().await.unwrap_err();
    admin.get_current_user().send().await.unwrap_err();
    let headers: Vec<_> = server.asked().iter().map(Asked::stack_headers).collect();
    insta::assert_snapshot!(headers.join("\n\n"), @r"
    x-stack-access-type: client
    x-stack-allow-anonymous-user: true
    x-stack-client-version: rust @stack-client@0.1.0
    x-stack-project-id: internal
    x-stack-publishable-client-key: pck_1

    x-stack-access-type: server
    x-stack-allow-anonymous-user: true
    x-stack-client-version: rust @stack-client@0.1.0
    x-stack-project-id: internal
    x-stack-secret-server-key: ssk_1

    x-stack-access-type: admin
    x-stack-allow-anonymous-user: true
    x-stack-client-version: rust @stack-client@0.1.0
    x-stack-project-id: internal
    x-stack-super-secret-admin-key: sak_1
    ");
}

#[tokio::test]
async fn an_operation_that_needs_no_credentials_gets_none() {
    let server = Server::answering([healthy()]).await;
    client(&server)
        .with_tokens(Tokens::new("a", "r"))
        .get_health()
        .send()
        .await
        .unwrap();
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "GET /health");
    assert_eq!(
        asked.stack_headers(),
        "x-stack-allow-anonymous-user: true\nx-stack-client-version: rust @stack-client@0.1.0"
    );
}

#[tokio::test]
async fn remembered_tokens_are_sent_and_forgotten_ones_are_not() {
    let server = Server::scripted(|_| Some(text(404, "nothing here"))).await;
    let stack = client(&server);
    stack.remember(Tokens::new("access", "refresh"));
    stack.get_current_user().send().await.unwrap_err();
    stack.forget();
    stack.get_current_user().send().await.unwrap_err();
    let asked = server.asked();
    assert_eq!(asked[0].header("x-stack-access-token"), Some("access"));
    assert_eq!(
        asked[0].header("x-stack-refresh-token"),
        None,
        "only operations that read it get it"
    );
    assert_eq!(asked[1].header("x-stack-access-token"), None);
}

#[tokio::test]
async fn the_refresh_token_goes_to_operations_that_read_it() {
    let server = Server::answering([json(200, json!({ "access_token": "new" }))]).await;
    let stack = client(&server).with_tokens(Tokens::new("access", "refresh"));
    stack.refresh_current_session().send().await.unwrap();
    assert_eq!(server.asked()[0].header("x-stack-refresh-token"), Some("refresh"));
}

#[tokio::test]
async fn a_sign_in_can_be_remembered() {
    let id = "3241a285-8329-4d69-8f3d-316e08cf140c";
    let answer = json!({ "access_token": "a", "refresh_token": "r", "user_id": id });
    let server = Server::answering([json(200, answer)]).await;
    let stack = client(&server);
    let signed_in = stack.sign_up_anonymously().send().await.unwrap();
    assert_eq!(signed_in.user_id.to_string(), id);
    stack.remember(&signed_in);
    assert_eq!(stack.tokens(), Tokens::new("a", "r"));
}

#[tokio::test]
async fn known_errors_are_typed() {
    let server = Server::answering([known(StatusCode::NOT_FOUND, "USER_NOT_FOUND")]).await;
    let error = server_access(&server)
        .get_user()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error.known(), Some(KnownError::UserNotFound)));
    assert_eq!(error.status().unwrap(), 404);
    assert_eq!(error.code(), Some("USER_NOT_FOUND"));
    assert!(!error.is_temporary());
    assert_eq!(error.request_id(), Some("0123456789abcdef"));
    assert_eq!(server.lines(), ["GET /api/v1/users/me"]);
}

#[tokio::test]
async fn a_code_of_a_later_version_is_known_by_its_code() {
    let server = Server::answering([known(StatusCode::CONFLICT, "TOO_MUCH_TEA")]).await;
    let error = client(&server).get_current_user().send().await.unwrap_err();
    assert_eq!(error.known().unwrap().code(), "TOO_MUCH_TEA");
}

#[tokio::test]
async fn plain_errors_keep_their_status_and_text() {
    let server = Server::answering([
        text(500, "Something broke."),
        json(400, json!({ "error": "invalid_grant" })),
    ])
    .await;
    let stack = client(&server);
    let Error::Plain {
        status,
        text,
        request_id,
    } = stack.get_current_user().send().await.unwrap_err()
    else {
        panic!("it isn't plain")
    };
    assert_eq!((status.as_u16(), text.as_str()), (500, "Something broke."));
    assert_eq!(request_id.as_deref(), Some("0123456789abcdef"));
    let error = stack.get_current_user().send().await.unwrap_err();
    assert_eq!(error.to_string(), r#"400 Bad Request: {"error":"invalid_grant"}"#);
}

#[tokio::test]
async fn texts_are_strings() {
    let server = Server::answering([text(200, "Welcome \"home\"")]).await;
    let greeting = client(&server).get_api_info().send().await.unwrap();
    assert_eq!(*greeting, "Welcome \"home\"");
    assert_eq!(server.lines(), ["GET /api/v1"]);
}

#[tokio::test]
async fn an_answer_that_breaks_the_contract_is_a_decode_error() {
    let server = Server::answering([json(200, json!({ "status": 7 }))]).await;
    let Error::Decode { body, .. } = client(&server).get_health().send().await.unwrap_err() else {
        panic!("it was decoded")
    };
    assert_eq!(body.expose(), br#"{"status":7}"#);
    assert_eq!(format!("{body:?}"), "[12 bytes]");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let redirect = Response::builder()
        .status(307)
        .header("location", "http://127.0.0.1:1/")
        .body(String::new());
    let server = Server::answering([redirect.unwrap()]).await;
    let error = client(&server).get_current_user().send().await.unwrap_err();
    assert!(
        matches!(&error, Error::Unexpected { status, .. } if *status == 307),
        "{error}"
    );
}

#[tokio::test]
async fn query_parameters_keep_their_wire_names_and_types() {
    let server = Server::answering([json(200, json!({ "items": [], "is_paginated": false }))]).await;
    let call = server_access(&server)
        .list_users()
        .limit(5)
        .desc(true)
        .query("a&b")
        .send()
        .await;
    call.unwrap();
    assert_eq!(server.lines(), ["GET /api/v1/users?desc=true&limit=5&query=a%26b"]);
}

#[tokio::test]
async fn a_body_that_may_be_left_out_is_an_empty_object() {
    let server = Server::answering([text(404, "")]).await;
    let update = types::client::UserUpdate {
        display_name: Patch::Null,
        ..Default::default()
    };
    client(&server)
        .update_current_user()
        .body(update)
        .send()
        .await
        .unwrap_err();
    assert_eq!(server.asked()[0].body, r#"{"display_name":null}"#);
}

#[tokio::test]
async fn a_missing_argument_is_named_and_nothing_is_sent() {
    let server = Server::answering([]).await;
    let error = server_access(&server).get_user().send().await.unwrap_err();
    assert_eq!(error.to_string(), "the call can't be sent: `user_id` is missing");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_path_parameter_never_leads_to_another_path() {
    let server = Server::answering([]).await;
    let error = client(&server)
        .get_project_jwks()
        .project_id("..")
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Invalid(_)));
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_call_gives_up_after_its_own_timeout() {
    let server = Server::answering([]).await;
    let hasty = client(&server).with_timeout(Duration::from_millis(20));
    let error = hasty.get_current_user().send().await.unwrap_err();
    assert!(
        matches!(&error, Error::Transport(error) if error.is_timeout()),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_isnt_there_is_a_transport_error() {
    let stack = StackClient::builder()
        .base_url("http://127.0.0.1:1")
        .project_id("internal")
        .retries(Retries::NONE);
    let error = stack.build().unwrap().get_current_user().send().await.unwrap_err();
    assert!(
        matches!(&error, Error::Transport(error) if error.is_connect()),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_stream_asks_for_page_after_page() {
    let server = Server::scripted(|asked| {
        let cursor = if asked.line.contains("cursor=") {
            json!(null)
        } else {
            json!("u2")
        };
        Some(json(
            200,
            json!({ "items": [], "is_paginated": true, "pagination": { "next_cursor": cursor } }),
        ))
    });
    let server = server.await;
    let users: Vec<_> = server_access(&server)
        .list_users()
        .limit(2)
        .stream()
        .try_collect()
        .await
        .unwrap();
    assert!(users.is_empty());
    assert_eq!(
        server.lines(),
        ["GET /api/v1/users?limit=2", "GET /api/v1/users?cursor=u2&limit=2"]
    );
}

#[tokio::test]
async fn the_header_authorization_is_shown_to_those_that_read_it() {
    let server = Server::scripted(|_| Some(json(200, json!({ "success": true })))).await;
    let client = client(&server);
    let call = client.check_email_health();
    let call = call.authorization(Authorization::bearer("of-a-monitor"));
    assert!(!format!("{call:?}").contains("of-a-monitor"), "builders are logged");
    call.send().await.unwrap();
    client.check_email_health().send().await.unwrap();
    let shown: Vec<_> = server
        .asked()
        .iter()
        .map(|it| it.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(shown, [Some("Bearer of-a-monitor".to_owned()), None]);
}

#[tokio::test]
async fn a_page_is_text_too() {
    let page = || {
        let answer = Response::builder().header("content-type", "text/html; charset=utf-8");
        answer.body("<p>Done</p>".to_owned()).unwrap()
    };
    let server = Server::scripted(move |_| Some(page())).await;
    let answer = client(&server).unsubscribe_by_link().code("c").send().await.unwrap();
    assert_eq!(answer.into_inner(), "<p>Done</p>");
}
