//! Mocks as a program's tests use them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use futures::TryStreamExt;
use stack_client::{Error, prelude::*, types};
use stack_client_mock::{MockStack, Sample};

#[tokio::test]
async fn a_success_is_the_answer() {
    let stack = MockStack::start_async().await;
    let user = types::server::User::sample();
    let mock = stack.as_server().get_user(|when, then| {
        when.user_id(UserIdOrMe::Id(user.id));
        then.ok(&user);
    });
    let got = stack.server().get_user().user_id(user.id).send().await.unwrap();
    assert_eq!(*got, user);
    mock.assert();
}

#[tokio::test]
async fn a_known_error_comes_back_typed() {
    let stack = MockStack::start_async().await;
    let sent = KnownError::PasswordTooShort { min_length: 8 };
    stack.as_client().sign_up_with_password(|_, then| {
        then.known_error(sent.clone());
    });
    let body = types::client::PasswordSignUp::sample();
    let error = stack
        .client()
        .sign_up_with_password()
        .body(body)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.known(), Some(&sent));
    assert_eq!(error.status().unwrap(), sent.status());
}

#[tokio::test]
async fn a_stream_asks_for_page_after_page() {
    let stack = MockStack::start_async().await;
    let user = types::server::User::sample();
    let next = uuid::Uuid::from(user.id);
    let page = |next_cursor: Option<uuid::Uuid>| {
        let mut page = types::server::UserList::sample();
        page.items = vec![user.clone()];
        page.pagination = Some(types::Pagination {
            next_cursor: next_cursor.map(|id| id.to_string()),
        });
        page
    };
    let first = stack.as_server().list_users(|when, then| {
        when.without_query("cursor");
        then.ok(&page(Some(next)));
    });
    let second = stack.as_server().list_users(|when, then| {
        when.cursor(next);
        then.ok(&page(None));
    });
    let server = stack.server();
    let users: Vec<_> = server.list_users().stream().try_collect().await.unwrap();
    assert_eq!(users.len(), 2);
    first.assert();
    second.assert();
}

#[tokio::test]
async fn answers_come_in_their_order_and_the_last_again() {
    let stack = MockStack::start_async().await;
    let id = types::server::User::sample().id;
    let mock = stack.as_server().get_user(|_, then| {
        then.unavailable().unavailable().ok(&types::server::User::sample());
    });
    let server = stack.server();
    server.get_user().user_id(id).send().await.unwrap();
    mock.assert_calls(3);
    server.get_user().user_id(id).send().await.unwrap();
    mock.assert_calls(4);
}

#[tokio::test]
async fn me_is_no_users_id_and_another_access_is_another_mock() {
    let stack = MockStack::start_async().await;
    let other = stack.as_server().get_user(|_, then| {
        then.ok(&types::server::User::sample());
    });
    let error = stack.client().get_current_user().send().await.unwrap_err();
    assert!(matches!(error, Error::Plain { .. }), "{error}");
    other.assert_calls(0);
}

#[tokio::test]
async fn a_body_and_a_session_can_be_asked_for() {
    let stack = MockStack::start_async().await;
    let update = types::client::UserUpdate {
        display_name: Patch::Null,
        ..Default::default()
    };
    let mock = stack.as_client().update_current_user(|when, then| {
        when.body(&update).signed_in_with("token");
        then.ok(&types::client::User::sample());
    });
    let client = stack.client().with_tokens(stack_client::Tokens::access_only("token"));
    client.update_current_user().body(update.clone()).send().await.unwrap();
    mock.assert();
    let other = types::client::UserUpdate::default();
    assert!(client.update_current_user().body(other).send().await.is_err());
    mock.assert_calls(1);
}

#[tokio::test]
async fn text_is_sent_as_text() {
    let stack = MockStack::start_async().await;
    stack.as_client().get_api_info(|_, then| {
        then.ok("It works.");
    });
    assert_eq!(*stack.client().get_api_info().send().await.unwrap(), "It works.");
}

#[tokio::test]
async fn a_mock_without_an_answer_says_so() {
    let stack = MockStack::start_async().await;
    let id = types::server::User::sample().id;
    stack.as_server().get_user(|_, _| {});
    let error = stack.server().get_user().user_id(id).send().await.unwrap_err();
    assert!(error.to_string().contains("`get_user` has no answer"), "{error}");
}
