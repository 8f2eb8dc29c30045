//! What fits an operation, and how all that doesn't is reported at once.

use http::Method;
use stack_server_api::Access;

use super::support::call_as;

const USER: &str = "3b4c5f0e-7d0b-4a52-9f3e-0f6f4f1c2d3a";

#[tokio::test]
async fn all_violations_of_all_parts_come_together() {
    let path = "/api/v1/users/nobody?colour=red&shade=dark";
    let body = r#"{"display_name": ["Ada"], "colour": "red", "profile_image_url": "no url"}"#;
    let answer = call_as(Access::Server, Method::PATCH, path).json(body).send().await;
    insta::assert_snapshot!(answer.schema_error(), @r#"
    PATCH /api/v1/users/nobody doesn't accept this request:
    - path /user_id: must be a UUID or "me", not "nobody"
    - query /colour: is not known here; this operation takes no query
    - query /shade: is not known here; this operation takes no query
    - body /display_name: must be text, not a list
    - body /profile_image_url: must be an absolute URL without spaces such as https://example.com/page, not "no url"
    - body /colour: is not known here; leave it out
    "#);
}

#[tokio::test]
async fn a_missing_header_is_a_violation() {
    let answer = call_as(Access::Client, Method::POST, "/api/v1/auth/sessions/current/refresh")
        .send()
        .await;
    insta::assert_snapshot!(answer.schema_error(), @r"
    POST /api/v1/auth/sessions/current/refresh doesn't accept this request:
    - headers /x-stack-refresh-token: is missing
    ");
}

#[tokio::test]
async fn a_missing_body_is_a_violation() {
    let answer = call_as(Access::Server, Method::POST, "/api/v1/users").send().await;
    insta::assert_snapshot!(answer.schema_error(), @r"
    POST /api/v1/users doesn't accept this request:
    - body: is missing; send it with the content type application/json
    ");
}

#[tokio::test]
async fn a_field_of_servers_is_unknown_to_clients() {
    let body = r#"{"display_name": "Ada", "server_metadata": {}}"#;
    let answer = call_as(Access::Client, Method::PATCH, "/api/v1/users/me")
        .user("ada")
        .json(body)
        .send()
        .await;
    insta::assert_snapshot!(answer.schema_error(), @r#"
    PATCH /api/v1/users/me doesn't accept this request:
    - body /server_metadata: is not known here; known are "display_name", "profile_image_url", "client_metadata", "primary_email", "passkey_auth_enabled", "otp_auth_enabled", "totp_secret_base64", "selected_team_id"
    "#);
}

#[tokio::test]
async fn of_two_parameters_with_one_name_the_last_counts() {
    let answer = call_as(Access::Server, Method::GET, "/api/v1/users?limit=x&limit=7")
        .send()
        .await;
    insta::assert_snapshot!(answer.heard(), @"(Server, None) ListUsersRequest { query: ListUsersQuery { team_id: None, limit: Some(7), cursor: None, order_by: None, desc: None, query: None, include_anonymous: None, only_anonymous: None, include_restricted: None } }");
}

#[tokio::test]
async fn texts_of_the_query_become_what_the_contract_says() {
    let answer = call_as(Access::Server, Method::GET, "/api/v1/users?limit=none&desc=maybe")
        .send()
        .await;
    insta::assert_snapshot!(answer.schema_error(), @r#"
    GET /api/v1/users doesn't accept this request:
    - query /limit: must be a whole number of at most 64 bits, not "none"
    - query /desc: must be true or false, not "maybe"
    "#);
}

#[tokio::test]
async fn bytes_that_are_not_text_are_a_violation() {
    let query = call_as(Access::Server, Method::GET, "/api/v1/users?query=%FF")
        .send()
        .await;
    insta::assert_snapshot!(query.schema_error(), @r"
    GET /api/v1/users doesn't accept this request:
    - query /query: isn't UTF-8 once decoded
    ");
    let path = call_as(Access::Server, Method::GET, "/api/v1/users/%FF").send().await;
    insta::assert_snapshot!(path.schema_error(), @r"
    GET /api/v1/users/%FF doesn't accept this request:
    - path: isn't UTF-8 once decoded
    ");
}

#[tokio::test]
async fn ignored_parameters_are_not_looked_at() {
    let path = format!("/api/v1/users/{USER}?limit=nonsense");
    let answer = call_as(Access::Server, Method::GET, &path).send().await;
    insta::assert_snapshot!(answer.heard(), @"(Server, None) GetUserRequest { path: GetUserPath { user_id: Id(UserId(3b4c5f0e-7d0b-4a52-9f3e-0f6f4f1c2d3a)) } }");
}

#[tokio::test]
async fn an_operation_without_query_may_ignore_it() {
    let call = call_as(
        Access::Client,
        Method::POST,
        "/api/v1/auth/sessions/current/refresh?a=b",
    );
    let answer = call.header("x-stack-refresh-token", "r").send().await;
    insta::assert_snapshot!(answer.heard(), @"(Client, None) RefreshCurrentSessionRequest { refresh_token: [secret] }");
}
