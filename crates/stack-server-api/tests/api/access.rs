//! Who gets in: the order in which credentials are looked at, and what each of the others hears.

use http::Method;
use stack_server_api::Access;

use super::support::{call, call_as};

const ID: &str = "3b4c5f0e-7d0b-4a52-9f3e-0f6f4f1c2d3a";

#[tokio::test]
async fn a_body_that_cannot_be_read_is_reported_before_bad_credentials() {
    let answer = call(Method::POST, "/api/v1/auth/sessions")
        .header("x-stack-access-type", "wizard")
        .json("{")
        .send()
        .await;
    assert_eq!(answer.outcome(), (400, "BODY_PARSING_ERROR"));
}

#[tokio::test]
async fn a_key_needs_an_access_type() {
    let keys = [
        "publishable-client-key",
        "secret-server-key",
        "super-secret-admin-key",
        "admin-access-token",
    ];
    for key in keys {
        let answer = call(Method::GET, "/api/v1/users/me")
            .header(&format!("x-stack-{key}"), "k")
            .send()
            .await;
        assert_eq!(answer.outcome(), (400, "PROJECT_KEY_WITHOUT_ACCESS_TYPE"), "{key}");
    }
}

#[tokio::test]
async fn without_access_type_and_keys_the_caller_is_nobody() {
    let answer = call(Method::GET, "/api/v1/users/me")
        .header("x-stack-project-id", "p")
        .user("ada")
        .send()
        .await;
    assert_eq!(answer.outcome(), (400, "ACCESS_TYPE_REQUIRED"));
}

#[tokio::test]
async fn empty_headers_count_as_absent() {
    let call = call(Method::GET, "/api/v1/users/me")
        .header("x-stack-access-type", "")
        .header("x-stack-secret-server-key", "");
    assert_eq!(call.send().await.outcome(), (400, "ACCESS_TYPE_REQUIRED"));
}

#[tokio::test]
async fn the_access_type_is_one_of_three() {
    for access in ["wizard", "Client", "client "] {
        let answer = call(Method::GET, "/api/v1/users/me")
            .header("x-stack-access-type", access)
            .send()
            .await;
        assert_eq!(answer.outcome(), (400, "INVALID_ACCESS_TYPE"), "{access}");
    }
}

#[tokio::test]
async fn an_access_type_needs_a_project() {
    let answer = call(Method::GET, "/api/v1/users/me")
        .header("x-stack-access-type", "client")
        .send()
        .await;
    assert_eq!(answer.outcome(), (400, "ACCESS_TYPE_WITHOUT_PROJECT_ID"));
    assert_eq!(answer.json()["details"]["request_type"], "client");
}

#[tokio::test]
async fn the_authenticator_speaks_before_the_access_is_checked() {
    let call = call(Method::GET, "/api/v1/users").header("x-stack-access-type", "client");
    let answer = call.header("x-stack-project-id", "missing").send().await;
    assert_eq!(answer.outcome(), (400, "CURRENT_PROJECT_NOT_FOUND"));
}

#[tokio::test]
async fn an_operation_of_servers_is_closed_to_clients_whatever_they_send() {
    let answer = call_as(Access::Client, Method::GET, "/api/v1/users?nonsense=1")
        .send()
        .await;
    assert_eq!(answer.outcome(), (401, "INSUFFICIENT_ACCESS_TYPE"));
    let details = answer.json()["details"].to_string();
    assert_eq!(
        details,
        r#"{"actual_access_type":"client","allowed_access_types":["server","admin"]}"#
    );
}

#[tokio::test]
async fn admins_may_do_what_servers_may() {
    let answer = call_as(Access::Admin, Method::DELETE, &format!("/api/v1/users/{ID}"))
        .send()
        .await;
    insta::assert_snapshot!(answer.heard(), @"(Admin, None) DeleteUserRequest { path: DeleteUserPath { user_id: Id(UserId(3b4c5f0e-7d0b-4a52-9f3e-0f6f4f1c2d3a)) } }");
}

#[tokio::test]
async fn client_and_server_reach_methods_of_their_own() {
    for (access, expected) in [
        (Access::Client, r#"(ClientAccess, "ada") GetCurrentUserRequest"#),
        (Access::Server, r#"(Server, "ada") GetCurrentUserRequest"#),
        (Access::Admin, r#"(Admin, "ada") GetCurrentUserRequest"#),
    ] {
        let answer = call_as(access, Method::GET, "/api/v1/users/me")
            .user("ada")
            .send()
            .await;
        assert_eq!(answer.heard(), expected);
    }
}

#[tokio::test]
async fn the_contract_names_the_error_of_a_missing_user() {
    let answer = call_as(Access::Client, Method::GET, "/api/v1/users/me").send().await;
    assert_eq!(answer.outcome(), (400, "CANNOT_GET_OWN_USER_WITHOUT_USER"));
}

#[tokio::test]
async fn what_is_wrong_with_the_request_comes_before_a_missing_user() {
    let answer = call_as(Access::Client, Method::GET, "/api/v1/users/me?x=1")
        .send()
        .await;
    insta::assert_snapshot!(answer.schema_error(), @r"
    GET /api/v1/users/me doesn't accept this request:
    - query /x: is not known here; this operation takes no query
    ");
}

#[tokio::test]
async fn a_missing_user_is_one_violation_among_others_where_the_contract_says_so() {
    let answer = call_as(Access::Client, Method::POST, "/api/v1/auth/password/update")
        .json("{}")
        .send()
        .await;
    insta::assert_snapshot!(answer.schema_error(), @r"
    POST /api/v1/auth/password/update doesn't accept this request:
    - auth /user: must be signed in: send x-stack-access-token
    - body /old_password: is missing; expected text
    - body /new_password: is missing; expected text
    ");
}

#[tokio::test]
async fn a_user_may_be_needed_by_some_accesses_only() {
    let path = "/api/v1/auth/sessions?user_id=me";
    let client = call_as(Access::Client, Method::GET, path).send().await;
    assert_eq!(client.outcome(), (400, "CANNOT_GET_OWN_USER_WITHOUT_USER"));
    let server = call_as(Access::Server, Method::GET, path).send().await;
    insta::assert_snapshot!(server.heard(), @"(Server, None) ListSessionsRequest { query: ListSessionsQuery { user_id: Me } }");
}

#[tokio::test]
async fn credentials_are_optional_where_the_contract_says_so() {
    assert_eq!(call(Method::GET, "/api/v1").send().await.outcome(), (200, "nobody"));
    assert_eq!(
        call_as(Access::Admin, Method::GET, "/api/v1")
            .user("ada")
            .send()
            .await
            .outcome(),
        (200, r#"admin Some("ada")"#)
    );
}

#[tokio::test]
async fn credentials_that_contradict_themselves_are_refused_even_if_optional() {
    let answer = call(Method::GET, "/api/v1")
        .header("x-stack-access-type", "wizard")
        .send()
        .await;
    assert_eq!(answer.outcome(), (400, "INVALID_ACCESS_TYPE"));
}

#[tokio::test]
async fn credentials_are_never_looked_at_where_the_contract_says_so() {
    let answer = call(Method::GET, "/health")
        .header("x-stack-access-type", "wizard")
        .send()
        .await;
    assert_eq!(answer.status, 200);
}
