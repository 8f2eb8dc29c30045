//! A server with a clock that stands still, and calls to it.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use stack_domain::{password::HashingSettings, ports::FixedClock};
use stack_server::{
    Demo, Parts, Running,
    config::{Config, Settings},
    start_with,
};
use stack_types::Millis;
use url::form_urlencoded;

/// Hashing that costs nothing: what is tested here isn't its strength.
const CHEAP: HashingSettings = HashingSettings {
    memory_kib: 8,
    iterations: 1,
    parallelism: 1,
    max_running: 2,
    max_waiting: 8,
};

/// A running server with the demo project.
pub struct TestServer {
    pub running: Running,
    pub clock: Arc<FixedClock>,
    client: Client,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl TestServer {
    /// On a database in memory.
    pub async fn start() -> Self {
        Self::start_on("sqlite::memory:").await
    }

    pub async fn start_on(database_url: &str) -> Self {
        let settings = Settings {
            database_url: Some(database_url.to_owned()),
            listen: Some(([127, 0, 0, 1], 0).into()),
            public_url: Some("https://auth.example.com".parse().expect("it is a URL")),
            ..Settings::default()
        };
        let config: Config = settings.resolve().expect("the settings hold");
        let clock = Arc::new(FixedClock::new(Millis(1_800_000_000_000)));
        let parts = Parts {
            clock: clock.clone(),
            password_hashing: Some(CHEAP),
            demo: true,
            ..Parts::default()
        };
        Self {
            running: start_with(config, parts).await.expect("it starts"),
            clock,
            client: Client::new(),
        }
    }

    pub fn demo(&self) -> &Demo {
        self.running.demo.as_ref().expect("the demo project is there")
    }

    /// A call without credentials; `path` stands below the server's root.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.running.address))
    }

    /// A call with client access to the demo project; `path` stands below `/api/v1`.
    pub fn as_client(&self, method: Method, path: &str) -> RequestBuilder {
        self.call(method, &format!("/api/v1{path}"))
            .header("x-stack-access-type", "client")
            .header("x-stack-project-id", self.demo().project_id.as_str())
    }

    /// A call with server access to the demo project.
    pub fn as_server(&self, method: Method, path: &str) -> RequestBuilder {
        self.call(method, &format!("/api/v1{path}"))
            .header("x-stack-access-type", "server")
            .header("x-stack-project-id", self.demo().project_id.as_str())
            .header("x-stack-secret-server-key", self.demo().keys.secret_server_key.expose())
    }

    /// Signs somebody up; gives access token and refresh token.
    pub async fn sign_up(&self, email: &str) -> (String, String) {
        let body = serde_json::json!({ "email": email, "password": "correct horse battery" });
        let answer = send(self.as_client(Method::POST, "/auth/password/sign-up").json(&body)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        (answer.text_at("/access_token"), answer.text_at("/refresh_token"))
    }

    pub fn advance(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    pub async fn stop(self) {
        self.running.shutdown().await.expect("it stops");
    }
}

/// Sends these fields as an HTML form does.
pub fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("it is answered");
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.expect("it has a body"),
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("it is JSON")
    }

    /// The text at a JSON pointer.
    pub fn text_at(&self, pointer: &str) -> String {
        let value = self.json();
        let text = value.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("no text at {pointer}: {value}"))
            .to_owned()
    }

    /// The status, and the code of the known error.
    pub fn outcome(&self) -> (u16, &str) {
        (self.status, self.header("x-stack-known-error").unwrap_or(""))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
