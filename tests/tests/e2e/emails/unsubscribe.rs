//! Unsubscribe links.

use std::time::Duration;

use serde_json::{Value, json};
use stack_tests::{TestProject, TestServer};

use super::{outbox, project, send, unsubscribe_line, user};
use crate::mail::{mail_that, server::MailServer};

const MARKETING: &str = "4f6f8873-3d04-46bd-8bef-18338b1a1b4c";

async fn market(project: &TestProject, user: &str) -> Value {
    let body = json!({
        "html": "<p>Buy!</p>", "subject": "Sale", "user_ids": [user], "notification_category_name": "Marketing",
    });
    send(project, body).await.answers(200);
    outbox(project).await.remove(0)
}

async fn wants_marketing(project: &TestProject, user: &str) -> bool {
    let line = format!("GET /emails/notification-preference/{user}");
    let listed = project.server_call(&line).send().await.answers(200);
    listed["items"][1]["enabled"] == true
}

#[tokio::test]
async fn the_link_in_a_mail_turns_its_kind_off_without_signing_in() {
    let project = project().await;
    let ada = user(&project, "ada@example.com", "Ada").await;
    let line = unsubscribe_line(&market(&project, &ada).await);
    assert!(wants_marketing(&project, &ada).await);
    let answer = project.server.call(&line).send().await;
    assert!(answer.header("content-type").starts_with("text/html"));
    assert_eq!(answer.status.as_u16(), 200);
    assert!(
        answer
            .text()
            .contains("Test project sends you no more mails of the kind Marketing")
    );
    assert!(!wants_marketing(&project, &ada).await);

    // Once more it shows the same page and changes nothing.
    let path = format!("PATCH /emails/notification-preference/{ada}/{MARKETING}");
    project
        .server_call(&path)
        .json(json!({ "enabled": true }))
        .send()
        .await
        .answers(200);
    let again = project.server.call(&line).send().await;
    assert_eq!((again.status.as_u16(), again.text()), (200, answer.text()));
    assert!(wants_marketing(&project, &ada).await);
}

#[tokio::test]
async fn a_link_that_is_not_one_or_has_expired_is_refused() {
    let project = project().await;
    let ada = user(&project, "ada@example.com", "Ada").await;
    let mail = market(&project, &ada).await;
    let line = unsubscribe_line(&mail);
    let (before, code) = line.split_once("code=").expect("a code");
    let neighbour = TestProject::create(&project.server).await;
    for line in [
        format!("{before}code=abc"),
        format!("{before}code={}", "a".repeat(45)),
        format!("{before}code={}-{}", "a".repeat(45), project.id),
        line.replace(project.id.as_str(), neighbour.id.as_str()),
        line.replace(project.id.as_str(), "00000000-0000-4000-8000-000000000000"),
        format!("{before}code={}", code.to_uppercase()),
    ] {
        project.server.call(&line).send().await.fails_plainly(400);
    }
    let without = project.server.call("GET /emails/unsubscribe-link").send().await;
    without.fails(400, "SCHEMA_ERROR");
    project.server.advance(Duration::from_secs(31 * 24 * 60 * 60));
    project.server.call(&line).send().await.fails_plainly(400);
    assert!(wants_marketing(&project, &ada).await);
}

#[tokio::test]
async fn whoever_unsubscribed_gets_no_such_mail_any_more_but_all_others() {
    let server =
        TestServer::start_with(|config| config.outbound_networks = "127.0.0.0/8, ::1".parse().expect("networks")).await;
    let Some(mut mail_server) = MailServer::start("").await else {
        return;
    };
    let project = super::project_on(&server).await;
    super::own_mail_server(&project, mail_server.port()).await;
    let ada = user(&project, "ada@example.com", "Ada").await;
    let mail = market(&project, &ada).await;
    let received = mail_server.next().await;
    let headers = received.message["headers"].as_array().expect("headers");
    let header = headers
        .iter()
        .find(|header| header["key"] == "list-unsubscribe")
        .expect("it says how");
    assert!(header["value"].to_string().contains("unsubscribe"), "{header}");

    project.server.call(&unsubscribe_line(&mail)).send().await;
    market(&project, &ada).await;
    let skipped = mail_that(&project, |mail| mail["status"] == "skipped").await;
    assert_eq!(skipped["skipped_reason"], "USER_UNSUBSCRIBED");
    send(
        &project,
        json!({ "html": "<p>Your receipt</p>", "subject": "Receipt", "user_ids": [ada] }),
    )
    .await
    .answers(200);
    let received = mail_server.next().await;
    assert_eq!(received.message["subject"], "Receipt");
    let headers = received.message["headers"].as_array().expect("headers");
    assert!(!headers.iter().any(|header| header["key"] == "list-unsubscribe"));
}
