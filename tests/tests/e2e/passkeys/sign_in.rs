//! `POST /auth/passkey/initiate-passkey-authentication` and `POST /auth/passkey/sign-in`.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use futures::future::join_all;
use serde_json::{Value, json};
use stack_tests::{ProjectOptions, TestProject, TestUser};

use super::{Device, EMAIL, PAGE, Started, enrol, project, settings, sign_in, start_sign_in, use_passkey};
use crate::mfa;

/// Somebody with a passkey.
async fn start() -> (TestProject, TestUser, Device) {
    let project = project().await;
    let ada = project.sign_up(EMAIL).await;
    let mut device = Device::new();
    enrol(&project, &ada, &mut device).await;
    (project, ada, device)
}

/// The bytes of one part of a response, changed.
fn change(response: &mut Value, part: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let text = response["response"][part].as_str().expect("base64url");
    let mut bytes = BASE64URL.decode(text).expect("base64url");
    change(&mut bytes);
    response["response"][part] = json!(BASE64URL.encode(bytes));
}

#[tokio::test]
async fn a_passkey_signs_its_user_in() {
    let (project, ada, mut device) = start().await;
    project.sign_up("eve@example.com").await;
    let Started { mut options, code } = start_sign_in(&project).await;
    let response = device.answer(PAGE, options.clone()).await;
    let signed_in = sign_in(&project, response, &code).await.answers(200);
    assert_eq!(
        (&signed_in["user_id"], &signed_in["is_new_user"]),
        (&json!(ada.id), &json!(false))
    );
    let token = signed_in["access_token"].as_str().expect("a token");
    let me = project
        .client_call("GET /users/me")
        .token(token)
        .send()
        .await
        .answers(200);
    assert_eq!(me["id"], json!(ada.id));
    options["challenge"] = json!("[challenge]");
    insta::assert_json_snapshot!(options);
}

#[tokio::test]
async fn a_passkey_is_the_first_of_two_factors() {
    let (project, ada, mut device) = start().await;
    let app = mfa::enrol(&ada).await;
    let attempt = mfa::attempt_code(use_passkey(&project, &mut device).await);
    let signed_in = mfa::finish(&project, &attempt, &app.shows(&project)).await.answers(200);
    assert_eq!(
        (&signed_in["user_id"], &signed_in["is_new_user"]),
        (&json!(ada.id), &json!(false))
    );
}

#[tokio::test]
async fn a_page_elsewhere_signs_nobody_in() {
    let (project, ada, mut device) = start().await;
    // The passkey is the host's where it was made: the shop's page has none.
    let Started { options, code } = start_sign_in(&project).await;
    let response = device.answer("http://localhost:3000", options).await;
    let mut elsewhere = response.clone();
    change(&mut elsewhere, "clientDataJSON", |bytes| {
        let text = String::from_utf8(bytes.clone()).expect("JSON");
        *bytes = text.replace("localhost:3000", "evil.example.com").into_bytes();
    });
    sign_in(&project, elsewhere, &code)
        .await
        .fails(400, "PASSKEY_AUTHENTICATION_FAILED");

    let mut of_the_shop = Device::new();
    let Started { options, code } = super::start_registration(&project, &ada).await;
    let credential = of_the_shop.register("https://shop.example.com", options).await;
    super::register(&project, &ada, credential, &code).await.answers(200);
    let Started { options, code } = start_sign_in(&project).await;
    let response = of_the_shop.answer("https://shop.example.com", options).await;
    sign_in(&project, response, &code).await.answers(200);
    // The owner takes the domain back.
    let body = json!({ "config": { "domains": [] } });
    project
        .admin_call("PATCH /internal/projects/current")
        .json(body)
        .send()
        .await
        .answers(200);
    let Started { options, code } = start_sign_in(&project).await;
    let response = of_the_shop.answer("https://shop.example.com", options).await;
    sign_in(&project, response, &code)
        .await
        .fails(400, "PASSKEY_AUTHENTICATION_FAILED");
}

#[tokio::test]
async fn an_answer_belongs_to_its_challenge_and_is_good_once() {
    let (project, _, mut device) = start().await;
    let (first, second) = (start_sign_in(&project).await, start_sign_in(&project).await);
    let response = device.answer(PAGE, first.options).await;
    let other = sign_in(&project, response.clone(), &second.code).await;
    other.fails(400, "PASSKEY_AUTHENTICATION_FAILED");
    let answers = join_all((0..4).map(|_| sign_in(&project, response.clone(), &first.code))).await;
    let (let_in, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.as_u16() == 200);
    assert_eq!(let_in.len(), 1);
    for answer in refused {
        answer.fails(409, "VERIFICATION_CODE_ALREADY_USED");
    }
}

