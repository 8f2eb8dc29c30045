//! `POST /auth/otp/send-sign-in-code`.

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::Outcome;

use super::{CALLBACK, ask, mailed, project_with, start, to};

#[tokio::test]
async fn the_mail_has_six_characters_and_a_link_and_the_answer_the_rest() {
    let project = start().await;
    let sent = project
        .client()
        .send_sign_in_code()
        .body(to("Ada@Example.com"))
        .send()
        .await;
    let nonce = sent.answers(200).nonce;
    let mail = project.mail_to("ada@example.com").await;
    assert_eq!(nonce.expose().len(), 39);
    let whole = format!("{}{}", mail.code().to_lowercase(), nonce.expose());
    assert_eq!(mail.link_code(), whole);
    assert_eq!(mail.link().as_str(), format!("{CALLBACK}?code={whole}"));
    assert_eq!(mail.code(), mail.code().to_uppercase());
    assert!(mail.html.contains(&whole), "the HTML has the link, too");
    assert_eq!(project.count_users().await, 0, "nobody is created by it");
}

#[tokio::test]
async fn a_project_without_this_way_of_signing_in_sends_nothing() {
    let project = project_with(json!({ "magic_link_enabled": false })).await;
    let text = ask(&project, "ada@example.com", CALLBACK).await.fails_plainly(403);
    assert!(text.contains("isn't enabled"), "{text}");
    assert!(project.mails().await.is_empty());
}

#[tokio::test]
async fn where_sign_ups_are_closed_only_users_get_mails() {
    let project = project_with(json!({ "sign_up_enabled": false })).await;
    ask(&project, "ada@example.com", CALLBACK)
        .await
        .fails(400, "SIGN_UP_NOT_ENABLED");
    let fields = json!({
        "primary_email": "grace@example.com", "primary_email_verified": true, "primary_email_auth_enabled": true,
    });
    let grace = project.user_with(fields).await;
    mailed(&project, "grace@example.com").await;
    let grace = project.user(&grace).await;
    assert_eq!(
        grace["otp_auth_enabled"], true,
        "a verified address gets this way of signing in"
    );
    assert_eq!(project.mails().await.len(), 1);
}

#[tokio::test]
async fn an_address_that_its_user_never_verified_gets_no_mail() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let details = ask(&project, "ADA@example.com", CALLBACK)
        .await
        .fails(409, "USER_EMAIL_ALREADY_EXISTS");
    assert_eq!(
        details,
        json!({ "email": "ada@example.com", "would_work_if_email_was_verified": true })
    );
    let on = json!({ "otp_auth_enabled": true });
    let call = project.client_call("PATCH /users/me").token(&ada.access_token());
    call.json(on).send().await.answers(200);
    ask(&project, "ada@example.com", CALLBACK)
        .await
        .fails(409, "USER_EMAIL_ALREADY_EXISTS");
    assert!(project.mails().await.is_empty());
}

#[tokio::test]
async fn a_callback_has_to_be_trusted() {
    let domains = json!([{ "domain": "https://app.example.com", "handler_path": "/handler" }]);
    let project = project_with(json!({ "allow_localhost": false, "domains": domains })).await;
    for url in [
        "https://evil.example.com/x",
        "http://localhost:3000/x",
        "https://app.example.com.evil.com/",
        "javascript://app.example.com/%0aalert(1)",
    ] {
        ask(&project, "ada@example.com", url)
            .await
            .fails(400, "REDIRECT_URL_NOT_WHITELISTED");
    }
    ask(&project, "ada@example.com", "no URL")
        .await
        .fails(400, "SCHEMA_ERROR");
    assert!(project.mails().await.is_empty());
    let url = "https://app.example.com/a?code=mine&next=%2Fhome#here";
    ask(&project, "ada@example.com", url).await.answers(200);
    let mail = project.mail_to("ada@example.com").await;
    let (link, code) = (mail.link(), mail.link_code());
    assert_eq!(
        link.as_str(),
        format!("https://app.example.com/a?next=%2Fhome&code={code}#here"),
        "what the app asks for stays, but for the code"
    );
}

#[tokio::test]
async fn an_address_has_a_domain() {
    let project = start().await;
    for email in [
        "",
        "ada",
        "ada@localhost",
        "ada@example.com\nBcc: eve@example.com",
        "a b@example.com",
    ] {
        ask(&project, email, CALLBACK).await.fails(400, "SCHEMA_ERROR");
    }
    assert!(project.mails().await.is_empty());
}
