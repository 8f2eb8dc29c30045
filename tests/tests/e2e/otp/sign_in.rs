//! `POST /auth/otp/sign-in` and `/check-code`.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use stack_client::prelude::*;
use stack_domain::models::ConfigLevel;
use stack_tests::{Answer, Outcome, TestProject, TestUser};

use super::{ask, code, mailed, project_with, start};
use crate::mfa;

async fn sign_in(project: &TestProject, code: &str) -> Answer {
    let call = project.client_call("POST /auth/otp/sign-in");
    call.json(json!({ "code": code })).send().await
}

async fn check(project: &TestProject, code: &str) -> Answer {
    let call = project.client_call("POST /auth/otp/sign-in/check-code");
    call.json(json!({ "code": code })).send().await
}

#[tokio::test]
async fn a_new_address_signs_up_and_then_signs_in() {
    let project = start().await;
    let sent = mailed(&project, "ada@example.com").await;
    let signed_in = project
        .client()
        .sign_in_with_code()
        .body(code(&sent))
        .send()
        .await
        .answers(200);
    assert!(signed_in.is_new_user);
    insta::assert_json_snapshot!(project.snapshots().of(&signed_in));
    let me = project
        .client_with(&signed_in)
        .get_current_user()
        .send()
        .await
        .answers(200);
    assert_eq!(me.primary_email.as_deref(), Some("ada@example.com"));
    assert!(me.primary_email_verified && me.otp_auth_enabled && !me.has_password && !me.is_anonymous);
    let again = mailed(&project, "ada@example.com").await;
    let second = sign_in(&project, &again).await.answers(200);
    assert_eq!(
        (&second["is_new_user"], &second["user_id"]),
        (&json!(false), &json!(me.id))
    );
}

#[tokio::test]
async fn the_six_characters_work_with_the_nonce_in_either_case() {
    let project = start().await;
    let sent = ask(&project, "ada@example.com", super::CALLBACK).await.answers(200);
    let typed = project.mail_to("ada@example.com").await.code();
    let nonce = sent["nonce"].as_str().expect("a nonce");
    sign_in(&project, &format!("{typed}{nonce}")).await.answers(200);
}

#[tokio::test]
async fn a_code_signs_in_once() {
    let project = start().await;
    let sent = mailed(&project, "ada@example.com").await;
    sign_in(&project, &sent).await.answers(200);
    sign_in(&project, &sent)
        .await
        .fails(409, "VERIFICATION_CODE_ALREADY_USED");
    check(&project, &sent)
        .await
        .fails(409, "VERIFICATION_CODE_ALREADY_USED");
}

#[tokio::test]
async fn of_many_who_use_a_code_at_once_one_is_signed_in() {
    let project = start().await;
    let sent = mailed(&project, "ada@example.com").await;
    let answers = join_all((0..32).map(|_| sign_in(&project, &sent))).await;
    let (signed_in, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.is_success());
    assert_eq!(signed_in.len(), 1);
    for answer in refused {
        // Thirty-two tries are more than a code allows.
        let code = answer.code();
        assert!(
            [
                "VERIFICATION_CODE_ALREADY_USED",
                "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED"
            ]
            .contains(&code),
            "{code}"
        );
    }
    assert_eq!(project.count_users().await, 1);
}

/// Programs that look at mails follow links, some of them with scripts turned on. None of them signs anybody in.
#[tokio::test]
async fn of_many_codes_for_one_new_address_the_first_signs_up_and_the_others_sign_in() {
    let project = start().await;
    let mut codes = Vec::new();
    for _ in 0..8 {
        codes.push(mailed(&project, "ada@example.com").await);
    }
    let answers = join_all(codes.iter().map(|code| sign_in(&project, code))).await;
    let bodies: Vec<_> = answers.into_iter().map(|answer| answer.answers(200)).collect();
    let new = bodies.iter().filter(|body| body["is_new_user"] == true).count();
    assert_eq!(new, 1, "{bodies:?}");
    assert!(bodies.iter().all(|body| body["user_id"] == bodies[0]["user_id"]));
}

#[tokio::test]
async fn looking_at_a_link_uses_nothing_up() {
    let project = start().await;
    let sent = mailed(&project, "ada@example.com").await;
    for path in ["sign-in", "sign-in/check-code"] {
        for method in ["GET", "HEAD"] {
            let call = project.client_call(&format!("{method} /auth/otp/{path}?code={sent}"));
            let status = call.send().await.status.as_u16();
            assert_eq!(status, 405, "{method} {path}");
        }
    }
    let checked = project.client().check_sign_in_code().body(code(&sent)).send().await;
    assert!(checked.answers(200).is_code_valid);
    assert_eq!(project.count_users().await, 0);
    sign_in(&project, &sent).await.answers(200);
}

#[tokio::test]
async fn a_code_is_tried_twenty_times_wherever_the_tries_come_from() {
    let project = start().await;
    let sent = mailed(&project, "ada@example.com").await;
    for guess in 0..10 {
        let guess = format!("{guess:06}{}", &sent[6..]);
        sign_in(&project, &guess)
            .await
            .fails(404, "VERIFICATION_CODE_NOT_FOUND");
        check(&project, &guess).await.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    }
    for answer in [sign_in(&project, &sent).await, check(&project, &sent).await] {
        answer.fails(400, "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED");
    }
    assert_eq!(project.count_users().await, 0);
}

