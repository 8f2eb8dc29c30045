//! Projects don't see each other, and users of one project don't act for each other.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use stack_types::{SessionCreate, server};

#[tokio::test]
async fn a_user_of_another_project_is_never_found() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let ada = other.sign_up("ada@example.com").await;
    let before = other.user(&ada).await;
    let id = UserIdOrMe::Id(ada.id);
    let (server, admin) = (project.server(), project.admin());
    server.get_user().user_id(id).send().await.fails(404, "USER_NOT_FOUND");
    admin.get_user().user_id(id).send().await.fails(404, "USER_NOT_FOUND");
    let body = server::UserUpdate {
        display_name: Patch::Value("Eve".into()),
        ..Default::default()
    };
    server
        .update_user()
        .user_id(id)
        .body(body)
        .send()
        .await
        .fails(404, "USER_NOT_FOUND");
    server
        .delete_user()
        .user_id(id)
        .send()
        .await
        .fails(404, "USER_NOT_FOUND");
    let body = stack_tests::typed::<SessionCreate>(json!({ "user_id": ada.id }));
    server
        .create_session()
        .body(body)
        .send()
        .await
        .fails(400, "USER_ID_DOES_NOT_EXIST");
    assert_eq!(
        server.list_sessions().user_id(id).send().await.answers(200).items.len(),
        0
    );
    let session = ada.session_id().parse::<stack_types::SessionId>().expect("an id");
    server
        .delete_session()
        .id(session)
        .user_id(id)
        .send()
        .await
        .fails_plainly(404);
    for query in ["ada", &ada.id.to_string()] {
        assert_eq!(
            server.list_users().query(query).send().await.answers(200).items.len(),
            0,
            "{query}"
        );
    }
    let found = server
        .list_users()
        .cursor(uuid::Uuid::from(ada.id))
        .send()
        .await
        .answers(200);
    assert_eq!(found.items.len(), 0, "not even as a cursor");
    assert_eq!(other.user(&ada).await, before);
    ada.client.refresh_current_session().send().await.answers(200);
}

#[tokio::test]
async fn a_key_opens_its_own_project_only() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    for (access, code) in [
        ("client", "INVALID_PUBLISHABLE_CLIENT_KEY"),
        ("server", "INVALID_SECRET_SERVER_KEY"),
        ("admin", "INVALID_SUPER_SECRET_ADMIN_KEY"),
    ] {
        let (header, key) = other.key_of(access);
        let call = project
            .server
            .call("GET /projects/current")
            .header("x-stack-access-type", access);
        let call = call
            .header("x-stack-project-id", project.id.as_str())
            .header(header, key.expose());
        assert_eq!(call.send().await.fails(401, code), json!({ "project_id": project.id }));
    }
}

#[tokio::test]
async fn the_same_address_is_another_user_in_another_project() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let here = project.sign_up("ada@example.com").await;
    let there = other.sign_up("ada@example.com").await;
    assert_ne!(here.id, there.id);
    project
        .server()
        .delete_user()
        .user_id(here.id)
        .send()
        .await
        .answers(200);
    assert_eq!(other.sign_in("ada@example.com").await.id, there.id);
}

#[tokio::test]
async fn a_client_cant_name_another_user_in_any_way() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let before = project.user(&grace).await;
    for key in ["id", "user_id", "userId"] {
        let body = json!({ "display_name": "Eve", key: grace.id });
        let patch = project
            .client_call("PATCH /users/me")
            .token(&ada.access_token())
            .json(body)
            .send()
            .await;
        patch.fails(400, "SCHEMA_ERROR");
        let line = format!("PATCH /users/me?{key}={}", grace.id);
        let patch = project
            .client_call(&line)
            .token(&ada.access_token())
            .json(json!({ "display_name": "Eve" }));
        patch.send().await.fails(400, "SCHEMA_ERROR");
    }
    assert_eq!(project.user(&grace).await, before);
    assert_eq!(project.user(&ada).await["display_name"], Value::Null);
}

#[tokio::test]
async fn a_project_has_one_branch() {
    let project = TestProject::start().await;
    project
        .client_call("GET /projects/current")
        .header("x-stack-branch-id", "main")
        .send()
        .await
        .answers(200);
    for branch in ["preview", "MAIN", "main/", "*"] {
        let call = project
            .client_call("GET /projects/current")
            .header("x-stack-branch-id", branch);
        assert_eq!(
            call.send().await.fails(400, "BRANCH_DOES_NOT_EXIST"),
            json!({ "branch_id": branch })
        );
    }
}
