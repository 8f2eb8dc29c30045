//! Deleting teams, and what goes with them.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};

use super::{call, join, members, start, team_of};

#[tokio::test]
async fn deleting_a_team_removes_its_members_and_what_they_had_there() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let (team, kept) = (team_of(&ada, "Engines").await, team_of(&ada, "Looms").await);
    join(&project, team, &grace).await;
    let selected = json!({ "selected_team_id": team });
    call(&project, &grace, "PATCH /users/me", selected).await.answers(200);
    let deleted = ada.client.delete_team().team_id(team).send().await.answers(200);
    assert!(deleted.success);
    let line = format!("GET /teams/{team}");
    call(&project, &ada, &line, Value::Null)
        .await
        .fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    let gone = project.server().delete_team().team_id(team).send().await;
    gone.fails(404, "TEAM_NOT_FOUND");
    let user = project.user(&grace).await;
    assert_eq!(
        (&user["selected_team"], &user["selected_team_id"]),
        (&Value::Null, &Value::Null)
    );
    let permissions = project.server_call("GET /team-permissions").send().await.answers(200);
    let permissions = permissions["items"].as_array().expect("a list").clone();
    assert!(
        permissions
            .iter()
            .all(|permission| permission["team_id"] == json!(kept))
    );
    let profiles = project
        .server_call("GET /team-member-profiles")
        .send()
        .await
        .answers(200);
    assert_eq!(profiles["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(members(&project, kept).await, [json!(ada.id)]);
}

#[tokio::test]
async fn without_the_permission_a_member_deletes_nothing() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let eve = project.sign_up("eve@example.com").await;
    let team = team_of(&ada, "Engines").await;
    join(&project, team, &grace).await;
    let line = format!("DELETE /teams/{team}");
    let refused = call(&project, &grace, &line, Value::Null).await;
    assert_eq!(
        refused.fails(401, "TEAM_PERMISSION_REQUIRED"),
        json!({ "team_id": team, "user_id": grace.id, "permission_id": "$delete_team" })
    );
    call(&project, &eve, &line, Value::Null)
        .await
        .fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    let nobody = project.client_call(&line).send().await;
    nobody.fails(401, "USER_AUTHENTICATION_REQUIRED");
    assert_eq!(members(&project, team).await.len(), 2);
    project.server().delete_team().team_id(team).send().await.answers(200);
}

#[tokio::test]
async fn a_user_who_is_deleted_leaves_their_teams() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let team = team_of(&ada, "Engines").await;
    join(&project, team, &grace).await;
    let line = format!("DELETE /users/{}", ada.id);
    project.server_call(&line).send().await.answers(200);
    assert_eq!(members(&project, team).await, [json!(grace.id)]);
    let found = project.server().get_team().team_id(team).send().await.answers(200);
    assert_eq!(found.display_name, "Engines", "the team stays");
    let line = format!("GET /team-permissions?team_id={team}");
    let permissions = project.server_call(&line).send().await.answers(200);
    let permissions = permissions["items"].as_array().expect("a list").clone();
    assert!(
        permissions
            .iter()
            .all(|permission| permission["user_id"] == json!(grace.id))
    );
}

#[tokio::test]
async fn a_team_that_owns_projects_stays_until_it_owns_none() {
    let project = TestProject::start().await;
    let internal = TestProject::internal(&project.server);
    let team = project.owner_team_id;
    let refused = project.owner.delete_team().team_id(team).send().await;
    refused.fails_plainly(400);
    let refused = internal.server().delete_team().team_id(team).send().await;
    refused.fails_plainly(400);
    project.admin().delete_project().send().await.answers(200);
    project.owner.delete_team().team_id(team).send().await.answers(200);
}
