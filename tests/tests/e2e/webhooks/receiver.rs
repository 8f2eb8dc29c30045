//! A receiver of webhooks that answers as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};

/// How long to wait for a message that has to come.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long to wait for one that mustn't: a little longer than workers sleep.
const SILENCE: Duration = Duration::from_millis(1200);

/// An answer to give.
#[derive(Debug, Clone)]
pub enum Reply {
    /// This status.
    Status(u16),
    /// This status with a header and a body.
    With(u16, &'static str, &'static str, &'static str),
    /// None in time.
    Never,
}

/// What came.
#[derive(Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name}"));
        value.to_str().expect("visible ASCII")
    }

    /// The message's id.
    pub fn id(&self) -> &str {
        self.header("svix-id")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("it is JSON")
    }

    pub fn event_type(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }
}

/// On a port of its own, until it is dropped with its runtime.
pub struct Receiver {
    url: String,
    script: Arc<Mutex<VecDeque<Reply>>>,
    received: UnboundedReceiver<Received>,
}

struct Shared {
    script: Arc<Mutex<VecDeque<Reply>>>,
    sender: UnboundedSender<Received>,
}

impl Receiver {
    /// One that answers 204 to everything.
    pub async fn start() -> Self {
        Self::answering([]).await
    }

    /// One that gives these answers first.
    pub async fn answering(script: impl IntoIterator<Item = Reply>) -> Self {
        let script = Arc::new(Mutex::new(script.into_iter().collect()));
        let (sender, received) = unbounded_channel();
        let shared = Arc::new(Shared {
            script: Arc::clone(&script),
            sender,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let app = Router::new().fallback(receive).with_state(shared);
        tokio::spawn(axum::serve(listener, app).into_future());
        Self { url, script, received }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Gives this answer next.
    pub fn then(&self, reply: Reply) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.push_back(reply);
    }

    /// The next message.
    pub async fn next(&mut self) -> Received {
        let received = timeout(PATIENCE, self.received.recv()).await;
        received.expect("a message comes").expect("the receiver runs")
    }

    /// The next `count` messages.
    pub async fn take(&mut self, count: usize) -> Vec<Received> {
        let mut all = Vec::new();
        while all.len() < count {
            all.push(self.next().await);
        }
        all
    }

    /// The next message, unless it stays silent.
    pub async fn next_if_any(&mut self) -> Option<Received> {
        timeout(SILENCE, self.received.recv()).await.ok().flatten()
    }

    /// Makes sure that nothing comes.
    pub async fn hears_nothing(&mut self) {
        if let Some(received) = self.next_if_any().await {
            panic!("there came {:?}", received.body);
        }
    }
}

async fn receive(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let reply = shared.script.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    // The test may have gone.
    let _ = shared.sender.send(Received { headers, body });
    let status = |status| StatusCode::from_u16(status).expect("a status");
    match reply.unwrap_or(Reply::Status(204)) {
        Reply::Status(number) => status(number).into_response(),
        Reply::With(number, name, value, body) => {
            let header = (HeaderName::from_static(name), HeaderValue::from_static(value));
            (status(number), [header], body).into_response()
        }
        Reply::Never => std::future::pending().await,
    }
}
