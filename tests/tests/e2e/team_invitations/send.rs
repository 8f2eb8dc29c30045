//! Inviting people.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_server_api::TrustedProxies;
use stack_tests::{Outcome, ProjectOptions, TestProject, TestServer};
use uuid::Uuid;

use super::{CALLBACK, call, invite, scene, to};
use crate::teams::{join, revoke, start, team_of};

#[tokio::test]
async fn an_invitation_is_a_mail_with_the_teams_name_and_a_link() {
    let (project, ada, team) = scene().await;
    let invitation = invite(&project, &ada, team, "Grace@Example.com").await;
    let mail = project.mail_to("grace@example.com").await;
    assert!(
        mail.subject.contains("Engines") || mail.text.contains("Engines"),
        "{mail:?}"
    );
    let link = mail.link();
    assert!(link.as_str().starts_with(CALLBACK), "{link}");
    assert_eq!(invitation.code.len(), 45);
    assert_ne!(
        invitation.code,
        invitation.id.to_string(),
        "the id says nothing of the code"
    );
    assert_eq!(project.mails().await.len(), 1);
}

#[tokio::test]
async fn a_server_invites_to_every_team_of_its_project() {
    let (project, _, team) = scene().await;
    let other = TestProject::create(&project.server).await;
    let server = project.server();
    let sent = server.send_team_invitation().body(to(team, "grace@example.com"));
    sent.send().await.answers(200);
    project.mail_to("grace@example.com").await;
    let unknown = to(Uuid::from_u128(1).into(), "grace@example.com");
    let unknown = project.server().send_team_invitation().body(unknown).send().await;
    unknown.fails(404, "TEAM_NOT_FOUND");
    let elsewhere = other.server();
    let foreign = elsewhere.send_team_invitation().body(to(team, "grace@example.com"));
    foreign.send().await.fails(404, "TEAM_NOT_FOUND");
    assert!(other.mails().await.is_empty());
}

#[tokio::test]
async fn inviting_takes_the_permission_and_a_trusted_callback() {
    let (project, ada, team) = scene().await;
    let grace = project.sign_up("grace@example.com").await;
    let eve = project.sign_up("eve@example.com").await;
    join(&project, team, &grace).await;
    revoke(&project, team, &grace, "team_member").await;
    let line = "POST /team-invitations/send-code";
    let body = |url: &str| json!({ "team_id": team, "email": "lin@example.com", "callback_url": url });
    let evil = "https://evil.example.com/";
    let refused = call(&project, &grace, line, body(evil)).await;
    assert_eq!(
        refused.fails(401, "TEAM_PERMISSION_REQUIRED"),
        json!({ "team_id": team, "user_id": grace.id, "permission_id": "$invite_members" })
    );
    let refused = call(&project, &eve, line, body(CALLBACK)).await;
    refused.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    let nobody = project.client_call(line).json(body(CALLBACK)).send().await;
    nobody.fails(401, "USER_AUTHENTICATION_REQUIRED");
    let refused = call(&project, &ada, line, body(evil)).await;
    refused.fails(400, "REDIRECT_URL_NOT_WHITELISTED");
    let mut nonsense = body(CALLBACK);
    nonsense["email"] = json!("nonsense");
    call(&project, &ada, line, nonsense).await.fails(400, "SCHEMA_ERROR");
    assert!(project.mails().await.is_empty());
    let listed = project.server_call(&format!("GET /team-invitations?team_id={team}"));
    assert_eq!(listed.send().await.answers(200)["items"], json!([]));
}

#[tokio::test]
async fn whether_the_address_is_a_users_or_a_members_isnt_told() {
    let (project, ada, team) = scene().await;
    project.sign_up("grace@example.com").await;
    let line = "POST /team-invitations/send-code";
    let mut answers = Vec::new();
    for email in ["ada@example.com", "grace@example.com", "nobody@example.com"] {
        let body = json!({ "team_id": team, "email": email, "callback_url": CALLBACK });
        let mut answer = call(&project, &ada, line, body).await.answers(200);
        answer["id"] = Value::Null;
        answers.push(answer);
        project.mail_to(email).await;
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test]
async fn mails_to_an_address_are_limited_and_who_may_not_invite_spends_none() {
    let server = TestServer::start_with(|config| {
        config.rate_limits = "mail.account=2/1m".parse().expect("limits");
        config.trusted_proxies = Some(TrustedProxies::new("x-forwarded-for".parse().expect("a header")));
    });
    let config = json!({ "client_team_creation_enabled": true });
    let project = TestProject::create_with(&server.await, ProjectOptions { config }).await;
    let ada = project.sign_up("ada@example.com").await;
    let eve = project.sign_up("eve@example.com").await;
    let team = team_of(&ada, "Engines").await;
    let body = json!({ "team_id": team, "email": "grace@example.com", "callback_url": CALLBACK });
    let send = |user| call(&project, user, "POST /team-invitations/send-code", body.clone());
    for _ in 0..3 {
        send(&eve).await.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    }
    for _ in 0..2 {
        send(&ada).await.answers(200);
    }
    let refused = send(&ada).await;
    assert_eq!(refused.header("retry-after"), "30");
    refused.fails_plainly(429);
}

#[tokio::test]
async fn a_code_appears_in_no_answer() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&ada, "Engines").await;
    let body = json!({ "team_id": team, "email": "grace@example.com", "callback_url": CALLBACK });
    let sent = call(&project, &ada, "POST /team-invitations/send-code", body).await;
    let code = project.mail_to("grace@example.com").await.link_code();
    let listed = project
        .server_call(&format!("GET /team-invitations?team_id={team}"))
        .send()
        .await;
    for answer in [sent, listed] {
        assert!(!answer.text().contains(&code), "{}", answer.text());
        answer.answers(200);
    }
}
