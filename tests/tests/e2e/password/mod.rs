//! Tag `password`.

mod change;
mod reset;
mod sign_in;
mod sign_up;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, PASSWORD, TestProject, TestUser, typed};
use stack_types::{PasswordReset, PasswordResetCodeSend, PasswordSet, PasswordSignIn, PasswordSignUp, PasswordUpdate};

fn sign_up(email: &str, password: &str) -> PasswordSignUp {
    typed(json!({ "email": email, "password": password }))
}

fn sign_in(email: &str, password: &str) -> PasswordSignIn {
    PasswordSignIn {
        email: email.to_owned(),
        password: password.into(),
    }
}

/// A raw call of a signed-in client.
async fn call(project: &TestProject, user: &TestUser, line: &str, body: Value) -> Answer {
    project
        .client_call(line)
        .token(&user.access_token())
        .json(body)
        .send()
        .await
}

#[tokio::test]
async fn passwords_work_only_where_the_project_offers_them() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let off = json!({ "config": { "credential_enabled": false } });
    project
        .admin_call("PATCH /internal/projects/current")
        .json(off)
        .send()
        .await
        .answers(200);
    const CODE: &str = "PASSWORD_AUTHENTICATION_NOT_ENABLED";
    let client = project.client();
    client
        .sign_up_with_password()
        .body(sign_up("b@example.com", PASSWORD))
        .send()
        .await
        .fails(400, CODE);
    client
        .sign_in_with_password()
        .body(sign_in("ada@example.com", PASSWORD))
        .send()
        .await
        .fails(400, CODE);
    let set = PasswordSet {
        password: "another password".into(),
    };
    ada.client.set_password().body(set).send().await.fails(400, CODE);
    let update = PasswordUpdate {
        old_password: PASSWORD.into(),
        new_password: "another password".into(),
    };
    ada.client.update_password().body(update).send().await.fails(400, CODE);
    let send = PasswordResetCodeSend {
        email: "ada@example.com".into(),
        callback_url: "http://localhost:3000".into(),
    };
    client
        .send_password_reset_code()
        .body(send)
        .send()
        .await
        .fails(400, CODE);
    let reset = PasswordReset {
        password: "another password".into(),
        code: "a".repeat(45).into(),
    };
    client.reset_password().body(reset).send().await.fails(400, CODE);
}

#[tokio::test]
async fn what_is_wrong_is_said_without_showing_the_password() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let secret = "hunter2 ".repeat(10);
    for (line, body) in [
        (
            "POST /auth/password/sign-up",
            json!({ "email": "b@example.com", "password": [secret] }),
        ),
        (
            "POST /auth/password/sign-up",
            json!({ "email": "b@example.com", "password": secret }),
        ),
        (
            "POST /auth/password/sign-in",
            json!({ "email": "b@example.com", "password": { "a": secret } }),
        ),
        (
            "POST /auth/password/update",
            json!({ "old_password": secret, "new_password": 1 }),
        ),
    ] {
        let answer = call(&project, &ada, line, body).await;
        assert_eq!(answer.code(), "SCHEMA_ERROR");
        assert!(!answer.text().contains("hunter2"), "{}", answer.text());
    }
}
