//! `POST /auth/password/sign-up`.

use serde_json::json;
use stack_client::prelude::*;
use stack_domain::models::ConfigLevel;
use stack_tests::{Outcome, PASSWORD, TestProject};

use super::sign_up;

#[tokio::test]
async fn signing_up_makes_a_user_and_a_session() {
    let project = TestProject::start().await;
    let body = sign_up("Ada@Example.com", PASSWORD);
    let signed_in = project
        .client()
        .sign_up_with_password()
        .body(body)
        .send()
        .await
        .answers(200);
    let snapshots = project.snapshots();
    insta::assert_json_snapshot!(snapshots.of(&signed_in));
    let me = project
        .client_with(&signed_in)
        .get_current_user()
        .send()
        .await
        .answers(200);
    insta::assert_json_snapshot!(snapshots.of(me));
}

#[tokio::test]
async fn an_address_signs_up_once_however_it_is_written() {
    let project = TestProject::start().await;
    project.sign_up("ada@example.com").await;
    for email in ["ada@example.com", "ADA@EXAMPLE.COM"] {
        let again = project
            .client()
            .sign_up_with_password()
            .body(sign_up(email, PASSWORD))
            .send()
            .await;
        let details = again.fails(409, "USER_EMAIL_ALREADY_EXISTS");
        assert_eq!(
            details,
            json!({ "email": "ada@example.com", "would_work_if_email_was_verified": false })
        );
    }
    assert_eq!(project.count_users().await, 1);
}

#[tokio::test]
async fn a_password_has_8_to_70_characters() {
    let project = TestProject::start().await;
    let client = project.client();
    let attempt = |email: &str, length: usize| {
        client
            .sign_up_with_password()
            .body(sign_up(email, &"ä".repeat(length)))
            .send()
    };
    assert_eq!(
        attempt("a@example.com", 7).await.fails(400, "PASSWORD_TOO_SHORT"),
        json!({ "min_length": 8 })
    );
    attempt("a@example.com", 71).await.fails(400, "SCHEMA_ERROR");
    assert_eq!(project.count_users().await, 0);
    attempt("a@example.com", 8).await.answers(200);
    attempt("b@example.com", 70).await.answers(200);
}

#[tokio::test]
async fn an_address_to_sign_up_with_has_a_domain() {
    let project = TestProject::start().await;
    for email in [
        "",
        "ada",
        "ada@localhost",
        "ada@example.c",
        ".ada@example.com",
        "a..da@example.com",
        &"a".repeat(260),
    ] {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = project
            .client_call("POST /auth/password/sign-up")
            .json(body)
            .send()
            .await;
        answer.fails(400, "SCHEMA_ERROR");
    }
    assert_eq!(project.count_users().await, 0);
}

#[tokio::test]
async fn nobody_signs_up_where_the_project_is_closed() {
    let project = TestProject::start_with(json!({ "sign_up_enabled": false })).await;
    let attempt = project
        .client()
        .sign_up_with_password()
        .body(sign_up("ada@example.com", PASSWORD))
        .send()
        .await;
    attempt.fails(400, "SIGN_UP_NOT_ENABLED");
    assert_eq!(project.count_users().await, 0);
}

#[tokio::test]
async fn a_callback_has_to_be_trusted() {
    let project = TestProject::start_with(json!({
        "allow_localhost": false,
        "domains": [{ "domain": "https://app.example.com", "handler_path": "/handler" }],
    }))
    .await;
    let attempt = |url: &str| {
        let body = json!({ "email": "ada@example.com", "password": PASSWORD, "verification_callback_url": url });
        project.client_call("POST /auth/password/sign-up").json(body).send()
    };
    for url in [
        "https://evil.example.com/x",
        "http://localhost:3000/x",
        "https://app.example.com.evil.com/",
    ] {
        attempt(url).await.fails(400, "REDIRECT_URL_NOT_WHITELISTED");
    }
    attempt("not a URL").await.fails(400, "SCHEMA_ERROR");
    assert_eq!(project.count_users().await, 0);
    attempt("https://app.example.com/verify").await.answers(200);
}

#[tokio::test]
async fn of_several_reasons_to_refuse_a_sign_up_the_first_is_told() {
    let everything =
        json!({ "email": "ada@example.com", "password": "short", "verification_callback_url": "https://x.y/" });
    for (config, code) in [
        (
            json!({ "credential_enabled": false, "sign_up_enabled": false }),
            "PASSWORD_AUTHENTICATION_NOT_ENABLED",
        ),
        (json!({ "sign_up_enabled": false }), "REDIRECT_URL_NOT_WHITELISTED"),
    ] {
        let project = TestProject::start_with(config).await;
        let answer = project
            .client_call("POST /auth/password/sign-up")
            .json(everything.clone())
            .send()
            .await;
        assert_eq!(answer.code(), code);
    }
}

