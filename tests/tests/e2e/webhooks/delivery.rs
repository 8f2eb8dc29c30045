//! What arrives: signed by both names, in order, once, and only what is wanted.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;
use stack_tests::{TestProject, TestServer, run_script};
use stack_webhooks::{Event, Verifier};
use standardwebhooks::Webhook;

use super::{
    add_endpoint, allow_loopback, attempts, create_user, manage,
    receiver::{Receiver, Reply},
    secret, start,
};

/// On the machine's clock, at which other implementations look.
async fn start_now() -> TestProject {
    TestProject::create(&TestServer::start_on_the_machines_clock_with(allow_loopback).await).await
}

#[tokio::test]
async fn a_message_is_signed_by_both_names_as_other_implementations_verify_it() {
    let project = start_now().await;
    let mut receiver = Receiver::start().await;
    let endpoint = add_endpoint(&project, &receiver, json!({ "headers": { "X-Tenant": "blue" } })).await;
    let secret = secret(&project, &endpoint).await;
    let id = create_user(&project, json!({ "display_name": "Ada" })).await;
    let received = receiver.next().await;

    Webhook::new(&secret)
        .expect("a secret")
        .verify(&received.body, &received.headers)
        .expect("the twins of Standard Webhooks are right");
    let message = Verifier::new(secret.parse().expect("a secret")).receive(&received.headers, &received.body);
    let message = message.expect("it is right");
    assert!(
        matches!(&message.event, Event::UserCreated(user) if user.id.to_string() == id),
        "{message:?}"
    );
    for (ours, twin) in [("svix-id", "webhook-id"), ("svix-signature", "webhook-signature")] {
        assert_eq!(received.header(ours), received.header(twin));
    }
    assert_eq!(received.header("content-type"), "application/json");
    assert_eq!(received.header("x-tenant"), "blue");
    assert!(received.header("user-agent").starts_with("Stack-Auth-Webhooks/"));
    assert!(received.id().starts_with("msg_"));
    let shown = project
        .server_call(&format!("GET /users/{id}"))
        .send()
        .await
        .answers(200);
    assert_eq!(received.json(), json!({ "type": "user.created", "data": shown }));
}

#[tokio::test]
async fn the_official_svix_client_manages_endpoints_and_verifies_messages() {
    let project = start_now().await;
    let mut environment = project.environment().to_vec();
    environment.push((
        "STACK_SUPER_SECRET_ADMIN_KEY",
        project.keys.super_secret_admin_key.expose(),
    ));
    run_script("svix.mjs", &environment, "all Svix steps passed").await;
}

