//! The admin access token: how dashboards act on the projects of their users.

use std::time::Duration;

use serde_json::json;
use stack_client::{StackAdmin, prelude::*};
use stack_tests::{Answer, Call, Outcome, TestProject, TestUser};
use stack_types::server;

/// A call with this admin access token and no key.
fn call(project: &TestProject, access: &str, line: &str, token: &str) -> Call {
    let call = project.server.call(line).header("x-stack-access-type", access);
    call.header("x-stack-project-id", project.id.as_str())
        .header("x-stack-admin-access-token", token)
}

async fn with_token(project: &TestProject, token: &str) -> Answer {
    call(project, "admin", "GET /internal/projects/current", token)
        .send()
        .await
}

fn owner(project: &TestProject) -> TestUser {
    TestUser {
        id: uuid::Uuid::nil().into(),
        client: project.owner.clone(),
    }
}

async fn stranger(project: &TestProject) -> TestUser {
    TestProject::internal(&project.server).owner_named("Eve").await
}

#[tokio::test]
async fn an_owner_has_every_access_to_their_project() {
    let project = TestProject::start().await;
    let token = owner(&project).access_token();
    for (access, line) in [
        ("client", "GET /projects/current"),
        ("server", "GET /users"),
        ("admin", "GET /internal/projects/current"),
    ] {
        call(&project, access, line, &token).send().await.answers(200);
    }
    let insufficient = call(&project, "server", "GET /internal/projects/current", &token)
        .send()
        .await;
    insufficient.fails(401, "INSUFFICIENT_ACCESS_TYPE");
    let admin = StackAdmin::builder()
        .base_url(project.server.url())
        .project_id(project.id.clone());
    let admin = admin.admin_access_token(token).build().expect("a client");
    assert_eq!(admin.get_whole_project().send().await.answers(200).id, project.id);
}

#[tokio::test]
async fn it_takes_the_place_of_a_key_even_of_a_wrong_one() {
    let project = TestProject::start().await;
    let token = owner(&project).access_token();
    let call = call(&project, "admin", "GET /internal/projects/current", &token);
    call.header("x-stack-super-secret-admin-key", "wrong")
        .send()
        .await
        .answers(200);
}

#[tokio::test]
async fn nobody_else_has_access() {
    let project = TestProject::start().await;
    let stranger = stranger(&project).await;
    with_token(&project, &stranger.access_token())
        .await
        .fails(401, "ADMIN_ACCESS_TOKEN_IS_NOT_ADMIN");
    let internal = TestProject::internal(&project.server);
    with_token(&internal, &owner(&project).access_token())
        .await
        .fails(401, "ADMIN_ACCESS_TOKEN_IS_NOT_ADMIN");
}

#[tokio::test]
async fn a_right_key_doesnt_help_a_wrong_token() {
    let project = TestProject::start().await;
    let stranger = stranger(&project).await;
    let call = project.admin_call("GET /internal/projects/current");
    let call = call.header("x-stack-admin-access-token", &stranger.access_token());
    call.send().await.fails(401, "ADMIN_ACCESS_TOKEN_IS_NOT_ADMIN");
}

#[tokio::test]
async fn users_of_the_project_itself_arent_its_admins() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    with_token(&project, &ada.access_token())
        .await
        .fails(401, "ADMIN_ACCESS_TOKEN_IS_NOT_ADMIN");
}

#[tokio::test]
async fn what_isnt_a_token_of_an_ordinary_user_is_refused() {
    let project = TestProject::start().await;
    let internal = TestProject::internal(&project.server);
    let guest = internal.sign_up_anonymously().await;
    let restricted = internal.user_with(json!({ "restricted_by_admin": true })).await;
    let refresh_token = owner(&project).refresh_token();
    for token in [
        "nonsense",
        &refresh_token,
        &guest.access_token(),
        &restricted.access_token(),
    ] {
        with_token(&project, token)
            .await
            .fails(401, "UNPARSABLE_ADMIN_ACCESS_TOKEN");
    }
}

#[tokio::test]
async fn a_token_gives_access_until_it_expires() {
    let project = TestProject::start().await;
    let token = owner(&project).access_token();
    project.server.advance(Duration::from_secs(599));
    with_token(&project, &token).await.answers(200);
    project.server.advance(Duration::from_secs(1));
    let details = with_token(&project, &token)
        .await
        .fails(401, "ADMIN_ACCESS_TOKEN_EXPIRED");
    assert!(details["expired_at_millis"].is_i64(), "{details}");
}

#[tokio::test]
async fn an_owner_who_was_deleted_has_no_access() {
    let project = TestProject::start().await;
    let token = owner(&project).access_token();
    let owner_id = project.owner.get_current_user().send().await.answers(200).id;
    TestProject::internal(&project.server)
        .server()
        .delete_user()
        .user_id(owner_id)
        .send()
        .await
        .answers(200);
    with_token(&project, &token).await.fails_plainly(401);
}

#[tokio::test]
async fn an_owner_who_was_restricted_has_no_access_with_the_next_token() {
    let project = TestProject::start().await;
    let internal = TestProject::internal(&project.server);
    let owner_id = project.owner.get_current_user().send().await.answers(200).id;
    let body = server::UserUpdate {
        restricted_by_admin: Some(true),
        ..Default::default()
    };
    internal
        .server()
        .update_user()
        .user_id(owner_id)
        .body(body)
        .send()
        .await
        .answers(200);
    let token = project
        .owner
        .refresh_current_session()
        .send()
        .await
        .answers(200)
        .access_token;
    with_token(&project, token.expose())
        .await
        .fails(401, "UNPARSABLE_ADMIN_ACCESS_TOKEN");
}

#[tokio::test]
async fn the_override_key_of_developers_opens_nothing() {
    let project = TestProject::start().await;
    let internal = TestProject::internal(&project.server);
    for key in ["anything", internal.keys.super_secret_admin_key.expose()] {
        let call = project.admin_call("GET /internal/projects/current");
        call.header("x-stack-development-override-key", key)
            .send()
            .await
            .fails_plainly(401);
    }
}
