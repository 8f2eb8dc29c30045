//! Verifying addresses by codes.

use std::time::Duration;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, TestProject, TestUser, typed};
use stack_types::{ContactChannelVerificationCode, ContactChannelVerificationCodeSend};
use uuid::Uuid;

use super::{CALLBACK, call, channels, first_channel};

fn link_to(callback_url: &str) -> ContactChannelVerificationCodeSend {
    ContactChannelVerificationCodeSend {
        callback_url: callback_url.to_owned(),
    }
}

fn code(code: &str) -> ContactChannelVerificationCode {
    ContactChannelVerificationCode { code: code.into() }
}

/// Asks for a code for the first channel of a user; gives the code.
async fn mailed(project: &TestProject, user: &TestUser) -> String {
    project.server.advance(Duration::from_secs(1));
    let id = first_channel(project, user).await;
    let sent = user
        .client
        .send_contact_channel_verification_code()
        .user_id(UserIdOrMe::Me)
        .contact_channel_id(id)
        .body(link_to(CALLBACK));
    assert!(sent.send().await.answers(200).success);
    let address = channels(project, user).await[0]["value"].clone();
    project.mail_to(address.as_str().expect("an address")).await.link_code()
}

async fn verify(project: &TestProject, code: &str) -> Answer {
    let call = project.client_call("POST /contact-channels/verify");
    call.json(json!({ "code": code })).send().await
}

#[tokio::test]
async fn whoever_has_the_code_verifies_the_address_once() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let sent = mailed(&project, &ada).await;
    let client = project.client();
    let checked = client
        .check_contact_channel_verification_code()
        .body(code(&sent))
        .send()
        .await;
    assert!(checked.answers(200).is_code_valid);
    assert_eq!(
        channels(&project, &ada).await[0]["is_verified"],
        false,
        "checking changes nothing"
    );
    assert!(
        client
            .verify_contact_channel()
            .body(code(&sent.to_uppercase()))
            .send()
            .await
            .answers(200)
            .success
    );
    assert_eq!(project.user(&ada).await["primary_email_verified"], true);
    verify(&project, &sent)
        .await
        .fails(409, "VERIFICATION_CODE_ALREADY_USED");
}

#[tokio::test]
async fn looking_at_a_link_verifies_nothing() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let sent = mailed(&project, &ada).await;
    for method in ["GET", "HEAD"] {
        let call = project.client_call(&format!("{method} /contact-channels/verify?code={sent}"));
        assert_eq!(call.send().await.status.as_u16(), 405, "{method}");
    }
    assert_eq!(channels(&project, &ada).await[0]["is_verified"], false);
    verify(&project, &sent).await.answers(200);
}

#[tokio::test]
async fn codes_that_cant_be_used_are_refused_with_the_reason() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let check = |text: String| {
        let call = project.client_call("POST /contact-channels/verify/check-code");
        call.json(json!({ "code": text })).send()
    };
    verify(&project, &"a".repeat(45))
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    verify(&project, &"a".repeat(44)).await.fails(400, "SCHEMA_ERROR");
    check("a".repeat(45)).await.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    let tried = mailed(&project, &ada).await;
    for _ in 0..20 {
        check(tried.clone()).await.answers(200);
    }
    check(tried.clone())
        .await
        .fails(400, "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED");
    verify(&project, &tried)
        .await
        .fails(400, "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED");
    let old = mailed(&project, &ada).await;
    project.server.advance(Duration::from_secs(7 * 24 * 60 * 60));
    check(old.clone()).await.fails(400, "VERIFICATION_CODE_EXPIRED");
    verify(&project, &old).await.fails(400, "VERIFICATION_CODE_EXPIRED");
}

#[tokio::test]
async fn a_code_verifies_no_address_but_that_it_was_sent_to() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let sent = mailed(&project, &ada).await;
    let id = first_channel(&project, &ada).await;
    let line = format!("PATCH /contact-channels/me/{id}");
    call(&project, &ada, &line, json!({ "value": "eve@example.com" }))
        .await
        .answers(200);
    verify(&project, &sent).await.fails_plainly(400);
    assert_eq!(channels(&project, &ada).await[0]["is_verified"], false);
    let sent = mailed(&project, &ada).await;
    let line = format!("DELETE /contact-channels/me/{id}");
    call(&project, &ada, &line, Value::Null).await.answers(200);
    verify(&project, &sent).await.fails_plainly(400);
}

