//! Tag `internal-emails`.

use std::time::Duration;

use serde_json::{Value, json};
use stack_server::config::Settings;
use stack_tests::{Answer, TestProject, TestServer};

use crate::{
    emails,
    mail::{mail_that, server::MailServer},
};

const SECRET: &str = "correct horse battery staple";

/// A server with a scheduler, which sends so many mails an hour.
async fn scheduled(per_hour: u32) -> TestServer {
    TestServer::start_with(|config| {
        config.cron_secret = Some(SECRET.into());
        config.mail.per_hour = per_hour;
        config.outbound_networks = "127.0.0.0/8, ::1".parse().expect("networks");
    })
    .await
}

async fn cron(server: &TestServer, line: &str, secret: &str) -> Answer {
    server
        .call(line)
        .header("authorization", &format!("Bearer {secret}"))
        .send()
        .await
}

async fn post(project: &TestProject, line: &str, body: Value) -> Answer {
    project.admin_call(line).json(body).send().await
}

fn test_mail(port: u16) -> Value {
    json!({
        "recipient_email": "Ada@example.com",
        "email_config": {
            "host": "localhost", "port": port, "username": "", "password": "", "sender_name": "Acme",
            "sender_email": "hello@acme.example",
        },
    })
}

#[tokio::test]
async fn a_mail_server_is_tried_before_it_is_used() {
    let Some(mut mail_server) = MailServer::start("").await else {
        return;
    };
    let project = TestProject::create(&scheduled(200).await).await;
    let tried = post(
        &project,
        "POST /internal/send-test-email",
        test_mail(mail_server.port()),
    )
    .await;
    assert_eq!(tried.answers(200), json!({ "success": true }));
    let received = mail_server.next().await;
    assert_eq!(
        (received.sender.as_str(), received.recipients),
        ("hello@acme.example", vec!["ada@example.com".to_owned()])
    );
    assert_eq!(received.message["subject"], "Test mail of Test project");
    assert!(project.mails().await.is_empty(), "it isn't in the outbox");
}

#[tokio::test]
async fn a_mail_server_that_cannot_be_reached_is_no_error() {
    let project = TestProject::start().await;
    let tried = post(&project, "POST /internal/send-test-email", test_mail(1))
        .await
        .answers(200);
    assert_eq!(tried["success"], false);
    let why = tried["error_message"].as_str().expect("a text");
    assert!(why.contains("outbound_networks"), "{why}");
    for (field, value) in [("port", json!(70_000)), ("password", json!("x".repeat(71)))] {
        let mut body = test_mail(1);
        body["email_config"][field] = value;
        post(&project, "POST /internal/send-test-email", body)
            .await
            .fails(400, "SCHEMA_ERROR");
    }
}

#[tokio::test]
async fn what_was_sent_or_given_up_is_listed() {
    let server = scheduled(200).await;
    let Some(mut mail_server) = MailServer::start("550").await else {
        return;
    };
    let project = emails::project_on(&server).await;
    emails::own_mail_server(&project, mail_server.port()).await;
    let ada = emails::user(&project, "ada@example.com", "Ada").await;
    let send = |subject: &'static str| {
        let body = json!({ "html": "<p>x</p>", "subject": subject, "user_ids": [ada] });
        project.server_call("POST /emails/send-email").json(body).send()
    };
    send("First").await.answers(200);
    mail_that(&project, |mail| mail["status"] == "server-error").await;
    mail_server.next().await;
    project.server.advance(Duration::from_secs(1));
    send("Second").await.answers(200);
    mail_that(&project, |mail| mail["status"] == "sent").await;
    let listed = project.admin_call("GET /internal/emails").send().await.answers(200);
    assert_eq!(listed["is_paginated"], false);
    let items = listed["items"].as_array().expect("a list");
    let subjects: Vec<&Value> = items.iter().map(|item| &item["subject"]).collect();
    assert_eq!(subjects, ["Second", "First"]);
    assert_eq!(items[0]["error"], Value::Null);
    assert!(
        items[1]["error"].as_str().expect("a reason").contains("550"),
        "{items:?}"
    );
    let neighbour = TestProject::create(&server).await;
    let theirs = neighbour.admin_call("GET /internal/emails").send().await.answers(200);
    assert_eq!(theirs["items"], json!([]));
}

#[tokio::test]
async fn this_deployment_hosts_no_subdomains() {
    let project = TestProject::start().await;
    let listed = project.admin_call("GET /internal/emails/managed-onboarding/list");
    let listed = listed.send().await;
    assert_eq!(listed.answers(200), json!({ "items": [] }));
    let domain = json!({ "domain_id": "d", "subdomain": "mail.example.com", "sender_local_part": "hello" });
    let setup = json!({ "subdomain": "mail.example.com", "sender_local_part": "hello" });
    for (line, body) in [
        ("POST /internal/emails/managed-onboarding/setup", setup),
        ("POST /internal/emails/managed-onboarding/check", domain),
        (
            "POST /internal/emails/managed-onboarding/apply",
            json!({ "domain_id": "d" }),
        ),
    ] {
        let why = post(&project, line, body).await.fails_plainly(400);
        assert!(why.contains("emails.server"), "{why}");
    }
}

