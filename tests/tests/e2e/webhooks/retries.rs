//! What becomes of messages that aren't taken.

use std::time::Duration;

use serde_json::json;
use stack_tests::{TestProject, TestServer};

use super::{
    add_endpoint, allow_loopback, attempts, create_user, manage,
    receiver::{Receiver, Reply},
    start, until_endpoint,
};

const HOUR: u64 = 60 * 60;
/// A little more than the waits of the schedule at their longest.
const WAITS_SECS: [u64; 7] = [7, 361, 2161, 3 * HOUR, 6 * HOUR + 1, 12 * HOUR + 1, 12 * HOUR + 1];

#[tokio::test]
async fn a_failed_message_comes_again_with_its_id_until_it_is_taken() {
    let project = start().await;
    let mut receiver = Receiver::answering([Reply::With(500, "x-a", "b", "no \0 way"), Reply::Status(404)]).await;
    let endpoint = add_endpoint(&project, &receiver, json!({})).await;
    create_user(&project, json!({})).await;
    let first = receiver.next().await;
    receiver.hears_nothing().await;
    for (attempts_so_far, wait) in (1..).zip(&WAITS_SECS[..2]) {
        attempts(&project, &endpoint, attempts_so_far).await;
        project.server.advance(Duration::from_secs(*wait));
        let again = receiver.next().await;
        assert_eq!((again.id(), &again.body), (first.id(), &first.body));
        assert_ne!(again.header("svix-timestamp"), first.header("svix-timestamp"));
        assert_ne!(again.header("svix-signature"), first.header("svix-signature"));
    }
    let log = attempts(&project, &endpoint, 3).await;
    let statuses: Vec<_> = log
        .iter()
        .map(|attempt| attempt["responseStatusCode"].clone())
        .collect();
    assert_eq!(statuses, [204, 404, 500]);
    assert_eq!(log[2]["response"], "no  way", "the beginning of the answer is kept");
    project.server.advance(Duration::from_secs(48 * HOUR));
    receiver.hears_nothing().await;
}

#[tokio::test]
async fn an_endpoint_that_takes_too_long_gets_the_message_again_after_a_minute() {
    let server = TestServer::start_with(|config| {
        allow_loopback(config);
        config.webhook_timeout = Duration::from_millis(300);
    });
    let project = TestProject::create(&server.await).await;
    let mut receiver = Receiver::answering([Reply::Never]).await;
    let endpoint = add_endpoint(&project, &receiver, json!({})).await;
    create_user(&project, json!({})).await;
    receiver.next().await;
    let attempt = attempts(&project, &endpoint, 1).await.remove(0);
    assert_eq!(attempt["responseStatusCode"], 0);
    assert!(
        attempt["response"].as_str().is_some_and(|why| why.contains("in time")),
        "{attempt}"
    );
    project.server.advance(Duration::from_secs(7));
    receiver.hears_nothing().await;
    project.server.advance(Duration::from_secs(66));
    receiver.next().await;
}

