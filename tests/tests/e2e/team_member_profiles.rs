//! Tag `team-member-profiles`.

use std::time::Duration;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, TestProject, TestUser, typed};
use stack_types::{TeamId, TeamMemberProfileUpdate};
use uuid::Uuid;

use crate::teams::{call, empty_team, grant, join, revoke, start, team_of};

/// A team of Ada's that Grace joined later, who has no name.
async fn scene() -> (TestProject, TestUser, TestUser, TeamId) {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let own = json!({ "display_name": "Ada Lovelace", "profile_image_url": "https://example.com/ada.png" });
    let line = format!("PATCH /users/{}", ada.id);
    project.server_call(&line).json(own).send().await.answers(200);
    let team = team_of(&ada, "Engines").await;
    project.server.advance(Duration::from_secs(1));
    join(&project, team, &grace).await;
    (project, ada, grace, team)
}

fn users(listed: &Value) -> Vec<Value> {
    let items = listed["items"].as_array().expect("a list").iter();
    items.map(|item| item["user_id"].clone()).collect()
}

async fn update(project: &TestProject, team: TeamId, user: &TestUser, body: Value) -> Answer {
    let line = format!("PATCH /team-member-profiles/{team}/{}", user.id);
    project.server_call(&line).json(body).send().await
}

#[tokio::test]
async fn a_member_who_may_read_members_sees_those_of_the_team() {
    let (project, ada, grace, team) = scene().await;
    let list = grace.client.list_team_member_profiles().team_id(team);
    let listed = list.send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&listed));
    let line = format!("GET /team-member-profiles?team_id={team}");
    let listed = call(&project, &ada, &line, Value::Null).await.answers(200);
    assert_eq!(users(&listed), [json!(ada.id), json!(grace.id)]);
    assert!(listed["items"][0].get("user").is_none());
    let line = format!("{line}&user_id={}", grace.id);
    let listed = call(&project, &ada, &line, Value::Null).await.answers(200);
    assert_eq!(users(&listed), [json!(grace.id)]);
}

#[tokio::test]
async fn without_the_permission_a_member_sees_themselves() {
    let (project, ada, grace, team) = scene().await;
    revoke(&project, team, &grace, "team_member").await;
    let by_grace = |line: String| {
        let (project, grace) = (&project, &grace);
        async move { call(project, grace, &line, Value::Null).await }
    };
    let (list, get) = (
        format!("GET /team-member-profiles?team_id={team}"),
        format!("GET /team-member-profiles/{team}"),
    );
    for line in [
        list.clone(),
        format!("{list}&user_id={}", ada.id),
        format!("{get}/{}", ada.id),
    ] {
        assert_eq!(
            by_grace(line).await.fails(401, "TEAM_PERMISSION_REQUIRED"),
            json!({ "team_id": team, "user_id": grace.id, "permission_id": "$read_members" })
        );
    }
    let own = by_grace(format!("{list}&user_id=me")).await.answers(200);
    assert_eq!(users(&own), [json!(grace.id)]);
    let own = grace
        .client
        .get_team_member_profile()
        .team_id(team)
        .user_id(UserIdOrMe::Me);
    assert_eq!(own.send().await.answers(200).user_id, grace.id);
    grant(&project, team, &grace, "$read_members").await;
    by_grace(format!("{get}/{}", ada.id)).await.answers(200);
}

#[tokio::test]
async fn a_client_has_to_name_a_team_of_its_users() {
    let (project, ada, _, team) = scene().await;
    let eve = project.sign_up("eve@example.com").await;
    for line in ["GET /team-member-profiles", "GET /team-member-profiles?user_id=me"] {
        call(&project, &eve, line, Value::Null).await.fails_plainly(400);
    }
    let list = format!("GET /team-member-profiles?team_id={team}");
    let get = format!("GET /team-member-profiles/{team}");
    for line in [
        list.clone(),
        format!("{list}&user_id=me"),
        format!("{list}&user_id={}", ada.id),
        format!("{get}/me"),
        format!("{get}/{}", ada.id),
    ] {
        let refused = call(&project, &eve, &line, Value::Null).await;
        assert_eq!(
            refused.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND"),
            json!({ "team_id": team, "user_id": eve.id })
        );
    }
    for line in [
        list,
        format!("{get}/me"),
        format!("PATCH /team-member-profiles/{team}/me"),
    ] {
        let call = project.client_call(&line);
        let call = if line.starts_with("PATCH") {
            call.json(json!({}))
        } else {
            call
        };
        call.send().await.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    }
}

