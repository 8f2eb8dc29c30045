//! Defining permissions.

use futures::future::join_all;
use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_domain::models::ConfigLevel;
use stack_tests::{Answer, Outcome, TestProject, typed};
use stack_types::PermissionId;

use super::{define, grant, grant_in_project, ids, project_with_teams, team_of};

async fn admin(project: &TestProject, line: &str, body: Value) -> Answer {
    let call = project.admin_call(line);
    let call = if body.is_null() { call } else { call.json(body) };
    call.send().await
}

/// The definitions of a scope, those of the system left out.
async fn defined(project: &TestProject, scope: &str) -> Value {
    let line = format!("GET /{scope}-permission-definitions");
    let mut listed = admin(project, &line, Value::Null).await.answers(200);
    let items = listed["items"].as_array_mut().expect("a list");
    items.retain(|item| !item["id"].as_str().expect("an id").starts_with('$'));
    json!(items)
}

#[tokio::test]
async fn a_new_project_has_two_permissions_of_teams_and_those_of_the_system() {
    let project = TestProject::start().await;
    let listed = project.admin().list_team_permission_definitions().send().await;
    insta::assert_json_snapshot!(listed.answers(200));
    let listed = project.admin().list_project_permission_definitions().send().await;
    assert_eq!(listed.answers(200).items, []);
}

#[tokio::test]
async fn a_permission_is_defined_once_in_either_scope() {
    let project = TestProject::start().await;
    let body =
        json!({ "id": "reports:read", "description": "May read", "contained_permission_ids": ["$read_members"] });
    let created = project
        .admin()
        .create_team_permission_definition()
        .body(typed::<stack_types::PermissionDefinitionCreate>(body.clone()))
        .send()
        .await;
    assert_eq!(json!(created.answers(201)), body);
    let created = project
        .admin()
        .create_project_permission_definition()
        .body(typed::<stack_types::PermissionDefinitionCreate>(
            json!({ "id": "billing" }),
        ))
        .send()
        .await;
    created.answers(201);
    for (scope, id) in [
        ("team", "reports:read"),
        ("project", "reports:read"),
        ("team", "billing"),
        ("project", "billing"),
        ("project", "team_admin"),
    ] {
        let line = format!("POST /{scope}-permission-definitions");
        let refused = admin(&project, &line, json!({ "id": id })).await;
        assert_eq!(
            refused.fails(400, "PERMISSION_ID_ALREADY_EXISTS"),
            json!({ "permission_id": id })
        );
    }
    assert_eq!(
        defined(&project, "project").await,
        json!([{ "id": "billing", "contained_permission_ids": [] }])
    );
    assert_eq!(defined(&project, "team").await[0], body);
}

#[tokio::test]
async fn ids_of_permissions_are_short_and_of_few_letters() {
    let project = TestProject::start().await;
    for id in [
        "",
        "Read",
        "a.b",
        "a-b",
        "$read_members",
        "$mine",
        "ü",
        &"a".repeat(256),
    ] {
        for scope in ["team", "project"] {
            let line = format!("POST /{scope}-permission-definitions");
            admin(&project, &line, json!({ "id": id }))
                .await
                .fails(400, "SCHEMA_ERROR");
        }
    }
    let (longest, body) = (
        "a".repeat(255),
        json!({ "id": "a", "contained_permission_ids": ["$mine"] }),
    );
    admin(&project, "POST /team-permission-definitions", body)
        .await
        .fails(400, "SCHEMA_ERROR");
    define(&project, "team", &longest, &[]).await;
    let line = format!("DELETE /team-permission-definitions/{longest}");
    admin(&project, &line, Value::Null).await.answers(200);
}

#[tokio::test]
async fn what_a_permission_contains_is_defined_in_its_scope() {
    let project = TestProject::start().await;
    define(&project, "team", "of_teams", &[]).await;
    define(&project, "project", "of_the_project", &[]).await;
    for (scope, contained) in [
        ("team", "nothing"),
        ("team", "of_the_project"),
        ("team", "new"),
        ("project", "of_teams"),
        ("project", "$read_members"),
    ] {
        let body = json!({ "id": "new", "contained_permission_ids": [contained] });
        let line = format!("POST /{scope}-permission-definitions");
        let refused = admin(&project, &line, body).await;
        assert_eq!(
            refused.fails(400, "CONTAINED_PERMISSION_NOT_FOUND"),
            json!({ "permission_id": contained })
        );
    }
    define(&project, "project", "new", &["of_the_project"]).await;
    for (scope, id, contained) in [("team", "of_teams", "new"), ("project", "new", "$read_members")] {
        let line = format!("PATCH /{scope}-permission-definitions/{id}");
        let refused = admin(&project, &line, json!({ "contained_permission_ids": [contained] })).await;
        refused.fails(400, "CONTAINED_PERMISSION_NOT_FOUND");
    }
}

