//! Tag `webhooks`, the delivery of events, and the management API below `/svix`.

mod delivery;
mod endpoints;
mod events;
mod management;
mod process;
mod receiver;
mod retries;

use std::time::Duration;

use serde_json::{Value, json};
use stack_server::config::Config;
use stack_tests::{TestProject, TestServer};

use receiver::Receiver;

/// Lets the server call this machine, where receivers are.
fn allow_loopback(config: &mut Config) {
    config.outbound_networks = "127.0.0.0/8".parse().expect("a network");
}

/// A project whose server may call this machine.
async fn start() -> TestProject {
    TestProject::create(&TestServer::start_with(allow_loopback).await).await
}

/// What the management API answered.
#[derive(Debug)]
struct Managed {
    status: u16,
    body: Value,
}

impl Managed {
    /// The body of an answer with this status.
    fn answers(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}

/// Calls the management API with this bearer.
async fn manage_as(server: &TestServer, bearer: &str, line: &str, body: Option<Value>) -> Managed {
    let (method, path) = line.split_once(' ').expect("a method and a path");
    let method = method.parse().expect("a method");
    let url = format!("{}/svix/api/v1{path}", server.url());
    let mut request = server.http().request(method, url).bearer_auth(bearer);
    if let Some(body) = body {
        request = request
            .header("content-type", "application/json")
            .body(body.to_string());
    }
    let response = request.send().await.expect("the server answers");
    let status = response.status().as_u16();
    let text = response.text().await.expect("the answer is complete");
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Managed { status, body }
}

/// Calls the management API for a project's application, with the project's admin key.
async fn manage(project: &TestProject, line: &str, body: impl Into<Option<Value>>) -> Managed {
    let line = line.replacen(" /", &format!(" /app/{}/", project.id), 1);
    let key = project.keys.super_secret_admin_key.expose();
    manage_as(&project.server, key, &line, body.into()).await
}

/// Adds an endpoint at a receiver; `with` says more of it. Gives its id.
async fn add_endpoint(project: &TestProject, receiver: &Receiver, with: Value) -> String {
    add_endpoint_at(project, receiver.url(), with).await
}

/// Adds an endpoint at a URL; `with` says more of it. Gives its id.
async fn add_endpoint_at(project: &TestProject, url: &str, with: Value) -> String {
    let mut body = json!({ "url": url });
    for (name, value) in with.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let endpoint = manage(project, "POST /endpoint", body).await.answers(201);
    endpoint["id"].as_str().expect("an id").to_owned()
}

/// The secret of an endpoint.
async fn secret(project: &TestProject, endpoint: &str) -> String {
    let line = format!("GET /endpoint/{endpoint}/secret");
    let secret = manage(project, &line, None).await.answers(200);
    secret["key"].as_str().expect("a key").to_owned()
}

/// Has a server create a user. Gives its id.
async fn create_user(project: &TestProject, body: Value) -> String {
    let user = project.server_call("POST /users").json(body).send().await.answers(201);
    user["id"].as_str().expect("an id").to_owned()
}

/// The attempts at an endpoint, the newest first, once there are `count`.
async fn attempts(project: &TestProject, endpoint: &str, count: usize) -> Vec<Value> {
    let line = format!("GET /attempt/endpoint/{endpoint}");
    for _ in 0..200 {
        let mut page = manage(project, &line, None).await.answers(200);
        let attempts = page["data"].take().as_array().expect("a list").clone();
        if attempts.len() >= count {
            assert_eq!(attempts.len(), count, "{attempts:#?}");
            return attempts;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("there aren't {count} attempts");
}

/// Waits until the management API shows this of an endpoint.
async fn until_endpoint(project: &TestProject, endpoint: &str, is: impl Fn(&Value) -> bool) -> Value {
    let line = format!("GET /endpoint/{endpoint}");
    for _ in 0..200 {
        let shown = manage(project, &line, None).await.answers(200);
        if is(&shown) {
            return shown;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the endpoint doesn't become so");
}
