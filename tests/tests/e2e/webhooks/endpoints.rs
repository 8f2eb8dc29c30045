//! Managing endpoints: the shapes of Svix, and what can't be.

use std::time::Duration;

use serde_json::json;
use stack_webhooks::Verifier;

use super::{add_endpoint, attempts, create_user, manage, receiver::Receiver, secret, start};

#[tokio::test]
async fn an_endpoint_is_added_read_changed_and_deleted() {
    let project = start().await;
    let body = json!({
        "url": "https://example.com/hook",
        "uid": "mine",
        "description": "the first",
        "filterTypes": ["user.created"],
        "channels": ["one"],
        "metadata": { "team": "blue" },
        "rateLimit": 5,
        "version": 1,
    });
    let mut created = manage(&project, "POST /endpoint", body).await.answers(201);
    let id = created["id"].as_str().expect("an id").to_owned();
    for name in ["/endpoint/mine".to_owned(), format!("/endpoint/{id}")] {
        assert_eq!(
            manage(&project, &format!("GET {name}"), None).await.answers(200),
            created
        );
    }
    let listed = manage(&project, "GET /endpoint?limit=1", None).await.answers(200);
    assert_eq!((&listed["data"][0], &listed["done"]), (&created, &json!(true)));

    created["id"] = json!("[id]");
    insta::assert_json_snapshot!("an_endpoint", created);

    let patched = manage(&project, "PATCH /endpoint/mine", json!({ "filterTypes": null }))
        .await
        .answers(200);
    assert_eq!(
        (&patched["filterTypes"], &patched["description"]),
        (&json!(null), &json!("the first"))
    );
    let replaced = manage(
        &project,
        "PUT /endpoint/mine",
        json!({ "url": "https://example.com/2" }),
    )
    .await;
    let replaced = replaced.answers(200);
    assert_eq!(
        (&replaced["uid"], &replaced["description"]),
        (&json!(null), &json!("")),
        "what isn't said is gone"
    );
    manage(&project, "GET /endpoint/mine", None).await.answers(404);
    manage(&project, &format!("DELETE /endpoint/{id}"), None)
        .await
        .answers(204);
    manage(&project, &format!("DELETE /endpoint/{id}"), None)
        .await
        .answers(404);
}

#[tokio::test]
async fn what_can_not_be_is_refused_with_a_reason() {
    let project = start().await;
    manage(
        &project,
        "POST /endpoint",
        json!({ "url": "https://example.com/", "uid": "mine" }),
    )
    .await
    .answers(201);
    for (body, status, why) in [
        (json!({}), 400, "needs a url"),
        (json!({ "url": "elsewhere" }), 400, "isn't one"),
        (json!({ "url": "ftp://example.com/" }), 400, "https://"),
        (
            json!({ "url": "https://ada:secret@example.com/" }),
            400,
            "authorization header",
        ),
        (
            json!({ "url": "https://example.com/", "uid": "mine" }),
            400,
            "has this uid",
        ),
        (
            json!({ "url": "https://example.com/", "uid": "ep_1" }),
            400,
            "looks like an id",
        ),
        (
            json!({ "url": "https://example.com/", "filterTypes": ["no blanks"] }),
            400,
            "filterTypes",
        ),
        (
            json!({ "url": "https://example.com/", "rateLimit": 0 }),
            400,
            "1 to 1000",
        ),
        (
            json!({ "url": "https://example.com/", "secret": "whsec_short" }),
            400,
            "base64",
        ),
        (
            json!({ "url": "https://example.com/", "headers": { "svix-id": "x" } }),
            400,
            "set by the sender",
        ),
        (json!({ "url": 5 }), 422, "can't be read"),
    ] {
        let refused = manage(&project, "POST /endpoint", body.clone()).await;
        let refused = refused.answers(status);
        assert!(refused["detail"].to_string().contains(why), "{body}: {refused}");
    }
    assert_eq!(
        manage(&project, "POST /nowhere", json!({})).await.answers(404)["code"],
        "not_found"
    );
}

#[tokio::test]
async fn headers_are_sent_along_and_tokens_among_them_are_not_shown() {
    let project = start().await;
    let mut receiver = Receiver::start().await;
    let endpoint = add_endpoint(&project, &receiver, json!({})).await;
    let line = |method: &str| format!("{method} /endpoint/{endpoint}/headers");
    let body = json!({ "headers": { "Authorization": "Bearer t0k3n", "X-A": "1", "X-B": "2" } });
    manage(&project, &line("PUT"), body).await.answers(204);
    let shown = manage(&project, &line("GET"), None).await.answers(200);
    assert_eq!(
        shown,
        json!({ "headers": { "x-a": "1", "x-b": "2" }, "sensitive": ["authorization"] })
    );
    let body = json!({ "headers": { "x-a": "3" }, "deleteHeaders": ["X-B"] });
    manage(&project, &line("PATCH"), body).await.answers(204);
    create_user(&project, json!({})).await;
    let received = receiver.next().await;
    assert_eq!(received.header("authorization"), "Bearer t0k3n");
    assert_eq!(received.header("x-a"), "3");
    assert!(!received.headers.contains_key("x-b"));
    manage(&project, &line("PUT"), json!({ "headers": { "host": "x" } }))
        .await
        .answers(400);
}

#[tokio::test]
async fn a_replaced_secret_signs_for_a_day_more() {
    let project = start().await;
    let mut receiver = Receiver::start().await;
    let endpoint = add_endpoint(&project, &receiver, json!({})).await;
    let old = secret(&project, &endpoint).await;
    let rotate = format!("POST /endpoint/{endpoint}/secret/rotate");
    manage(&project, &rotate, json!({})).await.answers(204);
    let new = secret(&project, &endpoint).await;
    assert_ne!(new, old);

    let mut signs = async |secret: &str| {
        create_user(&project, json!({})).await;
        let received = receiver.next().await;
        let now = std::time::SystemTime::from(project.server.now());
        let verifier = Verifier::new(secret.parse().expect("a secret")).clock(move || now);
        verifier.verify(&received.headers, &received.body).is_ok()
    };
    assert!(signs(&old).await && signs(&new).await);
    attempts(&project, &endpoint, 2).await;
    project.server.advance(Duration::from_secs(24 * 60 * 60 + 1));
    assert!(signs(&new).await);
    assert!(!signs(&old).await, "the old one's day is over");

    let own = format!("whsec_{}", "A".repeat(32));
    manage(&project, &rotate, json!({ "key": own, "gracePeriodSeconds": 0 }))
        .await
        .answers(204);
    assert_eq!(secret(&project, &endpoint).await, own);
    assert!(!signs(&new).await, "without grace it stops at once");
    for _ in 0..10 {
        manage(&project, &rotate, json!({})).await.answers(204);
    }
    let refused = manage(&project, &rotate, json!({})).await.answers(400);
    assert!(
        refused["detail"].as_str().is_some_and(|why| why.contains("still sign")),
        "{refused}"
    );
}
