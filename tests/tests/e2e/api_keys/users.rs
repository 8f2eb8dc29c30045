//! The keys of users.

use std::time::Duration;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject, typed};
use uuid::Uuid;

use super::{assert_is_key, call, key_of, key_with, project, shown, text};

const FORM: &str = "POST /user-api-keys";

#[tokio::test]
async fn a_user_makes_a_key_that_is_shown_once() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = json!({ "description": "Nightly backup", "expires_at_millis": null, "user_id": "me" });
    let body = typed::<stack_types::UserApiKeyCreate>(body);
    let created = ada.client.create_user_api_key().body(body).send().await.answers(200);
    let mut created = serde_json::to_value(&created).expect("JSON");
    assert_is_key(&created, "sk_", "user");
    let listed = ada
        .client
        .list_user_api_keys()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&listed));
    assert_eq!(json!(listed.items), json!([shown(created.clone())]));
    let id = text(&created, "id").to_owned();
    let read = ada
        .client
        .get_user_api_key()
        .api_key_id(typed::<stack_types::ApiKeyId>(json!(id)));
    assert_eq!(json!(read.send().await.answers(200)), shown(created.take()));
}

#[tokio::test]
async fn servers_make_keys_of_every_kind() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let owner = json!({ "user_id": ada.id });
    let end = project.server.now().get() + 60_000;
    let public = key_with(&project, &owner, json!({ "is_public": true, "expires_at_millis": end })).await;
    assert_is_key(&public, "pk_", "user");
    assert_eq!(
        (&public["is_public"], &public["expires_at_millis"]),
        (&json!(true), &json!(end))
    );
    let endless = key_with(&project, &owner, json!({ "expires_at_millis": 0 })).await;
    assert_is_key(&endless, "sk_", "user");
    assert_eq!(endless["expires_at_millis"], Value::Null, "0 is never");
    let mine = project.server_call(FORM).token(&ada.access_token());
    let mine = mine.json(json!({ "description": "", "expires_at_millis": null, "user_id": "me" }));
    assert_eq!(mine.send().await.answers(200)["user_id"], json!(ada.id));
    let listed = project
        .server()
        .list_user_api_keys()
        .user_id(UserIdOrMe::Id(ada.id))
        .send()
        .await
        .answers(200);
    assert_eq!(listed.items.len(), 3);
}

#[tokio::test]
async fn a_key_needs_its_fields_and_somebody_whose_it_is() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let whole = json!({ "description": "x", "expires_at_millis": null, "user_id": ada.id });
    for field in ["description", "expires_at_millis", "user_id"] {
        let mut body = whole.clone();
        body.as_object_mut().expect("an object").remove(field);
        project
            .server_call(FORM)
            .json(body)
            .send()
            .await
            .fails(400, "SCHEMA_ERROR");
    }
    let mut body = whole.clone();
    body["team_id"] = json!(Uuid::new_v4());
    project
        .server_call(FORM)
        .json(body)
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
    let mut body = whole;
    body["user_id"] = json!(Uuid::from_u128(1));
    let nobody = project.server_call(FORM).json(body.clone()).send().await;
    nobody.fails(400, "USER_ID_DOES_NOT_EXIST");
    body["user_id"] = json!("me");
    let nobody = project.server_call(FORM).json(body).send().await;
    nobody.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    for line in ["GET /user-api-keys", "GET /user-api-keys?user_id="] {
        project.server_call(line).send().await.fails(400, "SCHEMA_ERROR");
    }
    let nobody = project.server_call("GET /user-api-keys?user_id=me").send().await;
    nobody.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    let without_user = project.client_call("GET /user-api-keys?user_id=me").send().await;
    without_user.fails(401, "USER_AUTHENTICATION_REQUIRED");
}

#[tokio::test]
async fn clients_have_the_keys_of_their_own_user_only() {
    let project = project().await;
    let (ada, eve) = (
        project.sign_up("ada@example.com").await,
        project.sign_up("eve@example.com").await,
    );
    let key = key_of(&project, &json!({ "user_id": ada.id })).await;
    let id = text(&key, "id");
    let theirs = json!({ "description": "x", "expires_at_millis": null, "user_id": ada.id });
    call(&project, &eve, FORM, theirs).await.fails_plainly(403);
    let line = format!("GET /user-api-keys?user_id={}", ada.id);
    call(&project, &eve, &line, Value::Null).await.fails_plainly(403);
    call(&project, &eve, &format!("GET /user-api-keys/{id}"), Value::Null)
        .await
        .fails_plainly(403);
    let line = format!("PATCH /user-api-keys/{id}");
    call(&project, &eve, &line, json!({ "revoked": true }))
        .await
        .fails_plainly(403);
    for body in [
        json!({ "user_id": eve.id }),
        json!({ "expires_at_millis": 0 }),
        json!({ "is_public": true }),
    ] {
        call(&project, &eve, &line, body.clone())
            .await
            .fails(400, "SCHEMA_ERROR");
        call(&project, &ada, &line, body).await.fails(400, "SCHEMA_ERROR");
    }
    let read = project
        .server_call(&format!("GET /user-api-keys/{id}"))
        .send()
        .await
        .answers(200);
    assert_eq!(read, shown(key));
}

