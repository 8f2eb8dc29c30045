//! Several processes on one database are one server: what one of them decides holds for all.

use futures::future::join_all;
use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, PASSWORD, TestProject, TestUser};
use stack_types::{ApiKeySetCreate, ApiKeySetUpdate, PasswordUpdate};

const REFUSED: &str = "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED";

/// A project as two processes serve it.
async fn both() -> (TestProject, TestProject) {
    let here = TestProject::start().await;
    let twin = here.server.twin().await;
    let there = here.on(&twin);
    (here, there)
}

/// The same session at another process.
fn at(project: &TestProject, user: &TestUser) -> TestUser {
    TestUser {
        id: user.id,
        client: project.client_with(user.client.tokens()),
    }
}

#[tokio::test]
async fn a_session_begun_here_goes_on_there() {
    let (here, there) = both().await;
    let ada = at(&there, &here.sign_up("ada@example.com").await);
    assert_eq!(ada.client.get_current_user().send().await.answers(200).id, ada.id);
    ada.client.refresh_current_session().send().await.answers(200);
    assert_eq!(there.sign_in("ada@example.com").await.id, ada.id);
}

#[tokio::test]
async fn a_session_ended_here_is_over_there_at_once() {
    let (here, there) = both().await;
    let ada = here.sign_up("ada@example.com").await;
    let elsewhere = at(&there, &ada);
    elsewhere.client.refresh_current_session().send().await.answers(200);
    ada.client.delete_current_session().send().await.answers(200);
    elsewhere
        .client
        .refresh_current_session()
        .send()
        .await
        .fails(401, REFUSED);
}

#[tokio::test]
async fn a_password_changed_here_holds_there_at_once() {
    let (here, there) = both().await;
    let ada = here.sign_up("ada@example.com").await;
    let other = there.sign_in("ada@example.com").await;
    let change = PasswordUpdate {
        old_password: PASSWORD.into(),
        new_password: "another password".into(),
    };
    ada.client.update_password().body(change).send().await.answers(200);
    other.client.refresh_current_session().send().await.fails(401, REFUSED);
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let old = there.client_call("POST /auth/password/sign-in").json(body).send().await;
    old.fails(400, "EMAIL_PASSWORD_MISMATCH");
}

#[tokio::test]
async fn a_key_made_here_opens_there_and_one_revoked_here_doesnt() {
    let (here, there) = both().await;
    let set = || ApiKeySetCreate {
        description: String::new(),
        expires_at_millis: here.server.now().saturating_add(std::time::Duration::from_secs(60)),
        has_publishable_client_key: false,
        has_secret_server_key: true,
        has_super_secret_admin_key: false,
    };
    let admin = here.admin();
    let good = admin.create_api_key_set().body(set()).send().await.answers(200);
    let revoked = admin.create_api_key_set().body(set()).send().await.answers(200);
    let revoke = ApiKeySetUpdate {
        revoked: Some(true),
        ..Default::default()
    };
    admin
        .update_api_key_set()
        .api_key_id(revoked.id)
        .body(revoke)
        .send()
        .await
        .answers(200);
    let ask = |key: Option<stack_types::Secret>| {
        let call = there.server.call("GET /users").header("x-stack-access-type", "server");
        let call = call.header("x-stack-project-id", there.id.as_str());
        call.header("x-stack-secret-server-key", key.expect("a key").expose())
            .send()
    };
    ask(good.secret_server_key).await.answers(200);
    ask(revoked.secret_server_key)
        .await
        .fails(401, "INVALID_SECRET_SERVER_KEY");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_sign_ups_at_two_processes_exactly_one_wins() {
    let (here, there) = both().await;
    let answers = join_all((0..64).map(|number| {
        let project = if number % 2 == 0 { &here } else { &there };
        let body = json!({ "email": "ada@example.com", "password": PASSWORD });
        project.client_call("POST /auth/password/sign-up").json(body).send()
    }))
    .await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    let lost = answers
        .iter()
        .filter(|answer| answer.code() == "USER_EMAIL_ALREADY_EXISTS")
        .count();
    assert_eq!((won, lost, here.count_users().await), (1, 63, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_refreshes_at_two_processes_all_succeed() {
    let (here, there) = both().await;
    let ada = here.sign_up("ada@example.com").await;
    let elsewhere = at(&there, &ada);
    let refreshes = (0..100).map(|number| {
        let user = if number % 2 == 0 { &ada } else { &elsewhere };
        user.client.refresh_current_session().send()
    });
    for refreshed in join_all(refreshes).await {
        refreshed.answers(200);
    }
}
