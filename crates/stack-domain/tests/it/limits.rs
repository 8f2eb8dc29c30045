//! Limits, with a clock that stands still.

use std::time::Duration;

use stack_domain::{
    Domain, DomainError, Tenant,
    access::AccessType,
    limits::{Limit, Origin},
    models::{ContactChannel, ContactChannelId, ContactChannelType},
    ports::{ContactChannelRepository as _, Storage as _, Transaction as _},
};
use stack_types::Millis;
use uuid::Uuid;

use crate::{harness::Harness, memory::Memory};

fn from(address: &str) -> Origin {
    Origin {
        access: AccessType::Client,
        address: Some(address.parse().unwrap()),
    }
}

/// After how many milliseconds another try may be granted; 0 if it was granted.
async fn sign_in(domain: &Domain<Memory>, tenant: &Tenant, address: &str, email: &str) -> u128 {
    waits(domain.limits.sign_in(tenant, from(address), Some(email)).await)
}

fn waits(allowed: Result<(), DomainError>) -> u128 {
    match allowed {
        Ok(()) => 0,
        Err(DomainError::TooMany { retry_after }) => retry_after.as_millis(),
        Err(error) => panic!("{error:?}"),
    }
}

/// Spends all tries of an account, each from another address.
async fn spend(harness: &Harness, email: &str) {
    let tenant = harness.tenant().await;
    for number in 0..Limit::SignInPerAccount.default_budget().tries {
        let address = format!("203.0.113.{number}");
        assert_eq!(sign_in(&harness.domain, &tenant, &address, email).await, 0);
    }
}

#[tokio::test]
async fn an_account_has_so_many_tries_and_one_more_from_time_to_time() {
    let harness = Harness::new().await;
    harness.sign_up("ada@example.com").await;
    let tenant = harness.tenant().await;
    spend(&harness, "ada@example.com").await;
    let tried = |email| sign_in(&harness.domain, &tenant, "198.51.100.1", email);
    assert_eq!(tried("ada@example.com").await, 30_000);
    assert_eq!(tried("ADA@example.com ").await, 30_000, "however it is written");
    harness.advance(29);
    assert_eq!(tried("ada@example.com").await, 1_000);
    harness.advance(1);
    assert_eq!(tried("ada@example.com").await, 0);
    assert_eq!(tried("ada@example.com").await, 30_000);
    harness.advance(24 * 60 * 60);
    spend(&harness, "ada@example.com").await;
}

#[tokio::test]
async fn all_emails_of_a_user_share_a_budget() {
    let harness = Harness::new().await;
    let user_id = harness.sign_up("ada@example.com").await.user_id;
    let second = ContactChannel {
        id: ContactChannelId(Uuid::from_u128(9)),
        user_id,
        kind: ContactChannelType::Email,
        value: "ada@example.org".into(),
        is_primary: false,
        is_verified: true,
        used_for_auth: true,
        created_at: Millis(0),
    };
    let mut writer = harness.memory.write().await.unwrap();
    writer.insert_contact_channel(&harness.demo, &second).await.unwrap();
    writer.commit().await.unwrap();
    spend(&harness, "ada@example.com").await;
    let tenant = harness.tenant().await;
    assert_ne!(
        sign_in(&harness.domain, &tenant, "198.51.100.1", "ada@example.org").await,
        0
    );
}

#[tokio::test]
async fn a_try_that_one_limit_refuses_costs_nothing_of_the_others() {
    let harness = Harness::new().await;
    let tenant = harness.tenant().await;
    spend(&harness, "nobody@example.com").await;
    // Refused for the account far more often than the address has tries.
    for _ in 0..=Limit::SignInPerAddress.default_budget().tries {
        assert_ne!(
            sign_in(&harness.domain, &tenant, "198.51.100.1", "nobody@example.com").await,
            0
        );
    }
    assert_eq!(
        sign_in(&harness.domain, &tenant, "198.51.100.1", "somebody@example.com").await,
        0
    );
}

#[tokio::test]
async fn another_process_refuses_too_and_a_refusal_costs_no_query() {
    let harness = Harness::new().await;
    let (tenant, origin) = (harness.tenant().await, from("203.0.113.7"));
    for _ in 0..Limit::SignUpPerAddress.default_budget().tries {
        harness.domain.limits.sign_up(&tenant, origin).await.unwrap();
    }
    let other = Harness::process(&harness.memory, &harness.clock);
    for process in [&harness.domain, &other] {
        assert_eq!(waits(process.limits.sign_up(&tenant, origin).await), 12_000);
        let before = harness.memory.calls();
        assert_eq!(waits(process.limits.sign_up(&tenant, origin).await), 12_000);
        assert_eq!(harness.memory.calls(), before, "it is remembered");
    }
    harness.clock.advance(Duration::from_secs(12));
    assert_eq!(waits(other.limits.sign_up(&tenant, origin).await), 0);
    assert_ne!(waits(harness.domain.limits.sign_up(&tenant, origin).await), 0);
}

#[tokio::test]
async fn only_clients_are_limited_by_address() {
    let harness = Harness::new().await;
    let tenant = harness.tenant().await;
    let server = Origin {
        access: AccessType::Server,
        ..from("203.0.113.7")
    };
    let before = harness.memory.calls();
    for _ in 0..1000 {
        harness.domain.limits.sign_in(&tenant, server, None).await.unwrap();
        harness.domain.limits.sign_up(&tenant, server).await.unwrap();
    }
    assert_eq!(harness.memory.calls(), before, "and it costs nothing");
}
