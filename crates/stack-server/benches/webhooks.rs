//! What webhooks cost, and how fast they leave: `cargo xtask bench webhooks`.
//!
//! Everything runs in this one process, on an SQLite file: the server, whoever changes users, and the receiver. A change is
//! timed without an endpoint and with one, in rounds that alternate; what counts is the median of their ratios. Then an
//! outbox is filled while nobody sends, and it is timed how long a server takes to deliver it. The process fails if a
//! budget is broken.

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use axum::Router;
use clap::Parser;
use http::StatusCode;
use serde_json::{Value, json};
use stack_domain::{
    Domain,
    ports::{SystemClock, SystemRng},
    webhooks::{EndpointFields, NewEndpoint, NewMessage, PostedTo},
};
use stack_server::{Parts, Running, config::Settings, start_with};
use stack_storage::Database;
use stack_types::ProjectId;
use tokio::{net::TcpListener, sync::Notify, time::timeout};

const SECRET: &str = "this server secret is for measuring and has more than 32 characters";
/// What a change may cost with an endpoint, of what it costs without one.
const MOST_OF_A_CHANGE: f64 = 1.3;
/// How many messages a second have to be delivered.
const LEAST_RATE: f64 = 2000.0;
/// How many changes each round times, and of how many users.
const CHANGES: u32 = 300;
const USERS: u32 = 100;
const ROUNDS: u32 = 9;
/// How long to wait for all messages.
const PATIENCE: Duration = Duration::from_secs(120);

/// Called by `cargo xtask bench webhooks`, whose `--help` says more.
#[derive(Parser)]
struct Options {
    /// How many messages to deliver.
    #[arg(long, default_value_t = 20_000)]
    messages: u64,
    /// cargo says so.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("bench.db").display());
    let receiver = Receiver::start().await?;
    let (project, ratio) = time_changes(&url, &receiver).await?;
    let cheap = ratio <= MOST_OF_A_CHANGE;
    println!(
        "a change with an endpoint costs {ratio:.2} of one without; {}",
        verdict(cheap, "at most 1.3")
    );
    let rate = time_delivery(&url, &receiver, &project, options.messages).await?;
    let fast = rate >= LEAST_RATE;
    println!(
        "{rate:.0} messages a second are delivered; {}",
        verdict(fast, "at least 2000")
    );
    Ok(ExitCode::from(u8::from(!(cheap && fast))))
}

fn verdict(kept: bool, budget: &str) -> String {
    let judged = if kept { "budget" } else { "OVER BUDGET" };
    format!("{judged}: {budget}")
}

/// Counts what comes.
struct Receiver {
    url: String,
    count: Arc<AtomicU64>,
    more: Arc<Notify>,
}

