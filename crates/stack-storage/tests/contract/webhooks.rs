//! Promises about webhooks.

use std::collections::{BTreeMap, BTreeSet};

use stack_domain::{
    models::{
        DueWebhook, NewWebhookDelivery, SettledWebhook, WebhookAttempt, WebhookAttemptFilter, WebhookAttemptId,
        WebhookEndpoint, WebhookKey, WebhookMessage, WebhookMessageFilter, WebhookMessageId, WebhookStatus,
    },
    ports::{Storage as _, Transaction as _, UniqueRule, WebhookRepository as _},
};
use stack_storage::Database;
use stack_types::{Millis, ProjectId, WebhookEndpointId};
use uuid::Uuid;

use crate::{concurrency::at_once, fixtures::*, harness::TestDatabase};

const NOW: Millis = Millis(10_000);
const LEASE: Uuid = Uuid::from_u128(7);

fn endpoint_id(n: u128) -> WebhookEndpointId {
    WebhookEndpointId(format!("ep_{n}"))
}

fn message_id(n: u128) -> WebhookMessageId {
    WebhookMessageId(format!("msg_{n:04}"))
}

fn endpoint(n: u128) -> WebhookEndpoint {
    WebhookEndpoint {
        id: endpoint_id(n),
        uid: None,
        url: format!("https://example.com/{n}"),
        description: String::new(),
        is_disabled: false,
        event_types: Vec::new(),
        channels: Vec::new(),
        metadata: BTreeMap::new(),
        rate_limit: None,
        secrets: format!("sealed {n}"),
        paced_until: Millis(0),
        failing_since: None,
        created_at: Millis(i64::try_from(n).expect("a small number")),
        updated_at: Millis(1),
    }
}

fn full(n: u128) -> WebhookEndpoint {
    WebhookEndpoint {
        uid: Some(format!("mine-{n}")),
        description: "with \"everything\"".into(),
        is_disabled: true,
        event_types: vec!["user.created".into(), "team.deleted".into()],
        channels: vec!["one".into()],
        metadata: BTreeMap::from([("a".into(), "ä".into())]),
        rate_limit: Some(10),
        paced_until: Millis(5),
        failing_since: Some(Millis(6)),
        ..endpoint(n)
    }
}

fn message(n: u128) -> WebhookMessage {
    WebhookMessage {
        id: message_id(n),
        event_id: None,
        event_type: "user.created".into(),
        channels: Vec::new(),
        payload: format!("{{\"n\":{n}}}"),
        created_at: Millis(i64::try_from(n).expect("a small number")),
    }
}

fn key(project: &ProjectId, message: u128, endpoint: u128) -> WebhookKey {
    WebhookKey {
        project: project.clone(),
        message: message_id(message),
        endpoint: endpoint_id(endpoint),
    }
}

fn settled(key: &WebhookKey, status: WebhookStatus) -> SettledWebhook {
    let succeeded = status == WebhookStatus::Succeeded;
    SettledWebhook {
        key: key.clone(),
        lease: LEASE,
        attempt: WebhookAttempt {
            id: WebhookAttemptId(format!("atmpt_{}_{}", key.message, key.endpoint)),
            message: key.message.clone(),
            endpoint: key.endpoint.clone(),
            url: "https://example.com/".into(),
            at: NOW,
            duration_ms: 12,
            succeeded,
            response_status: if succeeded { 204 } else { 500 },
            response: "it said \"ö\"".into(),
            is_manual: false,
        },
        status,
        tries: 1,
        due_at: Millis(20_000),
        now: NOW,
    }
}

/// Puts a message on its way to endpoint 1, about an object.
async fn post(db: &Database, project: &ProjectId, n: u128, object: &str) {
    let mut writer = db.write().await.expect("a writer");
    writer
        .insert_webhook_message(project, &message(n))
        .await
        .expect("it is new");
    let delivery = NewWebhookDelivery {
        message: &message_id(n),
        endpoint: &endpoint_id(1),
        object,
        due_at: Millis(i64::try_from(n).expect("a small number")),
        is_manual: false,
    };
    writer
        .insert_webhook_delivery(project, delivery)
        .await
        .expect("it is new");
    writer.commit().await.expect("it commits");
}

async fn due(db: &Database, now: Millis) -> Vec<DueWebhook> {
    let mut writer = db.write().await.expect("a writer");
    writer.lock_due_webhooks(now, &[], 100).await.expect("it reads")
}

async fn due_messages(db: &Database, now: Millis) -> Vec<WebhookMessageId> {
    due(db, now).await.into_iter().map(|due| due.key.message).collect()
}

