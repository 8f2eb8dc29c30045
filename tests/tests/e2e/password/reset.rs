//! `POST /auth/password/send-reset-code`, `/reset` and `/reset/check-code`.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, TestProject};
use stack_types::{PasswordReset, PasswordResetCodeCheck, PasswordResetCodeSend};

use super::sign_in;

const CALLBACK: &str = "http://localhost:3000/handler/password-reset";
const NEW: &str = "another password";

async fn ask(project: &TestProject, email: &str, callback_url: &str) -> Answer {
    let body = json!({ "email": email, "callback_url": callback_url });
    let call = project.client_call("POST /auth/password/send-reset-code");
    call.json(body).send().await
}

/// A code that was just mailed.
async fn mailed(project: &TestProject, email: &str) -> String {
    project.server.advance(Duration::from_secs(1));
    ask(project, email, CALLBACK).await.answers(200);
    project.mail_to(email).await.link_code()
}

async fn reset(project: &TestProject, code: &str, password: &str) -> Answer {
    let call = project.client_call("POST /auth/password/reset");
    call.json(json!({ "code": code, "password": password })).send().await
}

async fn check(project: &TestProject, code: &str) -> Answer {
    let call = project.client_call("POST /auth/password/reset/check-code");
    call.json(json!({ "code": code })).send().await
}

#[tokio::test]
async fn a_code_sets_a_new_password_and_ends_all_sessions() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let client = project.client();
    let send = PasswordResetCodeSend {
        email: "ADA@example.com".into(),
        callback_url: CALLBACK.into(),
    };
    let sent = client.send_password_reset_code().body(send).send().await.answers(200);
    assert_eq!(sent.success, "maybe, only if user with e-mail exists");
    let mail = project.mail_to("ada@example.com").await;
    let code = mail.link_code();
    assert_eq!(mail.link().as_str(), format!("{CALLBACK}?code={code}"));
    let checked = PasswordResetCodeCheck {
        code: code.clone().into(),
    };
    let checked = client.check_password_reset_code().body(checked).send().await;
    assert!(checked.answers(200).is_code_valid);
    let body = PasswordReset {
        password: NEW.into(),
        code: code.clone().into(),
    };
    assert!(client.reset_password().body(body).send().await.answers(200).success);
    ada.client
        .refresh_current_session()
        .send()
        .await
        .fails(401, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");
    let old = client
        .sign_in_with_password()
        .body(sign_in("ada@example.com", stack_tests::PASSWORD));
    old.send().await.fails(400, "EMAIL_PASSWORD_MISMATCH");
    let new = client.sign_in_with_password().body(sign_in("ada@example.com", NEW));
    assert_eq!(new.send().await.answers(200).user_id, ada.id);
    reset(&project, &code, "a third password")
        .await
        .fails(409, "VERIFICATION_CODE_ALREADY_USED");
}

#[tokio::test]
async fn the_answer_is_the_same_whether_or_not_somebody_has_the_address() {
    let project = TestProject::start().await;
    project.sign_up("ada@example.com").await;
    for callback_url in [CALLBACK, "https://evil.example.com/"] {
        let known = ask(&project, "ada@example.com", callback_url).await;
        let unknown = ask(&project, "bob@example.com", callback_url).await;
        assert_eq!((known.status, known.text()), (unknown.status, unknown.text()));
    }
    let mails = project.mails().await;
    assert_eq!(mails.len(), 1, "and only they get a mail");
    assert_eq!(project.mails_to("ada@example.com").await.len(), 1);
}

/// The work is the same, so the time is. What is measured is how long most take, alternately.
#[tokio::test]
async fn an_unknown_address_takes_as_long_as_a_known_one() {
    let server = stack_tests::TestServer::start_with(|config| {
        config.rate_limits = stack_domain::limits::LimitSettings::OFF;
    });
    let project = TestProject::create(&server.await).await;
    project.sign_up("ada@example.com").await;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..60 {
        for (times, email) in times.iter_mut().zip(["ada@example.com", "bob@example.com"]) {
            let begun = Instant::now();
            ask(&project, email, CALLBACK).await.answers(200);
            times.push(begun.elapsed());
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort();
        times[times.len() / 3]
    });
    let (short, long) = (known.min(unknown), known.max(unknown));
    assert!(long < short * 2, "known {known:?}, unknown {unknown:?}");
}