impl Receiver {
    async fn start() -> Result<Self> {
        let (count, more) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
        let (counted, told) = (Arc::clone(&count), Arc::clone(&more));
        let app = Router::new().fallback(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            told.notify_one();
            async { StatusCode::NO_CONTENT }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        tokio::spawn(axum::serve(listener, app).into_future());
        Ok(Self { url, count, more })
    }

    async fn reaches(&self, count: u64) -> Result<()> {
        let reached = async {
            while self.count.load(Ordering::Relaxed) < count {
                self.more.notified().await;
            }
        };
        timeout(PATIENCE, reached).await.context("not all messages come")
    }
}

async fn serve(url: &str) -> Result<Running> {
    let settings = Settings {
        database_url: Some(url.to_owned()),
        listen: Some(([127, 0, 0, 1], 0).into()),
        server_secret: Some(SECRET.into()),
        outbound_networks: Some("127.0.0.0/8".to_owned()),
        ..Settings::default()
    };
    let parts = Parts {
        demo: true,
        ..Parts::default()
    };
    start_with(settings.resolve()?, parts).await
}

/// A server's rules on the same database, which send nothing by themselves.
async fn rules(url: &str, running: &str) -> Result<(Database, Domain<Database>)> {
    let database = Database::connect(url).await?;
    let settings = stack_domain::Settings::new(running, SECRET);
    let domain = Domain::new(database.clone(), Arc::new(SystemClock), Arc::new(SystemRng), settings);
    Ok((database, domain))
}

async fn add_endpoint(domain: &Domain<Database>, project: &ProjectId, url: &str) -> Result<String> {
    let fields = EndpointFields {
        url: Some(url.to_owned()),
        ..EndpointFields::default()
    };
    let new = NewEndpoint {
        fields,
        ..NewEndpoint::default()
    };
    Ok(domain.webhooks.create_endpoint(project, new).await?.id.to_string())
}

/// How much more a change of a user costs with an endpoint than without.
async fn time_changes(url: &str, receiver: &Receiver) -> Result<(ProjectId, f64)> {
    let running = serve(url).await?;
    let demo = running.demo.clone().context("there is a demo project")?;
    let (database, domain) = rules(url, &running.base_url).await?;
    let caller = Caller {
        http: reqwest::Client::builder().no_proxy().build()?,
        base: format!("http://{}/api/v1", running.address),
        project: demo.project_id.to_string(),
        key: demo.keys.secret_server_key.expose().to_owned(),
    };
    let mut users = Vec::new();
    for _ in 0..USERS {
        let user = caller.send("POST", "/users", json!({})).await?;
        users.push(format!("/users/{}", user["id"].as_str().context("a user has an id")?));
    }
    let mut ratios = Vec::new();
    caller.change(&users).await?;
    for _ in 0..ROUNDS {
        let without = caller.change(&users).await?;
        let seen = receiver.count.load(Ordering::Relaxed);
        let endpoint = add_endpoint(&domain, &demo.project_id, &receiver.url).await?;
        let with = caller.change(&users).await?;
        receiver.reaches(seen + u64::from(CHANGES)).await?;
        domain.webhooks.delete_endpoint(&demo.project_id, &endpoint).await?;
        ratios.push(with.as_secs_f64() / without.as_secs_f64());
    }
    ratios.sort_by(f64::total_cmp);
    running.shutdown().await?;
    database.close().await;
    Ok((demo.project_id, ratios[ratios.len() / 2]))
}

/// Somebody who changes users, one after the other.
struct Caller {
    http: reqwest::Client,
    base: String,
    project: String,
    key: String,
}

impl Caller {
    async fn send(&self, method: &str, path: &str, body: Value) -> Result<Value> {
        let request = self.http.request(method.parse()?, format!("{}{path}", self.base));
        let request = request
            .header("x-stack-access-type", "server")
            .header("x-stack-project-id", &self.project)
            .header("x-stack-secret-server-key", &self.key)
            .header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }

    async fn change(&self, users: &[String]) -> Result<Duration> {
        let begun = Instant::now();
        for (n, path) in (0..CHANGES).zip(users.iter().cycle()) {
            self.send("PATCH", path, json!({ "display_name": n.to_string() }))
                .await?;
        }
        Ok(begun.elapsed())
    }
}

/// How many messages a second leave a full outbox.
async fn time_delivery(url: &str, receiver: &Receiver, project: &ProjectId, count: u64) -> Result<f64> {
    let (database, domain) = rules(url, "http://localhost").await?;
    add_endpoint(&domain, project, &receiver.url).await?;
    let payload = json!({ "type": "user.updated", "data": { "text": "x".repeat(1000) } }).to_string();
    for _ in 0..count {
        let new = NewMessage {
            event_type: "user.updated".to_owned(),
            event_id: None,
            channels: Vec::new(),
            payload: payload.clone(),
        };
        domain.webhooks.send(project, new, PostedTo::All).await?;
    }
    database.close().await;
    let seen = receiver.count.load(Ordering::Relaxed);
    let running = serve(url).await?;
    let begun = Instant::now();
    receiver.reaches(seen + count).await?;
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    running.shutdown().await?;
    Ok(rate)
}
