//! The keys of teams.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject, typed};
use stack_types::TeamId;
use uuid::Uuid;

use super::{assert_is_key, call, key_of, project, shown, team_of, text};

const FORM: &str = "POST /team-api-keys";

#[tokio::test]
async fn whoever_manages_the_keys_of_a_team_makes_lists_and_revokes_them() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = typed::<TeamId>(json!(team_of(&project, &ada).await));
    let body = json!({ "description": "Nightly backup", "expires_at_millis": null, "team_id": team });
    let body = typed::<stack_types::TeamApiKeyCreate>(body);
    let created = ada.client.create_team_api_key().body(body).send().await.answers(200);
    let created = serde_json::to_value(&created).expect("JSON");
    assert_is_key(&created, "sk_", "team");
    let listed = ada.client.list_team_api_keys().team_id(team).send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&listed));
    assert_eq!(json!(listed.items), json!([shown(created.clone())]));
    let id = typed::<stack_types::ApiKeyId>(created["id"].clone());
    let read = ada
        .client
        .get_team_api_key()
        .api_key_id(id)
        .team_id(team)
        .send()
        .await
        .answers(200);
    assert_eq!(json!(read), shown(created));
    let revoke = typed::<stack_types::ApiKeyUpdate>(json!({ "revoked": true }));
    let revoked = ada
        .client
        .update_team_api_key()
        .api_key_id(id)
        .team_id(team)
        .body(revoke)
        .send()
        .await
        .answers(200);
    assert_eq!(revoked.manually_revoked_at_millis, Some(project.server.now()));
}

#[tokio::test]
async fn to_everybody_else_a_teams_keys_are_not_there() {
    let project = project().await;
    let (ada, eve) = (
        project.sign_up("ada@example.com").await,
        project.sign_up("eve@example.com").await,
    );
    let team = team_of(&project, &ada).await;
    let key = key_of(&project, &json!({ "team_id": team })).await;
    let (id, not_found) = (text(&key, "id"), "API_KEY_NOT_FOUND");
    let join = format!("POST /team-memberships/{team}/{}", eve.id);
    for is_member in [false, true] {
        if is_member {
            project.server_call(&join).json(json!({})).send().await.answers(201);
        }
        let body = json!({ "description": "x", "expires_at_millis": null, "team_id": team });
        call(&project, &eve, FORM, body).await.fails(404, not_found);
        let list = format!("GET /team-api-keys?team_id={team}");
        call(&project, &eve, &list, Value::Null).await.fails(404, not_found);
        let read = format!("GET /team-api-keys/{id}?team_id={team}");
        call(&project, &eve, &read, Value::Null).await.fails(404, not_found);
        let patch = format!("PATCH /team-api-keys/{id}?team_id={team}");
        call(&project, &eve, &patch, json!({ "revoked": true }))
            .await
            .fails(404, not_found);
        // A team of one's own in the query doesn't help.
        let own = team_of(&project, &eve).await;
        let read = format!("GET /team-api-keys/{id}?team_id={own}");
        call(&project, &eve, &read, Value::Null).await.fails(404, not_found);
    }
    let nowhere = Uuid::from_u128(1);
    let body = json!({ "description": "x", "expires_at_millis": null, "team_id": nowhere });
    call(&project, &eve, FORM, body).await.fails(404, not_found);
    let list = format!("GET /team-api-keys?team_id={nowhere}");
    call(&project, &eve, &list, Value::Null).await.fails(404, not_found);
    project
        .client_call(&list)
        .send()
        .await
        .fails(401, "USER_AUTHENTICATION_REQUIRED");
    let read = project.server_call(&format!("GET /team-api-keys/{id}?team_id={team}"));
    assert_eq!(read.send().await.answers(200), shown(key));
}

#[tokio::test]
async fn whoever_is_granted_the_permission_manages_the_keys() {
    let project = project().await;
    let (ada, eve) = (
        project.sign_up("ada@example.com").await,
        project.sign_up("eve@example.com").await,
    );
    let team = team_of(&project, &ada).await;
    let list = format!("GET /team-api-keys?team_id={team}");
    let join = format!("POST /team-memberships/{team}/{}", eve.id);
    project.server_call(&join).json(json!({})).send().await.answers(201);
    call(&project, &eve, &list, Value::Null)
        .await
        .fails(404, "API_KEY_NOT_FOUND");
    let grant = format!("POST /team-permissions/{team}/{}/$manage_api_keys", eve.id);
    project.server_call(&grant).json(json!({})).send().await.answers(201);
    call(&project, &eve, &list, Value::Null).await.answers(200);
}

