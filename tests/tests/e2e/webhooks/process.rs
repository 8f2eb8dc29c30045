//! A server that is killed in the middle of its work loses no event, and makes none up.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use stack_tests::{Backend, Keys, TestDatabase, TestProject, TestServer};
use stack_types::{ProjectId, TeamId};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    task::JoinSet,
};
use uuid::Uuid;

use super::{add_endpoint_at, allow_loopback, receiver::Receiver};

/// What the process is told: the URLs of its database and of the receiver.
const DATABASE: &str = "STACK_TEST_WEBHOOKS_DATABASE";
const RECEIVER: &str = "STACK_TEST_WEBHOOKS_RECEIVER";

/// How many changes are tried, by how many callers at once, and after how many the process is killed.
/// `STACK_TEST_WEBHOOKS_CHANGES` says otherwise.
const CHANGES: u32 = 600;
const CALLERS: u32 = 12;

/// After this an attempt counts as lost.
const LEASE: Duration = Duration::from_secs(121);

/// The process: serves a project with an endpoint at the receiver, and tells of it. Run by the tests below; by itself it
/// does nothing.
#[tokio::test]
async fn serves_until_it_is_killed() {
    let (Ok(database), Ok(receiver)) = (std::env::var(DATABASE), std::env::var(RECEIVER)) else {
        return;
    };
    let server = TestServer::start_with(|config| {
        allow_loopback(config);
        config.database_url = database;
    })
    .await;
    let project = TestProject::create(&server).await;
    add_endpoint_at(
        &project,
        &receiver,
        json!({ "filterTypes": ["user.created", "user.updated"] }),
    )
    .await;
    let key = project.keys.secret_server_key.expose();
    println!(
        "\nproject {}",
        json!({ "project": project.id, "server_key": key, "url": server.url() })
    );
    std::future::pending().await
}

/// How to call a process.
struct Process {
    project: ProjectId,
    server_key: String,
    url: String,
}

impl Process {
    async fn start(database: &TestDatabase, receiver: &Receiver) -> (Self, Child) {
        let this = std::env::current_exe().expect("the test has a file");
        let mut child = Command::new(this)
            .args(["--exact", "webhooks::process::serves_until_it_is_killed", "--nocapture"])
            .env(DATABASE, database.url())
            .env(RECEIVER, receiver.url())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let stdout = child.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(stdout).lines();
        let told: Value = loop {
            let line = lines.next_line().await.expect("a line").expect("it goes on");
            if let Some(told) = line.strip_prefix("project ") {
                break serde_json::from_str(told).expect("JSON");
            }
        };
        // What it says later has to go somewhere.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let text = |name: &str| told[name].as_str().expect("a text").to_owned();
        let process = Self {
            project: ProjectId::from(text("project")),
            server_key: text("server_key"),
            url: text("url"),
        };
        (process, child)
    }

    /// Its project on a server of this process.
    fn project_on(&self, server: &TestServer) -> TestProject {
        let internal = TestProject::internal(server);
        TestProject {
            id: self.project.clone(),
            keys: Keys {
                secret_server_key: self.server_key.as_str().into(),
                ..internal.keys.clone()
            },
            owner_team_id: TeamId(Uuid::nil()),
            ..internal
        }
    }
}

