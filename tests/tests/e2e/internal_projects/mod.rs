//! Tag `internal-projects`.

mod change;
mod transfer;

use serde_json::{Value, json};
use stack_client::{StackClient, prelude::*};
use stack_tests::{Outcome, TestProject, TestServer, TestUser, typed};
use stack_types::{ProjectCreate, ProjectTransfer};
use uuid::Uuid;

/// Somebody who may own projects, and their team.
async fn owner(server: &TestServer) -> (TestUser, Value) {
    let owner = TestProject::internal(server).owner_named("Grace").await;
    let team = owner
        .client
        .get_current_user()
        .send()
        .await
        .answers(200)
        .selected_team_id;
    (owner, json!(team.expect("owners have a team")))
}

async fn create(client: &StackClient, body: Value) -> stack_types::Project {
    client
        .create_project()
        .body(typed::<ProjectCreate>(body))
        .send()
        .await
        .answers(201)
}

#[tokio::test]
async fn a_new_project_has_the_defaults() {
    let server = TestServer::start().await;
    let (owner, team) = owner(&server).await;
    let project = create(&owner.client, json!({ "display_name": "Shop", "owner_team_id": team })).await;
    let snapshots = server.snapshots();
    insta::assert_json_snapshot!(snapshots.of(&project));
}

#[tokio::test]
async fn owners_list_their_projects() {
    let server = TestServer::start().await;
    let (owner, team) = owner(&server).await;
    let list = || owner.client.list_projects().send();
    assert_eq!(list().await.answers(200).items.len(), 0);
    let project = create(&owner.client, json!({ "display_name": "Shop", "owner_team_id": team })).await;
    TestProject::create(&server).await;
    let listed = list().await.answers(200);
    assert_eq!((listed.items, listed.is_paginated), (vec![project], false));
}

#[tokio::test]
async fn projects_are_somebodys() {
    let server = TestServer::start().await;
    let internal = TestProject::internal(&server);
    let body = typed::<ProjectCreate>(json!({ "display_name": "Shop", "owner_team_id": Uuid::new_v4() }));
    const CODE: &str = "USER_AUTHENTICATION_REQUIRED";
    internal.client().list_projects().send().await.fails(401, CODE);
    internal.server().list_projects().send().await.fails(401, CODE);
    internal
        .client()
        .create_project()
        .body(body.clone())
        .send()
        .await
        .fails(401, CODE);
    internal
        .admin()
        .create_project()
        .body(body)
        .send()
        .await
        .fails(401, CODE);
    let body = ProjectTransfer {
        project_id: "x".into(),
        new_team_id: Uuid::new_v4().into(),
    };
    internal
        .client()
        .transfer_project()
        .body(body)
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn only_users_of_internal_have_projects() {
    let project = TestProject::start_with(json!({ "create_team_on_sign_up": true })).await;
    let ada = project.sign_up("ada@example.com").await;
    let team = ada
        .client
        .get_current_user()
        .send()
        .await
        .answers(200)
        .selected_team_id
        .expect("a team");
    const CODE: &str = "EXPECTED_INTERNAL_PROJECT";
    ada.client.list_projects().send().await.fails(401, CODE);
    let body = typed::<ProjectCreate>(json!({ "display_name": "Shop", "owner_team_id": team }));
    ada.client.create_project().body(body).send().await.fails(401, CODE);
    let body = ProjectTransfer {
        project_id: project.id.clone(),
        new_team_id: team,
    };
    ada.client.transfer_project().body(body).send().await.fails(401, CODE);
}

#[tokio::test]
async fn a_project_belongs_to_a_team_of_whoever_creates_it() {
    let server = TestServer::start().await;
    let (grace, _) = owner(&server).await;
    let (_, team) = owner(&server).await;
    for team in [team, json!(Uuid::new_v4())] {
        let body = typed::<ProjectCreate>(json!({ "display_name": "Shop", "owner_team_id": team }));
        let details = grace
            .client
            .create_project()
            .body(body)
            .send()
            .await
            .fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
        assert_eq!(details, json!({ "team_id": team, "user_id": grace.id }));
    }
    assert_eq!(grace.client.list_projects().send().await.answers(200).items.len(), 0);
}

#[tokio::test]
async fn a_project_needs_a_name_and_an_owner() {
    let server = TestServer::start().await;
    let (owner, _) = owner(&server).await;
    let call = TestProject::internal(&server)
        .client_call("POST /internal/projects")
        .token(&owner.access_token());
    let details = call
        .json(json!({ "config": [] }))
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
    insta::assert_snapshot!(details["message"].as_str().expect("text"));
}

#[tokio::test]
async fn only_admins_see_and_change_the_whole_project() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    for access in ["client", "server"] {
        for line in ["GET", "PATCH", "DELETE"].map(|method| format!("{method} /internal/projects/current")) {
            let call = project
                .call_as(access, &line)
                .token(&ada.access_token())
                .json(json!({}));
            call.send().await.fails(401, "INSUFFICIENT_ACCESS_TYPE");
        }
    }
    project.admin().get_whole_project().send().await.answers(200);
}

#[tokio::test]
async fn a_deleted_project_is_gone_with_all_that_was_in_it() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let neighbour = TestProject::create(&project.server).await;
    let deleted = project.admin().delete_project().send().await.answers(200);
    assert!(deleted.success);
    let expected = json!({ "project_id": project.id });
    for access in ["client", "server", "admin"] {
        let answer = project.call_as(access, "GET /projects/current").send().await;
        assert_eq!(answer.fails(400, "CURRENT_PROJECT_NOT_FOUND"), expected, "{access}");
    }
    let me = project
        .client_call("GET /users/me")
        .token(&ada.access_token())
        .send()
        .await;
    me.fails(400, "CURRENT_PROJECT_NOT_FOUND");
    let keys = format!("GET /projects/{}/.well-known/jwks.json", project.id);
    project.server.call(&keys).send().await.fails_plainly(404);
    assert_eq!(project.owner.list_projects().send().await.answers(200).items.len(), 0);
    neighbour.client().get_current_project().send().await.answers(200);
}

#[tokio::test]
async fn the_internal_project_cant_be_deleted() {
    let server = TestServer::start().await;
    let internal = TestProject::internal(&server);
    internal.admin().delete_project().send().await.fails_plainly(400);
    internal.client().get_current_project().send().await.answers(200);
}
