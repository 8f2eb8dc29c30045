//! `POST /auth/password/set` and `/update`.

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, PASSWORD, TestProject};
use stack_types::{PasswordSet, PasswordUpdate};

use super::sign_in;

const REFUSED: &str = "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED";

#[tokio::test]
async fn a_first_password_can_be_set_and_signs_in() {
    let project = TestProject::start().await;
    let body = json!({ "primary_email": "ada@example.com", "primary_email_auth_enabled": true });
    let ada = project.user_with(body).await;
    let set = PasswordSet {
        password: PASSWORD.into(),
    };
    assert!(ada.client.set_password().body(set).send().await.answers(200).success);
    assert_eq!(project.sign_in("ada@example.com").await.id, ada.id);
    ada.client.refresh_current_session().send().await.answers(200);
}

#[tokio::test]
async fn a_password_cant_be_set_over_another() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let set = PasswordSet {
        password: "another password".into(),
    };
    ada.client.set_password().body(set).send().await.fails_plainly(400);
    project.sign_in("ada@example.com").await;
}

#[tokio::test]
async fn a_first_password_has_the_usual_length() {
    let project = TestProject::start().await;
    let ada = project.user_with(json!({ "primary_email": "ada@example.com" })).await;
    let short = ada
        .client
        .set_password()
        .body(PasswordSet {
            password: "7 chars".into(),
        })
        .send()
        .await;
    assert_eq!(short.fails(400, "PASSWORD_TOO_SHORT"), json!({ "min_length": 8 }));
    let long = ada
        .client
        .set_password()
        .body(PasswordSet {
            password: "x".repeat(71).into(),
        })
        .send()
        .await;
    long.fails(400, "SCHEMA_ERROR");
    assert_eq!(project.user(&ada).await["has_password"], false);
}

#[tokio::test]
async fn nobody_has_no_password_to_change() {
    let project = TestProject::start().await;
    for access in ["client", "server", "admin"] {
        let set = project
            .call_as(access, "POST /auth/password/set")
            .json(json!({ "password": PASSWORD }))
            .send()
            .await;
        let set = set.fails(400, "SCHEMA_ERROR");
        let body = json!({ "old_password": PASSWORD, "new_password": 1 });
        let update = project
            .call_as(access, "POST /auth/password/update")
            .json(body)
            .send()
            .await;
        let update = update.fails(400, "SCHEMA_ERROR");
        assert!(
            set["message"]
                .as_str()
                .is_some_and(|text| text.contains("x-stack-access-token")),
            "{set}"
        );
        assert!(
            update["message"]
                .as_str()
                .is_some_and(|text| text.contains("x-stack-access-token")),
            "{update}"
        );
    }
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    let project = TestProject::start().await;
    let own = project.sign_up("ada@example.com").await;
    let other = project.sign_in("ada@example.com").await;
    let update = PasswordUpdate {
        old_password: PASSWORD.into(),
        new_password: "another password".into(),
    };
    assert!(
        own.client
            .update_password()
            .body(update)
            .send()
            .await
            .answers(200)
            .success
    );
    own.client.refresh_current_session().send().await.answers(200);
    other.client.refresh_current_session().send().await.fails(401, REFUSED);
    let client = project.client();
    let old = client
        .sign_in_with_password()
        .body(sign_in("ada@example.com", PASSWORD))
        .send()
        .await;
    old.fails(400, "EMAIL_PASSWORD_MISMATCH");
    client
        .sign_in_with_password()
        .body(sign_in("ada@example.com", "another password"))
        .send()
        .await
        .answers(200);
}

#[tokio::test]
async fn changing_the_password_without_the_refresh_token_ends_all_sessions() {
    let project = TestProject::start().await;
    for refresh_token in [None, Some("a".repeat(45))] {
        let ada = project.sign_up("ada@example.com").await;
        let call = project
            .client_call("POST /auth/password/update")
            .token(&ada.access_token());
        let call = refresh_token
            .iter()
            .fold(call, |call, token| call.header("x-stack-refresh-token", token));
        let body = json!({ "old_password": PASSWORD, "new_password": "another password" });
        call.json(body).send().await.answers(200);
        ada.client.refresh_current_session().send().await.fails(401, REFUSED);
        project.server().delete_user().user_id(ada.id).send().await.answers(200);
    }
}

#[tokio::test]
async fn the_refresh_token_of_somebody_else_keeps_no_session() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let call = project
        .client_call("POST /auth/password/update")
        .token(&ada.access_token());
    let body = json!({ "old_password": PASSWORD, "new_password": "another password" });
    call.header("x-stack-refresh-token", &grace.refresh_token())
        .json(body)
        .send()
        .await
        .answers(200);
    ada.client.refresh_current_session().send().await.fails(401, REFUSED);
    grace.client.refresh_current_session().send().await.answers(200);
}

#[tokio::test]
async fn the_old_password_has_to_be_right() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let other = project.sign_in("ada@example.com").await;
    let update = PasswordUpdate {
        old_password: "another password".into(),
        new_password: "a new password".into(),
    };
    let wrong = ada.client.update_password().body(update).send().await;
    wrong.fails(400, "PASSWORD_CONFIRMATION_MISMATCH");
    other.client.refresh_current_session().send().await.answers(200);
    project.sign_in("ada@example.com").await;
}

#[tokio::test]
async fn without_a_password_there_is_none_to_change() {
    let project = TestProject::start().await;
    let ada = project.user_with(json!({ "primary_email": "ada@example.com" })).await;
    let update = PasswordUpdate {
        old_password: PASSWORD.into(),
        new_password: "another password".into(),
    };
    ada.client
        .update_password()
        .body(update)
        .send()
        .await
        .fails(400, "USER_DOES_NOT_HAVE_PASSWORD");
}

#[tokio::test]
async fn a_new_password_has_the_usual_length() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let update = |new: &str| PasswordUpdate {
        old_password: PASSWORD.into(),
        new_password: new.into(),
    };
    let short = ada.client.update_password().body(update("7 chars")).send().await;
    assert_eq!(short.fails(400, "PASSWORD_TOO_SHORT"), json!({ "min_length": 8 }));
    let long = ada.client.update_password().body(update(&"x".repeat(71))).send().await;
    long.fails(400, "SCHEMA_ERROR");
    project.sign_in("ada@example.com").await;
}

#[tokio::test]
async fn an_access_token_of_an_ended_session_can_still_change_the_password_but_revives_no_session() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let (access, refresh) = (ada.access_token(), ada.refresh_token());
    ada.client.delete_current_session().send().await.answers(200);
    let body = json!({ "old_password": PASSWORD, "new_password": "another password" });
    let update = project.client_call("POST /auth/password/update").token(&access);
    update
        .header("x-stack-refresh-token", &refresh)
        .json(body)
        .send()
        .await
        .answers(200);
    let revived = project
        .client_call("POST /auth/sessions/current/refresh")
        .header("x-stack-refresh-token", &refresh);
    revived.send().await.fails(401, REFUSED);
}
