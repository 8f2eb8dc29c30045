//! `GET /auth/sessions`.

use std::time::Duration;

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use stack_types::Session;
use uuid::Uuid;

use super::{create, listed, session_id};

#[tokio::test]
async fn clients_list_their_sessions_newest_first() {
    let project = TestProject::start().await;
    let first = project.sign_up("ada@example.com").await;
    project.server.advance(Duration::from_secs(1));
    let second = project.sign_in("ada@example.com").await;
    let sessions = first
        .client
        .list_sessions()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .answers(200);
    let ids: Vec<_> = sessions.items.iter().map(|session| session.id).collect();
    assert_eq!(ids, [session_id(&second), session_id(&first)]);
    insta::assert_json_snapshot!(project.snapshots().of(&sessions));
    let by_id = first
        .client
        .list_sessions()
        .user_id(UserIdOrMe::Id(first.id))
        .send()
        .await
        .answers(200);
    assert_eq!(by_id, sessions);
}

#[tokio::test]
async fn a_session_tells_from_where_its_app_was_last_used() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let created = create(&project, json!({ "user_id": ada.id })).await;
    created.expect("a session");
    let address = |session: &Session| {
        session
            .last_used_at_end_user_ip_info
            .as_ref()
            .map(|info| info.ip.clone())
    };
    let addresses: Vec<_> = listed(&ada).await.iter().map(address).collect();
    assert!(addresses.contains(&Some("127.0.0.1".to_owned())), "{addresses:?}");
    assert!(
        addresses.contains(&None),
        "a server isn't where its user is: {addresses:?}"
    );
}

#[tokio::test]
async fn servers_list_anybodys_sessions() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let sessions = project
        .server()
        .list_sessions()
        .user_id(UserIdOrMe::Id(ada.id))
        .send()
        .await
        .answers(200);
    assert_eq!(sessions.items.len(), 1);
    assert_eq!(sessions.items[0].is_current_session, Some(false));
    let nobodys = project
        .server()
        .list_sessions()
        .user_id(UserIdOrMe::Id(Uuid::new_v4().into()))
        .send()
        .await;
    assert_eq!(nobodys.answers(200).items.len(), 0);
}

#[tokio::test]
async fn clients_dont_list_the_sessions_of_others() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    ada.client
        .list_sessions()
        .user_id(UserIdOrMe::Id(grace.id))
        .send()
        .await
        .fails_plainly(403);
}

#[tokio::test]
async fn sessions_are_somebodys() {
    let project = TestProject::start().await;
    const CODE: &str = "CANNOT_GET_OWN_USER_WITHOUT_USER";
    project
        .client()
        .list_sessions()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .fails(400, CODE);
    project
        .server()
        .list_sessions()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .fails(400, CODE);
    project
        .admin()
        .list_sessions()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .fails(400, CODE);
    let ada = project.sign_up("ada@example.com").await;
    project
        .client_call("GET /auth/sessions")
        .token(&ada.access_token())
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
    project
        .server_call("GET /auth/sessions?user_id=you")
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn only_admins_see_impersonations() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    create(&project, json!({ "user_id": ada.id, "is_impersonation": true }))
        .await
        .expect("a session");
    let whose = UserIdOrMe::Id(ada.id);
    assert_eq!(listed(&ada).await.len(), 1);
    assert_eq!(
        project
            .server()
            .list_sessions()
            .user_id(whose)
            .send()
            .await
            .answers(200)
            .items
            .len(),
        1
    );
    let seen = project
        .admin()
        .list_sessions()
        .user_id(whose)
        .send()
        .await
        .answers(200)
        .items;
    let mut impersonations: Vec<_> = seen.iter().map(|session| session.is_impersonation).collect();
    impersonations.sort_unstable();
    assert_eq!(impersonations, [false, true]);
}
