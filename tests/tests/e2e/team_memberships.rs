//! Tag `team-memberships`.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use stack_types::{Empty, TeamMembership};
use uuid::Uuid;

use crate::teams::{call, empty_team, grant, granted, join, members, start, team_of};

#[tokio::test]
async fn a_server_adds_members_with_the_permissions_of_members() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let team = empty_team(&project, "Engines").await;
    let server = project.server();
    let add = server.create_team_membership().team_id(team);
    let added = add
        .user_id(UserIdOrMe::Id(ada.id))
        .body(Empty {})
        .send()
        .await
        .answers(201);
    assert_eq!(
        added,
        TeamMembership {
            team_id: team,
            user_id: ada.id
        }
    );
    let line = format!("POST /team-memberships/{team}/me");
    let me = project.server_call(&line).token(&grace.access_token()).json(json!({}));
    me.send().await.answers(201);
    for user in [&ada, &grace] {
        assert_eq!(granted(&project, team, user).await, ["team_member"]);
        assert_eq!(project.user(user).await["selected_team_id"], Value::Null);
    }
    let again = project.server_call(&line).token(&grace.access_token()).json(json!({}));
    again.send().await.fails(409, "TEAM_MEMBERSHIP_ALREADY_EXISTS");
    let nobody = project.server_call(&line).json(json!({}));
    nobody.send().await.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn who_or_what_is_not_there_or_another_projects_isnt_joined() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let ada = project.sign_up("ada@example.com").await;
    let eve = other.sign_up("eve@example.com").await;
    let (team, foreign) = (empty_team(&project, "Engines").await, empty_team(&other, "Looms").await);
    let unknown = Uuid::from_u128(1);
    let add = |team: Uuid, user: Uuid| {
        let line = format!("POST /team-memberships/{team}/{user}");
        project.server_call(&line).json(json!({})).send()
    };
    for user in [unknown, eve.id.into()] {
        add(team.into(), user).await.fails(404, "USER_NOT_FOUND");
    }
    for team in [unknown, foreign.into()] {
        let refused = add(team, ada.id.into()).await;
        assert_eq!(refused.fails(404, "TEAM_NOT_FOUND"), json!({ "team_id": team }));
    }
    let without_body = project.server_call(&format!("POST /team-memberships/{team}/{}", ada.id));
    without_body.send().await.fails(400, "SCHEMA_ERROR");
    assert_eq!(members(&project, team).await, Vec::<Value>::new());
    assert_eq!(members(&other, foreign).await, Vec::<Value>::new());
}

#[tokio::test]
async fn clients_add_nobody() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let team = team_of(&ada, "Engines").await;
    for user in [&ada, &grace] {
        let line = format!("POST /team-memberships/{team}/{}", grace.id);
        let refused = call(&project, user, &line, json!({})).await;
        refused.fails(401, "INSUFFICIENT_ACCESS_TYPE");
    }
    assert_eq!(members(&project, team).await, [json!(ada.id)]);
}

#[tokio::test]
async fn a_member_may_always_leave() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let team = team_of(&ada, "Engines").await;
    join(&project, team, &grace).await;
    let selected = json!({ "selected_team_id": team });
    call(&project, &grace, "PATCH /users/me", selected).await.answers(200);
    let leave = grace
        .client
        .delete_team_membership()
        .team_id(team)
        .user_id(UserIdOrMe::Me);
    assert!(leave.send().await.answers(200).success);
    assert_eq!(members(&project, team).await, [json!(ada.id)]);
    assert_eq!(project.user(&grace).await["selected_team_id"], Value::Null);
    let line = format!("DELETE /team-memberships/{team}/me");
    let again = call(&project, &grace, &line, Value::Null).await;
    assert_eq!(
        again.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND"),
        json!({ "team_id": team, "user_id": grace.id })
    );
    let nobody = project.client_call(&line).send().await;
    nobody.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    join(&project, team, &grace).await;
    assert_eq!(
        granted(&project, team, &grace).await,
        ["team_member"],
        "a membership begins anew"
    );
    call(&project, &ada, &line, Value::Null).await.answers(200);
    assert_eq!(members(&project, team).await, [json!(grace.id)], "even the creator may");
}

#[tokio::test]
async fn removing_others_takes_the_permission() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let eve = project.sign_up("eve@example.com").await;
    let team = team_of(&ada, "Engines").await;
    join(&project, team, &grace).await;
    let remove = |user: Uuid| format!("DELETE /team-memberships/{team}/{user}");
    let refused = call(&project, &grace, &remove(ada.id.into()), Value::Null).await;
    assert_eq!(
        refused.fails(401, "TEAM_PERMISSION_REQUIRED"),
        json!({ "team_id": team, "user_id": grace.id, "permission_id": "$remove_members" })
    );
    let refused = call(&project, &eve, &remove(ada.id.into()), Value::Null).await;
    assert_eq!(
        refused.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND"),
        json!({ "team_id": team, "user_id": eve.id })
    );
    let not_there = call(&project, &ada, &remove(eve.id.into()), Value::Null).await;
    not_there.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    let unknown = call(&project, &ada, &remove(Uuid::from_u128(1)), Value::Null).await;
    unknown.fails(404, "USER_NOT_FOUND");
    grant(&project, team, &grace, "$remove_members").await;
    call(&project, &grace, &remove(ada.id.into()), Value::Null)
        .await
        .answers(200);
    assert_eq!(members(&project, team).await, [json!(grace.id)]);
}

#[tokio::test]
async fn a_server_removes_anybody_of_its_own_project() {
    let project = start().await;
    let other = TestProject::create(&project.server).await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&ada, "Engines").await;
    let remove = |team: Uuid, user: Uuid| format!("DELETE /team-memberships/{team}/{user}");
    let foreign = other.server_call(&remove(team.into(), ada.id.into())).send().await;
    foreign.fails(404, "USER_NOT_FOUND");
    let unknown = project
        .server_call(&remove(Uuid::from_u128(1), ada.id.into()))
        .send()
        .await;
    unknown.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    let removed = project.server_call(&remove(team.into(), ada.id.into())).send().await;
    assert_eq!(removed.answers(200), json!({ "success": true }));
    assert_eq!(members(&project, team).await, Vec::<Value>::new());
}
