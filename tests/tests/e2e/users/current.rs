//! `GET /users/me` and `DELETE /users/me`; its `PATCH` is in `update`.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};

/// What only servers see of a user.
const FOR_SERVERS: [&str; 7] = [
    "primary_email_auth_enabled",
    "server_metadata",
    "last_active_at_millis",
    "restricted_by_admin_private_details",
    "country_code",
    "risk_scores",
    "created_at_millis",
];

#[tokio::test]
async fn clients_see_their_own_user() {
    let project = TestProject::start_with(json!({ "create_team_on_sign_up": true })).await;
    let ada = project.sign_up("ada@example.com").await;
    let me = ada.client.get_current_user().send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(me));
}

#[tokio::test]
async fn clients_never_see_what_is_for_servers() {
    let project = TestProject::start_with(json!({ "create_team_on_sign_up": true })).await;
    let ada = project.sign_up("ada@example.com").await;
    let secret = json!({ "server_metadata": { "note": "hidden words" } });
    project
        .server_call(&format!("PATCH /users/{}", ada.id))
        .json(secret)
        .send()
        .await
        .answers(200);
    let get = project
        .client_call("GET /users/me")
        .token(&ada.access_token())
        .send()
        .await;
    let patch = project
        .client_call("PATCH /users/me")
        .token(&ada.access_token())
        .json(json!({}))
        .send()
        .await;
    for answer in [get, patch] {
        assert!(!answer.text().contains("hidden words"), "{}", answer.text());
        for name in FOR_SERVERS {
            assert!(!answer.text().contains(&format!("\"{name}\"")), "{name}");
        }
    }
}

#[tokio::test]
async fn servers_see_the_whole_of_the_signed_in_user() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let server = project.server().with_tokens(ada.client.tokens());
    let me = server.get_current_user().send().await.answers(200);
    assert_eq!(serde_json::to_value(&me).expect("JSON"), project.user(&ada).await);
    let admin = project.admin().with_tokens(ada.client.tokens());
    assert_eq!(admin.get_current_user().send().await.answers(200), me);
}

#[tokio::test]
async fn nobody_has_no_own_user() {
    let project = TestProject::start().await;
    const CODE: &str = "CANNOT_GET_OWN_USER_WITHOUT_USER";
    project.client().get_current_user().send().await.fails(400, CODE);
    project.server().get_current_user().send().await.fails(400, CODE);
    project.admin().get_current_user().send().await.fails(400, CODE);
    project
        .client()
        .update_current_user()
        .body(stack_types::client::UserUpdate::default())
        .send()
        .await
        .fails(400, CODE);
    project.client().delete_current_user().send().await.fails(400, CODE);
    project.server().delete_current_user().send().await.fails(400, CODE);
}

#[tokio::test]
async fn the_token_of_a_deleted_user_is_nobodys() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    project.server().delete_user().user_id(ada.id).send().await.answers(200);
    let get = project
        .client_call("GET /users/me")
        .token(&ada.access_token())
        .send()
        .await;
    get.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn clients_may_delete_their_user_only_where_the_project_says_so() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    ada.client.delete_current_user().send().await.fails_plainly(400);
    assert_eq!(project.user(&ada).await["id"], json!(ada.id));

    let body = json!({ "config": { "client_user_deletion_enabled": true } });
    project
        .admin_call("PATCH /internal/projects/current")
        .json(body)
        .send()
        .await
        .answers(200);
    let deleted = ada.client.delete_current_user().send().await.answers(200);
    assert!(deleted.success);
    project.user_answer(&ada).await.fails(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn servers_may_delete_the_signed_in_user() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let server = project.server().with_tokens(ada.client.tokens());
    server.delete_current_user().send().await.answers(200);
    project.user_answer(&ada).await.fails(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn the_own_user_takes_no_parameters() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let call = project
        .client_call("GET /users/me?user_id=somebody")
        .token(&ada.access_token());
    let details: Value = call.send().await.fails(400, "SCHEMA_ERROR");
    assert!(
        details["message"].as_str().is_some_and(|text| text.contains("user_id")),
        "{details}"
    );
}
