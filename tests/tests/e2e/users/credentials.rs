//! Passwords and other ways to sign in, as far as an update of the user changes them.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, PASSWORD, TestProject, typed};
use stack_types::{client, server};

#[tokio::test]
async fn setting_or_clearing_a_password_ends_every_session() {
    let project = TestProject::start().await;
    for password in [json!("another password"), Value::Null] {
        let first = project.sign_up("ada@example.com").await;
        let second = project.sign_in("ada@example.com").await;
        let call = project
            .server_call(&format!("PATCH /users/{}", first.id))
            .json(json!({ "password": password }));
        call.send().await.answers(200);
        for session in [&first, &second] {
            session
                .client
                .refresh_current_session()
                .send()
                .await
                .fails(401, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");
        }
        project
            .server()
            .delete_user()
            .user_id(first.id)
            .send()
            .await
            .answers(200);
    }
}

#[tokio::test]
async fn a_server_that_acts_as_a_user_ends_every_session_with_the_password_too() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = server::UserUpdate {
        password: Patch::Value("another password".into()),
        ..Default::default()
    };
    let server = project.server().with_tokens(ada.client.tokens());
    server.update_current_user().body(body).send().await.answers(200);
    ada.client
        .refresh_current_session()
        .send()
        .await
        .fails(401, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");
}

#[tokio::test]
async fn other_changes_leave_sessions_alone() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = json!({ "display_name": "Ada", "totp_secret_base64": null, "restricted_by_admin": false });
    project
        .server_call(&format!("PATCH /users/{}", ada.id))
        .json(body)
        .send()
        .await
        .answers(200);
    ada.client.refresh_current_session().send().await.answers(200);
}

#[tokio::test]
async fn a_first_password_needs_an_address() {
    let project = TestProject::start().await;
    let ada = project.user_with(json!({})).await;
    let call = project
        .server_call(&format!("PATCH /users/{}", ada.id))
        .json(json!({ "password": PASSWORD }));
    call.send().await.fails_plainly(400);
    assert_eq!(project.user(&ada).await["has_password"], json!(false));
}

#[tokio::test]
async fn ways_to_sign_in_that_the_project_doesnt_offer_cant_be_turned_on() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    for body in [
        json!({ "otp_auth_enabled": true }),
        json!({ "passkey_auth_enabled": true }),
    ] {
        let server = project
            .server_call(&format!("PATCH /users/{}", ada.id))
            .json(body.clone())
            .send()
            .await;
        server.fails_plainly(400);
        ada.client
            .update_current_user()
            .body(typed::<client::UserUpdate>(body))
            .send()
            .await
            .fails_plainly(400);
    }
    let off = client::UserUpdate {
        otp_auth_enabled: Some(false),
        passkey_auth_enabled: Some(false),
        ..Default::default()
    };
    ada.client.update_current_user().body(off).send().await.answers(200);
}