#[tokio::test]
async fn servers_make_keys_for_teams_that_there_are() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    let key = key_of(&project, &json!({ "team_id": team })).await;
    assert_eq!((&key["team_id"], &key["type"]), (&json!(team), &json!("team")));
    let nowhere = Uuid::from_u128(1);
    let body = json!({ "description": "x", "expires_at_millis": null, "team_id": nowhere });
    let refused = project.server_call(FORM).json(body).send().await;
    assert_eq!(refused.fails(404, "TEAM_NOT_FOUND"), json!({ "team_id": nowhere }));
    let listed = project
        .server_call(&format!("GET /team-api-keys?team_id={nowhere}"))
        .send()
        .await;
    assert_eq!(listed.answers(200)["items"], json!([]));
    for line in ["GET /team-api-keys", "GET /team-api-keys?team_id=me"] {
        project.server_call(line).send().await.fails(400, "SCHEMA_ERROR");
    }
    let without_team = project
        .server_call(&format!("GET /team-api-keys/{}", text(&key, "id")))
        .send()
        .await;
    without_team.fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn a_team_key_is_described_and_revoked_for_good() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    let key = key_of(&project, &json!({ "team_id": team })).await;
    let line = format!("PATCH /team-api-keys/{}?team_id={team}", text(&key, "id"));
    let now = project.server.now();
    let body = json!({ "revoked": true, "description": "Gone" });
    let revoked = project.server_call(&line).json(body).send().await.answers(200);
    assert_eq!(
        (&revoked["manually_revoked_at_millis"], &revoked["description"]),
        (&json!(now), &json!("Gone"))
    );
    project.server.advance(std::time::Duration::from_secs(60));
    let again = project
        .server_call(&line)
        .json(json!({ "revoked": true }))
        .send()
        .await
        .answers(200);
    assert_eq!(again, revoked);
    let unknown = format!("PATCH /team-api-keys/{}?team_id={team}", Uuid::from_u128(1));
    let unknown = project.server_call(&unknown).json(json!({ "revoked": true }));
    unknown.send().await.fails(404, "API_KEY_NOT_FOUND");
}

#[tokio::test]
async fn a_project_that_gives_no_keys_to_teams_says_so() {
    let project = TestProject::start_with(json!({ "allow_user_api_keys": true, "create_team_on_sign_up": true })).await;
    let ada = project.sign_up("ada@example.com").await;
    let (team, id) = (team_of(&project, &ada).await, Uuid::from_u128(1));
    let body = json!({ "description": "x", "expires_at_millis": null, "team_id": team });
    for (line, body) in [
        (FORM.to_owned(), body),
        (format!("GET /team-api-keys?team_id={team}"), Value::Null),
        (format!("GET /team-api-keys/{id}?team_id={team}"), Value::Null),
        (
            format!("PATCH /team-api-keys/{id}?team_id={team}"),
            json!({ "revoked": true }),
        ),
    ] {
        assert!(
            call(&project, &ada, &line, body)
                .await
                .fails_plainly(400)
                .contains("apiKeys.enabled.team")
        );
    }
    let check = project
        .server_call("POST /team-api-keys/check")
        .json(json!({ "api_key": "x" }));
    check.send().await.fails_plainly(400);
}

#[tokio::test]
async fn keys_go_with_their_team_and_stay_when_a_member_goes() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    let key = key_of(&project, &json!({ "team_id": team })).await;
    let check = || {
        project
            .server_call("POST /team-api-keys/check")
            .json(json!({ "api_key": key["value"] }))
            .send()
    };
    project.server().delete_user().user_id(ada.id).send().await.answers(200);
    check().await.answers(200);
    project
        .server_call(&format!("DELETE /teams/{team}"))
        .send()
        .await
        .answers(200);
    check().await.fails(404, "API_KEY_NOT_FOUND");
}
