//! Listing invitations.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use uuid::Uuid;

use super::{WEEK, accept, call, ids, invite, open, scene, verified};
use crate::teams::{grant, join, revoke, team_of};

#[tokio::test]
async fn the_invitations_to_a_team_are_listed_oldest_first_while_they_are_open() {
    let (project, ada, team) = scene().await;
    let looms = team_of(&ada, "Looms").await;
    let first = invite(&project, &ada, team, "first@example.com").await;
    let second = invite(&project, &ada, team, "second@example.com").await;
    invite(&project, &ada, looms, "second@example.com").await;
    let listed = ada
        .client
        .list_team_invitations()
        .team_id(team)
        .send()
        .await
        .answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&listed));
    assert_eq!(open(&project, team).await, [first.id, second.id]);
    accept(&project, &ada, &first.code).await.answers(200);
    assert_eq!(
        open(&project, team).await,
        [second.id],
        "that of a member is used up, too"
    );
    project.server.advance(WEEK);
    assert_eq!(open(&project, team).await, []);
}

#[tokio::test]
async fn a_client_lists_those_to_a_team_with_both_permissions() {
    let (project, _, team) = scene().await;
    let grace = project.sign_up("grace@example.com").await;
    let line = format!("GET /team-invitations?team_id={team}");
    let list = || call(&project, &grace, &line, Value::Null);
    list().await.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    join(&project, team, &grace).await;
    list().await.answers(200);
    revoke(&project, team, &grace, "team_member").await;
    for (missing, other) in [
        ("$read_members", "$invite_members"),
        ("$invite_members", "$read_members"),
    ] {
        grant(&project, team, &grace, other).await;
        let details = list().await.fails(401, "TEAM_PERMISSION_REQUIRED");
        assert_eq!(details["permission_id"], missing);
        revoke(&project, team, &grace, other).await;
    }
    let nobody = project.client_call(&line).send().await;
    nobody.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn the_invitations_of_a_user_are_those_to_any_verified_address() {
    let (project, ada, team) = scene().await;
    let looms = team_of(&ada, "Looms").await;
    let grace = verified(&project, "grace@example.com").await;
    let add = |value: &str, is_verified: bool| {
        let body = json!({
            "user_id": grace.id, "value": value, "type": "email", "used_for_auth": false, "is_verified": is_verified,
        });
        project.server_call("POST /contact-channels").json(body).send()
    };
    add("work@example.com", true).await.answers(201);
    add("unverified@example.com", false).await.answers(201);
    let first = invite(&project, &ada, team, "Work@example.com").await;
    let second = invite(&project, &ada, looms, "grace@example.com").await;
    invite(&project, &ada, team, "unverified@example.com").await;
    invite(&project, &ada, team, "lin@example.com").await;
    let listed = grace
        .client
        .list_team_invitations()
        .user_id(UserIdOrMe::Me)
        .send()
        .await;
    let listed = listed.answers(200);
    let names: Vec<_> = listed
        .items
        .iter()
        .map(|it| (it.id, it.team_display_name.as_str()))
        .collect();
    assert_eq!(names, [(first.id, "Engines"), (second.id, "Looms")]);
    let line = format!("GET /team-invitations?user_id={}", grace.id);
    let seen = project.server_call(&line).send().await.answers(200);
    assert_eq!(ids(&seen), [first.id, second.id]);
    project.server().delete_team().team_id(team).send().await.answers(200);
    let seen = project.server_call(&line).send().await.answers(200);
    assert_eq!(ids(&seen), [second.id], "those of a deleted team are gone");
}

#[tokio::test]
async fn one_names_a_team_or_a_user_and_clients_only_themselves() {
    let (project, ada, team) = scene().await;
    let other = TestProject::create(&project.server).await;
    let grace = project.sign_up("grace@example.com").await;
    for query in [String::new(), format!("?team_id={team}&user_id=me")] {
        let line = format!("GET /team-invitations{query}");
        call(&project, &ada, &line, Value::Null).await.fails_plainly(400);
        let by_server = project.server_call(&line).token(&ada.access_token());
        by_server.send().await.fails_plainly(400);
    }
    let line = format!("GET /team-invitations?user_id={}", grace.id);
    call(&project, &ada, &line, Value::Null).await.fails_plainly(403);
    other.server_call(&line).send().await.fails(404, "USER_NOT_FOUND");
    let me = project.server_call("GET /team-invitations?user_id=me").send().await;
    me.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    for (project, team) in [(&project, Uuid::from_u128(1)), (&other, team.into())] {
        let line = format!("GET /team-invitations?team_id={team}");
        project.server_call(&line).send().await.fails(404, "TEAM_NOT_FOUND");
    }
}
