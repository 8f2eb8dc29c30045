//! Restricted users: why they are, what they are told, and which header lets them in.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use stack_types::server;

#[tokio::test]
async fn a_restriction_shows_its_reason_and_is_forgotten_when_it_is_lifted() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let patch = |body: Value| {
        project
            .server_call(&format!("PATCH /users/{}", ada.id))
            .json(body)
            .send()
    };
    let body = json!({
        "restricted_by_admin": true,
        "restricted_by_admin_reason": "A test.",
        "restricted_by_admin_private_details": "Nobody needs to know.",
    });
    let user = patch(body).await.answers(200);
    assert_eq!(
        user["restricted_reason"],
        json!({ "type": "restricted_by_administrator" })
    );
    let client = project.client_with(ada.client.tokens());
    let me = client.get_current_user().send().await.answers(200);
    assert_eq!(me.restricted_by_admin_reason.as_deref(), Some("A test."));

    let lifted = patch(json!({ "restricted_by_admin": false })).await.answers(200);
    let keys = [
        "restricted_by_admin_reason",
        "restricted_by_admin_private_details",
        "restricted_reason",
    ];
    assert!(keys.iter().all(|key| lifted[key].is_null()), "{lifted}");
    assert_eq!(lifted["is_restricted"], json!(false));
}

#[tokio::test]
async fn a_reason_needs_a_restriction_and_an_empty_one_is_none() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let patch = |body: Value| {
        project
            .server_call(&format!("PATCH /users/{}", ada.id))
            .json(body)
            .send()
    };
    patch(json!({ "restricted_by_admin_reason": "A test." }))
        .await
        .fails_plainly(400);
    patch(json!({ "restricted_by_admin": false, "restricted_by_admin_reason": "A test." }))
        .await
        .fails_plainly(400);
    let body = json!({ "restricted_by_admin": true, "restricted_by_admin_reason": "" });
    assert_eq!(
        patch(body).await.answers(200)["restricted_by_admin_reason"],
        Value::Null
    );
}

#[tokio::test]
async fn of_several_reasons_the_first_counts() {
    let project = TestProject::start_with(json!({ "require_email_verification": true })).await;
    let guest = project.sign_up_anonymously().await;
    let patch = |body: Value| {
        project
            .server_call(&format!("PATCH /users/{}", guest.id))
            .json(body)
            .send()
    };
    let reason = |user: Value| user["restricted_reason"]["type"].clone();
    assert_eq!(
        reason(patch(json!({ "restricted_by_admin": true })).await.answers(200)),
        "anonymous"
    );
    assert_eq!(
        reason(patch(json!({ "is_anonymous": false })).await.answers(200)),
        "email_not_verified"
    );
    let verified = json!({ "primary_email": "a@example.com", "primary_email_verified": true });
    assert_eq!(
        reason(patch(verified).await.answers(200)),
        "restricted_by_administrator"
    );
}

#[tokio::test]
async fn a_token_of_a_restricted_user_needs_a_header() {
    let project = TestProject::start().await;
    let ada = project.user_with(json!({ "restricted_by_admin": true })).await;
    let call = || project.client_call("GET /users/me").token(&ada.access_token());
    let details = call().send().await.fails(403, "RESTRICTED_USER_NOT_ALLOWED");
    assert_eq!(
        details,
        json!({ "restricted_reason": { "type": "restricted_by_administrator" } })
    );
    for header in ["x-stack-allow-restricted-user", "x-stack-allow-anonymous-user"] {
        call().header(header, "true").send().await.answers(200);
        for other in ["", "false", "1", "TRUE"] {
            call()
                .header(header, other)
                .send()
                .await
                .fails(403, "RESTRICTED_USER_NOT_ALLOWED");
        }
    }
}

#[tokio::test]
async fn a_token_stays_what_it_was_until_it_is_refreshed() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = server::UserUpdate {
        restricted_by_admin: Some(true),
        ..Default::default()
    };
    project
        .server()
        .update_user()
        .user_id(ada.id)
        .body(body)
        .send()
        .await
        .answers(200);
    let old = project
        .client_call("GET /users/me")
        .token(&ada.access_token())
        .send()
        .await
        .answers(200);
    assert_eq!(old["is_restricted"], json!(true), "what is shown is how it is now");
    let fresh = ada
        .client
        .refresh_current_session()
        .send()
        .await
        .answers(200)
        .access_token;
    let call = project.client_call("GET /users/me").token(fresh.expose());
    call.send().await.fails(403, "RESTRICTED_USER_NOT_ALLOWED");
}
