//! Whether a key is good.

use std::time::Duration;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject, typed};

use super::{key_of, key_with, project, shown, team_of, text};

const USERS: &str = "POST /user-api-keys/check";
const TEAMS: &str = "POST /team-api-keys/check";

async fn check(project: &TestProject, line: &str, key: &Value) -> stack_tests::Answer {
    project.server_call(line).json(json!({ "api_key": key })).send().await
}

async fn revoke(project: &TestProject, key: &Value) {
    let line = format!("PATCH /user-api-keys/{}", text(key, "id"));
    project
        .server_call(&line)
        .json(json!({ "revoked": true }))
        .send()
        .await
        .answers(200);
}

#[tokio::test]
async fn a_good_key_tells_whose_it_is() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let key = key_of(&project, &json!({ "user_id": ada.id })).await;
    let body = || typed::<stack_types::ApiKeyCheck>(json!({ "api_key": key["value"] }));
    let checked = project
        .server()
        .check_user_api_key()
        .body(body())
        .send()
        .await
        .answers(200);
    assert_eq!(json!(checked), shown(key.clone()));
    let by_admin = project
        .admin()
        .check_user_api_key()
        .body(body())
        .send()
        .await
        .answers(200);
    assert_eq!(by_admin, checked);

    let team = json!({ "team_id": team_of(&project, &ada).await });
    for is_public in [false, true] {
        let key = key_with(&project, &team, json!({ "is_public": is_public })).await;
        let body = typed::<stack_types::ApiKeyCheck>(json!({ "api_key": key["value"] }));
        let checked = project
            .server()
            .check_team_api_key()
            .body(body)
            .send()
            .await
            .answers(200);
        assert_eq!(json!(checked), shown(key));
    }
}

#[tokio::test]
async fn the_first_fault_of_a_key_is_told() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let owner = json!({ "user_id": ada.id });
    let end = json!({ "expires_at_millis": project.server.now().get() + 1000 });
    let (endless, expiring) = (
        key_of(&project, &owner).await,
        key_with(&project, &owner, end.clone()).await,
    );
    let both = key_with(&project, &owner, end).await;
    for key in [&endless, &expiring] {
        check(&project, USERS, &key["value"]).await.answers(200);
    }
    project.server.advance(Duration::from_secs(1));
    check(&project, USERS, &expiring["value"])
        .await
        .fails(401, "API_KEY_EXPIRED");
    check(&project, USERS, &endless["value"]).await.answers(200);
    revoke(&project, &endless).await;
    revoke(&project, &both).await;
    check(&project, USERS, &endless["value"])
        .await
        .fails(401, "API_KEY_REVOKED");
    check(&project, USERS, &both["value"])
        .await
        .fails(401, "API_KEY_REVOKED");
    for key in [&endless, &expiring, &both] {
        let details = check(&project, TEAMS, &key["value"])
            .await
            .fails(400, "WRONG_API_KEY_TYPE");
        assert_eq!(details, json!({ "expected_type": "team", "actual_type": "user" }));
    }
    let team = key_of(&project, &json!({ "team_id": team_of(&project, &ada).await })).await;
    let details = check(&project, USERS, &team["value"])
        .await
        .fails(400, "WRONG_API_KEY_TYPE");
    assert_eq!(details, json!({ "expected_type": "user", "actual_type": "team" }));
}

#[tokio::test]
async fn team_keys_end_as_those_of_users_do() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    let end = json!({ "expires_at_millis": project.server.now().get() - 1 });
    let expired = key_with(&project, &json!({ "team_id": team }), end).await;
    check(&project, TEAMS, &expired["value"])
        .await
        .fails(401, "API_KEY_EXPIRED");
    let key = key_of(&project, &json!({ "team_id": team })).await;
    let line = format!("PATCH /team-api-keys/{}?team_id={team}", text(&key, "id"));
    project
        .server_call(&line)
        .json(json!({ "revoked": true }))
        .send()
        .await
        .answers(200);
    check(&project, TEAMS, &key["value"])
        .await
        .fails(401, "API_KEY_REVOKED");
}

#[tokio::test]
async fn what_is_no_key_is_not_found() {
    let project = project().await;
    let other = TestProject::create(&project.server).await;
    let ada = project.sign_up("ada@example.com").await;
    let key = key_of(&project, &json!({ "user_id": ada.id })).await;
    let value = text(&key, "value");
    let (last, rest) = (&value[101..], &value[..101]);
    let other_end = if last == "0" { "1" } else { "0" };
    for text in [
        String::new(),
        "x".to_owned(),
        format!("{rest}{other_end}"),
        format!(" {value}"),
        value.to_uppercase(),
        value.repeat(10_000),
        text(&key, "id").to_owned(),
        project.keys.secret_server_key.expose().to_owned(),
    ] {
        for line in [USERS, TEAMS] {
            check(&project, line, &json!(text))
                .await
                .fails(404, "API_KEY_NOT_FOUND");
        }
    }
    for wrong in [json!(null), json!([value]), json!({ "value": value })] {
        check(&project, USERS, &wrong).await.fails(400, "SCHEMA_ERROR");
    }
    let enable = json!({ "config": { "allow_user_api_keys": true, "allow_team_api_keys": true } });
    other
        .admin_call("PATCH /internal/projects/current")
        .json(enable)
        .send()
        .await
        .answers(200);
    check(&other, USERS, &key["value"])
        .await
        .fails(404, "API_KEY_NOT_FOUND");
    check(&other, TEAMS, &key["value"])
        .await
        .fails(404, "API_KEY_NOT_FOUND");
}

#[tokio::test]
async fn a_key_revoked_here_is_refused_there_at_once() {
    let project = project().await;
    let twin = project.on(&project.server.twin().await);
    let ada = project.sign_up("ada@example.com").await;
    let key = key_of(&project, &json!({ "user_id": ada.id })).await;
    check(&twin, USERS, &key["value"]).await.answers(200);
    revoke(&project, &key).await;
    check(&twin, USERS, &key["value"]).await.fails(401, "API_KEY_REVOKED");
}

#[tokio::test]
async fn clients_check_nothing() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let key = key_of(&project, &json!({ "user_id": ada.id })).await;
    for line in [USERS, TEAMS] {
        let call = project.client_call(line).token(&ada.access_token());
        let answer = call.json(json!({ "api_key": key["value"] })).send().await;
        answer.fails(401, "INSUFFICIENT_ACCESS_TYPE");
    }
}
