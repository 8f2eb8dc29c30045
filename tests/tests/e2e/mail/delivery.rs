//! Mails on their way to a mail server.

use std::time::Duration;

use serde_json::{Value, json};
use stack_server::config::Config;
use stack_tests::{TestProject, TestServer};

use super::{ask_for_code, mail_that, project_on, server::MailServer};

/// A server that sends through this mail server.
fn through(mail_server: &MailServer) -> impl FnOnce(&mut Config) + use<> {
    let server = mail_server.plain();
    move |config| config.smtp = Some((server, "noreply@auth.example.com".to_owned()))
}

async fn project_through(mail_server: &MailServer) -> TestProject {
    project_on(&TestServer::start_with(through(mail_server)).await).await
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let Some(mut mail_server) = MailServer::start("").await else {
        return;
    };
    let project = project_through(&mail_server).await;
    ask_for_code(&project, "ada@example.com").await;
    let received = mail_server.next().await;
    assert_eq!(received.sender, "noreply@auth.example.com");
    assert_eq!(received.recipients, ["ada@example.com"]);
    let (message, written) = (received.message, project.mail_to("ada@example.com").await);
    assert_eq!(message["from"]["name"], "Test project");
    assert_eq!(message["from"]["address"], "noreply@auth.example.com");
    assert_eq!(message["subject"], written.subject.as_str());
    let said = |part: &str| {
        message[part]
            .as_str()
            .expect("a text")
            .replace("\r\n", "\n")
            .trim()
            .to_owned()
    };
    assert_eq!(said("text"), written.text.trim());
    assert_eq!(said("html"), written.html.trim());
    let sent = mail_that(&project, |mail| mail["status"] == "sent").await;
    assert_eq!(sent["simple_status"], "ok");
}

#[tokio::test]
async fn a_mail_that_is_refused_for_now_comes_later() {
    let Some(mut mail_server) = MailServer::start("451").await else {
        return;
    };
    let project = project_through(&mail_server).await;
    ask_for_code(&project, "ada@example.com").await;
    let first = mail_server.next().await;
    assert_eq!(first.answer, "451");
    let waiting = mail_that(&project, |mail| !mail["next_send_retry_at_millis"].is_null()).await;
    assert_eq!(
        (&waiting["status"], &waiting["send_retries"]),
        (&json!("queued"), &json!(0))
    );
    project.server.advance(Duration::from_secs(25));
    let second = mail_server.next().await;
    assert_eq!(message_id(&second.message), message_id(&first.message));
    let sent = mail_that(&project, |mail| mail["status"] == "sent").await;
    assert_eq!(sent["send_retries"], 1);
    assert_eq!(sent["send_attempt_errors"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_given_up_and_names_nobody() {
    let Some(mut mail_server) = MailServer::start("550").await else {
        return;
    };
    let project = project_through(&mail_server).await;
    ask_for_code(&project, "ada@example.com").await;
    mail_server.next().await;
    let failed = mail_that(&project, |mail| mail["status"] == "server-error").await;
    assert_eq!(failed["simple_status"], "error");
    let why = failed["server_error"].as_str().expect("a reason");
    assert!(why.contains("550") && !why.contains("ada@example.com"), "{why}");
}

#[tokio::test]
async fn a_project_sends_through_its_own_mail_server_if_that_may_be_reached() {
    let Some(mut mail_server) = MailServer::start("").await else {
        return;
    };
    let own = json!({
        "type": "standard", "host": "localhost", "port": mail_server.port(), "username": "", "password": "",
        "sender_name": "Acme, \"Inc\"", "sender_email": "hello@acme.example",
    });
    for (networks, status) in [("", "server-error"), ("127.0.0.0/8, ::1", "sent")] {
        let allow = |config: &mut Config| config.outbound_networks = networks.parse().expect("networks");
        let project = project_on(&TestServer::start_with(allow).await).await;
        let config = json!({ "config": { "email_config": own.clone() } });
        let call = project.admin_call("PATCH /internal/projects/current").json(config);
        call.send().await.answers(200);
        ask_for_code(&project, "ada@example.com").await;
        let settled = mail_that(&project, |mail| mail["status"] == status).await;
        let why = settled["server_error"].as_str().unwrap_or_default();
        assert!(status == "sent" || why.contains("outbound_networks"), "{why}");
    }
    let received = mail_server.next().await;
    assert_eq!(received.sender, "hello@acme.example");
    assert_eq!(received.message["from"]["name"], "Acme, \"Inc\"");
}

/// What tells two copies of a mail apart from two mails.
fn message_id(message: &Value) -> Value {
    let headers = message["headers"].as_array().expect("headers");
    let header = headers.iter().find(|header| header["key"] == "message-id");
    header.expect("an id")["value"].clone()
}
