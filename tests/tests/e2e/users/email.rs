//! The primary e-mail address of a user, and what a change of it does.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, PASSWORD, TestProject, TestUser, typed};
use stack_types::{PasswordSignIn, client};

async fn patch(project: &TestProject, user: &TestUser, body: Value) -> Answer {
    project
        .server_call(&format!("PATCH /users/{}", user.id))
        .json(body)
        .send()
        .await
}

/// Whether somebody signs in with this address.
async fn signs_in(project: &TestProject, email: &str) -> bool {
    let body = PasswordSignIn {
        email: email.to_owned(),
        password: PASSWORD.into(),
    };
    project.client().sign_in_with_password().body(body).send().await.is_ok()
}

#[tokio::test]
async fn a_new_address_starts_unverified_and_signs_in_at_once() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    patch(&project, &ada, json!({ "primary_email_verified": true }))
        .await
        .answers(200);
    let body = client::UserUpdate {
        primary_email: Patch::Value("New@Example.com".into()),
        ..Default::default()
    };
    let me = ada.client.update_current_user().body(body).send().await.answers(200);
    assert_eq!(
        (me.primary_email.as_deref(), me.primary_email_verified),
        (Some("new@example.com"), false)
    );
    assert!(signs_in(&project, "new@example.com").await);
}

#[tokio::test]
async fn the_old_address_stays_the_users() {
    let project = TestProject::start().await;
    let ada = project.sign_up("old@example.com").await;
    patch(&project, &ada, json!({ "primary_email": "new@example.com" }))
        .await
        .answers(200);
    let found = project
        .server()
        .list_users()
        .query("old@example.com")
        .send()
        .await
        .answers(200);
    assert_eq!(found.items.iter().map(|user| user.id).collect::<Vec<_>>(), [ada.id]);
    let body = json!({ "primary_email": "old@example.com", "primary_email_auth_enabled": true });
    let call = project.server_call("POST /users").json(body);
    call.send().await.fails(409, "USER_EMAIL_ALREADY_EXISTS");
}

#[tokio::test]
async fn an_address_that_the_user_had_comes_back_as_it_was() {
    let project = TestProject::start().await;
    let ada = project.sign_up("first@example.com").await;
    patch(&project, &ada, json!({ "primary_email_verified": true }))
        .await
        .answers(200);
    patch(&project, &ada, json!({ "primary_email": "second@example.com" }))
        .await
        .answers(200);
    let user = patch(&project, &ada, json!({ "primary_email": "first@example.com" }))
        .await
        .answers(200);
    assert_eq!(
        (&user["primary_email_verified"], &user["primary_email_auth_enabled"]),
        (&json!(true), &json!(true))
    );
}

#[tokio::test]
async fn a_server_says_whether_a_new_address_is_verified() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = json!({ "primary_email": "new@example.com", "primary_email_verified": true });
    assert_eq!(
        patch(&project, &ada, body).await.answers(200)["primary_email_verified"],
        true
    );
}

#[tokio::test]
async fn without_an_address_nobody_signs_in_with_it() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let user = patch(&project, &ada, json!({ "primary_email": null }))
        .await
        .answers(200);
    assert_eq!(
        (&user["primary_email"], &user["primary_email_verified"]),
        (&Value::Null, &json!(false))
    );
    let again = patch(
        &project,
        &ada,
        json!({ "primary_email": null, "primary_email_auth_enabled": true }),
    )
    .await;
    again.fails_plainly(400);
    patch(&project, &ada, json!({ "primary_email_verified": true }))
        .await
        .fails_plainly(400);
}

#[tokio::test]
async fn an_address_that_isnt_used_to_sign_in_doesnt_sign_in() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    patch(&project, &ada, json!({ "primary_email_auth_enabled": false }))
        .await
        .answers(200);
    assert!(!signs_in(&project, "ada@example.com").await);
    patch(&project, &ada, json!({ "primary_email_auth_enabled": true }))
        .await
        .answers(200);
    assert!(signs_in(&project, "ada@example.com").await);
}

#[tokio::test]
async fn the_address_of_another_user_is_taken() {
    let project = TestProject::start().await;
    project.sign_up("grace@example.com").await;
    let ada = project.sign_up("ada@example.com").await;
    let before = project.user(&ada).await;
    let body = json!({ "display_name": "Eve", "primary_email": "Grace@example.com" });
    let details = json!({ "email": "grace@example.com", "would_work_if_email_was_verified": false });
    let server = patch(&project, &ada, body.clone())
        .await
        .fails(409, "USER_EMAIL_ALREADY_EXISTS");
    assert_eq!(server, details);
    let client = ada
        .client
        .update_current_user()
        .body(typed::<client::UserUpdate>(body))
        .send()
        .await;
    assert_eq!(client.fails(409, "USER_EMAIL_ALREADY_EXISTS"), details);
    assert_eq!(project.user(&ada).await, before, "the name isn't changed either");
}

#[tokio::test]
async fn what_isnt_an_address_is_refused() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    for email in [
        "",
        "ada",
        "@example.com",
        "ada@",
        "a b@example.com",
        "ada@example.com, eve@example.com",
    ] {
        patch(&project, &ada, json!({ "primary_email": email }))
            .await
            .fails(400, "SCHEMA_ERROR");
    }
    patch(&project, &ada, json!({ "primary_email": ["ada@example.com"] }))
        .await
        .fails(400, "SCHEMA_ERROR");
}
