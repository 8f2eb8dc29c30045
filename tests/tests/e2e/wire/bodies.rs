//! Bodies of requests.

use serde_json::json;
use stack_tests::{TestProject, TestServer};

#[tokio::test]
async fn a_body_has_a_greatest_length() {
    let server = TestServer::start_with(|config| config.max_body_bytes = 1000).await;
    let internal = TestProject::internal(&server);
    let body = |length: usize| format!("{{\"display_name\":{:?}}}", "x".repeat(length - 19));
    let post = |length: usize| {
        internal
            .server_call("POST /users")
            .body("application/json", body(length))
            .send()
    };
    post(1000).await.fails(400, "SCHEMA_ERROR");
    post(1001).await.fails_plainly(413);
    post(1_000_000).await.fails_plainly(413);
    server
        .call("POST /users")
        .body("application/json", body(1001))
        .send()
        .await
        .fails_plainly(413);
}

#[tokio::test]
async fn the_greatest_body_holds_a_picture() {
    let project = TestProject::start().await;
    let url = format!("https://example.com/{}", "x".repeat(999_980));
    let call = project
        .server_call("POST /users")
        .json(json!({ "profile_image_url": url }));
    call.send().await.answers(201);
    let longer = project
        .server_call("POST /users")
        .json(json!({ "profile_image_url": format!("{url}x") }));
    longer.send().await.fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn a_body_that_cant_be_read_is_told_before_anything_else() {
    let project = TestProject::start().await;
    for (media, body) in [
        ("application/json", "{"),
        ("application/json", ""),
        ("application/json", "{\"a\":\"\u{0}"),
        ("text/html", "<p>"),
        ("multipart/form-data; boundary=x", "--x--"),
        ("application/x-www-form-urlencoded", "a=%FF"),
    ] {
        let nobody = project.server.call("POST /users").body(media, body).send().await;
        nobody.fails(400, "BODY_PARSING_ERROR");
    }
    let latin = project
        .server_call("POST /users")
        .body("application/json", vec![b'"', 0xe4, b'"'])
        .send()
        .await;
    latin.fails(400, "BODY_PARSING_ERROR");
    let json = project
        .server_call("POST /users")
        .body("APPLICATION/JSON; charset=utf-8", "{}")
        .send()
        .await;
    json.answers(201);
    let get = project
        .server_call("GET /users")
        .body("application/json", "{")
        .send()
        .await;
    get.answers(200);
}

#[tokio::test]
async fn a_deeply_nested_body_is_refused() {
    let project = TestProject::start().await;
    let nested = |depth: usize| format!("{{\"client_metadata\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let post = |depth: usize| {
        project
            .server_call("POST /users")
            .body("application/json", nested(depth))
            .send()
    };
    post(30).await.answers(201);
    assert_eq!(post(100).await.status, 400);
    post(100_000).await.fails(400, "BODY_PARSING_ERROR");
}

#[tokio::test]
async fn a_value_is_taken_for_what_it_plainly_means() {
    let project = TestProject::start().await;
    let scores = json!({ "sign_up": { "bot": "7", "free_trial_abuse": 0 } });
    let body = json!({ "display_name": 42, "restricted_by_admin": "true", "risk_scores": scores });
    let user = project.server_call("POST /users").json(body).send().await.answers(201);
    assert_eq!(
        (&user["display_name"], &user["restricted_by_admin"]),
        (&json!("42"), &json!(true))
    );
    assert_eq!(user["risk_scores"]["sign_up"]["bot"], 7);
}