#[tokio::test]
async fn a_password_that_is_no_good_doesnt_use_the_code_up() {
    let project = TestProject::start().await;
    project.sign_up("ada@example.com").await;
    let code = mailed(&project, "ada@example.com").await;
    reset(&project, &code, "7 chars").await.fails(400, "PASSWORD_TOO_SHORT");
    reset(&project, &code, &"x".repeat(71)).await.fails(400, "SCHEMA_ERROR");
    reset(&project, &code, NEW).await.answers(200);
}

#[tokio::test]
async fn of_many_who_use_a_code_at_once_one_sets_the_password() {
    let project = TestProject::start().await;
    project.sign_up("ada@example.com").await;
    let code = mailed(&project, "ada@example.com").await;
    let answers = join_all((0..12).map(|n| {
        let (project, code) = (&project, &code);
        async move { reset(project, code, &format!("password number {n}")).await }
    }))
    .await;
    let won: Vec<_> = answers.iter().filter(|answer| answer.status.is_success()).collect();
    assert_eq!(won.len(), 1);
    for answer in answers.iter().filter(|answer| !answer.status.is_success()) {
        assert_eq!(answer.code(), "VERIFICATION_CODE_ALREADY_USED");
    }
}

#[tokio::test]
async fn codes_that_cant_be_used_are_refused_with_the_reason() {
    let project = TestProject::start().await;
    project.sign_up("ada@example.com").await;
    for (code, status, error) in [
        ("a".repeat(45), 404, "VERIFICATION_CODE_NOT_FOUND"),
        ("a".repeat(44), 400, "SCHEMA_ERROR"),
        ("a".repeat(46), 400, "SCHEMA_ERROR"),
        (String::new(), 400, "SCHEMA_ERROR"),
    ] {
        reset(&project, &code, NEW).await.fails(status, error);
        check(&project, &code).await.fails(status, error);
    }
    let tried = mailed(&project, "ada@example.com").await;
    for _ in 0..20 {
        check(&project, &tried).await.answers(200);
    }
    check(&project, &tried)
        .await
        .fails(400, "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED");
    reset(&project, &tried, NEW)
        .await
        .fails(400, "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED");
    let old = mailed(&project, "ada@example.com").await;
    project.server.advance(Duration::from_secs(7 * 24 * 60 * 60));
    check(&project, &old).await.fails(400, "VERIFICATION_CODE_EXPIRED");
    reset(&project, &old, NEW).await.fails(400, "VERIFICATION_CODE_EXPIRED");
    project.sign_in("ada@example.com").await;
}

/// Whoever could once read the mails can't come back with a code that they kept.
#[tokio::test]
async fn a_code_from_before_the_last_change_of_the_password_is_worthless() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let kept = mailed(&project, "ada@example.com").await;
    let code = mailed(&project, "ada@example.com").await;
    reset(&project, &code, NEW).await.answers(200);
    for answer in [
        check(&project, &kept).await,
        reset(&project, &kept, "a third password").await,
    ] {
        answer.fails(409, "VERIFICATION_CODE_ALREADY_USED");
    }
    let code = mailed(&project, "ada@example.com").await;
    let body = json!({ "primary_email": "ada@example.org" });
    let call = project.server_call(&format!("PATCH /users/{}", ada.id)).json(body);
    call.send().await.answers(200);
    let channels = project
        .server_call(&format!("GET /contact-channels?user_id={}", ada.id))
        .send()
        .await;
    let channels = channels.answers(200);
    let old = channels["items"].as_array().expect("a list").iter();
    let old = old
        .filter(|channel| channel["value"] == "ada@example.com")
        .map(|channel| &channel["id"]);
    for id in old.filter_map(Value::as_str) {
        let call = project.server_call(&format!("DELETE /contact-channels/{}/{id}", ada.id));
        call.send().await.answers(200);
    }
    reset(&project, &code, "a third password")
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
}

#[tokio::test]
async fn a_user_without_a_password_gets_one() {
    let project = TestProject::start().await;
    let fields = json!({ "primary_email": "ada@example.com", "primary_email_auth_enabled": true });
    let ada = project.user_with(fields).await;
    let code = mailed(&project, "ada@example.com").await;
    reset(&project, &code, NEW).await.answers(200);
    assert_eq!(project.user(&ada).await["has_password"], true);
}
