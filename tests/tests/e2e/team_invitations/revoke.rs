//! Revoking invitations.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use uuid::Uuid;

use super::{accept, accept_by_id, call, invite, open, scene, verified};
use crate::teams::{grant, join, members, team_of};

#[tokio::test]
async fn a_revoked_invitation_is_worthless_and_who_took_it_up_stays() {
    let (project, ada, team) = scene().await;
    let grace = verified(&project, "grace@example.com").await;
    let taken_up = invite(&project, &ada, team, "grace@example.com").await;
    accept(&project, &grace, &taken_up.code).await.answers(200);
    let lin = verified(&project, "lin@example.com").await;
    let invitation = invite(&project, &ada, team, "lin@example.com").await;
    let revoke = ada.client.delete_team_invitation().id(invitation.id).team_id(team);
    assert!(revoke.send().await.answers(200).success);
    assert_eq!(open(&project, team).await, []);
    accept_by_id(&project, &lin, invitation.id)
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    accept(&project, &lin, &invitation.code)
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    for id in [taken_up.id, invitation.id, Uuid::from_u128(1).into()] {
        let line = format!("DELETE /team-invitations/{id}?team_id={team}");
        let again = project.server_call(&line).send().await;
        again.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    }
    assert_eq!(members(&project, team).await, [json!(ada.id), json!(grace.id)]);
}

#[tokio::test]
async fn revoking_takes_the_permission_and_the_right_team() {
    let (project, ada, team) = scene().await;
    let other = TestProject::create(&project.server).await;
    let grace = project.sign_up("grace@example.com").await;
    let eve = project.sign_up("eve@example.com").await;
    let eves = team_of(&eve, "Eve's").await;
    join(&project, team, &grace).await;
    let invitation = invite(&project, &ada, team, "lin@example.com").await;
    let line = |team: Uuid| format!("DELETE /team-invitations/{}?team_id={team}", invitation.id);
    let refused = call(&project, &grace, &line(team.into()), Value::Null).await;
    assert_eq!(
        refused.fails(401, "TEAM_PERMISSION_REQUIRED"),
        json!({ "team_id": team, "user_id": grace.id, "permission_id": "$remove_members" })
    );
    let refused = call(&project, &eve, &line(team.into()), Value::Null).await;
    refused.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    let wrong_team = call(&project, &eve, &line(eves.into()), Value::Null).await;
    wrong_team.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    let unnamed = format!("DELETE /team-invitations/{}", invitation.id);
    call(&project, &ada, &unnamed, Value::Null).await.fails_plainly(400);
    let nobody = project.client_call(&line(team.into())).send().await;
    nobody.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    for (project, team) in [(&project, Uuid::from_u128(1)), (&other, team.into())] {
        project
            .server_call(&line(team))
            .send()
            .await
            .fails(404, "TEAM_NOT_FOUND");
    }
    assert_eq!(open(&project, team).await, [invitation.id]);
    grant(&project, team, &grace, "$remove_members").await;
    call(&project, &grace, &line(team.into()), Value::Null)
        .await
        .answers(200);
    assert_eq!(open(&project, team).await, []);
}
