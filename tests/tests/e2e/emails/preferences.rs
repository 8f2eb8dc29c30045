//! Notification preferences.

use serde_json::{Value, json};
use stack_tests::TestProject;

const TRANSACTIONAL: &str = "7bb82d33-2f54-4a3d-9d23-82739e0d66ef";
const MARKETING: &str = "4f6f8873-3d04-46bd-8bef-18338b1a1b4c";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn preference(id: &str, name: &str, enabled: bool) -> Value {
    json!({
        "notification_category_id": id, "notification_category_name": name, "enabled": enabled,
        "can_disable": name == "Marketing",
    })
}

#[tokio::test]
async fn a_user_wants_everything_until_they_say_otherwise() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let token = ada.access_token();
    let list = || {
        project
            .client_call("GET /emails/notification-preference/me")
            .token(&token)
            .send()
    };
    let all = |marketing| {
        json!({
            "items": [preference(TRANSACTIONAL, "Transactional", true), preference(MARKETING, "Marketing", marketing)],
            "is_paginated": false,
        })
    };
    assert_eq!(list().await.answers(200), all(true));
    let line = format!("PATCH /emails/notification-preference/me/{MARKETING}");
    for enabled in [false, true, false] {
        let call = project
            .client_call(&line)
            .token(&token)
            .json(json!({ "enabled": enabled }));
        assert_eq!(
            call.send().await.answers(200),
            preference(MARKETING, "Marketing", enabled)
        );
        assert_eq!(list().await.answers(200), all(enabled));
    }
    let line = format!("GET /emails/notification-preference/{}", ada.id);
    assert_eq!(project.server_call(&line).send().await.answers(200), all(false));
    let line = format!("PATCH /emails/notification-preference/{}/{TRANSACTIONAL}", ada.id);
    let call = project.server_call(&line).json(json!({ "enabled": false }));
    assert_eq!(
        call.send().await.answers(200)["enabled"],
        false,
        "hiding the switch is the app's"
    );
}

#[tokio::test]
async fn a_client_sees_and_changes_its_own_user_only() {
    let project = TestProject::start().await;
    let (ada, bob) = (
        project.sign_up("ada@example.com").await,
        project.sign_up("bob@example.com").await,
    );
    let token = ada.access_token();
    let (list, update) = (
        format!("GET /emails/notification-preference/{}", bob.id),
        format!("PATCH /emails/notification-preference/{}/{MARKETING}", bob.id),
    );
    let body = json!({ "enabled": false });
    project.client_call(&list).token(&token).send().await.fails_plainly(403);
    project
        .client_call(&update)
        .token(&token)
        .json(body.clone())
        .send()
        .await
        .fails_plainly(403);
    project
        .client_call(&list)
        .send()
        .await
        .fails(401, "USER_AUTHENTICATION_REQUIRED");
    project
        .client_call(&update)
        .json(body)
        .send()
        .await
        .fails(401, "USER_AUTHENTICATION_REQUIRED");
}

#[tokio::test]
async fn unknown_kinds_and_users_are_not_found() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let theirs = TestProject::create(&project.server)
        .await
        .sign_up("eve@example.com")
        .await;
    let body = json!({ "enabled": false });
    let line = format!("PATCH /emails/notification-preference/{}/{NOBODY}", ada.id);
    project
        .server_call(&line)
        .json(body.clone())
        .send()
        .await
        .fails_plainly(404);
    for user in [NOBODY.to_owned(), theirs.id.to_string()] {
        let line = format!("GET /emails/notification-preference/{user}");
        project.server_call(&line).send().await.fails(404, "USER_NOT_FOUND");
        let line = format!("PATCH /emails/notification-preference/{user}/{MARKETING}");
        let call = project.server_call(&line).json(body.clone());
        call.send().await.fails(404, "USER_NOT_FOUND");
    }
    for line in [
        "GET /emails/notification-preference/me".to_owned(),
        format!("PATCH /emails/notification-preference/me/{MARKETING}"),
    ] {
        let call = project.server_call(&line);
        let call = if line.starts_with("PATCH") {
            call.json(body.clone())
        } else {
            call
        };
        call.send().await.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    }
}
