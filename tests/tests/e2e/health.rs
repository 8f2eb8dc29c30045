//! Tag `health`: at the root of the server.

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject, TestServer};

#[tokio::test]
async fn a_server_that_is_up_says_so() {
    let server = TestServer::start().await;
    for query in ["", "?db=1", "?db=", "?anything=else"] {
        let answer = server.root_call(&format!("GET /health{query}")).send().await;
        assert_eq!(answer.answers(200), json!({ "status": "ok" }));
    }
    let client = TestProject::internal(&server).client();
    assert_eq!(client.get_health().db("1").send().await.answers(200).status, "ok");
}

#[tokio::test]
async fn health_stands_at_the_root_only() {
    let server = TestServer::start().await;
    server.call("GET /health").send().await.fails_plainly(404);
}

#[tokio::test]
async fn a_failure_on_purpose_tells_nothing_but_the_requests_name() {
    let server = TestServer::start().await;
    let answer = server
        .root_call("GET /health/error-handler-debug/endpoint")
        .send()
        .await;
    let id = answer.header("x-stack-request-id").to_owned();
    let text = answer.fails_plainly(500);
    insta::assert_snapshot!(text.replace(&id, "[request]"));
    assert!(text.contains(&id));
    TestProject::internal(&server)
        .client()
        .fail_for_debugging()
        .send()
        .await
        .fails_plainly(500);
}

#[tokio::test]
async fn a_failure_isnt_hidden_as_a_success() {
    let server = TestServer::start().await;
    let call = server.root_call("GET /health/error-handler-debug/endpoint");
    call.header("x-stack-override-error-status", "true")
        .send()
        .await
        .fails_plainly(500);
}

#[tokio::test]
async fn nobody_monitors_mail_that_isnt_sent() {
    let server = TestServer::start().await;
    TestProject::internal(&server)
        .client()
        .check_email_health()
        .send()
        .await
        .fails_plainly(401);
    let call = server
        .root_call("POST /health/email")
        .header("authorization", "Bearer anything");
    call.send().await.fails_plainly(401);
}
