//! Resetting forgotten passwords.

use stack_domain::{
    access::AccessType,
    contact_channels::ContactChannelUpdate,
    models::ContactChannel,
    sessions::SessionTokens,
    users::{UserFields, UserUpdate},
};
use stack_types::{Patch, Secret};

use crate::harness::{Harness, PASSWORD, code};

const CALLBACK: &str = "http://localhost:3000/reset";
const NEW: &str = "another password";

impl Harness {
    async fn send_reset(&self, email: &str) -> u64 {
        let (tenant, before) = (self.tenant().await, self.memory.calls());
        let passwords = &self.domain.passwords;
        passwords.send_reset_code(&tenant, email, CALLBACK).await.unwrap();
        self.memory.calls() - before
    }

    /// What a reset says; nothing if it works.
    async fn reset(&self, reset_code: &Secret, password: &str) -> String {
        let tenant = self.tenant().await;
        let reset = self.domain.passwords.reset(&tenant, reset_code, &password.into()).await;
        if reset.is_ok() { String::new() } else { code(reset) }
    }

    async fn only_channel(&self, tokens: &SessionTokens) -> ContactChannel {
        let caller = self.client(tokens).await;
        let channels = self.domain.contact_channels.list(&caller, Some(tokens.user_id), None);
        channels.await.unwrap().remove(0)
    }
}

#[tokio::test]
async fn a_reset_sets_the_password_and_ends_all_sessions() {
    let harness = Harness::new().await;
    let ada = harness.sign_up("ada@example.com").await;
    harness.send_reset("Ada@Example.com ").await;
    let mail = &harness.mails().await[0];
    assert_eq!(mail.to.addresses(), ["ada@example.com"]);
    let sent = harness.mailed_code().await;
    let tenant = harness.tenant().await;
    harness.domain.passwords.check_reset_code(&tenant, &sent).await.unwrap();
    assert_eq!(harness.reset(&sent, "short").await, "PASSWORD_TOO_SHORT");
    assert_eq!(harness.reset(&sent, NEW).await, "", "a bad password doesn't use it up");
    let refreshed = harness.domain.sessions.refresh(&tenant, &ada.refresh_token, None).await;
    assert_eq!(code(refreshed), "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");
    assert_eq!(
        code(harness.sign_in("ada@example.com", PASSWORD).await),
        "EMAIL_PASSWORD_MISMATCH"
    );
    harness.sign_in("ada@example.com", NEW).await.unwrap();
    assert_eq!(harness.reset(&sent, NEW).await, "VERIFICATION_CODE_ALREADY_USED");
}

#[tokio::test]
async fn an_unknown_address_costs_the_same_and_leaves_no_mail() {
    let harness = Harness::new().await;
    harness.sign_up("ada@example.com").await;
    let unknown = harness.send_reset("bob@example.com").await;
    assert!(harness.mails().await.is_empty());
    let known = harness.send_reset("ada@example.com").await;
    assert_eq!(harness.mails().await.len(), 1);
    assert_eq!(unknown, known + 1, "only the mail is taken back");
}

#[tokio::test]
async fn a_bad_callback_tells_nothing_about_accounts() {
    let harness = Harness::new().await;
    harness.sign_up("ada@example.com").await;
    let (tenant, passwords) = (harness.tenant().await, &harness.domain.passwords);
    for email in ["ada@example.com", "bob@example.com"] {
        let refused = passwords
            .send_reset_code(&tenant, email, "https://evil.example.com/")
            .await;
        assert_eq!(code(refused), "REDIRECT_URL_NOT_WHITELISTED");
    }
    assert!(harness.mails().await.is_empty());
}

