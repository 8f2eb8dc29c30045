//! `POST /auth/passkey/initiate-passkey-registration` and `POST /auth/passkey/register`.

use std::time::Duration;

use passkey_crypto::iana::Algorithm;
use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};

use super::{Device, EMAIL, PAGE, Started, enrol, project, register, start_registration, start_sign_in, use_passkey};

#[tokio::test]
async fn the_options_are_those_that_sdks_hand_to_the_browser() {
    let project = project().await;
    let ada = project.sign_up(EMAIL).await;
    let Started { mut options, .. } = start_registration(&project, &ada).await;
    assert_eq!(
        options["challenge"].as_str().expect("a challenge").len(),
        43,
        "32 bytes"
    );
    options["challenge"] = json!("[challenge]");
    options["user"]["id"] = json!("[user]");
    insta::assert_json_snapshot!(options);
    let names = stack_tests::typed::<stack_types::client::UserUpdate>(json!({ "display_name": "Ada" }));
    ada.client.update_current_user().body(names).send().await.answers(200);
    let Started { options, .. } = start_registration(&project, &ada).await;
    assert_eq!(options["user"]["name"], json!("Ada"));
}

#[tokio::test]
async fn a_registered_passkey_is_shown_with_the_user() {
    let project = project().await;
    let ada = project.sign_up(EMAIL).await;
    let Started { options, code } = start_registration(&project, &ada).await;
    let credential = Device::new().register(PAGE, options).await;
    let id = credential["id"].clone();
    let registered = register(&project, &ada, credential, &code).await.answers(200);
    assert_eq!(registered, json!({ "user_handle": id }));
    let me = ada.client.get_current_user().send().await.answers(200);
    assert!(me.passkey_auth_enabled && !me.otp_auth_enabled);
    assert_eq!(project.user(&ada).await["passkey_auth_enabled"], json!(true));
}

#[tokio::test]
async fn keys_of_the_usual_algorithms_are_taken() {
    let project = project().await;
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
        let user = project.sign_up_anonymously().await;
        let mut device = Device::with_algorithm(algorithm);
        let call = project.client_call("POST /auth/passkey/initiate-passkey-registration");
        let call = call
            .token(&user.access_token())
            .header("x-stack-allow-anonymous-user", "true");
        let Started { options, code } = Started::of(call.send().await);
        let body = json!({ "credential": device.register(PAGE, options).await, "code": code });
        let call = project.client_call("POST /auth/passkey/register").json(body);
        let call = call
            .token(&user.access_token())
            .header("x-stack-allow-anonymous-user", "true");
        call.send().await.answers(200);
        let signed_in = use_passkey(&project, &mut device).await.answers(200);
        assert_eq!(signed_in["user_id"], json!(user.id), "{algorithm:?}");
    }
}

#[tokio::test]
async fn a_second_passkey_replaces_the_first() {
    let project = project().await;
    let ada = project.sign_up(EMAIL).await;
    let (mut old, mut new) = (Device::new(), Device::new());
    enrol(&project, &ada, &mut old).await;
    enrol(&project, &ada, &mut new).await;
    use_passkey(&project, &mut old)
        .await
        .fails(400, "PASSKEY_AUTHENTICATION_FAILED");
    use_passkey(&project, &mut new).await.answers(200);
}

#[tokio::test]
async fn a_passkey_is_taken_away_and_not_given_by_a_flag() {
    let project = project().await;
    let ada = project.sign_up(EMAIL).await;
    let mut device = Device::new();
    enrol(&project, &ada, &mut device).await;
    let change = |on: bool| {
        let call = project.client_call("PATCH /users/me").token(&ada.access_token());
        call.json(json!({ "passkey_auth_enabled": on })).send()
    };
    let why = change(true).await.fails_plainly(400);
    assert!(why.contains("register"), "{why}");
    use_passkey(&project, &mut device).await.answers(200);
    let me = change(false).await.answers(200);
    assert_eq!(me["passkey_auth_enabled"], json!(false));
    use_passkey(&project, &mut device)
        .await
        .fails(400, "PASSKEY_AUTHENTICATION_FAILED");
}

