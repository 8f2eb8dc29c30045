//! `DELETE /users/{user_id}`: what goes with a user.

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use uuid::Uuid;

#[tokio::test]
async fn deleting_a_user_says_so_and_removes_it() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let deleted = project.server().delete_user().user_id(ada.id).send().await.answers(200);
    assert_eq!(serde_json::to_value(deleted).expect("JSON"), json!({ "success": true }));
    project
        .server()
        .get_user()
        .user_id(ada.id)
        .send()
        .await
        .fails(404, "USER_NOT_FOUND");
    assert_eq!(project.count_users().await, 0);
    project
        .server()
        .delete_user()
        .user_id(ada.id)
        .send()
        .await
        .fails(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn deleting_a_user_ends_all_sessions() {
    let project = TestProject::start().await;
    let first = project.sign_up("ada@example.com").await;
    let second = project.sign_in("ada@example.com").await;
    project
        .server()
        .delete_user()
        .user_id(first.id)
        .send()
        .await
        .answers(200);
    for session in [first, second] {
        session
            .client
            .refresh_current_session()
            .send()
            .await
            .fails(401, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");
    }
    let listed = project.server().list_sessions().user_id(UserIdOrMe::Me).send().await;
    listed.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn deleting_a_user_sets_the_e_mail_free() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    project.server().delete_user().user_id(ada.id).send().await.answers(200);
    let again = project.sign_up("ada@example.com").await;
    assert_ne!(again.id, ada.id);
}

#[tokio::test]
async fn deleting_a_user_leaves_the_others_alone() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let before = project.user(&grace).await;
    project.server().delete_user().user_id(ada.id).send().await.answers(200);
    assert_eq!(project.user(&grace).await, before);
    grace.client.refresh_current_session().send().await.answers(200);
}

#[tokio::test]
async fn me_may_be_deleted_by_a_server_that_knows_who_that_is() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    project
        .server()
        .delete_user()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    let server = project.server().with_tokens(ada.client.tokens());
    server.delete_user().user_id(UserIdOrMe::Me).send().await.answers(200);
    project.user_answer(&ada).await.fails(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn an_unknown_user_cant_be_deleted() {
    let project = TestProject::start().await;
    let nobody = UserIdOrMe::Id(Uuid::new_v4().into());
    project
        .server()
        .delete_user()
        .user_id(nobody)
        .send()
        .await
        .fails(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn clients_may_not_delete_users_by_id() {
    let project = TestProject::start_with(json!({ "client_user_deletion_enabled": true })).await;
    let ada = project.sign_up("ada@example.com").await;
    let call = project
        .client_call(&format!("DELETE /users/{}", ada.id))
        .token(&ada.access_token());
    call.send().await.fails(401, "INSUFFICIENT_ACCESS_TYPE");
    assert_eq!(project.user(&ada).await["id"], json!(ada.id));
}
