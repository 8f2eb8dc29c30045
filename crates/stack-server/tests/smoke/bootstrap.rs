//! How a dashboard gets from nothing to a project of its own.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer, send};

fn internal(server: &TestServer, access: &str, method: Method, path: &str) -> RequestBuilder {
    let keys = &server.running.internal_keys;
    let key = keys.secret_server_key.as_ref().expect("it was made").expose();
    server
        .call(method, &format!("/api/v1{path}"))
        .header("x-stack-access-type", access)
        .header("x-stack-project-id", "internal")
        .header("x-stack-secret-server-key", key)
}

async fn good(request: RequestBuilder) -> Value {
    let answer: Answer = send(request).await;
    assert!(matches!(answer.status, 200 | 201), "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn a_dashboard_user_makes_a_project_and_its_keys() {
    let server = TestServer::start().await;
    let created = good(internal(&server, "server", Method::POST, "/users").json(&json!({}))).await;
    let id = created["id"].as_str().expect("it has an id");
    let user = good(internal(&server, "server", Method::GET, &format!("/users/{id}"))).await;
    let session = internal(&server, "server", Method::POST, "/auth/sessions").json(&json!({ "user_id": id }));
    let tokens = good(session).await;
    let token = tokens["access_token"].as_str().expect("it has a token");

    let body = json!({ "display_name": "Engines", "owner_team_id": user["selected_team_id"] });
    let create = internal(&server, "client", Method::POST, "/internal/projects")
        .header("x-stack-access-token", token)
        .json(&body);
    let project = good(create).await;
    assert_eq!(project["config"]["credential_enabled"], true);
    assert_eq!(project["config"]["email_config"], json!({ "type": "shared" }));
    let project_id = project["id"].as_str().expect("it has an id");

    let as_admin = |method, path: &str| {
        server
            .call(method, &format!("/api/v1{path}"))
            .header("x-stack-access-type", "admin")
            .header("x-stack-project-id", project_id)
            .header("x-stack-admin-access-token", token)
    };
    let body = json!({
        "description": "first", "expires_at_millis": 4_000_000_000_000_i64, "has_publishable_client_key": false,
        "has_secret_server_key": true, "has_super_secret_admin_key": false,
    });
    let keys = good(as_admin(Method::POST, "/internal/api-keys").json(&body)).await;
    let key = keys["secret_server_key"].as_str().expect("it was asked for");
    assert!(keys.get("publishable_client_key").is_none(), "{keys}");

    let list = server
        .call(Method::GET, "/api/v1/users")
        .header("x-stack-access-type", "server")
        .header("x-stack-project-id", project_id)
        .header("x-stack-secret-server-key", key);
    assert_eq!(good(list).await["items"], json!([]));

    let renamed =
        good(as_admin(Method::PATCH, "/internal/projects/current").json(&json!({ "description": null }))).await;
    assert_eq!(renamed["display_name"], "Engines");
    assert_eq!(renamed["description"], "");
    server.stop().await;
}