#[tokio::test]
async fn an_update_empties_what_it_doesnt_say() {
    let project = TestProject::start().await;
    let body = json!({ "description": "Another", "contained_permission_ids": ["team_member"] });
    let updated = project
        .admin()
        .update_team_permission_definition()
        .permission_id(PermissionId::from("team_admin"))
        .body(typed::<stack_types::PermissionDefinitionUpdate>(body))
        .send()
        .await;
    let expected = json!({ "id": "team_admin", "description": "Another", "contained_permission_ids": ["team_member"] });
    assert_eq!(json!(updated.answers(200)), expected);
    let emptied = admin(&project, "PATCH /team-permission-definitions/team_admin", json!({})).await;
    let expected = json!({ "id": "team_admin", "contained_permission_ids": [] });
    assert_eq!(emptied.answers(200), expected);
    assert_eq!(defined(&project, "team").await[0], expected);
}

#[tokio::test]
async fn a_permission_of_the_other_scope_is_updated_in_its_own() {
    let project = TestProject::start().await;
    define(&project, "project", "billing", &[]).await;
    let updated = project
        .admin()
        .update_project_permission_definition()
        .permission_id(PermissionId::from("team_member"))
        .body(typed::<stack_types::PermissionDefinitionUpdate>(
            json!({ "description": "Both ways" }),
        ))
        .send()
        .await;
    updated.answers(200);
    let line = "PATCH /team-permission-definitions/billing";
    admin(&project, line, json!({ "description": "Both ways" }))
        .await
        .answers(200);
    assert_eq!(defined(&project, "team").await[1]["description"], "Both ways");
    assert_eq!(defined(&project, "project").await[0]["description"], "Both ways");
}

#[tokio::test]
async fn a_renamed_permission_stays_whose_it_is_and_where_it_is_contained() {
    let project = project_with_teams().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    define(&project, "team", "read", &[]).await;
    define(&project, "team", "write", &["read"]).await;
    grant(&project, &team, &ada, "read").await;
    let rename = json!({ "id": "look" });
    admin(&project, "PATCH /team-permission-definitions/read", rename)
        .await
        .answers(200);
    let rename = json!({ "id": "admins", "contained_permission_ids": ["write", "admins"] });
    admin(&project, "PATCH /team-permission-definitions/team_admin", rename)
        .await
        .answers(200);
    let path = format!("/team-permissions?team_id={team}&user_id={}", ada.id);
    assert_eq!(ids(&project, &path).await, ["admins", "look"]);
    assert_eq!(
        ids(&project, &format!("{path}&recursive=true")).await,
        ["admins", "look", "write"]
    );
    assert_eq!(
        defined(&project, "team").await[3],
        json!({ "id": "write", "contained_permission_ids": ["look"] })
    );
    let grace = project.sign_up("grace@example.com").await;
    let path = format!("/team-permissions?user_id={}", grace.id);
    assert_eq!(
        ids(&project, &path).await,
        ["admins"],
        "it is given from the start as before"
    );
}

#[tokio::test]
async fn a_permission_isnt_renamed_to_one_that_is_there() {
    let project = TestProject::start().await;
    define(&project, "project", "billing", &[]).await;
    for id in ["team_admin", "billing"] {
        let line = "PATCH /team-permission-definitions/team_member";
        let refused = admin(&project, line, json!({ "id": id })).await;
        refused.fails(400, "PERMISSION_ID_ALREADY_EXISTS");
    }
    let line = "PATCH /team-permission-definitions/team_member";
    admin(&project, line, json!({ "id": "team_member" })).await.answers(200);
    let line = "PATCH /project-permission-definitions/billing";
    let refused = admin(&project, line, json!({ "id": "team_admin" })).await;
    refused.fails(400, "PERMISSION_ID_ALREADY_EXISTS");
}

#[tokio::test]
async fn a_deleted_permission_is_nobodys_even_if_it_is_defined_again() {
    let project = project_with_teams().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    for id in ["read", "other"] {
        define(&project, "team", id, &[]).await;
    }
    define(&project, "team", "write", &["other", "read"]).await;
    define(&project, "project", "billing", &[]).await;
    for id in ["read", "write"] {
        grant(&project, &team, &ada, id).await;
    }
    grant_in_project(&project, &ada, "billing").await;
    let deleted = project
        .admin()
        .delete_team_permission_definition()
        .permission_id(PermissionId::from("read"))
        .send()
        .await;
    deleted.answers(200);
    let deleted = project
        .admin()
        .delete_project_permission_definition()
        .permission_id(PermissionId::from("billing"))
        .send()
        .await;
    deleted.answers(200);
    let path = format!("/team-permissions?user_id={}&recursive=true&permission_id=read", ada.id);
    assert_eq!(ids(&project, &path).await, [""; 0]);
    define(&project, "team", "read", &[]).await;
    define(&project, "project", "billing", &[]).await;
    assert_eq!(ids(&project, &path).await, [""; 0]);
    let path = format!("/project-permissions?user_id={}", ada.id);
    assert_eq!(ids(&project, &path).await, [""; 0]);
    assert_eq!(
        defined(&project, "team").await[4],
        json!({ "id": "write", "contained_permission_ids": ["other"] })
    );
}

