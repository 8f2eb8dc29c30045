//! Nothing that a request says of the host it was sent to ends up in a mail.

use std::time::Duration;

use serde_json::{Value, json};
use stack_tests::{Answer, ProjectOptions, TestProject, TestServer};

const EVIL: &str = "evil.example.net";

/// Headers that name another host, each alone and all together.
fn lies() -> Vec<Vec<(&'static str, String)>> {
    let host = |value: &str| vec![("host", value.to_owned())];
    let mut lies = vec![
        host(EVIL),
        host(&format!("{EVIL}:443")),
        host(&format!("localhost@{EVIL}")),
        vec![("x-forwarded-host", EVIL.to_owned())],
        vec![("x-forwarded-server", EVIL.to_owned())],
        vec![("x-original-host", EVIL.to_owned())],
        vec![("x-host", EVIL.to_owned())],
        vec![("x-http-host-override", EVIL.to_owned())],
        vec![("forwarded", format!("for=192.0.2.1;host={EVIL};proto=https"))],
        vec![("forwarded", format!("host=\"{EVIL}\""))],
        vec![("origin", format!("https://{EVIL}"))],
        vec![("referer", format!("https://{EVIL}/"))],
        vec![("x-original-url", format!("https://{EVIL}/"))],
    ];
    let mut all: Vec<(&str, String)> = Vec::new();
    for (name, value) in lies.iter().flatten() {
        if !all.iter().any(|(other, _)| other == name) {
            all.push((name, value.clone()));
        }
    }
    lies.push(all);
    lies
}

async fn call(project: &TestProject, line: &str, lie: &[(&'static str, String)], body: Value) -> Answer {
    let call = project.server_call(line).headers(lie.iter().cloned());
    call.json(body).send().await
}

#[tokio::test]
async fn no_mail_names_a_host_that_a_request_made_up() {
    let config = json!({ "magic_link_enabled": true, "allow_localhost": true });
    let project = TestProject::create_with(&TestServer::start().await, ProjectOptions { config }).await;
    let callback = "http://localhost:3000/callback";
    let ada = project.sign_up("ada@example.com").await;
    let channels = project.server_call("GET /contact-channels").send().await.answers(200);
    let id = channels["items"][0]["id"].as_str().expect("an id");
    let verify = format!("POST /contact-channels/{}/{id}/send-verification-code", ada.id);
    let mut sent = 0;
    for (n, lie) in lies().into_iter().enumerate() {
        project.server.advance(Duration::from_secs(3600));
        for (line, body) in [
            (
                "POST /auth/otp/send-sign-in-code",
                json!({ "email": format!("new{n}@example.com"), "callback_url": callback }),
            ),
            (
                "POST /auth/password/send-reset-code",
                json!({ "email": "ada@example.com", "callback_url": callback }),
            ),
            (
                "POST /auth/password/sign-up",
                json!({
                    "email": format!("signs-up{n}@example.com"), "password": stack_tests::PASSWORD,
                    "verification_callback_url": callback,
                }),
            ),
            (&verify, json!({ "callback_url": callback })),
            (
                "POST /internal/send-sign-in-invitation",
                json!({ "email": format!("guest{n}@example.com"), "callback_url": callback }),
            ),
        ] {
            call(&project, line, &lie, body.clone()).await.answers(200);
            sent += 1;
            // And no header makes a host trusted.
            let evil = format!("https://{EVIL}/callback");
            let mut body = body;
            for key in ["callback_url", "verification_callback_url"] {
                if !body[key].is_null() {
                    body[key] = json!(evil);
                }
            }
            let refused = call(&project, line, &lie, body).await;
            refused.fails(400, "REDIRECT_URL_NOT_WHITELISTED");
        }
    }
    let listed = project
        .server_call("GET /emails/outbox?limit=100")
        .send()
        .await
        .answers(200);
    let mails = listed["items"].as_array().expect("a list");
    assert_eq!(mails.len(), sent);
    for mail in mails {
        let text = mail.to_string();
        assert!(!text.contains(EVIL), "{text}");
        assert!(text.contains(callback), "{text}");
    }
}
