//! `POST /auth/password/sign-in`.

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, PASSWORD, TestProject};
use stack_types::{client, server};

use super::sign_in;

#[tokio::test]
async fn signing_in_makes_a_session() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    for email in ["ada@example.com", "Ada@Example.COM"] {
        let body = sign_in(email, PASSWORD);
        let signed_in = project
            .client()
            .sign_in_with_password()
            .body(body)
            .send()
            .await
            .answers(200);
        assert_eq!(signed_in.user_id, ada.id);
        insta::assert_json_snapshot!("signed_in", project.snapshots().of(&signed_in));
    }
    let sessions = ada
        .client
        .list_sessions()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .answers(200);
    assert_eq!(sessions.items.len(), 3, "each sign-in is a session of its own");
}

#[tokio::test]
async fn whoever_cant_sign_in_isnt_told_why() {
    let project = TestProject::start().await;
    project.sign_up("ada@example.com").await;
    project
        .user_with(json!({ "primary_email": "no-password@example.com", "primary_email_auth_enabled": true }))
        .await;
    project
        .user_with(json!({ "primary_email": "not-for-auth@example.com", "password": PASSWORD }))
        .await;
    let mut answers = Vec::new();
    for (email, password) in [
        ("ada@example.com", "another password"),
        ("ada@example.com", "x"),
        ("nobody@example.com", PASSWORD),
        ("no-password@example.com", PASSWORD),
        ("not-for-auth@example.com", PASSWORD),
    ] {
        let body = json!({ "email": email, "password": password });
        let answer = project
            .client_call("POST /auth/password/sign-in")
            .json(body)
            .send()
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "EMAIL_PASSWORD_MISMATCH"),
            "{email} {password}"
        );
        answers.push(answer.text().to_owned());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "all are answered alike");
}

/// Nobody gets a session with the first factor alone.
#[tokio::test]
async fn a_second_factor_keeps_the_password_from_signing_in() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let secret = client::UserUpdate {
        totp_secret_base64: Patch::Value("c2VjcmV0".into()),
        ..Default::default()
    };
    let me = ada.client.update_current_user().body(secret).send().await.answers(200);
    assert!(me.requires_totp_mfa);
    let before = ada
        .client
        .list_sessions()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .answers(200)
        .items
        .len();
    let body = sign_in("ada@example.com", PASSWORD);
    project
        .client()
        .sign_in_with_password()
        .body(body)
        .send()
        .await
        .fails(400, "MULTI_FACTOR_AUTHENTICATION_REQUIRED");
    let after = ada
        .client
        .list_sessions()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .answers(200)
        .items
        .len();
    assert_eq!(before, after, "no session was begun");
    let wrong = sign_in("ada@example.com", "another password");
    project
        .client()
        .sign_in_with_password()
        .body(wrong)
        .send()
        .await
        .fails(400, "EMAIL_PASSWORD_MISMATCH");
    ada.client.refresh_current_session().send().await.answers(200);

    let off = server::UserUpdate {
        totp_secret_base64: Patch::Null,
        ..Default::default()
    };
    project
        .server()
        .update_user()
        .user_id(ada.id)
        .body(off)
        .send()
        .await
        .answers(200);
    project.sign_in("ada@example.com").await;
}
