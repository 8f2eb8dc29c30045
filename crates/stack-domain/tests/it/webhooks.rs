//! The outbox of webhooks and what becomes of messages in it.

use std::{collections::HashMap, time::Duration};

use stack_domain::{
    Domain,
    access::AccessType,
    models::WebhookAttemptFilter,
    ports::Clock,
    users::UserCreate,
    webhooks::{Answer, EndpointFields, KEPT_FOR, NewEndpoint, Parcel, Report},
};
use stack_types::{Patch, WebhookEndpointId};

use crate::{harness::Harness, memory::Memory};

/// Adds an endpoint that wants to know of users.
async fn add_endpoint(harness: &Harness, fields: EndpointFields) -> WebhookEndpointId {
    let fields = EndpointFields {
        url: Some("https://example.com/hook".to_owned()),
        event_types: Patch::Value(vec!["user.created".to_owned(), "user.updated".to_owned()]),
        ..fields
    };
    let new = NewEndpoint {
        fields,
        ..NewEndpoint::default()
    };
    harness
        .domain
        .webhooks
        .create_endpoint(&harness.demo, new)
        .await
        .unwrap()
        .id
}

async fn create_users(harness: &Harness, count: usize) {
    let tenant = harness.tenant().await;
    for _ in 0..count {
        let created = harness.domain.users.create(&tenant, UserCreate::default()).await;
        created.unwrap();
    }
}

async fn claim(domain: &Domain<Memory>) -> Vec<Parcel> {
    domain.webhook_delivery.claim(100, &HashMap::new()).await.unwrap()
}

async fn settle(harness: &Harness, parcels: Vec<Parcel>, status: u16) {
    let report = |parcel| Report {
        parcel,
        started_at: harness.clock.now(),
        duration: Duration::from_millis(5),
        answer: Answer::Status {
            status,
            body: String::new(),
            retry_after: None,
        },
    };
    let reports: Vec<Report> = parcels.into_iter().map(report).collect();
    harness.domain.webhook_delivery.settle(&reports).await.unwrap();
}

async fn count_attempts(harness: &Harness, endpoint: &WebhookEndpointId) -> usize {
    let filter = WebhookAttemptFilter {
        endpoint: Some(endpoint.clone()),
        ..WebhookAttemptFilter::default()
    };
    let attempts = harness.domain.webhooks.list_attempts(&harness.demo, &filter, 100);
    attempts.await.unwrap().len()
}

#[tokio::test]
async fn a_change_that_nobody_wants_to_know_of_costs_one_query() {
    let harness = Harness::new().await;
    let caller = harness.caller(AccessType::Server).await;
    let tenant = harness.tenant().await;
    let user = harness
        .domain
        .users
        .create(&tenant, UserCreate::default())
        .await
        .unwrap();
    let update = async || {
        let before = harness.memory.calls();
        let id = user.profile.id;
        harness
            .domain
            .users
            .update(&caller, id, Default::default())
            .await
            .unwrap();
        harness.memory.calls() - before
    };
    let without = update().await;
    add_endpoint(&harness, EndpointFields::default()).await;
    assert_eq!(update().await, without + 2, "a message and a delivery");
    assert_eq!(claim(&harness.domain).await.len(), 1);
}

#[tokio::test]
async fn a_lease_that_ends_without_a_word_lets_another_process_send() {
    let harness = Harness::new().await;
    let endpoint = add_endpoint(&harness, EndpointFields::default()).await;
    create_users(&harness, 1).await;
    let mut lost = claim(&harness.domain).await;
    let other = Harness::process(&harness.memory, &harness.clock);
    assert!(claim(&other).await.is_empty(), "somebody sends it");
    harness.advance(120);
    let taken = claim(&other).await;
    let (lost_headers, headers) = (
        lost.remove(0).headers(harness.clock.now()),
        taken[0].headers(harness.clock.now()),
    );
    assert_eq!(lost_headers["svix-id"], headers["svix-id"], "it is the same message");
    settle(&harness, taken, 200).await;
    assert_eq!(count_attempts(&harness, &endpoint).await, 1);
}

#[tokio::test]
async fn whoever_comes_late_with_a_report_changes_nothing() {
    let harness = Harness::new().await;
    let endpoint = add_endpoint(&harness, EndpointFields::default()).await;
    create_users(&harness, 1).await;
    let late = claim(&harness.domain).await;
    harness.advance(120);
    let taken = claim(&harness.domain).await;
    settle(&harness, late, 200).await;
    assert_eq!(count_attempts(&harness, &endpoint).await, 0);
    settle(&harness, taken, 500).await;
    assert_eq!(count_attempts(&harness, &endpoint).await, 1);
    harness.advance(7);
    assert_eq!(claim(&harness.domain).await.len(), 1, "it failed and comes again");
}

#[tokio::test]
async fn a_rate_limit_gives_each_message_its_turn() {
    let harness = Harness::new().await;
    let limited = EndpointFields {
        rate_limit: Patch::Value(2),
        ..EndpointFields::default()
    };
    let endpoint = add_endpoint(&harness, limited).await;
    create_users(&harness, 5).await;
    let mut sent = Vec::new();
    for _ in 0..3 {
        sent.push(claim(&harness.domain).await.len());
        harness.advance(1);
    }
    assert_eq!(sent, [1, 2, 2]);
    create_users(&harness, 5).await;
    assert_eq!(claim(&harness.domain).await.len(), 1);
    let unlimited = EndpointFields {
        rate_limit: Patch::Null,
        ..EndpointFields::default()
    };
    let lifted = harness
        .domain
        .webhooks
        .update_endpoint(&harness.demo, endpoint.as_str(), unlimited);
    lifted.await.unwrap();
    assert_eq!(claim(&harness.domain).await.len(), 4, "without a limit nobody waits");
}

#[tokio::test]
async fn an_endpoint_that_fails_takes_few_at_once() {
    let harness = Harness::new().await;
    add_endpoint(&harness, EndpointFields::default()).await;
    create_users(&harness, 1).await;
    let first = claim(&harness.domain).await;
    settle(&harness, first, 500).await;
    create_users(&harness, 20).await;
    let few = claim(&harness.domain).await;
    assert_eq!(few.len(), 8);
    settle(&harness, few, 200).await;
    assert_eq!(claim(&harness.domain).await.len(), 12);
}

#[tokio::test]
async fn messages_are_kept_for_their_time() {
    let harness = Harness::new().await;
    add_endpoint(&harness, EndpointFields::default()).await;
    create_users(&harness, 2).await;
    harness.advance(KEPT_FOR.as_secs());
    assert_eq!(harness.domain.sweeper.sweep().await.unwrap().webhooks, 0);
    harness.advance(1);
    assert_eq!(harness.domain.sweeper.sweep().await.unwrap().webhooks, 2);
}