async fn settle(db: &Database, key: &WebhookKey, status: WebhookStatus) {
    let (keys, until) = ([key.clone()], Millis(NOW.get() + 90));
    storing!(db, |w| w.lease_webhooks(&keys, LEASE, until)).expect("it is leased");
    let settled = [settled(key, status)];
    storing!(db, |w| w.settle_webhooks(&settled)).expect("it is settled");
}

pub async fn an_endpoint_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for written in [full(2), endpoint(1)] {
        storing!(db, |w| w.insert_webhook_endpoint(&a, &written)).expect("it is new");
        let id = written.id.as_str();
        assert_eq!(reading!(db, |r| r.find_webhook_endpoint(&b, id)), None);
        assert_eq!(reading!(db, |r| r.find_webhook_endpoint(&a, id)), Some(written));
    }
    assert_eq!(reading!(db, |r| r.find_webhook_endpoint(&a, "mine-2")), Some(full(2)));
    assert_eq!(reading!(db, |r| r.list_webhook_endpoints(&a)), [endpoint(1), full(2)]);
    let ids = [endpoint_id(1), endpoint_id(3)];
    assert_eq!(
        reading!(db, |r| r.list_webhook_endpoints_by_id(&ids)),
        [(a.clone(), endpoint(1))]
    );
    let missing = storing!(db, |w| w.insert_webhook_endpoint(&project_id("nowhere"), &endpoint(1)));
    assert_missing(missing);
}

pub async fn an_endpoint_is_changed_in_its_project_and_keeps_its_uid_to_itself(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for project in [&a, &b] {
        storing!(db, |w| w.insert_webhook_endpoint(project, &full(1))).expect("it is new");
    }
    storing!(db, |w| w.insert_webhook_endpoint(&a, &endpoint(2))).expect("it is new");
    let same = WebhookEndpoint {
        uid: Some("mine-1".into()),
        ..endpoint(2)
    };
    let taken = storing!(db, |w| w.update_webhook_endpoint(&a, &same));
    assert_eq!(conflict(taken), UniqueRule::WebhookEndpointUid);
    let changed = WebhookEndpoint {
        created_at: Millis(1),
        ..endpoint(1)
    };
    assert!(storing!(db, |w| w.update_webhook_endpoint(&a, &changed)).expect("it is written"));
    storing!(db, |w| w.pace_webhook_endpoint(&a, &endpoint_id(1), Millis(77))).expect("it is written");
    storing!(db, |w| w.note_webhook_failing_since(
        &a,
        &endpoint_id(1),
        Some(Millis(78))
    ))
    .expect("it is written");
    let expected = WebhookEndpoint {
        paced_until: Millis(77),
        failing_since: Some(Millis(78)),
        ..changed
    };
    assert_eq!(reading!(db, |r| r.find_webhook_endpoint(&a, "ep_1")), Some(expected));
    assert_eq!(reading!(db, |r| r.find_webhook_endpoint(&b, "ep_1")), Some(full(1)));
    assert!(storing!(db, |w| w.delete_webhook_endpoint(&a, &endpoint_id(1))).expect("it is deleted"));
    assert!(!storing!(db, |w| w.delete_webhook_endpoint(&a, &endpoint_id(1))).expect("it is gone"));
    assert!(!storing!(db, |w| w.update_webhook_endpoint(&a, &endpoint(1))).expect("it is gone"));
}

pub async fn messages_are_found_by_either_name_and_listed_newest_first(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let named = WebhookMessage {
        event_id: Some("order-66".into()),
        event_type: "order.paid".into(),
        channels: vec!["shop".into(), "all".into()],
        ..message(2)
    };
    for written in [&message(1), &named, &message(3)] {
        storing!(db, |w| w.insert_webhook_message(&a, written)).expect("it is new");
    }
    let again = WebhookMessage {
        id: message_id(4),
        ..named.clone()
    };
    let taken = storing!(db, |w| w.insert_webhook_message(&a, &again));
    assert_eq!(conflict(taken), UniqueRule::WebhookEventId);
    for name in ["msg_0002", "order-66"] {
        assert_eq!(reading!(db, |r| r.find_webhook_message(&a, name)), Some(named.clone()));
        assert_eq!(reading!(db, |r| r.find_webhook_message(&b, name)), None);
    }
    let list = |filter: WebhookMessageFilter, limit| {
        let (db, a) = (db.clone(), a.clone());
        async move {
            let found = reading!(db, |r| r.list_webhook_messages(&a, &filter, limit));
            found.into_iter().map(|message| message.id.0).collect::<Vec<_>>()
        }
    };
    let all = WebhookMessageFilter::default;
    assert_eq!(list(all(), 2).await, ["msg_0003", "msg_0002"]);
    let before_id = Some(message_id(2));
    assert_eq!(list(WebhookMessageFilter { before_id, ..all() }, 9).await, ["msg_0001"]);
    let (after, before) = (Some(Millis(1)), Some(Millis(3)));
    assert_eq!(
        list(WebhookMessageFilter { after, before, ..all() }, 9).await,
        ["msg_0002"]
    );
    let channel = Some("all".into());
    assert_eq!(list(WebhookMessageFilter { channel, ..all() }, 9).await, ["msg_0002"]);
    let event_types = vec!["order.paid".into(), "x".into()];
    assert_eq!(
        list(WebhookMessageFilter { event_types, ..all() }, 9).await,
        ["msg_0002"]
    );
}

