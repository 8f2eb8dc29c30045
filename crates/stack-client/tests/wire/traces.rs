//! What traces tell of a call.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::http::StatusCode;
use serde_json::{Value, json};
use stack_client::{Retries, StackServer, Tokens, prelude::*};
use tracing_subscriber::{filter::LevelFilter, fmt::format::FmtSpan};

use crate::server::{Server, json, known, text};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// What is written of this client from now on, in this thread.
    fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let lines = Self::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(LevelFilter::TRACE)
            .with_span_events(FmtSpan::CLOSE)
            .with_writer(move || writer.clone())
            .finish();
        (lines, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The spans of calls, as they were at their end.
    fn spans(&self) -> Vec<Value> {
        let lines: Vec<Value> = self
            .text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let closed = lines.into_iter().filter(|line| line["fields"]["message"] == "close");
        closed
            .map(|line| line["span"].clone())
            .filter(|span| span["name"] == "stack_call")
            .collect()
    }
}

fn stack(server: &Server) -> StackServer {
    let retries = Retries {
        max: 2,
        ..Retries::NONE
    };
    let builder = StackServer::builder().base_url(&server.url).project_id("internal");
    let builder = builder.secret_server_key("ssk_1").retries(retries);
    builder.build().unwrap()
}

#[tokio::test]
async fn a_call_is_a_span_with_its_outcome() {
    let server = Server::answering([text(503, "busy"), known(StatusCode::NOT_FOUND, "USER_NOT_FOUND")]).await;
    let stack = stack(&server);
    let (lines, _guard) = Lines::listen();
    stack.get_user().user_id(UserIdOrMe::Me).send().await.unwrap_err();
    let expected = json!({
        "name": "stack_call",
        "operation": "get_user",
        "method": "GET",
        "attempts": 2,
        "status": 404,
        "code": "USER_NOT_FOUND",
        "request_id": "0123456789abcdef",
    });
    assert_eq!(lines.spans(), [expected]);
}

#[tokio::test]
async fn a_renewal_is_a_span_within_the_call() {
    let answer = json(200, json!({ "access_token": "new-token" }));
    let server = Server::answering([answer, json(200, json!({ "success": true }))]).await;
    let stack = stack(&server).with_tokens(Tokens::refresh_only("refresh-token"));
    let (lines, _guard) = Lines::listen();
    stack.delete_current_session().send().await.unwrap();
    let operations: Vec<_> = lines.spans().iter().map(|span| span["operation"].clone()).collect();
    assert_eq!(operations, ["refresh_current_session", "delete_current_session"]);
}

#[tokio::test]
async fn nothing_secret_or_private_is_traced() {
    let server = Server::scripted(|_| Some(text(500, "broken by ada@example.com"))).await;
    let stack = stack(&server).with_tokens(Tokens::new("access-token", "refresh-token"));
    let (lines, _guard) = Lines::listen();
    stack.list_users().query("ada@example.com").send().await.unwrap_err();
    let gone = StackServer::builder()
        .base_url("http://127.0.0.1:1")
        .project_id("internal");
    let gone = gone.secret_server_key("ssk_1").retries(Retries::NONE).build().unwrap();
    gone.list_users().query("ada@example.com").send().await.unwrap_err();
    let own: Vec<_> = lines
        .text()
        .lines()
        .filter(|line| line.contains("stack_client"))
        .map(str::to_owned)
        .collect();
    assert!(own.len() >= 4, "{own:#?}");
    assert_eq!(lines.spans()[1]["error"], "connect");
    for secret in ["ssk_1", "access-token", "refresh-token", "ada@", "ada%40"] {
        assert!(!own.join("\n").contains(secret), "{secret}");
    }
}
