//! Passwords.

use stack_domain::{
    access::AccessType,
    config::legacy::LegacyConfigUpdate,
    models::ConfigLevel,
    password::SignUp,
    users::{RestrictedReason, UserFields, UserUpdate},
};
use stack_types::{Patch, Secret};

use crate::harness::{Harness, PASSWORD, code, sign_up};

#[tokio::test]
async fn whoever_signed_up_signs_in_whatever_the_case() {
    let harness = Harness::new().await;
    let tokens = harness.sign_up(" Ada@Example.com").await;
    let user = harness.client(&tokens).await.user.unwrap();
    let email = user.primary_email.unwrap();
    assert_eq!(
        (email.value.as_str(), email.is_verified, email.used_for_auth),
        ("ada@example.com", false, true)
    );
    assert!(user.sign_in.has_password);
    assert_eq!(
        harness.sign_in("ADA@example.com", PASSWORD).await.unwrap(),
        tokens.user_id
    );
}

#[tokio::test]
async fn wrong_passwords_and_unknown_addresses_get_the_same_answer() {
    let harness = Harness::new().await;
    harness.sign_up("ada@example.com").await;
    for (email, password) in [
        ("ada@example.com", "wrong"),
        ("bob@example.com", PASSWORD),
        ("ada@example.com", ""),
    ] {
        assert_eq!(code(harness.sign_in(email, password).await), "EMAIL_PASSWORD_MISMATCH");
    }
}

#[tokio::test]
async fn the_checks_of_a_sign_up_come_in_their_order() {
    let harness = Harness::new().await;
    let refused = |command: SignUp| async {
        let caller = harness.caller(AccessType::Client).await;
        code(harness.domain.passwords.sign_up(&caller, command).await)
    };
    let worst = SignUp {
        password: "short".into(),
        verification_callback_url: Some("https://evil.example.com".into()),
        ..sign_up("ada@example.com")
    };
    harness.sign_up("ada@example.com").await;
    let rules = r#"{"auth.signUpRulesDefaultAction":"reject"}"#;
    let config = &harness.domain.config;
    config
        .patch_override(AccessType::Admin, &harness.demo, ConfigLevel::Branch, rules)
        .await
        .unwrap();
    let closed = LegacyConfigUpdate {
        credential_enabled: Some(false),
        sign_up_enabled: Some(false),
        ..Default::default()
    };
    harness.configure(|update| update.config = closed).await;
    assert_eq!(refused(worst.clone()).await, "PASSWORD_AUTHENTICATION_NOT_ENABLED");
    harness
        .configure(|update| update.config.credential_enabled = Some(true))
        .await;
    assert_eq!(refused(worst.clone()).await, "REDIRECT_URL_NOT_WHITELISTED");
    let local = SignUp {
        verification_callback_url: Some("http://localhost:3000/verify".into()),
        ..worst
    };
    assert_eq!(refused(local.clone()).await, "SIGN_UP_NOT_ENABLED");
    harness
        .configure(|update| update.config.sign_up_enabled = Some(true))
        .await;
    assert_eq!(refused(local.clone()).await, "PASSWORD_TOO_SHORT");
    let long = SignUp {
        password: "x".repeat(71).into(),
        ..local.clone()
    };
    assert_eq!(refused(long).await, "PASSWORD_TOO_LONG");
    let good = SignUp {
        password: PASSWORD.into(),
        ..local
    };
    assert_eq!(refused(good.clone()).await, "SIGN_UP_REJECTED");
    let rules = r#"{"auth.signUpRulesDefaultAction":null}"#;
    config
        .patch_override(AccessType::Admin, &harness.demo, ConfigLevel::Branch, rules)
        .await
        .unwrap();
    assert_eq!(refused(good.clone()).await, "USER_EMAIL_ALREADY_EXISTS");
    let caller = harness.caller(AccessType::Client).await;
    let new = SignUp {
        email: "bob@example.com".into(),
        ..good
    };
    harness.domain.passwords.sign_up(&caller, new).await.unwrap();
    assert_eq!(harness.mails().await[0].to.addresses(), ["bob@example.com"]);
}

#[tokio::test]
async fn of_many_sign_ups_with_one_address_one_succeeds() {
    let harness = Harness::new().await;
    let caller = harness.caller(AccessType::Client).await;
    let attempts = (0..16).map(|_| harness.domain.passwords.sign_up(&caller, sign_up("ada@example.com")));
    let results = futures::future::join_all(attempts).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.into_iter().filter(Result::is_err) {
        assert_eq!(code(refused), "USER_EMAIL_ALREADY_EXISTS");
    }
}

#[tokio::test]
async fn an_anonymous_user_is_upgraded_in_place() {
    let harness = Harness::new().await;
    harness
        .configure(|update| update.config.create_team_on_sign_up = Some(true))
        .await;
    let anonymous = harness
        .domain
        .anonymous
        .sign_up(&*harness.tenant().await, None)
        .await
        .unwrap();
    let before = harness.client(&anonymous).await;
    assert_eq!(
        before.own_user().unwrap().selected_team.as_ref().unwrap().display_name,
        "Personal Team"
    );
    harness.advance(60);
    let tokens = harness
        .domain
        .passwords
        .sign_up(&before, sign_up("ada@example.com"))
        .await
        .unwrap();
    assert_eq!(tokens.user_id, anonymous.user_id);
    let user = harness.client(&tokens).await.user.unwrap();
    assert!(!user.profile.is_anonymous);
    assert!(user.profile.signed_up_at > before.own_user().unwrap().profile.signed_up_at);
    assert_eq!(
        user.selected_team.as_ref().unwrap().display_name,
        "ada@example.com's Team"
    );
    assert_eq!(RestrictedReason::of(&user, &harness.tenant().await.config), None);
    let normal = harness.client(&tokens).await;
    let second = harness
        .domain
        .passwords
        .sign_up(&normal, sign_up("bob@example.com"))
        .await
        .unwrap();
    assert_ne!(
        second.user_id, tokens.user_id,
        "a normal user isn't turned into another"
    );
}