#[tokio::test]
async fn a_user_without_a_password_gets_one() {
    let harness = Harness::new().await;
    let tenant = harness.tenant().await;
    let otp = &harness.domain.otp;
    otp.send_code(&tenant, "ada@example.com", CALLBACK).await.unwrap();
    let (caller, sent) = (harness.caller(AccessType::Client).await, harness.mailed_code().await);
    otp.sign_in(&caller, &sent, None).await.unwrap();
    harness.advance(1);
    harness.send_reset("ada@example.com").await;
    assert_eq!(harness.reset(&harness.mailed_code().await, NEW).await, "");
    harness.sign_in("ada@example.com", NEW).await.unwrap();
}

/// Whoever could once read the mails can't come back with a code that they kept.
#[tokio::test]
async fn a_reset_makes_all_older_codes_worthless() {
    let harness = Harness::new().await;
    harness.sign_up("ada@example.com").await;
    harness.send_reset("ada@example.com").await;
    let kept = harness.mailed_code().await;
    harness.advance(1);
    harness.send_reset("ada@example.com").await;
    assert_eq!(harness.reset(&harness.mailed_code().await, NEW).await, "");
    assert_eq!(
        harness.reset(&kept, "a third password").await,
        "VERIFICATION_CODE_ALREADY_USED"
    );
    let tenant = harness.tenant().await;
    let checked = harness.domain.passwords.check_reset_code(&tenant, &kept).await;
    assert_eq!(code(checked), "VERIFICATION_CODE_ALREADY_USED");
    harness.sign_in("ada@example.com", NEW).await.unwrap();
}

#[tokio::test]
async fn a_code_is_worthless_once_the_user_has_another_address() {
    let harness = Harness::new().await;
    let ada = harness.sign_up("ada@example.com").await;
    harness.send_reset("ada@example.com").await;
    let (sent, channel) = (harness.mailed_code().await, harness.only_channel(&ada).await);
    let to = ContactChannelUpdate {
        value: Some("grace@example.com".to_owned()),
        ..Default::default()
    };
    let caller = harness.client(&ada).await;
    let channels = &harness.domain.contact_channels;
    channels.update(&caller, ada.user_id, channel.id, to).await.unwrap();
    assert_eq!(harness.reset(&sent, NEW).await, "VERIFICATION_CODE_NOT_FOUND");
}

#[tokio::test]
async fn a_code_of_a_deleted_user_resets_nothing() {
    let harness = Harness::new().await;
    let ada = harness.sign_up("ada@example.com").await;
    harness.send_reset("ada@example.com").await;
    let server = harness.caller(AccessType::Server).await;
    harness.domain.users.delete(&server, ada.user_id).await.unwrap();
    let sent = harness.mailed_code().await;
    assert_eq!(harness.reset(&sent, NEW).await, "VERIFICATION_CODE_NOT_FOUND");
}

#[tokio::test]
async fn of_many_resets_by_one_code_one_succeeds() {
    let harness = Harness::new().await;
    harness.sign_up("ada@example.com").await;
    harness.send_reset("ada@example.com").await;
    let sent = harness.mailed_code().await;
    let resets = (0..8).map(|_| harness.reset(&sent, NEW));
    let mut results = futures::future::join_all(resets).await;
    results.sort();
    assert_eq!(results[0], "");
    assert!(
        results[1..]
            .iter()
            .all(|result| result == "VERIFICATION_CODE_ALREADY_USED"),
        "{results:?}"
    );
}

#[tokio::test]
async fn a_password_that_a_server_set_makes_older_codes_worthless_too() {
    let harness = Harness::new().await;
    let ada = harness.sign_up("ada@example.com").await;
    harness.send_reset("ada@example.com").await;
    let fields = UserFields {
        password: Patch::Value(NEW.into()),
        ..Default::default()
    };
    let update = UserUpdate {
        fields,
        ..Default::default()
    };
    let server = harness.caller(AccessType::Server).await;
    harness.domain.users.update(&server, ada.user_id, update).await.unwrap();
    let sent = harness.mailed_code().await;
    assert_eq!(
        harness.reset(&sent, "a third password").await,
        "VERIFICATION_CODE_ALREADY_USED"
    );
}
