//! Signing in by codes in mails.

use stack_domain::{
    access::AccessType,
    models::ConfigLevel,
    sessions::{SessionTokens, SignedIn},
    users::{UserFields, UserUpdate},
};
use stack_types::Patch;

use crate::harness::{Harness, code};

const CALLBACK: &str = "http://localhost:3000/callback?lang=de";

impl Harness {
    async fn send(&self, email: &str) {
        let tenant = self.tenant().await;
        self.domain.otp.send_code(&tenant, email, CALLBACK).await.unwrap();
    }

    /// Signs in by the newest mail.
    async fn follow(&self) -> SignedIn {
        let (caller, code) = (self.caller(AccessType::Client).await, self.mailed_code().await);
        self.domain.otp.sign_in(&caller, &code, None).await.unwrap()
    }

    async fn verify(&self, tokens: &SessionTokens) {
        let fields = UserFields {
            primary_email_verified: Some(true),
            ..Default::default()
        };
        let update = UserUpdate {
            fields,
            ..Default::default()
        };
        let server = self.caller(AccessType::Server).await;
        self.domain.users.update(&server, tokens.user_id, update).await.unwrap();
    }
}

#[tokio::test]
async fn the_mail_has_six_characters_and_a_link_and_the_answer_the_rest() {
    let harness = Harness::new().await;
    let tenant = harness.tenant().await;
    let nonce = harness
        .domain
        .otp
        .send_code(&tenant, " Ada@Example.com", CALLBACK)
        .await;
    let nonce = nonce.unwrap();
    let mail = &harness.mails().await[0];
    assert_eq!(mail.to.addresses(), ["ada@example.com"]);
    let short = mail.variables["otp"].as_str().unwrap();
    assert_eq!((short.len(), nonce.expose().len()), (6, 39));
    assert_eq!(short, short.to_uppercase());
    let whole = format!("{}{}", short.to_lowercase(), nonce.expose());
    assert_eq!(mail.variables["magicLink"], format!("{CALLBACK}&code={whole}"));
    let caller = harness.caller(AccessType::Client).await;
    let typed = format!("{short}{}", nonce.expose()).into();
    harness.domain.otp.sign_in(&caller, &typed, None).await.unwrap();
}

#[tokio::test]
async fn an_unknown_address_signs_up_and_signs_in_afterwards() {
    let harness = Harness::new().await;
    harness.send("ada@example.com").await;
    let first = harness.follow().await;
    assert!(first.is_new_user);
    let user = harness.client(&first.tokens).await.user.unwrap();
    let email = user.primary_email.unwrap();
    assert_eq!((email.is_verified, email.used_for_auth), (true, true));
    assert!(user.sign_in.otp_enabled && !user.sign_in.has_password);
    harness.advance(1);
    harness.send("ADA@example.com").await;
    let second = harness.follow().await;
    assert!(!second.is_new_user);
    assert_eq!(second.tokens.user_id, first.tokens.user_id);
}

#[tokio::test]
async fn a_verified_address_gets_this_way_of_signing_in() {
    let harness = Harness::new().await;
    let ada = harness.sign_up("ada@example.com").await;
    harness.verify(&ada).await;
    harness.send("ada@example.com").await;
    let user = harness.client(&ada).await.user.unwrap();
    assert!(user.sign_in.otp_enabled, "as soon as the mail is sent");
    let signed_in = harness.follow().await;
    assert_eq!((signed_in.tokens.user_id, signed_in.is_new_user), (ada.user_id, false));
}

/// Whoever signs up with somebody else's address must not share an account with its owner later.
#[tokio::test]
async fn an_address_that_somebody_else_may_have_put_there_doesnt_sign_in() {
    let harness = Harness::new().await;
    harness.send("ada@example.com").await;
    let before = harness.mailed_code().await;
    harness.advance(1);
    let eve = harness.sign_up("ada@example.com").await;
    let tenant = harness.tenant().await;
    let otp = &harness.domain.otp;
    let refused = otp.send_code(&tenant, "ada@example.com", CALLBACK).await;
    let refused = refused.unwrap_err();
    let details = refused.known().unwrap().details().unwrap();
    assert_eq!(details["would_work_if_email_was_verified"], true);
    let caller = harness.caller(AccessType::Client).await;
    let turned_on = UserUpdate {
        fields: UserFields {
            otp_auth_enabled: Some(true),
            ..Default::default()
        },
        ..Default::default()
    };
    let eve_calls = harness.client(&eve).await;
    harness
        .domain
        .users
        .update(&eve_calls, eve.user_id, turned_on)
        .await
        .unwrap();
    assert_eq!(
        code(otp.sign_in(&caller, &before, None).await),
        "USER_EMAIL_ALREADY_EXISTS"
    );
}

