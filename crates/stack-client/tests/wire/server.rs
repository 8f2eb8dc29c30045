//! A server on loopback that remembers what it is asked and answers as it is told.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode},
};
use tokio::net::TcpListener;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Asked {
    pub line: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Asked {
    /// The headers of this API, as `name: value` lines by name.
    pub fn stack_headers(&self) -> String {
        let mut lines: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| name.as_str().starts_with("x-stack-"))
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        lines.join("\n")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

type Answer = Response<String>;
type Script = Arc<dyn Fn(&Asked) -> Option<Answer> + Send + Sync>;

#[derive(Clone)]
struct Shared {
    asked: Arc<Mutex<Vec<Asked>>>,
    script: Script,
}

pub struct Server {
    pub url: String,
    shared: Shared,
}

impl Server {
    /// Answers with `answers` in turn, and never again after the last.
    pub async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = Mutex::new(answers.into_iter().collect::<VecDeque<_>>());
        Self::scripted(move |_| answers.lock().unwrap().pop_front()).await
    }

    /// Answers with what `script` says; `None` leaves the caller waiting.
    pub async fn scripted(script: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static) -> Self {
        let shared = Shared {
            asked: Arc::default(),
            script: Arc::new(script),
        };
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, shared }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response<axum::body::Body> {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, usize::MAX).await.unwrap();
    let line = format!("{} {}", parts.method, parts.uri);
    let asked = Asked {
        line,
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    shared.asked.lock().unwrap().push(asked.clone());
    match (shared.script)(&asked) {
        Some(answer) => answer.map(axum::body::Body::from),
        None => std::future::pending().await,
    }
}

pub fn json(status: u16, body: serde_json::Value) -> Answer {
    let answer = Response::builder()
        .status(status)
        .header("content-type", "application/json; charset=utf-8");
    answer.body(body.to_string()).unwrap()
}

pub fn text(status: u16, body: &str) -> Answer {
    let answer = Response::builder()
        .status(status)
        .header("content-type", "text/plain; charset=utf-8");
    answer
        .header("x-stack-request-id", "0123456789abcdef")
        .body(body.to_owned())
        .unwrap()
}

pub fn known(status: StatusCode, code: &str) -> Answer {
    let body = serde_json::json!({ "code": code, "error": format!("This is {code}.") });
    let mut answer = json(status.as_u16(), body);
    answer
        .headers_mut()
        .insert("x-stack-known-error", code.parse().unwrap());
    answer
        .headers_mut()
        .insert("x-stack-request-id", "0123456789abcdef".parse().unwrap());
    answer
}
