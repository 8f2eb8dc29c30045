//! Headers of requests.

use serde_json::json;
use stack_tests::TestProject;

#[tokio::test]
async fn every_header_has_a_newer_name() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let guest = project.sign_up_anonymously().await;
    let call = |access: &str, line: &str| {
        let headers = project.credentials(access);
        headers
            .into_iter()
            .fold(project.server.call(line), |call, (name, value)| {
                call.header(&name.replace("x-stack", "x-hexclave"), &value)
            })
    };
    for access in ["client", "server", "admin"] {
        call(access, "GET /projects/current").send().await.answers(200);
    }
    let me = call("client", "GET /users/me")
        .header("x-hexclave-access-token", &ada.access_token())
        .send()
        .await;
    assert_eq!(me.answers(200)["id"], json!(ada.id));
    let refresh = call("client", "POST /auth/sessions/current/refresh");
    refresh
        .header("x-hexclave-refresh-token", &ada.refresh_token())
        .send()
        .await
        .answers(200);
    let me = call("client", "GET /users/me").header("x-hexclave-access-token", &guest.access_token());
    me.header("x-hexclave-allow-anonymous-user", "true")
        .send()
        .await
        .answers(200);
    let hidden = call("client", "GET /users/me")
        .header("x-hexclave-override-error-status", "true")
        .send()
        .await;
    assert_eq!(
        (hidden.status.as_u16(), hidden.header("x-stack-actual-status")),
        (200, "400")
    );
    call("client", "GET /users/me")
        .header("x-hexclave-branch-id", "x")
        .send()
        .await
        .fails(400, "BRANCH_DOES_NOT_EXIST");
}

#[tokio::test]
async fn credentials_are_checked_in_the_order_of_the_contract() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let key = project.keys.secret_server_key.expose().to_owned();
    let missing = "3241a285-8329-4d69-8f3d-316e08cf140c".to_owned();
    // What is sent, with one fault mended at each step, and the fault that is told.
    let [kind, id, token] = ["x-stack-access-type", "x-stack-project-id", "x-stack-access-token"];
    let [server_key, branch] = ["x-stack-secret-server-key", "x-stack-branch-id"];
    let real_id = project.id.to_string();
    let steps: [(Vec<(&str, String)>, &str); 10] = [
        (vec![(server_key, "wrong".into())], "PROJECT_KEY_WITHOUT_ACCESS_TYPE"),
        (vec![], "ACCESS_TYPE_REQUIRED"),
        (
            vec![(kind, "root".into()), (server_key, "wrong".into())],
            "INVALID_ACCESS_TYPE",
        ),
        (
            vec![(kind, "server".into()), (token, "x".into())],
            "ACCESS_TYPE_WITHOUT_PROJECT_ID",
        ),
        (
            vec![(kind, "server".into()), (token, "x".into()), (id, missing.clone())],
            "UNPARSABLE_ACCESS_TOKEN",
        ),
        (
            vec![
                (kind, "server".into()),
                (token, ada.access_token()),
                (id, missing.clone()),
            ],
            "INVALID_PROJECT_FOR_ACCESS_TOKEN",
        ),
        (
            vec![(kind, "server".into()), (id, missing), (server_key, "wrong".into())],
            "CURRENT_PROJECT_NOT_FOUND",
        ),
        (
            vec![(kind, "server".into()), (id, real_id.clone()), (branch, "x".into())],
            "SERVER_AUTHENTICATION_REQUIRED",
        ),
        (
            vec![
                (kind, "server".into()),
                (id, real_id.clone()),
                (branch, "x".into()),
                (server_key, "wrong".into()),
            ],
            "INVALID_SECRET_SERVER_KEY",
        ),
        (
            vec![
                (kind, "server".into()),
                (id, real_id),
                (branch, "x".into()),
                (server_key, key),
            ],
            "BRANCH_DOES_NOT_EXIST",
        ),
    ];
    for (headers, code) in steps {
        let answer = project
            .server
            .call("GET /internal/projects/current?x=y")
            .headers(headers)
            .send()
            .await;
        assert_eq!(answer.code(), code);
    }
    let last = project
        .server_call("GET /internal/projects/current?x=y")
        .header(branch, "main")
        .send()
        .await;
    assert_eq!(last.code(), "INSUFFICIENT_ACCESS_TYPE");
    assert_eq!(
        project
            .admin_call("GET /internal/projects/current?x=y")
            .send()
            .await
            .code(),
        "SCHEMA_ERROR"
    );
}

#[tokio::test]
async fn keys_of_other_accesses_arent_looked_at() {
    let project = TestProject::start().await;
    let call = project
        .client_call("GET /projects/current")
        .header("x-stack-secret-server-key", "wrong");
    call.header("x-stack-super-secret-admin-key", "wrong")
        .send()
        .await
        .answers(200);
    let both = project
        .client_call("GET /users")
        .headers([project.credentials("admin")[2].clone()])
        .send()
        .await;
    both.fails(401, "INSUFFICIENT_ACCESS_TYPE");
}

#[tokio::test]
async fn empty_headers_count_as_absent() {
    let project = TestProject::start().await;
    let call = project.client_call("GET /users/me").header("x-stack-access-token", "");
    let call = call
        .header("x-stack-admin-access-token", "")
        .header("x-stack-branch-id", "");
    call.send().await.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    let nobody = project
        .server
        .call("GET /projects/current")
        .header("x-stack-access-type", "")
        .send()
        .await;
    nobody.fails(400, "ACCESS_TYPE_REQUIRED");
}

#[tokio::test]
async fn the_hosts_name_is_never_taken_from_a_request() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let call = project.client_call("POST /auth/sessions/current/refresh");
    let call = call
        .header("x-stack-refresh-token", &ada.refresh_token())
        .header("host", "evil.example.com");
    let call = call
        .header("x-forwarded-host", "evil.example.com")
        .header("x-forwarded-proto", "https");
    let token = call
        .header("forwarded", "host=evil.example.com")
        .send()
        .await
        .answers(200)["access_token"]
        .take();
    let claims = stack_tests::claims(token.as_str().expect("a token"));
    assert_eq!(claims["iss"], ada.claims()["iss"]);
}
