//! Tag `team-invitations`.

mod accept;
mod by_id;
mod list;
mod revoke;
mod send;

use std::time::Duration;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, TestProject, TestUser, typed};
use stack_types::{TeamId, TeamInvitationCreate, TeamInvitationId};

use crate::teams::{call, start, team_of};

/// Where the links of mails lead.
const CALLBACK: &str = "http://localhost:3000/handler/team-invitation";

/// How long an invitation holds.
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// An invitation that was mailed.
struct Invitation {
    id: TeamInvitationId,
    code: String,
}

/// A project with Ada and her team.
async fn scene() -> (TestProject, TestUser, TeamId) {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&ada, "Engines").await;
    (project, ada, team)
}

fn to(team: TeamId, email: &str) -> TeamInvitationCreate {
    TeamInvitationCreate {
        team_id: team,
        email: email.to_owned(),
        callback_url: CALLBACK.to_owned(),
    }
}

/// Somebody's client invites somebody.
async fn invite(project: &TestProject, by: &TestUser, team: TeamId, email: &str) -> Invitation {
    project.server.advance(Duration::from_secs(1));
    let sent = by
        .client
        .send_team_invitation()
        .body(to(team, email))
        .send()
        .await
        .answers(200);
    assert!(sent.success);
    let address = email.to_lowercase();
    let code = project.mail_to(&address).await.link_code();
    Invitation { id: sent.id, code }
}

/// Somebody's client takes an invitation up.
async fn accept(project: &TestProject, user: &TestUser, code: &str) -> Answer {
    call(project, user, "POST /team-invitations/accept", json!({ "code": code })).await
}

/// Takes an invitation up by its id, for oneself.
async fn accept_by_id(project: &TestProject, user: &TestUser, id: TeamInvitationId) -> Answer {
    let line = format!("POST /team-invitations/{id}/accept?user_id=me");
    call(project, user, &line, Value::Null).await
}

/// The invitations to a team as servers see them.
async fn open(project: &TestProject, team: TeamId) -> Vec<TeamInvitationId> {
    let line = format!("GET /team-invitations?team_id={team}");
    ids(&project.server_call(&line).send().await.answers(200))
}

fn ids(listed: &Value) -> Vec<TeamInvitationId> {
    let items = listed["items"].as_array().expect("a list").iter();
    items.map(|item| typed(item["id"].clone())).collect()
}

/// A user whose address is verified.
async fn verified(project: &TestProject, email: &str) -> TestUser {
    let fields = json!({ "primary_email": email, "primary_email_verified": true });
    project.user_with(fields).await
}