/// Whoever makes changes: at each of these servers, until all are made or all servers are gone. Gives the ids of the users
/// whose making was confirmed.
async fn make_changes(process: &Process, urls: Vec<String>, count: u32, made: Arc<AtomicU32>) -> BTreeSet<String> {
    let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().build();
    let http = http.expect("a client");
    let left = Arc::new(AtomicU32::new(count));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (http, left, made) = (http.clone(), Arc::clone(&left), Arc::clone(&made));
        let url = urls[caller as usize % urls.len()].clone();
        let headers = [
            ("x-stack-access-type", "server".to_owned()),
            ("x-stack-project-id", process.project.to_string()),
            ("x-stack-secret-server-key", process.server_key.clone()),
            ("content-type", "application/json".to_owned()),
        ];
        callers.spawn(async move {
            let mut confirmed = Vec::new();
            let take = || left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            while let Ok(n) = take() {
                let mut request = http.post(format!("{url}/api/v1/users"));
                for (name, value) in &headers {
                    request = request.header(*name, value);
                }
                // A third of them can't be: the address is another's.
                let body = match n % 3 {
                    0 => json!({ "primary_email": "one@example.com", "primary_email_auth_enabled": true }),
                    _ => json!({ "display_name": n.to_string() }),
                };
                let Ok(answer) = request.body(body.to_string()).send().await else {
                    return confirmed;
                };
                let is_made = answer.status().is_success();
                let Ok(text) = answer.text().await else {
                    return confirmed;
                };
                if is_made {
                    let user: Value = serde_json::from_str(&text).expect("JSON");
                    confirmed.push(user["id"].as_str().expect("an id").to_owned());
                    made.fetch_add(1, Ordering::SeqCst);
                }
            }
            confirmed
        });
    }
    callers.join_all().await.into_iter().flatten().collect()
}

/// Those who are there, whoever heard of it.
async fn users(project: &TestProject) -> BTreeSet<String> {
    let (mut all, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let line = format!("GET /users?limit=100{cursor}");
        let page = project.server_call(&line).send().await.answers(200);
        let ids = page["items"].as_array().expect("a list").iter();
        all.extend(ids.map(|user| user["id"].as_str().expect("an id").to_owned()));
        match page["pagination"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// Kills a process among changes; `survivor` says whether another one serves all the while, or only from then on.
async fn kill_amid_changes(survivor: bool) {
    let changes = std::env::var("STACK_TEST_WEBHOOKS_CHANGES").ok();
    let changes: u32 = changes.map_or(CHANGES, |text| text.parse().expect("a number"));
    let database = TestDatabase::create(Backend::of_this_run()).await;
    let mut receiver = Receiver::start().await;
    let (process, mut child) = Process::start(&database, &receiver).await;
    let url = database.url().to_owned();
    let start = async || {
        let url = url.clone();
        TestServer::start_with(|config| {
            allow_loopback(config);
            config.database_url = url;
        })
        .await
    };
    let other = if survivor { Some(start().await) } else { None };
    let mut urls = vec![process.url.clone()];
    urls.extend(other.as_ref().map(TestServer::url));

    let made = Arc::new(AtomicU32::new(0));
    let killing = async {
        while made.load(Ordering::SeqCst) < changes / 3 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        child.kill().await.expect("it is killed");
    };
    let (confirmed, ()) = tokio::join!(make_changes(&process, urls, changes, Arc::clone(&made)), killing);
    let server = match other {
        Some(server) => server,
        None => start().await,
    };
    let project = process.project_on(&server);
    server.advance(LEASE);
    let there = users(&project).await;
    assert!(there.is_superset(&confirmed), "what was confirmed is there");

    let mut ids_by_user: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut received = 0;
    while let Some(message) = receiver.next_if_any().await {
        let user = message.json()["data"]["id"].as_str().expect("an id").to_owned();
        ids_by_user.entry(user).or_default().insert(message.id().to_owned());
        received += 1;
    }
    let told: BTreeSet<String> = ids_by_user.keys().cloned().collect();
    assert_eq!(told, there, "an event for each user who is there, and for nobody else");
    assert!(ids_by_user.values().all(|ids| ids.len() == 1), "no event has two ids");
    println!(
        "{changes} changes tried, {} confirmed, {} committed; {received} messages, {} of them twice",
        confirmed.len(),
        there.len(),
        received - told.len()
    );
}

#[tokio::test]
async fn a_server_that_is_killed_and_started_again_loses_no_event() {
    kill_amid_changes(false).await;
}

#[tokio::test]
async fn of_two_servers_the_one_that_lives_on_delivers_what_the_other_leaves() {
    kill_amid_changes(true).await;
}
