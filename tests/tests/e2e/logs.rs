//! Whoever reads the logs finds no token, no key, no password and no address.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, PASSWORD, Secrets, TestProject, internal_keys};
use stack_types::{PasswordSignIn, PasswordUpdate, server};
use tracing_subscriber::fmt::MakeWriter;

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_is_logged_however_much_is() {
    let log = Log::default();
    let lines = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    lines.with_ansi(false).with_writer(log.clone()).init();

    let project = TestProject::start().await;
    let mut secrets = Secrets::default();
    secrets.add("password", PASSWORD);
    secrets.add("address", "ada.lovelace@example.com");
    for keys in [project.keys.clone(), internal_keys()] {
        secrets.add("client key", keys.publishable_client_key.expose());
        secrets.add("server key", keys.secret_server_key.expose());
        secrets.add("admin key", keys.super_secret_admin_key.expose());
    }
    let ada = project.sign_up("ada.lovelace@example.com").await;
    let guest = project.sign_up_anonymously().await;
    for user in [&ada, &guest] {
        secrets.add("access token", user.access_token());
        secrets.add("refresh token", user.refresh_token());
    }
    let wrong = "a password that is wrong";
    secrets.add("wrong password", wrong);
    let body = PasswordSignIn {
        email: "ada.lovelace@example.com".to_owned(),
        password: wrong.into(),
    };
    project
        .client()
        .sign_in_with_password()
        .body(body)
        .send()
        .await
        .fails(400, "EMAIL_PASSWORD_MISMATCH");
    let change = PasswordUpdate {
        old_password: PASSWORD.into(),
        new_password: "another password".into(),
    };
    ada.client.update_password().body(change).send().await.answers(200);
    secrets.add("new password", "another password");
    ada.client.refresh_current_session().send().await.answers(200);
    let totp = "c2VjcmV0IG9mIGFuIGFwcA==";
    let body = server::UserUpdate {
        totp_secret_base64: Patch::Value(totp.into()),
        ..Default::default()
    };
    project
        .server()
        .update_user()
        .user_id(ada.id)
        .body(body)
        .send()
        .await
        .answers(200);
    secrets.add("TOTP secret", totp);

    // What goes wrong is logged the most.
    let garbled = format!("{}garbled", ada.access_token());
    secrets.add("garbled token", &garbled);
    let answer = project
        .client_call("GET /users/me?query=ada.lovelace@example.com")
        .token(&garbled)
        .send()
        .await;
    answer.fails(401, "UNPARSABLE_ACCESS_TOKEN");
    let key = "ssk_a_key_that_is_wrong";
    secrets.add("wrong key", key);
    let call = project
        .server_call("GET /users")
        .header("x-stack-development-override-key", key);
    call.send().await.fails_plainly(401);
    let call = project.server.call("POST /auth/oauth/token").json(json!({
        "grant_type": "refresh_token", "client_id": project.id, "client_secret": key, "refresh_token": ada.refresh_token(),
    }));
    call.send().await.fails(400, "INVALID_OAUTH_CLIENT_ID_OR_SECRET");
    let call = project
        .client_call("POST /auth/password/sign-up")
        .json(json!({ "email": 1, "password": [PASSWORD] }));
    call.send().await.fails(400, "SCHEMA_ERROR");
    let failed = project
        .server
        .root_call("GET /health/error-handler-debug/endpoint")
        .send()
        .await;
    let request_id = failed.header("x-stack-request-id").to_owned();

    let log = log.0.lock().expect("no writer panicked").clone();
    let text = String::from_utf8_lossy(&log);
    assert!(
        text.contains("TRACE") && text.contains("answered"),
        "the log was caught"
    );
    let failure = text
        .lines()
        .find(|line| line.contains("ERROR") && line.contains(&request_id));
    assert!(
        failure.is_some(),
        "a failure is logged with the name that the caller was told"
    );
    assert_eq!(secrets.found_in(&log), [""; 0]);
}