#[tokio::test]
async fn a_client_who_reads_members_hears_who_is_none() {
    let (project, ada, _, team) = scene().await;
    let eve = project.sign_up("eve@example.com").await;
    let get = |user: Uuid| format!("GET /team-member-profiles/{team}/{user}");
    let stranger = call(&project, &ada, &get(eve.id.into()), Value::Null).await;
    stranger.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    let unknown = call(&project, &ada, &get(Uuid::from_u128(1)), Value::Null).await;
    unknown.fails(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn a_server_lists_by_team_by_user_by_both_and_all_with_the_users() {
    let (project, ada, grace, team) = scene().await;
    let other = TestProject::create(&project.server).await;
    let second = team_of(&ada, "Looms").await;
    let list = |query: &str| {
        let call = project.server_call(&format!("GET /team-member-profiles{query}"));
        async move { call.send().await }
    };
    let (a, g) = (json!(ada.id), json!(grace.id));
    let all = list("").await.answers(200);
    assert_eq!(users(&all).len(), 3);
    assert_eq!(
        users(&list(&format!("?team_id={team}")).await.answers(200)),
        [a.clone(), g.clone()]
    );
    assert_eq!(
        users(&list(&format!("?user_id={}", ada.id)).await.answers(200)),
        [a.clone(), a.clone()]
    );
    let both = format!("?team_id={second}&user_id={}", ada.id);
    assert_eq!(users(&list(&both).await.answers(200)), [a]);
    let neither = format!("?team_id={second}&user_id={}", grace.id);
    assert_eq!(users(&list(&neither).await.answers(200)), Vec::<Value>::new());
    for profile in all["items"].as_array().expect("a list") {
        assert_eq!(profile["user"]["id"], profile["user_id"]);
    }
    let unknown = Uuid::from_u128(1);
    list(&format!("?team_id={unknown}")).await.fails(404, "TEAM_NOT_FOUND");
    list(&format!("?user_id={unknown}")).await.fails(404, "USER_NOT_FOUND");
    list("?user_id=me").await.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    let foreign = other.server_call("GET /team-member-profiles").send().await.answers(200);
    assert_eq!(foreign["items"], json!([]));
    let foreign = other
        .server_call(&format!("GET /team-member-profiles?team_id={team}"))
        .send()
        .await;
    foreign.fails(404, "TEAM_NOT_FOUND");
}

#[tokio::test]
async fn a_name_and_a_picture_hold_in_their_team_only() {
    let (project, ada, _, team) = scene().await;
    let second = team_of(&ada, "Looms").await;
    let change = ada
        .client
        .update_team_member_profile()
        .team_id(team)
        .user_id(UserIdOrMe::Me);
    let body = typed::<TeamMemberProfileUpdate>(json!({ "display_name": "Ada, on leave" }));
    let changed = change.body(body).send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&changed));
    let elsewhere = ada
        .client
        .get_team_member_profile()
        .team_id(second)
        .user_id(UserIdOrMe::Me);
    let elsewhere = elsewhere.send().await.answers(200);
    assert_eq!(elsewhere.display_name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(project.user(&ada).await["display_name"], "Ada Lovelace");
    let picture = json!({ "profile_image_url": "https://example.com/leave.png" });
    let changed = update(&project, team, &ada, picture).await.answers(200);
    assert_eq!(changed["profile_image_url"], "https://example.com/leave.png");
    assert_eq!(changed["display_name"], "Ada, on leave", "what is left out stays");
    assert_eq!(changed["user"]["display_name"], "Ada Lovelace");
    let cleared = update(&project, team, &ada, json!({ "profile_image_url": null })).await;
    assert_eq!(cleared.answers(200)["profile_image_url"], "https://example.com/ada.png");
    let refused = update(&project, team, &ada, json!({ "display_name": null })).await;
    refused.fails(400, "SCHEMA_ERROR");
    for address in ["ftp://example.com/ada.png", "data:image/png;base64,AAAA"] {
        let refused = update(&project, team, &ada, json!({ "profile_image_url": address })).await;
        refused.fails_plainly(400);
    }
}

#[tokio::test]
async fn a_member_without_a_name_anywhere_has_none() {
    let (project, _, grace, team) = scene().await;
    let server = project.server();
    let profile = server.get_team_member_profile().team_id(team);
    let profile = profile.user_id(UserIdOrMe::Id(grace.id)).send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&profile));
}

#[tokio::test]
async fn a_client_changes_nobody_elses_profile() {
    let (project, ada, grace, team) = scene().await;
    let line = format!("PATCH /team-member-profiles/{team}/{}", grace.id);
    let refused = call(&project, &ada, &line, json!({ "display_name": "Eve" })).await;
    refused.fails_plainly(403);
    let eve = project.sign_up("eve@example.com").await;
    let line = format!("PATCH /team-member-profiles/{team}/me");
    let refused = call(&project, &eve, &line, json!({ "display_name": "Eve" })).await;
    refused.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
}

#[tokio::test]
async fn who_is_no_member_has_no_profile() {
    let (project, ada, _, team) = scene().await;
    let empty = empty_team(&project, "Empty").await;
    for (team, user, code) in [
        (empty.into(), ada.id.into(), "TEAM_MEMBERSHIP_NOT_FOUND"),
        (Uuid::from_u128(1), ada.id.into(), "TEAM_MEMBERSHIP_NOT_FOUND"),
        (team.into(), Uuid::from_u128(1), "USER_NOT_FOUND"),
    ] {
        let path = format!("/team-member-profiles/{team}/{user}");
        project
            .server_call(&format!("GET {path}"))
            .send()
            .await
            .fails(404, code);
        let change = project.server_call(&format!("PATCH {path}")).json(json!({}));
        change.send().await.fails(404, code);
    }
}