#[tokio::test]
async fn a_mail_to_verify_is_sent_to_those_who_need_one() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let eve = project.sign_up("eve@example.com").await;
    let id = first_channel(&project, &ada).await;
    let path = |user: &str| format!("POST /contact-channels/{user}/{id}/send-verification-code");
    let body = json!({ "callback_url": CALLBACK });
    let by_client = |path: String, body: Value| {
        let (project, eve) = (&project, &eve);
        async move { call(project, eve, &path, body).await }
    };
    by_client(path(&ada.id.to_string()), body.clone())
        .await
        .fails_plainly(400);
    by_client(path("me"), body.clone()).await.fails_plainly(404);
    let by_server = |path: String, body: Value| project.server_call(&path).json(body).send();
    by_server(path(&Uuid::from_u128(1).to_string()), body.clone())
        .await
        .fails(400, "USER_ID_DOES_NOT_EXIST");
    by_server(path(&eve.id.to_string()), body.clone())
        .await
        .fails_plainly(404);
    by_server(path("me"), body.clone())
        .await
        .fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    let evil = json!({ "callback_url": "https://evil.example.com" });
    by_server(path(&ada.id.to_string()), evil)
        .await
        .fails(400, "REDIRECT_URL_NOT_WHITELISTED");
    assert!(project.mails().await.is_empty());
    project
        .server()
        .send_contact_channel_verification_code()
        .user_id(UserIdOrMe::Id(ada.id))
        .contact_channel_id(id)
        .body(link_to(CALLBACK))
        .send()
        .await
        .answers(200);
    verify(&project, &project.mail_to("ada@example.com").await.link_code())
        .await
        .answers(200);
    by_server(path(&ada.id.to_string()), body)
        .await
        .fails(409, "EMAIL_ALREADY_VERIFIED");
}

#[tokio::test]
async fn old_clients_ask_for_the_primary_address_by_name() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let ask = |email: &str, url: &str| {
        let body =
            typed::<stack_types::PrimaryEmailVerificationCodeSend>(json!({ "email": email, "callback_url": url }));
        ada.client.send_primary_email_verification_code().body(body).send()
    };
    assert_eq!(
        ask("work@example.com", CALLBACK)
            .await
            .fails(400, "EMAIL_IS_NOT_PRIMARY_EMAIL"),
        json!({ "email": "work@example.com", "primary_email": "ada@example.com" })
    );
    ask("ada@example.com", "https://evil.example.com")
        .await
        .fails(400, "REDIRECT_URL_NOT_WHITELISTED");
    assert!(ask("Ada@Example.com", CALLBACK).await.answers(200).success);
    verify(&project, &project.mail_to("ada@example.com").await.link_code())
        .await
        .answers(200);
    ask("ada@example.com", CALLBACK)
        .await
        .fails(409, "EMAIL_ALREADY_VERIFIED");
    let body = json!({ "email": "ada@example.com", "callback_url": CALLBACK });
    let nobody = project
        .client_call("POST /contact-channels/send-verification-code")
        .json(body);
    nobody.send().await.fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn where_a_verified_address_is_needed_the_code_ends_the_restriction() {
    let project = TestProject::start().await;
    let rule = json!({ "onboarding.requireEmailVerification": true });
    project.configure(stack_domain::models::ConfigLevel::Branch, rule).await;
    let body = json!({
        "email": "ada@example.com", "password": stack_tests::PASSWORD, "verification_callback_url": CALLBACK,
    });
    let signed_up = project
        .client_call("POST /auth/password/sign-up")
        .json(body)
        .send()
        .await
        .answers(200);
    let refresh = || async {
        let call = project.client_call("POST /auth/sessions/current/refresh");
        let token = signed_up["refresh_token"].as_str().expect("a token");
        let answer = call.header("x-stack-refresh-token", token).send().await.answers(200);
        stack_tests::claims(answer["access_token"].as_str().expect("a token"))
    };
    assert_eq!(refresh().await["is_restricted"], true);
    verify(&project, &project.mail_to("ada@example.com").await.link_code())
        .await
        .answers(200);
    assert_eq!(refresh().await["is_restricted"], false);
}
