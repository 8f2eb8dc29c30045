//! A server in a process of its own, which can be killed and has an environment of its own.

use std::{path::Path, process::Stdio, time::Duration};

use serde_json::json;
use stack_server::config::Settings;
use stack_tests::{Backend, Keys, TestDatabase, TestProject, TestServer};
use stack_types::{ProjectId, TeamId};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};
use uuid::Uuid;

use super::{ask_for_code, mail_that, project_on, server::MailServer};

/// What the process is told: the URLs of its database and its mail server.
const DATABASE: &str = "STACK_TEST_MAIL_DATABASE";
const SMTP: &str = "STACK_TEST_MAIL_SMTP";

/// A certificate for localhost, and its key.
const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/mail/localhost.pem");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/mail/localhost.key");

/// The process: starts a server, writes a mail to Ada, tells its project, and serves on. Run by the tests below; by
/// itself it does nothing.
#[tokio::test]
async fn serves_until_it_is_killed() {
    let (Ok(database), Ok(smtp)) = (std::env::var(DATABASE), std::env::var(SMTP)) else {
        return;
    };
    let server = TestServer::start_with(|config| {
        config.database_url = database;
        let server = smtp.parse().expect("a mail server");
        config.smtp = Some((server, "noreply@auth.example.com".to_owned()));
    })
    .await;
    let project = project_on(&server).await;
    ask_for_code(&project, "ada@example.com").await;
    let told = json!({ "project": project.id, "server_key": project.keys.secret_server_key.expose() });
    println!("\nproject {told}");
    std::future::pending().await
}

async fn process(database: &TestDatabase, smtp: &str) -> Child {
    let this = std::env::current_exe().expect("the test has a file");
    Command::new(this)
        .args(["--exact", "mail::process::serves_until_it_is_killed", "--nocapture"])
        .env(DATABASE, database.url())
        .env(SMTP, smtp)
        .env("SSL_CERT_FILE", CERTIFICATE)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts")
}

/// The project of the process, on this server.
async fn project_of(process: &mut Child, server: &TestServer) -> TestProject {
    let stdout = process.stdout.take().expect("it is piped");
    let mut lines = BufReader::new(stdout).lines();
    let told = loop {
        let line = lines.next_line().await.expect("a line").expect("it goes on");
        if let Some(told) = line.strip_prefix("project ") {
            break serde_json::from_str::<serde_json::Value>(told).expect("JSON");
        }
    };
    let text = |name: &str| told[name].as_str().expect("a text").to_owned();
    let internal = TestProject::internal(server);
    TestProject {
        id: ProjectId::from(text("project")),
        keys: Keys {
            secret_server_key: text("server_key").into(),
            ..internal.keys.clone()
        },
        owner_team_id: TeamId(Uuid::nil()),
        ..internal
    }
}

#[tokio::test]
async fn a_server_that_is_killed_while_it_sends_loses_no_mail() {
    let Some(mut mail_server) = MailServer::start("hang").await else {
        return;
    };
    let database = TestDatabase::create(Backend::of_this_run()).await;
    let plain = mail_server.plain();
    let mut process = process(&database, &format!("smtp://127.0.0.1:{}?tls=none", plain.port)).await;
    let first = mail_server.next().await;
    assert_eq!(first.answer, "hang");

    let url = database.url().to_owned();
    let server = TestServer::start_with(|config| {
        config.database_url = url;
        config.smtp = Some((plain, "noreply@auth.example.com".to_owned()));
    })
    .await;
    let project = project_of(&mut process, &server).await;
    process.kill().await.expect("it is killed");
    assert_eq!(project.mail_to("ada@example.com").await.status, "sending");

    server.advance(Duration::from_secs(180));
    let second = mail_server.next().await;
    assert_eq!(second.message["subject"], first.message["subject"]);
    let sent = mail_that(&project, |mail| mail["status"] == "sent").await;
    let note = sent["send_attempt_errors"][0]["external_message"].as_str();
    assert!(note.is_some_and(|note| note.contains("may have been sent")), "{sent:#}");
}

#[tokio::test]
async fn mails_go_through_tls_to_whoever_knows_the_password() {
    for (mode, scheme) in [("tls", "smtps"), ("starttls", "smtp")] {
        let settings = [
            ("SMTP_TLS", mode),
            ("SMTP_CERT", CERTIFICATE),
            ("SMTP_KEY", KEY),
            ("SMTP_USER", "ada"),
            ("SMTP_PASSWORD", "p@ss/word"),
        ];
        let Some(mut mail_server) = MailServer::start_with(&settings).await else {
            return;
        };
        let database = TestDatabase::create(Backend::of_this_run()).await;
        let url = format!("{scheme}://ada:p%40ss%2Fword@localhost:{}", mail_server.port());
        let _process = process(&database, &url).await;
        let received = mail_server.next().await;
        assert!(received.secure, "{mode}");
        assert_eq!(received.user.as_deref(), Some("ada"));
    }
}

#[tokio::test]
async fn a_mail_server_that_nobody_vouches_for_gets_no_mail() {
    let settings = [("SMTP_TLS", "starttls"), ("SMTP_CERT", CERTIFICATE), ("SMTP_KEY", KEY)];
    let Some(mail_server) = MailServer::start_with(&settings).await else {
        return;
    };
    let smtp = format!("smtp://127.0.0.1:{}", mail_server.port());
    let smtp: Settings =
        serde_json::from_value(json!({ "smtp_url": smtp, "mail_sender": "a@example.com" })).expect("settings");
    let smtp = smtp.resolve().expect("they hold").smtp;
    let project = project_on(&TestServer::start_with(|config| config.smtp = smtp).await).await;
    ask_for_code(&project, "ada@example.com").await;
    let waiting = mail_that(&project, |mail| !mail["send_attempt_errors"].is_null()).await;
    let why = waiting["send_attempt_errors"][0]["external_message"].as_str();
    assert!(why.is_some_and(|why| why.contains("STARTTLS")), "{waiting:#}");
    assert!(Path::new(CERTIFICATE).is_file());
}