#[tokio::test]
async fn a_code_holds_for_a_week() {
    let project = start().await;
    let sent = mailed(&project, "ada@example.com").await;
    project
        .server
        .advance(Duration::from_secs(7 * 24 * 60 * 60) - Duration::from_millis(1));
    check(&project, &sent).await.answers(200);
    project.server.advance(Duration::from_millis(1));
    check(&project, &sent).await.fails(400, "VERIFICATION_CODE_EXPIRED");
    sign_in(&project, &sent).await.fails(400, "VERIFICATION_CODE_EXPIRED");
}

#[tokio::test]
async fn what_isnt_a_code_is_no_code() {
    let project = start().await;
    for wrong in [String::new(), "a".repeat(44), "a".repeat(46)] {
        sign_in(&project, &wrong).await.fails(400, "SCHEMA_ERROR");
        check(&project, &wrong).await.fails(400, "SCHEMA_ERROR");
    }
    for wrong in ["a".repeat(45), "ä".repeat(45), "🦀".repeat(45)] {
        sign_in(&project, &wrong)
            .await
            .fails(404, "VERIFICATION_CODE_NOT_FOUND");
        check(&project, &wrong).await.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_code_of_another_project_is_unknown() {
    let project = start().await;
    let other = TestProject::create(&project.server).await;
    let sent = mailed(&project, "ada@example.com").await;
    sign_in(&other, &sent).await.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    sign_in(&project, &sent).await.answers(200);
}

#[tokio::test]
async fn an_anonymous_user_who_signs_in_by_a_new_address_stays_who_they_are() {
    let project = start().await;
    let guest = project.sign_up_anonymously().await;
    let sent = mailed(&project, "ada@example.com").await;
    let signed_in = sign_in_as(&project, &guest, &sent).await.answers(200);
    assert_eq!(
        (&signed_in["user_id"], &signed_in["is_new_user"]),
        (&json!(guest.id), &json!(true))
    );
    let user = project.user(&guest).await;
    assert_eq!(
        (
            &user["is_anonymous"],
            &user["primary_email_verified"],
            &user["otp_auth_enabled"]
        ),
        (&json!(false), &json!(true), &json!(true))
    );
    let another = project.sign_up_anonymously().await;
    let sent = mailed(&project, "ada@example.com").await;
    let existing = sign_in_as(&project, &another, &sent).await.answers(200);
    assert_eq!(
        existing["user_id"],
        json!(guest.id),
        "the address is somebody's already"
    );
    assert_eq!(project.user(&another).await["is_anonymous"], true);
}

#[tokio::test]
async fn a_normal_user_who_signs_in_by_another_address_is_left_alone() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let sent = mailed(&project, "grace@example.com").await;
    let signed_in = sign_in_as(&project, &ada, &sent).await.answers(200);
    assert_ne!(signed_in["user_id"], json!(ada.id));
    assert_eq!(project.user(&ada).await["primary_email"], "ada@example.com");
}

async fn sign_in_as(project: &TestProject, user: &TestUser, code: &str) -> Answer {
    let call = project
        .client_call("POST /auth/otp/sign-in")
        .token(&user.access_token())
        .header("x-stack-allow-anonymous-user", "true");
    call.json(json!({ "code": code })).send().await
}

#[tokio::test]
async fn what_changed_since_the_mail_counts() {
    let project = start().await;
    let (closed, taken) = (
        mailed(&project, "ada@example.com").await,
        mailed(&project, "grace@example.com").await,
    );
    project.sign_up("grace@example.com").await;
    let details = sign_in(&project, &taken).await.fails(409, "USER_EMAIL_ALREADY_EXISTS");
    assert_eq!(details["would_work_if_email_was_verified"], true);
    let off = json!({ "config": { "sign_up_enabled": false } });
    let call = project.admin_call("PATCH /internal/projects/current");
    call.json(off).send().await.answers(200);
    sign_in(&project, &closed).await.fails(400, "SIGN_UP_NOT_ENABLED");
    sign_in(&project, &closed)
        .await
        .fails(409, "VERIFICATION_CODE_ALREADY_USED");
}

#[tokio::test]
async fn rules_see_that_somebody_signs_up_by_a_code() {
    let project = project_with(json!({})).await;
    let rule = json!({
        "auth.signUpRules.codes": {
            "enabled": true,
            "displayName": "No codes",
            "priority": 1,
            "condition": "authMethod == \"otp\" && emailDomain == \"spam.example\"",
            "action": { "type": "reject" },
        },
    });
    project.configure(ConfigLevel::Branch, rule).await;
    let sent = mailed(&project, "ada@spam.example").await;
    sign_in(&project, &sent).await.fails(403, "SIGN_UP_REJECTED");
    assert_eq!(project.count_users().await, 0);
    project.sign_up("grace@spam.example").await;
}

#[tokio::test]
async fn a_second_factor_is_asked_for_after_a_code() {
    let project = start().await;
    let sent = mailed(&project, "ada@example.com").await;
    let signed_in = project
        .client()
        .sign_in_with_code()
        .body(code(&sent))
        .send()
        .await
        .answers(200);
    let ada = TestUser {
        id: signed_in.user_id,
        client: project.client_with(&signed_in),
    };
    let app = mfa::enrol(&ada).await;
    let sent = mailed(&project, "ada@example.com").await;
    let details = sign_in(&project, &sent)
        .await
        .fails(400, "MULTI_FACTOR_AUTHENTICATION_REQUIRED");
    let attempt = details["attempt_code"].as_str().expect("a code");
    let finished = mfa::finish(&project, attempt, &app.shows(&project)).await.answers(200);
    assert_eq!(finished["user_id"], json!(ada.id));
}
