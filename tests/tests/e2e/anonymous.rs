//! Tag `anonymous`, and what becomes of anonymous users.

use std::time::Duration;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, PASSWORD, TestProject, TestUser, typed};
use stack_types::{PasswordSignUp, client};

fn sign_up(email: &str) -> PasswordSignUp {
    typed(json!({ "email": email, "password": PASSWORD }))
}

/// Signs a guest up for real, in their own session.
async fn upgrade(guest: &TestUser, email: &str) -> stack_types::SignInResult {
    guest
        .client
        .sign_up_with_password()
        .body(sign_up(email))
        .send()
        .await
        .answers(200)
}

#[tokio::test]
async fn anybody_may_be_an_anonymous_user() {
    let project = TestProject::start().await;
    let signed_in = project.client().sign_up_anonymously().send().await.answers(200);
    let snapshots = project.snapshots();
    insta::assert_json_snapshot!(snapshots.of(&signed_in));
    let me = project
        .client_with(&signed_in)
        .get_current_user()
        .send()
        .await
        .answers(200);
    insta::assert_json_snapshot!(snapshots.of(me));
}

#[tokio::test]
async fn no_setting_keeps_anonymous_users_out() {
    let project = TestProject::start_with(json!({ "sign_up_enabled": false, "credential_enabled": false })).await;
    project.client().sign_up_anonymously().send().await.answers(200);
    project.server().sign_up_anonymously().send().await.answers(200);
    project.admin().sign_up_anonymously().send().await.answers(200);
}

#[tokio::test]
async fn whatever_is_sent_along_is_ignored() {
    let project = TestProject::start().await;
    for body in [
        json!({}),
        json!({ "user_id": "somebody", "is_anonymous": false }),
        json!([1, 2]),
    ] {
        let answer = project
            .client_call("POST /auth/anonymous/sign-up?a=b")
            .json(body)
            .send()
            .await
            .answers(200);
        let call = project
            .client_call("GET /users/me")
            .token(answer["access_token"].as_str().expect("a token"));
        let me = call
            .header("x-stack-allow-anonymous-user", "true")
            .send()
            .await
            .answers(200);
        assert_eq!(me["is_anonymous"], json!(true));
    }
    assert_eq!(project.count_users().await, 3);
}

#[tokio::test]
async fn a_token_of_an_anonymous_user_needs_a_header() {
    let project = TestProject::start().await;
    let guest = project.sign_up_anonymously().await;
    let call = || project.client_call("GET /users/me").token(&guest.access_token());
    call().send().await.fails(401, "ANONYMOUS_AUTHENTICATION_NOT_ALLOWED");
    call()
        .header("x-stack-allow-anonymous-user", "true")
        .send()
        .await
        .answers(200);
    for (header, value) in [
        ("x-stack-allow-anonymous-user", "1"),
        ("x-stack-allow-anonymous-user", "TRUE"),
        ("x-stack-allow-anonymous-user", ""),
        ("x-stack-allow-restricted-user", "true"),
    ] {
        call()
            .header(header, value)
            .send()
            .await
            .fails(401, "ANONYMOUS_AUTHENTICATION_NOT_ALLOWED");
    }
}

#[tokio::test]
async fn signing_up_upgrades_an_anonymous_user_in_place() {
    let project = TestProject::start().await;
    let guest = project.sign_up_anonymously().await;
    let notes = client::UserUpdate {
        client_metadata: Patch::Value(json!({ "cart": [7] })),
        ..Default::default()
    };
    guest.client.update_current_user().body(notes).send().await.answers(200);
    project.server.advance(Duration::from_secs(60));
    let signed_in = upgrade(&guest, "ada@example.com").await;
    assert_eq!(signed_in.user_id, guest.id);
    let user = project.user(&guest).await;
    insta::assert_json_snapshot!(project.snapshots().of(user));
    assert_eq!(project.count_users().await, 1);
    assert_eq!(project.sign_in("ada@example.com").await.id, guest.id);
}

#[tokio::test]
async fn an_upgraded_user_is_no_guest_any_more() {
    let project = TestProject::start().await;
    let guest = project.sign_up_anonymously().await;
    let signed_in = upgrade(&guest, "ada@example.com").await;
    let call = project
        .client_call("GET /users/me")
        .token(signed_in.access_token.expose());
    assert_eq!(call.send().await.answers(200)["is_anonymous"], json!(false));
    let again = project
        .client_with(&signed_in)
        .sign_up_with_password()
        .body(sign_up("grace@example.com"))
        .send()
        .await;
    assert_ne!(again.answers(200).user_id, guest.id, "a second sign-up is another user");
}

#[tokio::test]
async fn an_upgrade_to_an_address_that_is_taken_changes_nothing() {
    let project = TestProject::start().await;
    project.sign_up("ada@example.com").await;
    let guest = project.sign_up_anonymously().await;
    let before = project.user(&guest).await;
    let taken = guest
        .client
        .sign_up_with_password()
        .body(sign_up("ada@example.com"))
        .send()
        .await;
    taken.fails(409, "USER_EMAIL_ALREADY_EXISTS");
    assert_eq!(project.user(&guest).await, before);
}

#[tokio::test]
async fn the_personal_team_of_an_upgraded_user_gets_their_name() {
    let project = TestProject::start_with(json!({ "create_team_on_sign_up": true })).await;
    let guest = project.sign_up_anonymously().await;
    let team = |user: Value| user["selected_team"]["display_name"].clone();
    assert_eq!(team(project.user(&guest).await), "Personal Team");
    upgrade(&guest, "ada@example.com").await;
    assert_eq!(team(project.user(&guest).await), "ada@example.com's Team");
}

#[tokio::test]
async fn a_deleted_anonymous_user_isnt_upgraded() {
    let project = TestProject::start().await;
    let guest = project.sign_up_anonymously().await;
    project
        .server()
        .delete_user()
        .user_id(guest.id)
        .send()
        .await
        .answers(200);
    assert_ne!(upgrade(&guest, "ada@example.com").await.user_id, guest.id);
}
