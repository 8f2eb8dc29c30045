//! Taking invitations up by their ids, with the invited address.

use futures::future::join_all;
use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use uuid::Uuid;

use super::{WEEK, accept, accept_by_id, call, invite, open, scene, verified};
use crate::teams::{granted, members};

#[tokio::test]
async fn whose_address_was_invited_joins_without_the_code() {
    let (project, ada, team) = scene().await;
    let grace = verified(&project, "grace@example.com").await;
    let invitation = invite(&project, &ada, team, "Grace@example.com").await;
    let joined = grace
        .client
        .accept_team_invitation_by_id()
        .id(invitation.id)
        .user_id(UserIdOrMe::Me);
    joined.send().await.answers(200);
    assert_eq!(granted(&project, team, &grace).await, ["team_member"]);
    assert_eq!(open(&project, team).await, []);
    accept_by_id(&project, &grace, invitation.id)
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    accept(&project, &grace, &invitation.code)
        .await
        .fails(409, "VERIFICATION_CODE_ALREADY_USED");
}

#[tokio::test]
async fn a_server_accepts_for_a_user_whose_address_was_invited() {
    let (project, ada, team) = scene().await;
    let other = TestProject::create(&project.server).await;
    let grace = verified(&project, "grace@example.com").await;
    let eve = verified(&other, "grace@example.com").await;
    let invitation = invite(&project, &ada, team, "grace@example.com").await;
    let line = |user: Uuid| format!("POST /team-invitations/{}/accept?user_id={user}", invitation.id);
    for user in [Uuid::from_u128(1), ada.id.into(), eve.id.into()] {
        let refused = project.server_call(&line(user)).send().await;
        refused.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    }
    let foreign = other.server_call(&line(eve.id.into())).send().await;
    foreign.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    let me = format!("POST /team-invitations/{}/accept?user_id=me", invitation.id);
    let nobody = project.server_call(&me).send().await;
    nobody.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    let accepted = project.server_call(&line(grace.id.into())).send().await;
    assert_eq!(accepted.answers(200), json!({}));
    assert_eq!(members(&project, team).await, [json!(ada.id), json!(grace.id)]);
}

#[tokio::test]
async fn nobody_else_and_no_unverified_address_will_do() {
    let (project, ada, team) = scene().await;
    let grace = project.sign_up("grace@example.com").await;
    let eve = verified(&project, "eve@example.com").await;
    let invitation = invite(&project, &ada, team, "grace@example.com").await;
    for user in [&grace, &eve] {
        accept_by_id(&project, user, invitation.id)
            .await
            .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    }
    let line = format!("POST /team-invitations/{}/accept?user_id={}", invitation.id, grace.id);
    call(&project, &eve, &line, Value::Null).await.fails_plainly(403);
    let nobody = project.client_call(&line).send().await;
    nobody.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    let unnamed = format!("POST /team-invitations/{}/accept", invitation.id);
    call(&project, &grace, &unnamed, Value::Null)
        .await
        .fails(400, "SCHEMA_ERROR");
    let unknown = Uuid::from_u128(1).into();
    accept_by_id(&project, &eve, unknown)
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    assert_eq!(members(&project, team).await.len(), 1);
    assert_eq!(open(&project, team).await, [invitation.id]);
}

#[tokio::test]
async fn restricted_users_and_expired_invitations_are_refused() {
    let (project, ada, team) = scene().await;
    let grace = json!({
        "primary_email": "grace@example.com", "primary_email_verified": true, "restricted_by_admin": true,
    });
    let grace = project.user_with(grace).await;
    let invitation = invite(&project, &ada, team, "grace@example.com").await;
    let line = format!("POST /team-invitations/{}/accept?user_id={}", invitation.id, grace.id);
    let refused = project.server_call(&line).send().await;
    assert_eq!(
        refused.fails(403, "TEAM_INVITATION_RESTRICTED_USER_NOT_ALLOWED"),
        json!({ "restricted_reason": { "type": "restricted_by_administrator" } })
    );
    let body = json!({ "restricted_by_admin": false });
    let free = project.server_call(&format!("PATCH /users/{}", grace.id)).json(body);
    free.send().await.answers(200);
    project.server.advance(WEEK);
    let refused = project.server_call(&line).send().await;
    refused.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    assert_eq!(members(&project, team).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_invitation_is_taken_up_once_by_code_or_by_id() {
    let (project, ada, team) = scene().await;
    let grace = verified(&project, "grace@example.com").await;
    let lin = project.sign_up("lin@example.com").await;
    let invitation = invite(&project, &ada, team, "grace@example.com").await;
    let by_id = join_all((0..4).map(|_| accept_by_id(&project, &grace, invitation.id)));
    let by_code = join_all((0..4).map(|_| accept(&project, &lin, &invitation.code)));
    let (by_id, by_code) = futures::join!(by_id, by_code);
    let answers: Vec<_> = by_id.into_iter().chain(by_code).collect();
    assert!(answers.iter().all(|answer| answer.status.as_u16() < 500), "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(members(&project, team).await.len(), 2);
}