#[tokio::test]
async fn changes_of_a_user_arrive_in_their_order() {
    let project = start().await;
    let mut receiver = Receiver::start().await;
    add_endpoint(&project, &receiver, json!({})).await;
    let id = create_user(&project, json!({ "display_name": "0" })).await;
    for n in 1..=15 {
        let body = json!({ "display_name": n.to_string() });
        let updated = project
            .server_call(&format!("PATCH /users/{id}"))
            .json(body)
            .send()
            .await;
        updated.answers(200);
    }
    let received = receiver.take(16).await;
    let names: Vec<String> = received
        .iter()
        .map(|received| {
            received.json()["data"]["display_name"]
                .as_str()
                .expect("a name")
                .to_owned()
        })
        .collect();
    let expected: Vec<String> = (0..=15).map(|n| n.to_string()).collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_later_change_waits_for_the_first_attempt_of_an_earlier_one_only() {
    let project = start().await;
    let mut receiver = Receiver::answering([Reply::Status(500)]).await;
    add_endpoint(&project, &receiver, json!({})).await;
    let id = create_user(&project, json!({})).await;
    let updated = project
        .server_call(&format!("PATCH /users/{id}"))
        .json(json!({ "display_name": "Ada" }));
    updated.send().await.answers(200);
    let first = receiver.next().await;
    assert_eq!(first.event_type(), "user.created");
    assert_eq!(receiver.next().await.event_type(), "user.updated");
    project.server.advance(Duration::from_secs(7));
    assert_eq!(receiver.next().await.id(), first.id(), "the retry has the same id");
}

#[tokio::test]
async fn two_processes_do_no_work_twice() {
    let project = start().await;
    let twin = project.server.twin().await;
    let mut receiver = Receiver::start().await;
    let endpoint = add_endpoint(&project, &receiver, json!({})).await;
    for n in 0..60 {
        let on = if n % 2 == 0 { project.clone() } else { project.on(&twin) };
        create_user(&on, json!({ "display_name": n.to_string() })).await;
    }
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for received in receiver.take(60).await {
        *times.entry(received.id().to_owned()).or_default() += 1;
    }
    assert_eq!(times.len(), 60);
    receiver.hears_nothing().await;
    let page = manage(&project, &format!("GET /attempt/endpoint/{endpoint}?limit=250"), None).await;
    assert_eq!(page.answers(200)["data"].as_array().map(Vec::len), Some(60));
}

#[tokio::test]
async fn an_endpoint_gets_only_what_it_wants() {
    let project = start().await;
    let (mut deleted, mut shop) = (Receiver::start().await, Receiver::start().await);
    add_endpoint(&project, &deleted, json!({ "filterTypes": ["user.deleted"] })).await;
    add_endpoint(&project, &shop, json!({ "channels": ["shop"] })).await;
    let id = create_user(&project, json!({})).await;
    let messages = manage(&project, "GET /msg", None).await.answers(200);
    assert_eq!(messages["data"], json!([]), "what nobody wants isn't even written");
    project
        .server_call(&format!("DELETE /users/{id}"))
        .send()
        .await
        .answers(200);
    let received = deleted.next().await;
    assert_eq!(
        received.json(),
        json!({ "type": "user.deleted", "data": { "id": id, "teams": [] } })
    );
    let own = json!({ "eventType": "order.paid", "channels": ["shop"], "payload": { "total": 5 } });
    manage(&project, "POST /msg", own).await.answers(202);
    assert_eq!(shop.next().await.json(), json!({ "total": 5 }));
    deleted.hears_nothing().await;
    shop.hears_nothing().await;
}

#[tokio::test]
async fn nobody_hears_of_a_change_that_did_not_happen() {
    let project = start().await;
    let mut receiver = Receiver::start().await;
    add_endpoint(&project, &receiver, json!({})).await;
    let ada = json!({ "primary_email": "ada@example.com", "primary_email_auth_enabled": true });
    create_user(&project, ada.clone()).await;
    assert_eq!(receiver.next().await.event_type(), "user.created");
    let again = project.server_call("POST /users").json(ada).send().await;
    again.fails(409, "USER_EMAIL_ALREADY_EXISTS");
    receiver.hears_nothing().await;
}

#[tokio::test]
async fn private_addresses_are_not_called_unless_they_are_allowed() {
    let project = TestProject::start().await;
    let mut receiver = Receiver::start().await;
    let port = receiver.url().rsplit(':').next().expect("a port").to_owned();
    for host in ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0x7f.1"] {
        for scheme in ["http", "https"] {
            let url = json!({ "url": format!("{scheme}://{host}:{port}") });
            add_endpoint(&project, &receiver, url).await;
        }
    }
    create_user(&project, json!({})).await;
    let endpoints = manage(&project, "GET /endpoint", None).await.answers(200);
    for endpoint in endpoints["data"].as_array().expect("a list") {
        let id = endpoint["id"].as_str().expect("an id");
        let attempt = attempts(&project, id, 1).await.remove(0);
        let response = attempt["response"].as_str().expect("a text");
        assert!(
            response.contains("outbound_networks"),
            "{}: {response}",
            endpoint["url"]
        );
        assert_eq!(attempt["responseStatusCode"], 0);
    }
    receiver.hears_nothing().await;
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_not_followed() {
    let project = start().await;
    let mut elsewhere = Receiver::start().await;
    let location: &'static str = String::leak(elsewhere.url().to_owned());
    let mut receiver = Receiver::answering([Reply::With(307, "location", location, "over there")]).await;
    let endpoint = add_endpoint(&project, &receiver, json!({})).await;
    create_user(&project, json!({})).await;
    receiver.next().await;
    let attempt = attempts(&project, &endpoint, 1).await.remove(0);
    assert_eq!(
        (&attempt["status"], &attempt["responseStatusCode"]),
        (&json!(2), &json!(307))
    );
    assert_eq!(attempt["response"], "over there");
    elsewhere.hears_nothing().await;
}

#[tokio::test]
async fn a_rate_limit_holds_messages_back_until_their_turn() {
    let project = start().await;
    let mut receiver = Receiver::start().await;
    add_endpoint(&project, &receiver, json!({ "rateLimit": 1 })).await;
    for _ in 0..3 {
        create_user(&project, json!({})).await;
    }
    receiver.next().await;
    receiver.hears_nothing().await;
    for _ in 0..2 {
        project.server.advance(Duration::from_secs(1));
        receiver.next().await;
        receiver.hears_nothing().await;
    }
}
