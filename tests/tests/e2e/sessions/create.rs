//! `POST /auth/sessions`.

use std::time::Duration;

use serde_json::json;
use stack_client::{Tokens, prelude::*};
use stack_tests::{Outcome, TestProject, claims, typed};
use stack_types::SessionCreate;
use uuid::Uuid;

use super::{DAY, REFUSED, create};

#[tokio::test]
async fn servers_sign_anybody_in() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = typed::<SessionCreate>(json!({ "user_id": ada.id }));
    let tokens = project.server().create_session().body(body).send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&tokens));
    let client = project.client_with(Tokens::new(tokens.access_token, tokens.refresh_token));
    assert_eq!(client.get_current_user().send().await.answers(200).id, ada.id);
    client.refresh_current_session().send().await.answers(200);
}

#[tokio::test]
async fn a_server_that_knows_me_signs_me_in() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let server = project.server().with_tokens(ada.client.tokens());
    let body = typed::<SessionCreate>(json!({ "user_id": "me" }));
    let tokens = server.create_session().body(body.clone()).send().await.answers(200);
    assert_eq!(claims(tokens.access_token.expose())["sub"], json!(ada.id));
    project
        .server()
        .create_session()
        .body(body)
        .send()
        .await
        .fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn a_session_is_for_a_user_who_exists() {
    let project = TestProject::start().await;
    let nobody = Uuid::new_v4();
    let body = typed::<SessionCreate>(json!({ "user_id": nobody }));
    let details = project
        .server()
        .create_session()
        .body(body)
        .send()
        .await
        .fails(400, "USER_ID_DOES_NOT_EXIST");
    assert_eq!(details, json!({ "user_id": nobody }));
}

#[tokio::test]
async fn a_session_lasts_as_long_as_it_was_meant_to() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let refresh = |tokens: &Tokens| {
        let token = tokens.refresh.as_ref().expect("a refresh token").expose();
        project
            .client_call("POST /auth/sessions/current/refresh")
            .header("x-stack-refresh-token", token)
            .send()
    };
    let minute = create(&project, json!({ "user_id": ada.id, "expires_in_millis": 60_000 }))
        .await
        .expect("a session");
    let year = create(&project, json!({ "user_id": ada.id })).await.expect("a session");
    project.server.advance(Duration::from_millis(59_999));
    refresh(&minute).await.answers(200);
    project.server.advance(Duration::from_millis(1));
    refresh(&minute).await.fails(401, REFUSED);
    project.server.advance(DAY * 365 - Duration::from_secs(61));
    refresh(&year).await.answers(200);
    project.server.advance(Duration::from_secs(1));
    refresh(&year).await.fails(401, REFUSED);
}

#[tokio::test]
async fn no_session_lasts_longer_than_367_days() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let longest = 367 * 24 * 60 * 60 * 1000_i64;
    create(&project, json!({ "user_id": ada.id, "expires_in_millis": longest }))
        .await
        .expect("a session");
    for millis in [longest + 1, i64::MAX] {
        let refused = create(&project, json!({ "user_id": ada.id, "expires_in_millis": millis })).await;
        assert_eq!(refused, Err((400, "SCHEMA_ERROR".to_owned())));
    }
}

#[tokio::test]
async fn clients_dont_sign_anybody_in_without_proof() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let call = project.client_call("POST /auth/sessions").token(&ada.access_token());
    call.json(json!({ "user_id": ada.id }))
        .send()
        .await
        .fails(401, "INSUFFICIENT_ACCESS_TYPE");
}