pub async fn what_is_due_waits_for_the_first_attempt_of_what_came_before(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_webhook_endpoint(&a, &endpoint(1))).expect("it is new");
    for (n, object) in [(1, "user:1"), (2, "user:1"), (3, "user:2")] {
        post(&db, &a, n, object).await;
    }
    assert_eq!(due_messages(&db, NOW).await, [message_id(1), message_id(3)]);
    assert_eq!(
        due_messages(&db, Millis(2)).await,
        [message_id(1)],
        "the third isn't due"
    );
    let busy = [endpoint_id(1)];
    let mut writer = db.write().await.expect("a writer");
    assert_eq!(writer.lock_due_webhooks(NOW, &busy, 9).await.expect("it reads"), []);
    drop(writer);
    settle(&db, &key(&a, 1, 1), WebhookStatus::Pending).await;
    assert_eq!(
        due_messages(&db, NOW).await,
        [message_id(2), message_id(3)],
        "its retry waits for nobody"
    );
    let found = due(&db, Millis(20_000)).await;
    let retried = found
        .iter()
        .find(|due| due.key.message == message_id(1))
        .expect("it is due");
    assert_eq!((retried.tries, retried.payload.as_str()), (1, "{\"n\":1}"));
}

pub async fn of_many_workers_each_takes_other_webhooks(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_webhook_endpoint(&a, &endpoint(1))).expect("it is new");
    for n in 1..=20 {
        post(&db, &a, n, &format!("user:{n}")).await;
    }
    let taken = at_once(&db, 4, |db, worker| async move {
        let mut writer = db.write().await.expect("a writer");
        let due = writer.lock_due_webhooks(NOW, &[], 5).await.expect("it reads");
        let keys: Vec<WebhookKey> = due.into_iter().map(|due| due.key).collect();
        let (lease, until) = (Uuid::from_u128(worker), Millis(NOW.get() + 90));
        writer.lease_webhooks(&keys, lease, until).await.expect("it is leased");
        writer.commit().await.expect("it commits");
        keys
    });
    let taken: Vec<WebhookKey> = taken.await.into_iter().flatten().collect();
    let distinct: BTreeSet<&WebhookKey> = taken.iter().collect();
    assert_eq!(distinct.len(), taken.len(), "nobody takes what another has");
    assert_eq!(due(&db, NOW).await.len(), 20 - taken.len());
    assert_eq!(due(&db, Millis(NOW.get() + 90)).await.len(), 20, "leases end");
}

pub async fn only_who_holds_the_lease_settles_and_logs(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_webhook_endpoint(&a, &endpoint(1))).expect("it is new");
    post(&db, &a, 1, "user:1").await;
    let key = key(&a, 1, 1);
    let late = [settled(&key, WebhookStatus::Succeeded)];
    storing!(db, |w| w.settle_webhooks(&late)).expect("it is no error");
    let stands = |db: Database| {
        let a = a.clone();
        async move { reading!(db, |r| r.list_webhook_deliveries(&a, &message_id(1))).remove(0) }
    };
    assert_eq!(stands(db.clone()).await.status, WebhookStatus::Pending);
    settle(&db, &key, WebhookStatus::Succeeded).await;
    storing!(db, |w| w.settle_webhooks(&late)).expect("twice is once");
    let delivery = stands(db.clone()).await;
    assert_eq!((delivery.status, delivery.is_leased), (WebhookStatus::Succeeded, false));
    let attempt = settled(&key, WebhookStatus::Succeeded).attempt;
    let of_message = WebhookAttemptFilter {
        message: Some(message_id(1)),
        ..WebhookAttemptFilter::default()
    };
    let of_endpoint = WebhookAttemptFilter {
        endpoint: Some(endpoint_id(1)),
        succeeded: Some(true),
        status_class: Some(2),
        ..WebhookAttemptFilter::default()
    };
    for filter in [&of_message, &of_endpoint] {
        assert_eq!(
            reading!(db, |r| r.list_webhook_attempts(&a, filter, 9)),
            std::slice::from_ref(&attempt)
        );
        assert_eq!(reading!(db, |r| r.list_webhook_attempts(&b, filter, 9)), []);
    }
    let failed = WebhookAttemptFilter {
        succeeded: Some(false),
        ..of_endpoint
    };
    assert_eq!(reading!(db, |r| r.list_webhook_attempts(&a, &failed, 9)), []);
    let found = reading!(db, |r| r.find_webhook_attempt(&a, &message_id(1), &attempt.id));
    assert_eq!(found, Some(attempt));
    assert_eq!(due(&db, Millis(i64::MAX)).await, []);
}