#[tokio::test]
async fn a_page_elsewhere_registers_nothing() {
    let project = project().await;
    let ada = project.sign_up(EMAIL).await;
    for origin in [
        "https://evil.example.com",
        "https://example.com",
        "https://shop.example.com:8443",
    ] {
        let Started { options, code } = start_registration(&project, &ada).await;
        let credential = Device::new().register(origin, options).await;
        register(&project, &ada, credential, &code)
            .await
            .fails(400, "PASSKEY_REGISTRATION_FAILED");
    }
    assert_eq!(project.user(&ada).await["passkey_auth_enabled"], json!(false));
    let Started { options, code } = start_registration(&project, &ada).await;
    let credential = Device::new().register("https://shop.example.com", options).await;
    register(&project, &ada, credential, &code).await.answers(200);
}

#[tokio::test]
async fn a_registration_belongs_to_its_challenge_and_its_user() {
    let project = project().await;
    let (ada, eve) = (project.sign_up(EMAIL).await, project.sign_up("eve@example.com").await);
    let (first, second) = (
        start_registration(&project, &ada).await,
        start_registration(&project, &ada).await,
    );
    let credential = Device::new().register(PAGE, first.options).await;
    register(&project, &ada, credential.clone(), &second.code)
        .await
        .fails(400, "PASSKEY_REGISTRATION_FAILED");
    register(&project, &eve, credential, &first.code)
        .await
        .fails(400, "PASSKEY_REGISTRATION_FAILED");

    let mut device = Device::new();
    let Started { options, code } = start_registration(&project, &ada).await;
    let credential = device.register(PAGE, options).await;
    register(&project, &ada, credential.clone(), &code).await.answers(200);
    register(&project, &ada, credential.clone(), &code)
        .await
        .fails(409, "VERIFICATION_CODE_ALREADY_USED");
    for garbage in [
        json!(null),
        json!({}),
        json!("x"),
        json!({ "id": "AA", "rawId": "AA", "type": "public-key" }),
    ] {
        let Started { code, .. } = start_registration(&project, &ada).await;
        register(&project, &ada, garbage, &code)
            .await
            .fails(400, "PASSKEY_REGISTRATION_FAILED");
    }
    use_passkey(&project, &mut device).await.answers(200);
}

#[tokio::test]
async fn a_code_registers_within_its_time_in_its_project_and_for_its_purpose() {
    let project = project().await;
    let ada = project.sign_up(EMAIL).await;
    let Started { options, code } = start_registration(&project, &ada).await;
    let credential = Device::new().register(PAGE, options).await;
    let sign_in = start_sign_in(&project).await.code;
    for unknown in ["nonsense", &sign_in] {
        let answer = register(&project, &ada, credential.clone(), unknown).await;
        answer.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    }
    project.server.advance(Duration::from_secs(65));
    register(&project, &ada, credential, &code)
        .await
        .fails(400, "VERIFICATION_CODE_EXPIRED");

    let Started { options, code } = start_registration(&project, &ada).await;
    let credential = Device::new().register(PAGE, options).await;
    for guess in 0..20 {
        let guess = format!("{guess:06}{}", &code[6..]);
        let answer = register(&project, &ada, credential.clone(), &guess).await;
        answer.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    }
    let ended = register(&project, &ada, credential, &code).await;
    ended.fails(400, "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED");
}

#[tokio::test]
async fn a_project_without_passkeys_answers_nobody() {
    let project = TestProject::start().await;
    let ada = project.sign_up(EMAIL).await;
    for (line, body) in [
        ("POST /auth/passkey/initiate-passkey-registration", json!({})),
        ("POST /auth/passkey/register", json!({ "credential": {}, "code": "x" })),
        ("POST /auth/passkey/initiate-passkey-authentication", json!({})),
        (
            "POST /auth/passkey/sign-in",
            json!({ "authentication_response": {}, "code": "x" }),
        ),
    ] {
        let call = project.client_call(line).token(&ada.access_token()).json(body);
        call.send().await.fails(400, "PASSKEY_AUTHENTICATION_NOT_ENABLED");
    }
}

#[tokio::test]
async fn nobody_registers_without_a_user() {
    let project = project().await;
    let start = project.client_call("POST /auth/passkey/initiate-passkey-registration");
    start.send().await.fails(400, "SCHEMA_ERROR");
    let body = json!({ "credential": {}, "code": "x" });
    let call = project.client_call("POST /auth/passkey/register").json(body);
    call.send().await.fails(401, "USER_AUTHENTICATION_REQUIRED");
}