#[tokio::test]
async fn after_eight_attempts_a_message_is_given_up_and_can_be_recovered() {
    let project = start().await;
    let mut receiver = Receiver::answering(vec![Reply::Status(500); 8]).await;
    let endpoint = add_endpoint(&project, &receiver, json!({})).await;
    let since = "2026-01-01T00:00:00Z";
    create_user(&project, json!({})).await;
    let id = receiver.next().await.id().to_owned();
    for (count, wait) in WAITS_SECS.iter().enumerate() {
        attempts(&project, &endpoint, count + 1).await;
        project.server.advance(Duration::from_secs(*wait));
        assert_eq!(receiver.next().await.id(), id);
    }
    attempts(&project, &endpoint, 8).await;
    project.server.advance(Duration::from_secs(24 * HOUR));
    receiver.hears_nothing().await;
    let destinations = manage(&project, &format!("GET /msg/{id}/endpoint"), None)
        .await
        .answers(200);
    assert_eq!(destinations["data"][0]["statusText"], "fail");

    let recover = format!("POST /endpoint/{endpoint}/recover");
    let recovered = manage(&project, &recover, json!({ "since": since })).await.answers(202);
    assert_eq!(recovered["status"], "finished");
    assert_eq!(receiver.next().await.id(), id);
    let log = attempts(&project, &endpoint, 9).await;
    assert_eq!((&log[0]["triggerType"], &log[1]["triggerType"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn a_message_is_sent_again_on_request_whatever_became_of_it() {
    let project = start().await;
    let mut receiver = Receiver::start().await;
    let endpoint = add_endpoint(&project, &receiver, json!({})).await;
    create_user(&project, json!({})).await;
    let first = receiver.next().await;
    let attempt = attempts(&project, &endpoint, 1).await.remove(0);
    let (id, attempt) = (first.id(), attempt["id"].as_str().expect("an id"));
    let shown = manage(&project, &format!("GET /msg/{id}/attempt/{attempt}"), None)
        .await
        .answers(200);
    assert_eq!(shown["statusText"], "success");
    let resend = format!("POST /msg/{id}/endpoint/{endpoint}/resend");
    manage(&project, &resend, None).await.answers(202);
    assert_eq!(receiver.next().await.id(), id);
    attempts(&project, &endpoint, 2).await;

    let mut other = Receiver::start().await;
    let later = add_endpoint(&project, &other, json!({})).await;
    manage(&project, &format!("POST /msg/{id}/endpoint/{later}/resend"), None)
        .await
        .answers(202);
    assert_eq!(
        other.next().await.id(),
        id,
        "also to an endpoint that wasn't there then"
    );
    for line in [
        format!("POST /msg/msg_x/endpoint/{endpoint}/resend"),
        format!("POST /msg/{id}/endpoint/ep_x/resend"),
    ] {
        manage(&project, &line, None).await.answers(404);
    }
}

#[tokio::test]
async fn an_endpoint_that_fails_for_five_days_is_disabled_and_others_are_told() {
    let project = start().await;
    let (mut receiver, mut ops) = (
        Receiver::answering(vec![Reply::Status(503); 2]).await,
        Receiver::start().await,
    );
    let endpoint = add_endpoint(&project, &receiver, json!({ "filterTypes": ["user.created"] })).await;
    add_endpoint(&project, &ops, json!({ "filterTypes": ["endpoint.disabled"] })).await;
    create_user(&project, json!({})).await;
    receiver.next().await;
    attempts(&project, &endpoint, 1).await;
    project.server.advance(Duration::from_secs(5 * 24 * HOUR + 1));
    receiver.next().await;
    let shown = until_endpoint(&project, &endpoint, |shown| shown["disabled"] == true).await;
    assert_eq!(shown["id"], json!(endpoint));
    let told = ops.next().await.json();
    assert_eq!(told["type"], "endpoint.disabled");
    assert_eq!(told["data"]["endpoint_id"], json!(endpoint));

    create_user(&project, json!({})).await;
    project.server.advance(Duration::from_secs(24 * HOUR));
    receiver.hears_nothing().await;
    // What waited when it was disabled waits on.
    manage(
        &project,
        &format!("PATCH /endpoint/{endpoint}"),
        json!({ "disabled": false }),
    )
    .await
    .answers(200);
    assert_eq!(receiver.next().await.event_type(), "user.created");
    receiver.hears_nothing().await;
}

#[tokio::test]
async fn an_endpoint_that_is_gone_for_good_is_disabled_at_once() {
    let project = start().await;
    let mut receiver = Receiver::answering([Reply::Status(410)]).await;
    let endpoint = add_endpoint(&project, &receiver, json!({})).await;
    create_user(&project, json!({})).await;
    receiver.next().await;
    until_endpoint(&project, &endpoint, |shown| shown["disabled"] == true).await;
    attempts(&project, &endpoint, 1).await;
}

#[tokio::test]
async fn one_success_forgives_what_failed_before() {
    let project = start().await;
    let mut receiver = Receiver::answering([Reply::Status(500)]).await;
    let endpoint = add_endpoint(&project, &receiver, json!({})).await;
    create_user(&project, json!({})).await;
    receiver.next().await;
    attempts(&project, &endpoint, 1).await;
    project.server.advance(Duration::from_secs(7));
    receiver.next().await;
    attempts(&project, &endpoint, 2).await;
    receiver.then(Reply::Status(500));
    project.server.advance(Duration::from_secs(6 * 24 * HOUR));
    create_user(&project, json!({})).await;
    receiver.next().await;
    attempts(&project, &endpoint, 3).await;
    until_endpoint(&project, &endpoint, |shown| shown["disabled"] == false).await;
}