#[tokio::test]
async fn a_key_is_described_and_revoked_for_good() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let key = key_of(&project, &json!({ "user_id": ada.id })).await;
    let id = typed::<stack_types::ApiKeyId>(key["id"].clone());
    let update = |body: Value| typed::<stack_types::ApiKeyUpdate>(body);
    let described = ada
        .client
        .update_user_api_key()
        .api_key_id(id)
        .body(update(json!({ "description": "" })));
    assert_eq!(described.send().await.answers(200).description, "");

    let now = project.server.now();
    let revoked = ada
        .client
        .update_user_api_key()
        .api_key_id(id)
        .body(update(json!({ "revoked": true })));
    assert_eq!(revoked.send().await.answers(200).manually_revoked_at_millis, Some(now));
    project.server.advance(Duration::from_secs(60));
    let again = update(json!({ "revoked": true, "description": "Gone" }));
    let again = project
        .server()
        .update_user_api_key()
        .api_key_id(id)
        .body(again)
        .send()
        .await
        .answers(200);
    assert_eq!(again.manually_revoked_at_millis, Some(now), "the first time stays");
    assert_eq!(again.description, "Gone");
    let line = format!("PATCH /user-api-keys/{id}");
    for body in [
        json!({ "revoked": false }),
        json!({ "revoked": null }),
        json!({ "description": null }),
    ] {
        project
            .server_call(&line)
            .json(body)
            .send()
            .await
            .fails(400, "SCHEMA_ERROR");
    }
    let same = project.server_call(&line).json(json!({})).send().await.answers(200);
    assert_eq!(same, json!(again), "nothing changes");
}

#[tokio::test]
async fn keys_are_listed_newest_first_with_those_that_are_over() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let owner = json!({ "user_id": ada.id });
    let mut expected = Vec::new();
    for number in 0..4 {
        let end = if number == 1 { json!(1) } else { Value::Null };
        let key = key_with(&project, &owner, json!({ "expires_at_millis": end })).await;
        if number == 2 {
            let line = format!("PATCH /user-api-keys/{}", text(&key, "id"));
            project
                .server_call(&line)
                .json(json!({ "revoked": true }))
                .send()
                .await
                .answers(200);
        }
        expected.insert(0, key["id"].clone());
        project.server.advance(Duration::from_millis(1));
    }
    let line = format!("GET /user-api-keys?user_id={}", ada.id);
    let listed = project.server_call(&line).send().await.answers(200);
    let ids: Vec<_> = listed["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|key| key["id"].clone())
        .collect();
    assert_eq!(ids, expected);
    assert_eq!(listed["is_paginated"], false);
    let nobody = project.server_call(&format!("GET /user-api-keys?user_id={}", Uuid::from_u128(1)));
    assert_eq!(nobody.send().await.answers(200)["items"], json!([]));
}

#[tokio::test]
async fn a_project_that_gives_no_keys_to_users_says_so() {
    let project = TestProject::start_with(json!({ "allow_team_api_keys": true })).await;
    let ada = project.sign_up("ada@example.com").await;
    let id = Uuid::from_u128(1);
    let body = json!({ "description": "x", "expires_at_millis": null, "user_id": ada.id });
    for (line, body) in [
        (FORM.to_owned(), body),
        (format!("GET /user-api-keys?user_id={}", ada.id), Value::Null),
        (format!("GET /user-api-keys/{id}"), Value::Null),
        (format!("PATCH /user-api-keys/{id}"), json!({ "revoked": true })),
    ] {
        assert!(
            call(&project, &ada, &line, body.clone())
                .await
                .fails_plainly(400)
                .contains("apiKeys.enabled.user")
        );
        let call = project.server_call(&line);
        let call = if body.is_null() { call } else { call.json(body) };
        call.send().await.fails_plainly(400);
    }
    let check = project
        .server_call("POST /user-api-keys/check")
        .json(json!({ "api_key": "x" }));
    check.send().await.fails_plainly(400);
}

#[tokio::test]
async fn keys_are_found_in_their_project_and_by_their_kind_of_owner_only() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let key = key_of(&project, &json!({ "user_id": ada.id })).await;
    let id = text(&key, "id");
    let other = super::project().await;
    let unknown = Uuid::from_u128(1);
    for (project, line) in [
        (&other, format!("/user-api-keys/{id}?user_id={}", ada.id)),
        (&project, format!("/user-api-keys/{unknown}")),
        (&project, format!("/team-api-keys/{id}?team_id={unknown}")),
    ] {
        project
            .server_call(&format!("GET {line}"))
            .send()
            .await
            .fails(404, "API_KEY_NOT_FOUND");
        let patch = project
            .server_call(&format!("PATCH {line}"))
            .json(json!({ "revoked": true }));
        patch.send().await.fails(404, "API_KEY_NOT_FOUND");
    }
    let line = format!("GET /user-api-keys/{unknown}");
    call(&project, &ada, &line, Value::Null)
        .await
        .fails(404, "API_KEY_NOT_FOUND");
    let read = project.server_call(&format!("GET /user-api-keys/{id}?user_id={unknown}"));
    assert_eq!(
        read.send().await.answers(200),
        shown(key),
        "a user in the query isn't looked at"
    );
}

#[tokio::test]
async fn keys_go_with_their_user() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let key = key_of(&project, &json!({ "user_id": ada.id })).await;
    project.server().delete_user().user_id(ada.id).send().await.answers(200);
    let line = format!("GET /user-api-keys/{}", text(&key, "id"));
    project.server_call(&line).send().await.fails(404, "API_KEY_NOT_FOUND");
    let check = project
        .server_call("POST /user-api-keys/check")
        .json(json!({ "api_key": key["value"] }));
    check.send().await.fails(404, "API_KEY_NOT_FOUND");
}
