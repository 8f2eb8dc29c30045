//! `DELETE /auth/sessions/current` and `DELETE /auth/sessions/{id}`.

use std::time::Duration;

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use stack_types::SessionId;
use uuid::Uuid;

use super::{REFUSED, session_id};

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let other = project.sign_in("ada@example.com").await;
    assert!(ada.client.delete_current_session().send().await.answers(200).success);
    ada.client.refresh_current_session().send().await.fails(401, REFUSED);
    other.client.refresh_current_session().send().await.answers(200);
    let me = project
        .client_call("GET /users/me")
        .token(&ada.access_token())
        .send()
        .await;
    me.answers(200);
    project.server.advance(Duration::from_secs(601));
    let me = project
        .client_call("GET /users/me")
        .token(&ada.access_token())
        .send()
        .await;
    me.fails(401, "ACCESS_TOKEN_EXPIRED");
}

#[tokio::test]
async fn a_session_ends_once() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let end = || {
        project
            .client_call("DELETE /auth/sessions/current")
            .token(&ada.access_token())
            .send()
    };
    end().await.answers(200);
    end().await.fails(401, REFUSED);
}

#[tokio::test]
async fn without_a_token_there_is_no_session_to_end() {
    let project = TestProject::start().await;
    let details = project
        .client()
        .delete_current_session()
        .send()
        .await
        .fails(401, "ACCESS_TOKEN_EXPIRED");
    let nulls = json!({ "expired_at_millis": null, "project_id": null, "user_id": null, "refresh_token_id": null });
    assert_eq!(details, nulls);
    project
        .server()
        .delete_current_session()
        .send()
        .await
        .fails(401, "ACCESS_TOKEN_EXPIRED");
}

#[tokio::test]
async fn clients_revoke_their_other_sessions() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let other = project.sign_in("ada@example.com").await;
    let revoke = ada
        .client
        .delete_session()
        .id(session_id(&other))
        .user_id(UserIdOrMe::Me);
    assert!(revoke.send().await.answers(200).success);
    other.client.refresh_current_session().send().await.fails(401, REFUSED);
    let again = ada
        .client
        .delete_session()
        .id(session_id(&other))
        .user_id(UserIdOrMe::Me);
    again.send().await.fails_plainly(404);
}

#[tokio::test]
async fn the_session_in_use_isnt_revoked_but_signed_out_of() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let revoke = ada.client.delete_session().id(session_id(&ada)).user_id(UserIdOrMe::Me);
    revoke.send().await.fails(400, "CANNOT_DELETE_CURRENT_SESSION");
    ada.client.refresh_current_session().send().await.answers(200);
}

#[tokio::test]
async fn clients_dont_revoke_the_sessions_of_others() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    for whose in [UserIdOrMe::Id(grace.id), UserIdOrMe::Me] {
        let revoke = ada.client.delete_session().id(session_id(&grace)).user_id(whose);
        revoke.send().await.fails_plainly(404);
    }
    let nobody = project.client();
    nobody
        .delete_session()
        .id(session_id(&grace))
        .user_id(UserIdOrMe::Id(grace.id))
        .send()
        .await
        .fails_plainly(404);
    grace.client.refresh_current_session().send().await.answers(200);
}

#[tokio::test]
async fn servers_revoke_anybodys_session_by_naming_whose_it_is() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let server = project.server();
    let revoke = |whose: UserIdOrMe, id: SessionId| server.delete_session().id(id).user_id(whose).send();
    revoke(UserIdOrMe::Id(grace.id), session_id(&ada))
        .await
        .fails_plainly(404);
    revoke(UserIdOrMe::Id(ada.id), Uuid::new_v4().into())
        .await
        .fails_plainly(404);
    revoke(UserIdOrMe::Me, session_id(&ada))
        .await
        .fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    revoke(UserIdOrMe::Id(ada.id), session_id(&ada)).await.answers(200);
    ada.client.refresh_current_session().send().await.fails(401, REFUSED);
}

#[tokio::test]
async fn revoking_takes_the_ids_of_session_and_user() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let call = project
        .client_call("DELETE /auth/sessions/nonsense")
        .token(&ada.access_token());
    let details = call.send().await.fails(400, "SCHEMA_ERROR");
    let message = details["message"].as_str().expect("text");
    assert!(
        message.contains("path /id") && message.contains("query /user_id"),
        "{message}"
    );
}
