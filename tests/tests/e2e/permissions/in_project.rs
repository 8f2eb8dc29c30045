//! Permissions of users in the whole project.

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, TestProject};
use stack_types::{Empty, PermissionId};
use uuid::Uuid;

use super::{define, grant_in_project, ids};

async fn change(project: &TestProject, line: &str) -> Answer {
    project.server_call(line).json(json!({})).send().await
}

#[tokio::test]
async fn a_permission_is_granted_once_and_revoked() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    define(&project, "project", "billing", &[]).await;
    let (user, id) = (UserIdOrMe::Id(ada.id), PermissionId::from("billing"));
    for _ in 0..2 {
        let granted = project
            .server()
            .create_project_permission()
            .user_id(user)
            .permission_id(id.clone())
            .body(Empty::default())
            .send()
            .await;
        assert_eq!(
            json!(granted.answers(201)),
            json!({ "id": "billing", "user_id": ada.id })
        );
    }
    let listed = ada
        .client
        .list_project_permissions()
        .user_id(UserIdOrMe::Me)
        .send()
        .await;
    assert_eq!(
        json!(listed.answers(200).items),
        json!([{ "id": "billing", "user_id": ada.id }])
    );
    let server = project.server();
    let revoke = || {
        server
            .delete_project_permission()
            .user_id(user)
            .permission_id(id.clone())
    };
    revoke().send().await.answers(200);
    let missing = revoke().send().await.fails(404, "PERMISSION_NOT_FOUND");
    assert_eq!(missing, json!({ "permission_id": "billing" }));
    assert_eq!(ids(&project, "/project-permissions").await, [""; 0]);
}

#[tokio::test]
async fn lists_are_filtered_and_come_by_permission_and_user() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    define(&project, "project", "read", &[]).await;
    define(&project, "project", "write", &["read"]).await;
    grant_in_project(&project, &ada, "write").await;
    for user in [&ada, &grace] {
        grant_in_project(&project, user, "read").await;
    }
    assert_eq!(ids(&project, "/project-permissions").await, ["read", "read", "write"]);
    assert_eq!(
        ids(&project, "/project-permissions?permission_id=write").await,
        ["write"]
    );
    let of = |query: String| {
        let project = &project;
        async move { ids(project, &format!("/project-permissions?{query}")).await }
    };
    assert_eq!(of(format!("user_id={}", ada.id)).await, ["read", "write"]);
    let revoke = format!("DELETE /project-permissions/{}/read", ada.id);
    change(&project, &revoke).await.answers(200);
    assert_eq!(of(format!("user_id={}", ada.id)).await, ["write"]);
    assert_eq!(of(format!("user_id={}&permission_id=read", ada.id)).await, [""; 0]);
    assert_eq!(of("permission_id=read&recursive=true".to_owned()).await.len(), 2);
    assert_eq!(
        of(format!("user_id={}&recursive=true", ada.id)).await,
        ["read", "write"]
    );
    assert_eq!(of(format!("user_id={}", Uuid::new_v4())).await, [""; 0]);
}

#[tokio::test]
async fn clients_list_the_permissions_of_their_own_user_only() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    for query in [String::new(), format!("?user_id={}", grace.id)] {
        let call = project.client_call(&format!("GET /project-permissions{query}"));
        let refused = call.token(&ada.access_token()).send().await;
        assert!(refused.fails_plainly(403).contains("own user"));
    }
    let nobody = project.client_call("GET /project-permissions?user_id=me").send().await;
    nobody.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn only_defined_permissions_of_the_project_are_granted_and_to_users_only() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let nobody = Uuid::new_v4();
    for method in ["POST", "DELETE"] {
        let line = format!("{method} /project-permissions/{nobody}/nothing");
        change(&project, &line).await.fails(404, "USER_NOT_FOUND");
        let line = format!("{method} /project-permissions/me/nothing");
        change(&project, &line)
            .await
            .fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
        let line = format!("{method} /project-permissions/{}/nothing", ada.id);
        change(&project, &line).await.fails(404, "PERMISSION_NOT_FOUND");
    }
    for id in ["team_admin", "$read_members"] {
        let line = format!("POST /project-permissions/{}/{id}", ada.id);
        let wrong = change(&project, &line).await;
        assert_eq!(
            wrong.fails(404, "WRONG_PERMISSION_SCOPE"),
            json!({ "permission_id": id, "expected_scope": "project", "actual_scope": "team" })
        );
    }
}

#[tokio::test]
async fn permissions_are_those_of_the_own_project() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let ada = project.sign_up("ada@example.com").await;
    for project in [&project, &other] {
        define(project, "project", "billing", &[]).await;
    }
    grant_in_project(&project, &ada, "billing").await;
    for query in [String::new(), format!("?user_id={}", ada.id)] {
        assert_eq!(ids(&other, &format!("/project-permissions{query}")).await, [""; 0]);
    }
    for method in ["POST", "DELETE"] {
        let line = format!("{method} /project-permissions/{}/billing", ada.id);
        change(&other, &line).await.fails(404, "USER_NOT_FOUND");
    }
    assert_eq!(ids(&project, "/project-permissions").await, ["billing"]);
}
