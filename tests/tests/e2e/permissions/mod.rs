//! Tags `permission-definitions`, `team-permissions` and `project-permissions`.

mod definitions;
mod in_project;
mod in_teams;

use serde_json::{Value, json};
use stack_tests::{TestProject, TestUser};

/// A project whose users have a team of their own from the start, in which they are `team_admin`.
async fn project_with_teams() -> TestProject {
    TestProject::start_with(json!({ "create_team_on_sign_up": true })).await
}

/// The team that a user has from the start.
async fn team_of(project: &TestProject, user: &TestUser) -> String {
    let user = project.user(user).await;
    user["selected_team_id"].as_str().expect("a team").to_owned()
}

/// Defines a permission in a scope, `team` or `project`.
async fn define(project: &TestProject, scope: &str, id: &str, contained: &[&str]) -> Value {
    let call = project.admin_call(&format!("POST /{scope}-permission-definitions"));
    let body = json!({ "id": id, "contained_permission_ids": contained });
    call.json(body).send().await.answers(201)
}

/// Grants a permission in a team.
async fn grant(project: &TestProject, team: &str, user: &TestUser, id: &str) {
    let call = project.server_call(&format!("POST /team-permissions/{team}/{}/{id}", user.id));
    call.json(json!({})).send().await.answers(201);
}

/// Grants a permission in the project.
async fn grant_in_project(project: &TestProject, user: &TestUser, id: &str) {
    let call = project.server_call(&format!("POST /project-permissions/{}/{id}", user.id));
    call.json(json!({})).send().await.answers(201);
}

/// The ids that a server gets for `GET` of this, in their order.
async fn ids(project: &TestProject, path: &str) -> Vec<String> {
    ids_of(&project.server_call(&format!("GET {path}")).send().await.answers(200))
}

fn ids_of(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("a list");
    let ids = items.iter().map(|item| item["id"].as_str().expect("an id").to_owned());
    ids.collect()
}