pub async fn what_was_given_up_is_sent_again_on_request(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_webhook_endpoint(&a, &endpoint(1))).expect("it is new");
    for n in [1, 2, 3] {
        post(&db, &a, n, &format!("user:{n}")).await;
        settle(&db, &key(&a, n, 1), WebhookStatus::Failed).await;
    }
    let id = endpoint_id(1);
    assert_eq!(due(&db, NOW).await, []);
    assert!(!storing!(db, |w| w.resend_webhook(&b, &message_id(1), &id, NOW)).expect("it is written"));
    assert!(storing!(db, |w| w.resend_webhook(&a, &message_id(1), &id, NOW)).expect("it is written"));
    let resent = due(&db, NOW).await.remove(0);
    assert_eq!((resent.tries, resent.is_manual), (0, true));
    let recovered = storing!(db, |w| w.recover_webhooks(&a, &id, Millis(2), Millis(3), NOW));
    assert_eq!(recovered.expect("it is written"), 1);
    assert_eq!(due_messages(&db, NOW).await, [message_id(1), message_id(2)]);
}

pub async fn what_waits_for_an_endpoint_is_put_off_and_hastened(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_webhook_endpoint(&a, &endpoint(1))).expect("it is new");
    for n in [1, 2] {
        post(&db, &a, n, &format!("user:{n}")).await;
    }
    let later = Millis(50_000);
    let (paced, parked) = ([(key(&a, 1, 1), later)], [(key(&a, 2, 1), later)]);
    storing!(db, |w| w.put_webhooks_off(&paced, true)).expect("it is written");
    storing!(db, |w| w.put_webhooks_off(&parked, false)).expect("it is written");
    assert_eq!(due(&db, NOW).await, []);
    assert!(due(&db, later).await.iter().any(|due| due.is_paced));
    let id = endpoint_id(1);
    assert_eq!(
        storing!(db, |w| w.hasten_webhooks(&a, &id, true, NOW)).expect("it is written"),
        1
    );
    assert_eq!(due_messages(&db, NOW).await, [message_id(1)]);
    assert_eq!(
        storing!(db, |w| w.hasten_webhooks(&a, &id, false, NOW)).expect("it is written"),
        1
    );
    assert_eq!(due(&db, NOW).await.len(), 2);
    let until = storing!(db, |w| w.lock_free_webhook_endpoint(&a, &id)).expect("it is free");
    assert_eq!(until, Some(Millis(0)));
}

pub async fn messages_go_with_their_time_and_deliveries_with_their_endpoint(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_webhook_endpoint(&a, &endpoint(1))).expect("it is new");
    for n in [1, 2, 3] {
        post(&db, &a, n, "user:1").await;
    }
    settle(&db, &key(&a, 3, 1), WebhookStatus::Succeeded).await;
    assert_eq!(
        storing!(db, |w| w.delete_webhook_messages_before(Millis(3), 1)).expect("it sweeps"),
        1
    );
    assert_eq!(due_messages(&db, NOW).await, [message_id(2)]);
    assert_eq!(
        storing!(db, |w| w.delete_webhook_messages_before(Millis(3), 9)).expect("it sweeps"),
        1
    );
    storing!(db, |w| w.delete_webhook_endpoint(&a, &endpoint_id(1))).expect("it is deleted");
    assert_eq!(reading!(db, |r| r.list_webhook_deliveries(&a, &message_id(3))), []);
    assert!(reading!(db, |r| r.find_webhook_message(&a, "msg_0003")).is_some());
}
