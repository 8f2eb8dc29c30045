//! The API keys of users and teams: what is bounded, and what a check costs.

use stack_domain::{
    access::{AccessType, Caller},
    models::{ApiKeyOwner, ApiKeyOwnerKind, OwnedApiKey},
    owned_api_keys::{CreateOwnedApiKey, MAX_KEYS, NewOwnedApiKey, UpdateOwnedApiKey},
};
use stack_types::{Millis, UserId};

use crate::harness::{Harness, code};

/// A deployment whose demo project gives keys to users, one of these users, and the project's server.
async fn scene() -> (Harness, UserId, Caller) {
    let harness = Harness::new().await;
    harness
        .configure(|update| update.config.allow_user_api_keys = Some(true))
        .await;
    let ada = harness.sign_up("ada@example.com").await.user_id;
    let server = harness.caller(AccessType::Server).await;
    (harness, ada, server)
}

fn key_of(user: UserId, expires_at: Option<Millis>) -> CreateOwnedApiKey {
    CreateOwnedApiKey {
        owner: ApiKeyOwner::User(user),
        description: String::new(),
        expires_at,
        is_public: false,
    }
}

#[tokio::test]
async fn the_oldest_dead_key_makes_room_and_no_living_one_does() {
    let (harness, ada, server) = scene().await;
    let keys = &harness.domain.owned_api_keys;
    let create = async |expires_at| keys.create(&server, key_of(ada, expires_at)).await;
    let mut made: Vec<NewOwnedApiKey> = Vec::new();
    for number in 0..MAX_KEYS {
        // The third one is over in a second.
        let end = (number == 2).then_some(Millis(1_700_000_001_000));
        made.push(create(end).await.unwrap());
    }
    assert_eq!(code(create(None).await), "400");
    harness.advance(1);
    let revoke = UpdateOwnedApiKey {
        revoke: true,
        ..Default::default()
    };
    let last = made.last().unwrap().key.id;
    keys.update(&server, ApiKeyOwnerKind::User, last, revoke).await.unwrap();
    let check = async |key: &NewOwnedApiKey| keys.check(&server.tenant, ApiKeyOwnerKind::User, &key.value).await;
    assert_eq!(code(check(&made[2]).await), "API_KEY_EXPIRED");
    let mut gone = 0;
    for _ in 0..2 {
        made.push(create(None).await.unwrap());
        gone += usize::from(code_of(check(&made[2]).await) == "API_KEY_NOT_FOUND");
        gone += usize::from(code_of(keys.get(&server, ApiKeyOwnerKind::User, last).await) == "API_KEY_NOT_FOUND");
    }
    assert_eq!(gone, 3, "first one, then the other");
    assert_eq!(code(create(None).await), "400");
    let listed = keys.list(&server, ApiKeyOwner::User(ada)).await.unwrap();
    assert_eq!(listed.len(), MAX_KEYS as usize);
    let bob = harness.sign_up("bob@example.com").await.user_id;
    keys.create(&server, key_of(bob, None)).await.unwrap();
}

#[tokio::test]
async fn a_check_is_one_query_and_none_for_what_is_no_key() {
    let (harness, ada, server) = scene().await;
    let keys = &harness.domain.owned_api_keys;
    let made = keys.create(&server, key_of(ada, None)).await.unwrap();
    let mut mistyped = made.value.expose().to_owned();
    mistyped.replace_range(10..11, if &mistyped[10..11] == "0" { "1" } else { "0" });
    for (value, queries) in [(made.value.clone(), 1), (mistyped.into(), 0), ("".into(), 0)] {
        let before = harness.memory.calls();
        let _ = keys.check(&server.tenant, ApiKeyOwnerKind::User, &value).await;
        assert_eq!(harness.memory.calls() - before, queries);
    }
}

#[tokio::test]
async fn an_anonymous_users_keys_are_still_theirs_when_they_sign_up() {
    let (harness, _, server) = scene().await;
    let guest = harness.domain.anonymous.sign_up(&server.tenant, None).await.unwrap();
    let keys = &harness.domain.owned_api_keys;
    let client = harness.client(&guest).await;
    let made = keys.create(&client, key_of(guest.user_id, None)).await.unwrap();
    let upgraded = harness
        .domain
        .passwords
        .sign_up(&client, crate::harness::sign_up("guest@example.com"))
        .await
        .unwrap();
    assert_eq!(upgraded.user_id, guest.user_id);
    let found = keys
        .check(&server.tenant, ApiKeyOwnerKind::User, &made.value)
        .await
        .unwrap();
    assert_eq!(found.owner, ApiKeyOwner::User(upgraded.user_id));
}

fn code_of(result: Result<OwnedApiKey, stack_domain::DomainError>) -> String {
    match result {
        Ok(_) => "good".to_owned(),
        refused => code(refused),
    }
}
