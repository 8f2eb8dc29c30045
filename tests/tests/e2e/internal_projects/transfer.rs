//! `POST /internal/projects/transfer`.

use serde_json::json;
use stack_client::{StackClient, prelude::*};
use stack_tests::{Outcome, TestProject, typed};
use stack_types::ProjectTransfer;
use uuid::Uuid;

use super::owner;

#[tokio::test]
async fn a_project_can_be_given_to_a_team_of_ones_own() {
    let project = TestProject::start().await;
    let body = ProjectTransfer {
        project_id: project.id.clone(),
        new_team_id: project.owner_team_id,
    };
    let transferred = project.owner.transfer_project().body(body).send().await.answers(200);
    assert_eq!(
        serde_json::to_value(transferred).expect("JSON"),
        json!({ "success": "true" })
    );
    assert_eq!(project.owner.list_projects().send().await.answers(200).items.len(), 1);
}

#[tokio::test]
async fn only_own_projects_can_be_given_away_and_only_to_own_teams() {
    let project = TestProject::start().await;
    let (other, other_team) = owner(&project.server).await;
    let other_team = typed::<stack_types::TeamId>(other_team);
    let give = |client: &StackClient, id: &str, team: stack_types::TeamId| {
        let client = client.clone();
        let body = ProjectTransfer {
            project_id: id.into(),
            new_team_id: team,
        };
        async move { client.transfer_project().body(body).send().await }
    };
    let unknown = Uuid::new_v4().to_string();
    let details = give(&other.client, &unknown, other_team)
        .await
        .fails(404, "PROJECT_NOT_FOUND");
    assert_eq!(details, json!({ "project_id": unknown }));
    let stolen = give(&other.client, project.id.as_str(), other_team).await;
    stolen.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    let foisted = give(&project.owner, project.id.as_str(), other_team).await;
    let me = project.owner.get_current_user().send().await.answers(200).id;
    assert_eq!(
        foisted.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND"),
        json!({ "team_id": other_team, "user_id": me })
    );
    give(&other.client, "internal", other_team)
        .await
        .fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    let whole = project.admin().get_whole_project().send().await.answers(200);
    assert_eq!(whole.owner_team_id, Some(project.owner_team_id));
}

#[tokio::test]
async fn a_project_that_was_given_away_has_other_admins() {
    let project = TestProject::start().await;
    let (heir, team) = owner(&project.server).await;
    let team = typed::<stack_types::TeamId>(team);
    let me = project.owner.get_current_user().send().await.answers(200).id;
    project.join_internal_team(team, me, &["team_member"]).await;
    let as_admin = |token: String| {
        let call = project
            .server
            .call("GET /internal/projects/current")
            .header("x-stack-access-type", "admin");
        let call = call.header("x-stack-project-id", project.id.as_str());
        call.header("x-stack-admin-access-token", &token).send()
    };
    as_admin(heir.access_token())
        .await
        .fails(401, "ADMIN_ACCESS_TOKEN_IS_NOT_ADMIN");
    let body = ProjectTransfer {
        project_id: project.id.clone(),
        new_team_id: team,
    };
    project.owner.transfer_project().body(body).send().await.answers(200);
    let whole = as_admin(heir.access_token()).await.answers(200);
    assert_eq!(whole["owner_team_id"], json!(team));
    assert_eq!(heir.client.list_projects().send().await.answers(200).items.len(), 1);
    let own_token = project.owner.tokens().access.expect("a token").expose().to_owned();
    as_admin(own_token).await.answers(200);
}

#[tokio::test]
async fn a_member_who_isnt_the_teams_admin_cant_give_its_projects_away() {
    let project = TestProject::start().await;
    let (member, own_team) = owner(&project.server).await;
    project
        .join_internal_team(project.owner_team_id, member.id, &["team_member"])
        .await;
    let body = ProjectTransfer {
        project_id: project.id.clone(),
        new_team_id: typed(own_team),
    };
    let details = member
        .client
        .transfer_project()
        .body(body)
        .send()
        .await
        .fails(401, "TEAM_PERMISSION_REQUIRED");
    let expected = json!({ "team_id": project.owner_team_id, "user_id": member.id, "permission_id": "team_admin" });
    assert_eq!(details, expected);
}
