//! Tag `emails`.

mod capacity;
mod preferences;
mod render;
mod send;
mod unsubscribe;

use serde_json::{Value, json};
use stack_domain::models::ConfigLevel;
use stack_tests::{Answer, ProjectOptions, TestProject, TestServer};

/// A project with a mail server of its own, whose mails stay where they are: the server sends none.
pub async fn project() -> TestProject {
    project_on(&TestServer::start_with(|config| config.mail.per_hour = 0).await).await
}

/// A project with a mail server of its own, at which nobody answers.
pub async fn project_on(server: &TestServer) -> TestProject {
    let config = json!({ "magic_link_enabled": true, "allow_localhost": true });
    let project = TestProject::create_with(server, ProjectOptions { config }).await;
    own_mail_server(&project, 1).await;
    project
}

/// Gives the project a mail server of its own on this machine.
pub async fn own_mail_server(project: &TestProject, port: u16) {
    let config = json!({
        "emails.server.isShared": false,
        "emails.server.host": "localhost",
        "emails.server.port": port,
        "emails.server.senderName": "Acme",
        "emails.server.senderEmail": "hello@acme.example",
    });
    project.configure(ConfigLevel::Environment, config).await;
}

/// A user with this address.
pub async fn user(project: &TestProject, email: &str, display_name: &str) -> String {
    let body = json!({ "primary_email": email, "primary_email_verified": true, "display_name": display_name });
    let created = project.server_call("POST /users").json(body).send().await.answers(201);
    created["id"].as_str().expect("an id").to_owned()
}

async fn send(project: &TestProject, body: Value) -> Answer {
    project.server_call("POST /emails/send-email").json(body).send().await
}

/// The newest mails of the project, as the outbox shows them.
async fn outbox(project: &TestProject) -> Vec<Value> {
    let listed = project.server_call("GET /emails/outbox").send().await.answers(200);
    listed["items"].as_array().expect("a list").clone()
}

/// The link by which a mail is turned off, from the method on.
fn unsubscribe_line(mail: &Value) -> String {
    let text = mail["text"].as_str().expect("a text");
    let start = text.find("/emails/unsubscribe-link?").expect("a link");
    let link = text[start..].split([')', '\n', ' ']).next().expect("a link");
    format!("GET {link}")
}