#[tokio::test]
async fn only_the_scheduler_works_on_queues() {
    let server = scheduled(200).await;
    let unscheduled = TestServer::start().await;
    for line in ["GET /internal/email-queue-step", "POST /internal/failed-emails-digest"] {
        server.call(line).send().await.fails_plainly(401);
        cron(&server, line, "correct horse battery stapl")
            .await
            .fails_plainly(401);
        cron(&unscheduled, line, "").await.fails_plainly(401);
        cron(&unscheduled, line, SECRET).await.fails_plainly(401);
        cron(&server, line, SECRET).await.answers(200);
    }
    let project = TestProject::create(&server).await;
    let admin = project.admin_call("GET /internal/email-queue-step");
    admin.send().await.fails_plainly(401);
    let short = Settings {
        cron_secret: Some("too short".into()),
        ..Settings::default()
    };
    let error = short.resolve().expect_err("it is refused");
    assert!(error.to_string().contains("`cron_secret`"), "{error}");
}

#[tokio::test]
async fn a_step_of_the_queue_sends_what_is_due() {
    let server = scheduled(200).await;
    let project = TestProject::create(&server).await;
    let body = json!({ "email": "ada@example.com", "callback_url": "http://localhost:3000/handler/sign-in" });
    let call = project.server_call("POST /internal/send-sign-in-invitation").json(body);
    call.send().await.answers(200);
    for line in [
        "GET /internal/email-queue-step?only_one_step=true",
        "GET /internal/email-queue-step",
    ] {
        assert_eq!(cron(&server, line, SECRET).await.answers(200), json!({ "ok": true }));
    }
    mail_that(&project, |mail| mail["status"] == "sent").await;
}

#[tokio::test]
async fn owners_hear_of_mails_that_failed() {
    let server = scheduled(200).await;
    // Nobody answers at its mail server, and private addresses are allowed, so it is tried again until it is given up.
    let Some(mail_server) = MailServer::start("550,550").await else {
        return;
    };
    let project = emails::project_on(&server).await;
    emails::own_mail_server(&project, mail_server.port()).await;
    let ada = emails::user(&project, "ada@example.com", "Ada").await;
    let body = json!({ "html": "<p>x</p>", "subject": "News", "user_ids": [ada] });
    project
        .server_call("POST /emails/send-email")
        .json(body)
        .send()
        .await
        .answers(200);
    let body = json!({ "email": "bob@example.com", "callback_url": "http://localhost:3000/handler/magic" });
    let call = project.client_call("POST /auth/otp/send-sign-in-code").json(body);
    call.send().await.answers(200);
    let failed = || async {
        let mails = project.mails().await;
        mails.iter().filter(|mail| mail.status == "server-error").count()
    };
    while failed().await < 2 {
        tokio::task::yield_now().await;
    }
    let internal = TestProject::internal(&server);
    let owners = internal.mails().await.len();
    let line = "POST /internal/failed-emails-digest";
    let dry = cron(&server, &format!("{line}?dry_run=true"), SECRET)
        .await
        .answers(200);
    assert_eq!(dry["success"], true);
    let lists = dry["failed_emails_by_tenancy"].as_array().expect("a list");
    assert_eq!(lists.len(), 1);
    assert_eq!(
        (&lists[0]["project_id"], &lists[0]["tenancy_id"]),
        (&json!(project.id), &json!(project.id))
    );
    let mut emails = lists[0]["emails"].as_array().expect("a list").clone();
    emails.sort_by_key(|email| email["subject"].to_string());
    assert_eq!(emails[0], json!({ "subject": "News", "to": ["ada@example.com"] }));
    assert_eq!(emails[1]["to"], json!(["bob@example.com"]));
    let subject = emails[1]["subject"].as_str().expect("a text");
    assert!(
        subject.ends_with("your code is …"),
        "a code that works isn't told: {subject}"
    );
    assert_eq!(internal.mails().await.len(), owners, "a dry run tells nobody");

    let told = cron(&server, line, SECRET).await.answers(200);
    assert_eq!(told, dry);
    let owner = dry["failed_emails_by_tenancy"][0]["tenant_owner_emails"]
        .as_array()
        .expect("a list")
        .len();
    assert_eq!(internal.mails().await.len(), owners + owner);
    project.server.advance(Duration::from_secs(25 * 60 * 60));
    let later = cron(&server, line, SECRET).await.answers(200);
    assert_eq!(later, json!({ "success": true, "failed_emails_by_tenancy": [] }));
}