#[tokio::test]
async fn a_sign_up_rule_may_restrict() {
    let harness = Harness::new().await;
    let rules = r#"{"auth.signUpRules.a":{"enabled":true,"condition":"emailDomain == 'example.com'","action":{"type":"restrict"}}}"#;
    let config = &harness.domain.config;
    config
        .patch_override(AccessType::Admin, &harness.demo, ConfigLevel::Branch, rules)
        .await
        .unwrap();
    let user = harness
        .client(&harness.sign_up("ada@example.com").await)
        .await
        .user
        .unwrap();
    let tenant = harness.tenant().await;
    assert_eq!(
        RestrictedReason::of(&user, &tenant.config),
        Some(RestrictedReason::RestrictedByAdministrator)
    );
    let other = harness
        .client(&harness.sign_up("ada@example.org").await)
        .await
        .user
        .unwrap();
    assert_eq!(RestrictedReason::of(&other, &tenant.config), None);
}

#[tokio::test]
async fn changing_the_password_ends_all_other_sessions() {
    let harness = Harness::new().await;
    let (first, tenant) = (harness.sign_up("ada@example.com").await, harness.tenant().await);
    let second = harness
        .domain
        .passwords
        .sign_in(&tenant, "ada@example.com", &PASSWORD.into(), None)
        .await
        .unwrap();
    let caller = harness.client(&second).await;
    let update = |old: &'static str, new: &'static str| {
        let (harness, caller, keep) = (&harness, &caller, &second.refresh_token);
        async move {
            harness
                .domain
                .passwords
                .update(caller, &old.into(), &new.into(), Some(keep))
                .await
        }
    };
    assert_eq!(
        code(update("wrong", "another password").await),
        "PASSWORD_CONFIRMATION_MISMATCH"
    );
    assert_eq!(code(update(PASSWORD, "short").await), "PASSWORD_TOO_SHORT");
    update(PASSWORD, "another password").await.unwrap();
    let sessions = &harness.domain.sessions;
    sessions.refresh(&tenant, &second.refresh_token, None).await.unwrap();
    assert_eq!(
        code(sessions.refresh(&tenant, &first.refresh_token, None).await),
        "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED"
    );
    assert_eq!(
        code(harness.sign_in("ada@example.com", PASSWORD).await),
        "EMAIL_PASSWORD_MISMATCH"
    );
    harness.sign_in("ada@example.com", "another password").await.unwrap();
}

#[tokio::test]
async fn a_first_password_is_set_once() {
    let harness = Harness::new().await;
    let anonymous = harness
        .domain
        .anonymous
        .sign_up(&*harness.tenant().await, None)
        .await
        .unwrap();
    let caller = harness.client(&anonymous).await;
    let old_new = (Secret::new(PASSWORD), Secret::new("another password"));
    let update = harness
        .domain
        .passwords
        .update(&caller, &old_new.0, &old_new.1, None)
        .await;
    assert_eq!(code(update), "USER_DOES_NOT_HAVE_PASSWORD");
    harness.domain.passwords.set(&caller, &old_new.0).await.unwrap();
    assert_eq!(code(harness.domain.passwords.set(&caller, &old_new.1).await), "400");
}

#[tokio::test]
async fn no_session_begins_without_the_second_factor() {
    let harness = Harness::new().await;
    let tokens = harness.sign_up("ada@example.com").await;
    let fields = UserFields {
        totp_secret_base64: Patch::Value("c2VjcmV0".into()),
        ..Default::default()
    };
    let caller = harness.client(&tokens).await;
    let update = UserUpdate {
        fields,
        ..Default::default()
    };
    let user = harness
        .domain
        .users
        .update(&caller, tokens.user_id, update)
        .await
        .unwrap();
    assert!(user.sign_in.requires_totp_mfa);
    let refused = harness.sign_in("ada@example.com", PASSWORD).await;
    assert_eq!(code(refused), "MULTI_FACTOR_AUTHENTICATION_REQUIRED");
}

#[tokio::test]
async fn an_imported_hash_is_replaced_at_the_next_sign_in() {
    let harness = Harness::new().await;
    let hash = bcrypt::hash("imported password", 4).unwrap();
    let fields = UserFields {
        primary_email: Patch::Value("ada@example.com".into()),
        primary_email_auth_enabled: Some(true),
        password_hash: Some(hash.into()),
        ..Default::default()
    };
    let command = stack_domain::users::UserCreate {
        fields,
        ..Default::default()
    };
    let id = harness
        .domain
        .users
        .create(&*harness.tenant().await, command)
        .await
        .unwrap()
        .profile
        .id;
    assert_eq!(
        code(harness.sign_in("ada@example.com", "wrong").await),
        "EMAIL_PASSWORD_MISMATCH"
    );
    assert_eq!(
        harness.sign_in("ada@example.com", "imported password").await.unwrap(),
        id
    );
    let stored = {
        use stack_domain::ports::{Storage, UserRepository};
        let mut reader = harness.memory.read().await.unwrap();
        reader
            .find_user_credentials(&harness.demo, id)
            .await
            .unwrap()
            .unwrap()
            .password_hash
            .unwrap()
    };
    assert!(stored.0.expose().starts_with("$argon2id$"));
    harness.sign_in("ada@example.com", "imported password").await.unwrap();
}