#[tokio::test]
async fn a_copied_passkey_is_found_out_by_its_counter() {
    let project = project().await;
    let ada = project.sign_up(EMAIL).await;
    let mut device = Device::that_counts();
    enrol(&project, &ada, &mut device).await;
    let mut copy = device.clone();
    use_passkey(&project, &mut device).await.answers(200);
    use_passkey(&project, &mut device).await.answers(200);
    use_passkey(&project, &mut copy)
        .await
        .fails(400, "PASSKEY_AUTHENTICATION_FAILED");
    use_passkey(&project, &mut device).await.answers(200);
}

#[tokio::test]
async fn a_changed_answer_signs_nobody_in() {
    let (project, ada, mut device) = start().await;
    let eve = project.sign_up("eve@example.com").await;
    let eve_handle = BASE64URL.encode(eve.id.to_string());
    let not_there = |bytes: &mut Vec<u8>| bytes[32] &= !1;
    type Change<'a> = Box<dyn Fn(&mut Value) + 'a>;
    let changes: Vec<(&str, Change<'_>)> = vec![
        (
            "signature",
            Box::new(|r: &mut Value| change(r, "signature", |bytes| bytes[8] ^= 1)),
        ),
        (
            "no signature",
            Box::new(|r: &mut Value| change(r, "signature", Vec::clear)),
        ),
        (
            "counter",
            Box::new(|r: &mut Value| change(r, "authenticatorData", |bytes| bytes[36] ^= 1)),
        ),
        (
            "host",
            Box::new(|r: &mut Value| change(r, "authenticatorData", |bytes| bytes[0] ^= 1)),
        ),
        (
            "presence",
            Box::new(|r: &mut Value| change(r, "authenticatorData", not_there)),
        ),
        (
            "more data",
            Box::new(|r: &mut Value| change(r, "authenticatorData", |bytes| bytes.push(0))),
        ),
        (
            "less data",
            Box::new(|r: &mut Value| change(r, "authenticatorData", |bytes| bytes.truncate(36))),
        ),
        (
            "page",
            Box::new(|r: &mut Value| change(r, "clientDataJSON", |bytes| bytes.push(b' '))),
        ),
        (
            "user",
            Box::new(|r: &mut Value| r["response"]["userHandle"] = json!(eve_handle)),
        ),
        ("credential", Box::new(|r: &mut Value| r["id"] = json!("AAAA"))),
        (
            "unknown credential",
            Box::new(|r: &mut Value| {
                r["id"] = json!("AAAA");
                r["rawId"] = json!("AAAA");
            }),
        ),
        ("type", Box::new(|r: &mut Value| r["type"] = json!("password"))),
        ("everything", Box::new(|r: &mut Value| *r = Value::Null)),
    ];
    for (what, apply) in changes {
        let Started { options, code } = start_sign_in(&project).await;
        let mut response = device.answer(PAGE, options).await;
        apply(&mut response);
        let answer = sign_in(&project, response, &code).await;
        assert_eq!(
            answer.code(),
            "PASSKEY_AUTHENTICATION_FAILED",
            "{what}: {}",
            answer.text()
        );
    }
    let signed_in = use_passkey(&project, &mut device).await.answers(200);
    assert_eq!(signed_in["user_id"], json!(ada.id));
}

#[tokio::test]
async fn a_passkey_is_known_to_its_project_only() {
    let (project, _, mut device) = start().await;
    let other = TestProject::create_with(&project.server, ProjectOptions { config: settings() }).await;
    use_passkey(&other, &mut device)
        .await
        .fails(400, "PASSKEY_AUTHENTICATION_FAILED");
    let Started { options, code } = start_sign_in(&other).await;
    let response = device.answer(PAGE, options).await;
    sign_in(&project, response, &code)
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    use_passkey(&project, &mut device).await.answers(200);
}

#[tokio::test]
async fn a_challenge_is_answered_within_65_seconds() {
    let (project, _, mut device) = start().await;
    let Started { options, code } = start_sign_in(&project).await;
    let response = device.answer(PAGE, options).await;
    project.server.advance(Duration::from_secs(65));
    sign_in(&project, response, &code)
        .await
        .fails(400, "VERIFICATION_CODE_EXPIRED");
}

#[tokio::test]
async fn a_deleted_users_passkey_signs_nobody_in() {
    let (project, ada, mut device) = start().await;
    project
        .server_call(&format!("DELETE /users/{}", ada.id))
        .send()
        .await
        .answers(200);
    use_passkey(&project, &mut device)
        .await
        .fails(400, "PASSKEY_AUTHENTICATION_FAILED");
}