#[tokio::test]
async fn an_anonymous_user_is_upgraded_by_a_code() {
    let harness = Harness::new().await;
    let tenant = harness.tenant().await;
    let anonymous = harness.domain.anonymous.sign_up(&tenant, None).await.unwrap();
    let caller = harness.client(&anonymous).await;
    harness.send("ada@example.com").await;
    let code = harness.mailed_code().await;
    let signed_in = harness.domain.otp.sign_in(&caller, &code, None).await.unwrap();
    assert_eq!(
        (signed_in.tokens.user_id, signed_in.is_new_user),
        (anonymous.user_id, true)
    );
    let user = harness.client(&signed_in.tokens).await.user.unwrap();
    assert!(!user.profile.is_anonymous && user.sign_in.otp_enabled);

    harness.advance(1);
    let anonymous = harness.domain.anonymous.sign_up(&tenant, None).await.unwrap();
    let caller = harness.client(&anonymous).await;
    harness.send("ada@example.com").await;
    let code = harness.mailed_code().await;
    let existing = harness.domain.otp.sign_in(&caller, &code, None).await.unwrap();
    assert_eq!(existing.tokens.user_id, signed_in.tokens.user_id);
    let left_alone = harness.client(&anonymous).await.user.unwrap();
    assert!(left_alone.profile.is_anonymous);
}

#[tokio::test]
async fn closed_sign_ups_and_rules_hold_when_the_code_is_used_too() {
    let harness = Harness::new().await;
    let otp = &harness.domain.otp;
    let caller = || harness.caller(AccessType::Client);
    harness.send("ada@example.com").await;
    let sent = harness.mailed_code().await;
    let reject = r#"{"auth.signUpRulesDefaultAction":"reject"}"#;
    let config = &harness.domain.config;
    config
        .patch_override(AccessType::Admin, &harness.demo, ConfigLevel::Branch, reject)
        .await
        .unwrap();
    assert_eq!(
        code(otp.sign_in(&caller().await, &sent, None).await),
        "SIGN_UP_REJECTED"
    );
    assert_eq!(
        code(otp.sign_in(&caller().await, &sent, None).await),
        "VERIFICATION_CODE_ALREADY_USED",
        "the failure used it up"
    );
    harness.advance(1);
    harness.send("ada@example.com").await;
    let sent = harness.mailed_code().await;
    harness
        .configure(|update| update.config.sign_up_enabled = Some(false))
        .await;
    assert_eq!(
        code(otp.sign_in(&caller().await, &sent, None).await),
        "SIGN_UP_NOT_ENABLED"
    );
    let tenant = harness.tenant().await;
    assert_eq!(
        code(otp.send_code(&tenant, "bob@example.com", CALLBACK).await),
        "SIGN_UP_NOT_ENABLED"
    );
}

#[tokio::test]
async fn the_reasons_to_send_no_code_come_in_their_order_and_change_nothing() {
    let harness = Harness::new().await;
    let ada = harness.sign_up("ada@example.com").await;
    harness.verify(&ada).await;
    let evil = "https://evil.example.com/";
    let refused = |email: &'static str| {
        let harness = &harness;
        async move {
            let tenant = harness.tenant().await;
            code(harness.domain.otp.send_code(&tenant, email, evil).await)
        }
    };
    assert_eq!(refused("ada@example.com").await, "REDIRECT_URL_NOT_WHITELISTED");
    harness
        .configure(|update| update.config.sign_up_enabled = Some(false))
        .await;
    assert_eq!(refused("bob@example.com").await, "SIGN_UP_NOT_ENABLED");
    harness
        .configure(|update| update.config.magic_link_enabled = Some(false))
        .await;
    assert_eq!(refused("bob@example.com").await, "403");
    assert!(harness.mails().await.is_empty());
    let user = harness.client(&ada).await.user.unwrap();
    assert!(!user.sign_in.otp_enabled);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_after_a_code() {
    let harness = Harness::new().await;
    harness.send("ada@example.com").await;
    let ada = harness.follow().await.tokens;
    let fields = UserFields {
        totp_secret_base64: Patch::Value("c2VjcmV0".into()),
        ..Default::default()
    };
    let update = UserUpdate {
        fields,
        ..Default::default()
    };
    let caller = harness.client(&ada).await;
    harness.domain.users.update(&caller, ada.user_id, update).await.unwrap();
    harness.advance(1);
    harness.send("ada@example.com").await;
    let (caller, sent) = (harness.caller(AccessType::Client).await, harness.mailed_code().await);
    let refused = harness.domain.otp.sign_in(&caller, &sent, None).await;
    assert_eq!(code(refused), "MULTI_FACTOR_AUTHENTICATION_REQUIRED");
}
