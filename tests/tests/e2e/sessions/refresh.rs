//! `POST /auth/sessions/current/refresh`.

use std::time::Duration;

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject, claims};

use super::{DAY, REFUSED, listed};

#[tokio::test]
async fn refreshing_gives_an_access_token_and_nothing_else() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    project.server.advance(Duration::from_secs(5));
    let refreshed = ada.client.refresh_current_session().send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&refreshed));
    assert_ne!(refreshed.access_token.expose(), ada.access_token());
    assert_eq!(
        claims(refreshed.access_token.expose())["refresh_token_id"],
        json!(ada.session_id())
    );
}

#[tokio::test]
async fn refreshing_needs_no_access_token_and_no_key_that_isnt_asked_for() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let call = project.server.call("POST /auth/sessions/current/refresh");
    let call = call
        .header("x-stack-access-type", "client")
        .header("x-stack-project-id", project.id.as_str());
    call.header("x-stack-refresh-token", &ada.refresh_token())
        .send()
        .await
        .answers(200);
}

#[tokio::test]
async fn refreshing_is_noted_with_session_and_user() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    project.server.advance(DAY);
    ada.client.refresh_current_session().send().await.answers(200);
    assert_eq!(
        project.user(&ada).await["last_active_at_millis"],
        json!(project.server.now())
    );
    let session = listed(&ada).await.remove(0);
    assert_eq!(
        (session.last_used_at, session.created_at),
        (Some(project.server.now()), stack_tests::START)
    );
}

#[tokio::test]
async fn a_refresh_token_that_is_wrong_is_refused() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let other = TestProject::create(&project.server).await;
    let refresh = |project: &TestProject, token: &str| {
        project
            .client_call("POST /auth/sessions/current/refresh")
            .header("x-stack-refresh-token", token)
            .send()
    };
    let real = ada.refresh_token();
    for wrong in [
        "a".repeat(45),
        "x".to_owned(),
        real[..44].to_owned(),
        format!("{real}0"),
        ada.access_token(),
    ] {
        refresh(&project, &wrong).await.fails(401, REFUSED);
    }
    refresh(&other, &real).await.fails(401, REFUSED);
    refresh(&project, &real).await.answers(200);
}

#[tokio::test]
async fn refreshing_needs_a_refresh_token() {
    let project = TestProject::start().await;
    let answer = project.client_call("POST /auth/sessions/current/refresh").send().await;
    let details = answer.fails(400, "SCHEMA_ERROR");
    assert!(
        details["message"]
            .as_str()
            .is_some_and(|text| text.contains("x-stack-refresh-token")),
        "{details}"
    );
}

#[tokio::test]
async fn a_stale_access_token_doesnt_keep_from_refreshing() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    project.server.advance(Duration::from_secs(601));
    let me = ada.client.get_current_user().send().await.answers(200);
    assert_eq!(me.id, ada.id, "the client renews its token by itself");
}
