//! Contact channels.

use stack_domain::{
    DomainError,
    access::{AccessType, Caller},
    contact_channels::{ContactChannelCreate, ContactChannelUpdate},
    models::{ContactChannel, ContactChannelId},
};
use stack_types::UserId;
use uuid::Uuid;

use crate::harness::{Harness, code};

const CALLBACK: &str = "http://localhost:3000/verify";

fn new(user_id: UserId, value: &str) -> ContactChannelCreate {
    ContactChannelCreate {
        user_id,
        value: value.to_owned(),
        used_for_auth: false,
        is_verified: false,
        is_primary: false,
    }
}

impl Harness {
    async fn channels(&self, caller: &Caller, user: UserId) -> Vec<ContactChannel> {
        self.domain
            .contact_channels
            .list(caller, Some(user), None)
            .await
            .unwrap()
    }

    async fn add(&self, caller: &Caller, command: ContactChannelCreate) -> Result<ContactChannel, DomainError> {
        self.domain.contact_channels.create(caller, command).await
    }

    async fn change(
        &self,
        caller: &Caller,
        channel: &ContactChannel,
        command: ContactChannelUpdate,
    ) -> Result<ContactChannel, DomainError> {
        let channels = &self.domain.contact_channels;
        channels.update(caller, channel.user_id, channel.id, command).await
    }
}

#[tokio::test]
async fn a_user_has_one_primary_channel_and_each_address_once() {
    let harness = Harness::new().await;
    let ada = harness.sign_up("ada@example.com").await;
    let caller = harness.client(&ada).await;
    let primary = ContactChannelCreate {
        is_primary: true,
        ..new(ada.user_id, " Work@Example.com")
    };
    let work = harness.add(&caller, primary).await.unwrap();
    assert_eq!(work.value, "work@example.com");
    let channels = harness.channels(&caller, ada.user_id).await;
    assert_eq!(channels.iter().filter(|channel| channel.is_primary).count(), 1);
    assert_eq!(
        code(harness.add(&caller, new(ada.user_id, "ADA@example.com")).await),
        "400"
    );
    let first = channels.iter().find(|channel| !channel.is_primary).unwrap();
    let to = |value: &str| ContactChannelUpdate {
        value: Some(value.to_owned()),
        ..Default::default()
    };
    assert_eq!(
        code(harness.change(&caller, first, to("work@example.com")).await),
        "400"
    );
    let promoted = ContactChannelUpdate {
        is_primary: Some(true),
        ..Default::default()
    };
    harness.change(&caller, first, promoted).await.unwrap();
    let channels = harness.channels(&caller, ada.user_id).await;
    let primary: Vec<_> = channels.iter().filter(|channel| channel.is_primary).collect();
    assert_eq!(primary[0].id, first.id);
    assert_eq!(primary.len(), 1);
}

#[tokio::test]
async fn an_address_signs_in_one_user_and_may_be_noted_by_many() {
    let harness = Harness::new().await;
    let (ada, bob) = (
        harness.sign_up("ada@example.com").await,
        harness.sign_up("bob@example.com").await,
    );
    let caller = harness.client(&bob).await;
    let noted = harness.add(&caller, new(bob.user_id, "ada@example.com")).await.unwrap();
    let for_auth = ContactChannelUpdate {
        used_for_auth: Some(true),
        ..Default::default()
    };
    let refused = harness.change(&caller, &noted, for_auth.clone()).await;
    assert_eq!(code(refused), "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE");
    harness
        .domain
        .contact_channels
        .delete(&caller, bob.user_id, noted.id)
        .await
        .unwrap();
    let taken = ContactChannelCreate {
        used_for_auth: true,
        ..new(bob.user_id, "ada@example.com")
    };
    assert_eq!(
        code(harness.add(&caller, taken).await),
        "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE"
    );
    let ada_calls = harness.client(&ada).await;
    assert!(harness.channels(&ada_calls, ada.user_id).await[0].used_for_auth);
}

#[tokio::test]
async fn clients_keep_to_their_own_user() {
    let harness = Harness::new().await;
    let (ada, bob) = (
        harness.sign_up("ada@example.com").await,
        harness.sign_up("bob@example.com").await,
    );
    let (caller, channels) = (harness.client(&bob).await, &harness.domain.contact_channels);
    let ada_calls = harness.client(&ada).await;
    let (user, id) = (ada.user_id, harness.channels(&ada_calls, ada.user_id).await[0].id);
    assert_eq!(code(channels.list(&caller, None, None).await), "403");
    assert_eq!(code(channels.list(&caller, Some(user), None).await), "403");
    assert_eq!(code(channels.get(&caller, user, id).await), "403");
    assert_eq!(code(channels.get(&caller, bob.user_id, id).await), "404");
    assert_eq!(code(harness.add(&caller, new(user, "x@example.com")).await), "403");
    let change = ContactChannelUpdate::default();
    assert_eq!(code(channels.update(&caller, user, id, change.clone()).await), "403");
    assert_eq!(code(channels.update(&caller, bob.user_id, id, change).await), "400");
    assert_eq!(code(channels.delete(&caller, user, id).await), "403");
    assert_eq!(code(channels.delete(&caller, bob.user_id, id).await), "400");
    assert_eq!(
        code(channels.send_verification_code(&caller, user, id, CALLBACK).await),
        "400"
    );
    assert_eq!(
        code(
            channels
                .send_verification_code(&caller, bob.user_id, id, CALLBACK)
                .await
        ),
        "404"
    );
    let listed = channels.list(&caller, Some(bob.user_id), Some(id)).await.unwrap();
    assert!(listed.is_empty());
}

