//! Tag `teams`.

mod change;
mod create;
mod delete;
mod read;
mod together;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, TestProject, TestUser, typed};
use stack_types::{TeamId, client};

/// A project whose clients may create teams.
pub(crate) async fn start() -> TestProject {
    TestProject::start_with(json!({ "client_team_creation_enabled": true })).await
}

/// A call of somebody's client.
pub(crate) async fn call(project: &TestProject, user: &TestUser, line: &str, body: Value) -> Answer {
    let call = project.client_call(line).token(&user.access_token());
    let call = if body.is_null() { call } else { call.json(body) };
    call.send().await
}

/// A team that a user creates.
pub(crate) async fn team_of(user: &TestUser, display_name: &str) -> TeamId {
    let body = client::TeamCreate::new(display_name);
    user.client.create_team().body(body).send().await.answers(201).id
}

/// A team that a server creates, without members.
pub(crate) async fn empty_team(project: &TestProject, display_name: &str) -> TeamId {
    let body = json!({ "display_name": display_name });
    let created = project.server_call("POST /teams").json(body).send().await.answers(201);
    typed(created["id"].clone())
}

/// Makes a user a member with what members begin with.
pub(crate) async fn join(project: &TestProject, team: TeamId, user: &TestUser) {
    let line = format!("POST /team-memberships/{team}/{}", user.id);
    project.server_call(&line).json(json!({})).send().await.answers(201);
}

/// Gives a member a permission.
pub(crate) async fn grant(project: &TestProject, team: TeamId, user: &TestUser, permission: &str) {
    let line = format!("POST /team-permissions/{team}/{}/{permission}", user.id);
    project.server_call(&line).json(json!({})).send().await.answers(201);
}

/// Takes a permission from a member.
pub(crate) async fn revoke(project: &TestProject, team: TeamId, user: &TestUser, permission: &str) {
    let line = format!("DELETE /team-permissions/{team}/{}/{permission}", user.id);
    project.server_call(&line).send().await.answers(200);
}

/// The members of a team, the oldest membership first.
pub(crate) async fn members(project: &TestProject, team: TeamId) -> Vec<Value> {
    let line = format!("GET /team-member-profiles?team_id={team}");
    let listed = project.server_call(&line).send().await.answers(200);
    let items = listed["items"].as_array().expect("a list").iter();
    items.map(|item| item["user_id"].clone()).collect()
}

/// The permissions that a member was given, by id.
pub(crate) async fn granted(project: &TestProject, team: TeamId, user: &TestUser) -> Vec<Value> {
    let line = format!("GET /team-permissions?team_id={team}&user_id={}", user.id);
    let listed = project.server_call(&line).send().await.answers(200);
    let items = listed["items"].as_array().expect("a list").iter();
    items.map(|item| item["id"].clone()).collect()
}
