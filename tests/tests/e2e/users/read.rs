//! `GET /users/{user_id}`.

use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use uuid::Uuid;

#[tokio::test]
async fn servers_and_admins_see_the_whole_user() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let user = project.server().get_user().user_id(ada.id).send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&user));
    assert_eq!(
        project.admin().get_user().user_id(ada.id).send().await.answers(200),
        user
    );
}

#[tokio::test]
async fn me_is_whoever_is_signed_in() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let server = project.server().with_tokens(ada.client.tokens());
    assert_eq!(
        server.get_user().user_id(UserIdOrMe::Me).send().await.answers(200).id,
        ada.id
    );
    let nobody = project.server().get_user().user_id(UserIdOrMe::Me).send().await;
    nobody.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn an_unknown_user_isnt_found() {
    let project = TestProject::start().await;
    project
        .server()
        .get_user()
        .user_id(UserIdOrMe::Id(Uuid::new_v4().into()))
        .send()
        .await
        .fails(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn an_id_has_to_be_one() {
    let project = TestProject::start().await;
    for id in [
        "you",
        "1",
        "3241a285-8329-4d69-8f3d-316e08cf140",
        "%00",
        "..%2Fprojects%2Fcurrent",
    ] {
        project
            .server_call(&format!("GET /users/{id}"))
            .send()
            .await
            .fails(400, "SCHEMA_ERROR");
    }
}

#[tokio::test]
async fn clients_may_not_read_users_by_id_not_even_their_own() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let call = project
        .client_call(&format!("GET /users/{}", ada.id))
        .token(&ada.access_token());
    call.send().await.fails(401, "INSUFFICIENT_ACCESS_TYPE");
}