#[tokio::test]
async fn a_default_permission_that_is_deleted_is_given_to_nobody() {
    let project = project_with_teams().await;
    let line = "DELETE /team-permission-definitions/team_admin";
    admin(&project, line, Value::Null).await.answers(200);
    let current = project.admin_call("GET /internal/projects/current").send().await;
    assert_eq!(
        current.answers(200)["config"]["team_creator_default_permissions"],
        json!([])
    );
    let ada = project.sign_up("ada@example.com").await;
    define(&project, "team", "team_admin", &[]).await;
    let path = format!("/team-permissions?user_id={}", ada.id);
    assert_eq!(ids(&project, &path).await, [""; 0]);
}

#[tokio::test]
async fn what_isnt_there_or_belongs_to_the_system_cant_be_changed() {
    let project = TestProject::start().await;
    define(&project, "project", "billing", &[]).await;
    for scope in ["team", "project"] {
        for id in ["nothing", "$read_members"] {
            let line = format!("PATCH /{scope}-permission-definitions/{id}");
            let refused = admin(&project, &line, json!({ "description": "x" })).await;
            assert_eq!(
                refused.fails(404, "PERMISSION_NOT_FOUND"),
                json!({ "permission_id": id })
            );
        }
    }
    for (scope, id) in [
        ("team", "nothing"),
        ("team", "$read_members"),
        ("team", "billing"),
        ("project", "nothing"),
        ("project", "team_admin"),
    ] {
        let line = format!("DELETE /{scope}-permission-definitions/{id}");
        let refused = admin(&project, &line, Value::Null).await;
        assert_eq!(
            refused.fails(404, "PERMISSION_NOT_FOUND"),
            json!({ "permission_id": id })
        );
    }
}

#[tokio::test]
async fn what_code_has_pushed_is_redefined_and_deleted_over_it() {
    let project = TestProject::start().await;
    let pushed = json!({
        "rbac": { "permissions": {
            "pushed": { "scope": "project", "containedPermissionIds": { "part": true } },
            "part": { "scope": "project" },
        } },
    });
    project.configure(ConfigLevel::Branch, pushed.clone()).await;
    let rename = json!({ "id": "piece" });
    admin(&project, "PATCH /project-permission-definitions/part", rename)
        .await
        .answers(200);
    let expected = json!([
        { "id": "piece", "contained_permission_ids": [] },
        { "id": "pushed", "contained_permission_ids": ["piece"] },
    ]);
    assert_eq!(defined(&project, "project").await, expected);
    let line = "DELETE /project-permission-definitions/pushed";
    admin(&project, line, Value::Null).await.answers(200);
    project.configure(ConfigLevel::Branch, pushed).await;
    assert_eq!(
        ids_of_scope(&project).await,
        ["piece"],
        "pushing it again doesn't bring it back"
    );
    project
        .configure(ConfigLevel::Branch, json!({ "rbac.permissions": {} }))
        .await;
    assert_eq!(
        ids_of_scope(&project).await,
        ["piece"],
        "and not pushing it leaves what was redefined"
    );
}

async fn ids_of_scope(project: &TestProject) -> Vec<String> {
    let call = project.admin_call("GET /project-permission-definitions");
    super::ids_of(&call.send().await.answers(200))
}

#[tokio::test]
async fn definitions_that_are_made_at_once_are_all_kept() {
    let project = TestProject::start().await;
    let ids: Vec<_> = (0..8).map(|n| format!("permission_{n}")).collect();
    join_all(ids.iter().map(|id| define(&project, "project", id, &[]))).await;
    assert_eq!(ids_of_scope(&project).await, ids);
}

#[tokio::test]
async fn definitions_are_those_of_the_own_project() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    define(&other, "project", "theirs", &[]).await;
    for method in ["PATCH", "DELETE"] {
        let line = format!("{method} /project-permission-definitions/theirs");
        let refused = admin(&project, &line, json!({})).await;
        refused.fails(404, "PERMISSION_NOT_FOUND");
    }
    assert_eq!(defined(&project, "project").await, json!([]));
    define(&project, "project", "theirs", &[]).await;
    let line = "DELETE /project-permission-definitions/theirs";
    admin(&project, line, Value::Null).await.answers(200);
    assert_eq!(ids_of_scope(&other).await, ["theirs"]);
}
