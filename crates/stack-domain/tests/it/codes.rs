//! One-time codes, tried with those that sign in by mail.

use std::time::Duration;

use stack_domain::{access::AccessType, models::CodeKind};
use stack_types::Secret;

use crate::harness::{Harness, code};

const CALLBACK: &str = "http://localhost:3000/callback";

/// A code that was just mailed.
async fn issued(harness: &Harness) -> Secret {
    let tenant = harness.tenant().await;
    let otp = &harness.domain.otp;
    otp.send_code(&tenant, "ada@example.com", CALLBACK).await.unwrap();
    harness.mailed_code().await
}

/// What a check says: nothing if the code can be used.
async fn checked(harness: &Harness, code_text: &str) -> String {
    let tenant = harness.tenant().await;
    match harness.domain.otp.check_code(&tenant, &code_text.into()).await {
        Ok(()) => String::new(),
        refused => code(refused),
    }
}

async fn use_up(harness: &Harness, code: &Secret) {
    let caller = harness.caller(AccessType::Client).await;
    harness.domain.otp.sign_in(&caller, code, None).await.unwrap();
}

#[tokio::test]
async fn the_reasons_to_refuse_a_code_come_in_their_order() {
    let harness = Harness::new().await;
    let issued = issued(&harness).await;
    assert_eq!(checked(&harness, &"a".repeat(45)).await, "VERIFICATION_CODE_NOT_FOUND");
    assert_eq!(checked(&harness, issued.expose()).await, "");
    // From here on, everything is wrong with it but one thing less each time.
    for _ in 0..20 {
        checked(&harness, issued.expose()).await;
    }
    assert_eq!(
        checked(&harness, issued.expose()).await,
        "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED"
    );
    harness.advance(7 * 24 * 60 * 60);
    assert_eq!(checked(&harness, issued.expose()).await, "VERIFICATION_CODE_EXPIRED");
}

#[tokio::test]
async fn a_used_code_is_said_to_be_used_however_often_it_is_tried_and_expired_once_it_is() {
    let harness = Harness::new().await;
    let issued = issued(&harness).await;
    use_up(&harness, &issued).await;
    for _ in 0..25 {
        assert_eq!(
            checked(&harness, issued.expose()).await,
            "VERIFICATION_CODE_ALREADY_USED"
        );
    }
    harness.advance(7 * 24 * 60 * 60);
    assert_eq!(checked(&harness, issued.expose()).await, "VERIFICATION_CODE_EXPIRED");
}

#[tokio::test]
async fn a_code_holds_for_its_lifetime_to_the_millisecond() {
    let harness = Harness::new().await;
    let issued = issued(&harness).await;
    let lifetime = CodeKind::SignIn.lifetime();
    harness.clock.advance(lifetime - Duration::from_millis(1));
    assert_eq!(checked(&harness, issued.expose()).await, "");
    harness.clock.advance(Duration::from_millis(1));
    assert_eq!(checked(&harness, issued.expose()).await, "VERIFICATION_CODE_EXPIRED");
}

#[tokio::test]
async fn a_code_may_be_tried_twenty_times() {
    let harness = Harness::new().await;
    let issued = issued(&harness).await;
    for attempt in 1..=20 {
        assert_eq!(checked(&harness, issued.expose()).await, "", "attempt {attempt}");
    }
    let caller = harness.caller(AccessType::Client).await;
    let refused = harness.domain.otp.sign_in(&caller, &issued, None).await;
    assert_eq!(code(refused), "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED");
}

#[tokio::test]
async fn guesses_at_the_six_characters_count_against_the_code() {
    let harness = Harness::new().await;
    let issued = issued(&harness).await;
    let nonce = &issued.expose()[6..];
    for guess in 0..20 {
        let guess = format!("{guess:06}{nonce}");
        assert_eq!(checked(&harness, &guess).await, "VERIFICATION_CODE_NOT_FOUND");
    }
    assert_eq!(
        checked(&harness, issued.expose()).await,
        "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED"
    );
}

#[tokio::test]
async fn upper_and_lower_case_are_the_same() {
    let harness = Harness::new().await;
    let issued = issued(&harness).await;
    let upper = issued.expose().to_uppercase();
    assert_eq!(checked(&harness, &upper).await, "");
    for guess in 0..19 {
        checked(&harness, &format!("{guess:06}{}", &upper[6..])).await;
    }
    assert_eq!(
        checked(&harness, &upper).await,
        "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED",
        "guesses in upper case count, too"
    );
}

#[tokio::test]
async fn of_many_who_use_a_code_at_once_one_succeeds() {
    let harness = Harness::new().await;
    let issued = issued(&harness).await;
    let caller = harness.caller(AccessType::Client).await;
    let attempts = (0..16).map(|_| harness.domain.otp.sign_in(&caller, &issued, None));
    let results = futures::future::join_all(attempts).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.into_iter().filter(Result::is_err) {
        assert_eq!(code(refused), "VERIFICATION_CODE_ALREADY_USED");
    }
}

#[tokio::test]
async fn a_code_of_one_kind_or_project_is_unknown_to_all_others() {
    let harness = Harness::new().await;
    let (tenant, issued) = (harness.tenant().await, issued(&harness).await);
    let domain = &harness.domain;
    let unknown = "VERIFICATION_CODE_NOT_FOUND";
    assert_eq!(code(domain.passwords.check_reset_code(&tenant, &issued).await), unknown);
    assert_eq!(
        code(domain.contact_channels.check_code(&tenant, &issued).await),
        unknown
    );
    let internal = domain.projects.find(&"internal".into()).await.unwrap().unwrap();
    assert_eq!(code(domain.otp.check_code(&internal, &issued).await), unknown);
    assert_eq!(checked(&harness, issued.expose()).await, "");
}