#[tokio::test]
async fn signing_up_while_signed_in_makes_another_user() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let second = ada
        .client
        .sign_up_with_password()
        .body(sign_up("grace@example.com", PASSWORD))
        .send()
        .await;
    assert_ne!(second.answers(200).user_id, ada.id);
    assert_eq!(project.user(&ada).await["primary_email"], "ada@example.com");
}

#[tokio::test]
async fn the_bot_challenge_never_blocks_who_doesnt_name_it() {
    let project = TestProject::start().await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "bot_challenge_token": "anything" });
    project
        .client_call("POST /auth/password/sign-up")
        .json(body)
        .send()
        .await
        .answers(200);
    let body = json!({ "email": "b@example.com", "password": PASSWORD, "bot_challenge_phase": "imaginary" });
    project
        .client_call("POST /auth/password/sign-up")
        .json(body)
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn a_sign_up_that_a_rule_rejects_leaves_nothing() {
    let project = TestProject::start().await;
    let rule = json!({
        "auth.signUpRules.spam": {
            "enabled": true,
            "displayName": "No spam",
            "priority": 1,
            "condition": "emailDomain == \"spam.example\"",
            "action": { "type": "reject", "message": "Only we read this." },
        },
    });
    project.configure(ConfigLevel::Branch, rule).await;
    let body = json!({ "email": "ada@spam.example", "password": PASSWORD });
    let answer = project
        .client_call("POST /auth/password/sign-up")
        .json(body)
        .send()
        .await;
    assert!(!answer.text().contains("Only we read this."), "{}", answer.text());
    answer.fails(403, "SIGN_UP_REJECTED");
    assert_eq!(project.count_users().await, 0);
    project.sign_up("ada@example.com").await;
    let created = json!({ "primary_email": "eve@spam.example" });
    project
        .server_call("POST /users")
        .json(created)
        .send()
        .await
        .answers(201);
}

#[tokio::test]
async fn a_sign_up_that_a_rule_restricts_makes_a_restricted_user() {
    let project = TestProject::start().await;
    let rule = json!({
        "auth.signUpRules.doubt": {
            "enabled": true,
            "displayName": "Doubtful",
            "priority": 1,
            "condition": "email.contains(\"+\")",
            "action": { "type": "restrict" },
        },
    });
    project.configure(ConfigLevel::Branch, rule).await;
    let ada = project.sign_up("ada+shop@example.com").await;
    let user = project.user(&ada).await;
    assert_eq!(
        (&user["restricted_by_admin"], &user["is_restricted"]),
        (&json!(true), &json!(true))
    );
    assert!(
        user["restricted_by_admin_private_details"]
            .as_str()
            .is_some_and(|text| text.contains("doubt")),
        "{user}"
    );
    assert_eq!(
        ada.claims()["restricted_reason"],
        json!({ "type": "restricted_by_administrator" })
    );
}

#[tokio::test]
async fn where_sign_ups_are_rejected_unless_a_rule_allows_them_only_those_pass() {
    let project = TestProject::start().await;
    let rules = json!({
        "auth.signUpRulesDefaultAction": "reject",
        "auth.signUpRules.ours": {
            "enabled": true,
            "displayName": "Ours",
            "priority": 1,
            "condition": "emailDomain == \"example.com\"",
            "action": { "type": "allow" },
        },
    });
    project.configure(ConfigLevel::Branch, rules).await;
    project.sign_up("ada@example.com").await;
    let body = sign_up("ada@example.org", PASSWORD);
    project
        .client()
        .sign_up_with_password()
        .body(body)
        .send()
        .await
        .fails(403, "SIGN_UP_REJECTED");
    project.sign_up_anonymously().await;
}

#[tokio::test]
async fn a_mail_to_verify_the_address_is_sent_to_those_who_say_where_it_leads() {
    let project = TestProject::start().await;
    project.sign_up("grace@example.com").await;
    assert!(project.mails().await.is_empty());
    let callback = "http://localhost:3000/verify?from=sign-up";
    let body = json!({ "email": "Ada@example.com", "password": PASSWORD, "verification_callback_url": callback });
    let call = project.client_call("POST /auth/password/sign-up").json(body);
    let signed_up = call.send().await.answers(200);
    let mail = project.mail_to("ada@example.com").await;
    assert_eq!(mail.link().as_str(), format!("{callback}&code={}", mail.link_code()));
    let call = project.client_call("POST /contact-channels/verify");
    call.json(json!({ "code": mail.link_code() })).send().await.answers(200);
    let id = signed_up["user_id"].as_str().expect("an id");
    let user = project
        .server_call(&format!("GET /users/{id}"))
        .send()
        .await
        .answers(200);
    assert_eq!(user["primary_email_verified"], true);
}