#[tokio::test]
async fn servers_act_on_everybody() {
    let harness = Harness::new().await;
    let ada = harness.sign_up("ada@example.com").await;
    let bob = harness.sign_up("bob@example.com").await;
    let (server, channels) = (
        harness.caller(AccessType::Server).await,
        &harness.domain.contact_channels,
    );
    let all = channels.list(&server, None, None).await.unwrap();
    assert_eq!(all.len(), 2);
    let of_bob = channels.list(&server, None, Some(all[1].id)).await.unwrap();
    assert_eq!(of_bob[0].user_id, bob.user_id);
    let verified = ContactChannelCreate {
        is_verified: true,
        ..new(ada.user_id, "work@example.com")
    };
    assert!(harness.add(&server, verified).await.unwrap().is_verified);
    let nobody: UserId = Uuid::from_u128(1).into();
    assert_eq!(
        code(harness.add(&server, new(nobody, "x@example.com")).await),
        "USER_ID_DOES_NOT_EXIST"
    );
    let id = ContactChannelId(Uuid::from_u128(2));
    assert_eq!(
        code(channels.send_verification_code(&server, nobody, id, CALLBACK).await),
        "USER_ID_DOES_NOT_EXIST"
    );
    assert_eq!(
        code(
            channels
                .send_verification_code(&server, ada.user_id, id, CALLBACK)
                .await
        ),
        "404"
    );
}

#[tokio::test]
async fn a_code_verifies_the_address_that_it_was_sent_to_and_no_other() {
    let harness = Harness::new().await;
    let ada = harness.sign_up("ada@example.com").await;
    let (caller, channels) = (harness.client(&ada).await, &harness.domain.contact_channels);
    let channel = harness.channels(&caller, ada.user_id).await.remove(0);
    let tenant = harness.tenant().await;
    let send = || async {
        harness.advance(1);
        let sent = channels
            .send_verification_code(&caller, ada.user_id, channel.id, CALLBACK)
            .await;
        sent.unwrap();
        harness.mailed_code().await
    };
    let of_the_old_address = send().await;
    let to = |value: &str| ContactChannelUpdate {
        value: Some(value.to_owned()),
        ..Default::default()
    };
    harness
        .change(&caller, &channel, to("grace@example.com"))
        .await
        .unwrap();
    assert_eq!(code(channels.verify(&tenant, &of_the_old_address).await), "400");
    assert_eq!(
        code(channels.verify(&tenant, &of_the_old_address).await),
        "VERIFICATION_CODE_ALREADY_USED"
    );
    let of_the_new = send().await;
    assert_eq!(harness.mails().await[0].to.addresses(), ["grace@example.com"]);
    channels.check_code(&tenant, &of_the_new).await.unwrap();
    channels.verify(&tenant, &of_the_new).await.unwrap();
    assert!(harness.channels(&caller, ada.user_id).await[0].is_verified);
    let again = channels
        .send_verification_code(&caller, ada.user_id, channel.id, CALLBACK)
        .await;
    assert_eq!(code(again), "EMAIL_ALREADY_VERIFIED");
}

#[tokio::test]
async fn the_old_way_to_ask_for_a_code_knows_the_primary_address_only() {
    let harness = Harness::new().await;
    let ada = harness.sign_up("ada@example.com").await;
    let (caller, channels) = (harness.client(&ada).await, &harness.domain.contact_channels);
    harness
        .add(&caller, new(ada.user_id, "work@example.com"))
        .await
        .unwrap();
    let send = |email: &'static str, url: &'static str| channels.send_primary_verification_code(&caller, email, url);
    let refused = send("work@example.com", CALLBACK).await.unwrap_err();
    let details = refused.known().unwrap().details().unwrap();
    assert_eq!(details["primary_email"], "ada@example.com");
    assert_eq!(
        code(send("ada@example.com", "https://evil.example.com").await),
        "REDIRECT_URL_NOT_WHITELISTED"
    );
    send("ADA@example.com", CALLBACK).await.unwrap();
    channels
        .verify(&*harness.tenant().await, &harness.mailed_code().await)
        .await
        .unwrap();
    assert_eq!(code(send("ada@example.com", CALLBACK).await), "EMAIL_ALREADY_VERIFIED");
}
