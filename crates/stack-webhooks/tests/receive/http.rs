//! What the extractor and the layer promise.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{Router, body::Body, extract::DefaultBodyLimit, http::Request, http::StatusCode, routing::post};
use http_body_util::BodyExt;
use serde_json::json;
use stack_webhooks::{
    Claim, EventType, MemoryReplayStore, MessageId, ReplayStore, Signer, SigningSecret, TestSigner, Webhook,
    WebhookLayer,
};
use tower::ServiceExt;

async fn answer(router: &Router, request: Request<Body>) -> (StatusCode, String) {
    let answer = router.clone().oneshot(request).await.expect("axum answers");
    let status = answer.status();
    let body = answer.into_body().collect().await.expect("it has a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("it is text"))
}

fn extracting(signer: &TestSigner) -> Router {
    let receive = |Webhook(message): Webhook| async move { message.event.event_type().to_string() };
    Router::new()
        .route("/", post(receive))
        .layer(DefaultBodyLimit::disable())
        .with_state(signer.verifier().max_body_bytes(10_000))
}

#[tokio::test]
async fn the_extractor_gives_the_event_to_the_handler() {
    let signer = TestSigner::new();
    let event: serde_json::Value =
        serde_json::from_str(EventType::UserUpdated.example().expect("known")).expect("JSON");
    let (status, body) = answer(&extracting(&signer), signer.request(&event)).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "user.updated"));
}

#[tokio::test]
async fn the_extractor_refuses_with_a_status_and_repeats_nothing() {
    let signer = TestSigner::new();
    let router = extracting(&signer);
    let event = json!({"type": "team.deleted", "data": {"id": "hunter2"}});

    let unreadable = signer.request(&event);
    let mut forged: Request<Body> = signer.request(&event);
    *forged.body_mut() = Body::from("{}");
    let mut bare: Request<Body> = signer.request(&event);
    bare.headers_mut().remove("svix-id");
    let large = signer.request(&json!("x".repeat(10_000)));
    let text = b"{\"hunter2\"";
    let mut no_json = Request::post("/").body(Body::from(&text[..])).expect("it is a request");
    no_json.headers_mut().extend(signer.headers(text));
    let old = TestSigner::new().clock(|| UNIX_EPOCH).request(&event);
    for (request, expected) in [
        (unreadable, StatusCode::UNPROCESSABLE_ENTITY),
        (no_json, StatusCode::UNPROCESSABLE_ENTITY),
        (forged, StatusCode::UNAUTHORIZED),
        (bare, StatusCode::BAD_REQUEST),
        (large, StatusCode::PAYLOAD_TOO_LARGE),
        (old, StatusCode::UNAUTHORIZED),
    ] {
        let (status, body) = answer(&router, request).await;
        assert_eq!(status, expected, "{body}");
        assert!(
            !body.contains("hunter2") && !body.contains("whsec") && !body.is_empty(),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_read_and_a_byte_more_is_not() {
    let signer = TestSigner::new();
    let (headers, body) = signer.example(&EventType::StackTest);
    for (limit, expected) in [
        (body.len(), StatusCode::OK),
        (body.len() - 1, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let verifier = signer.verifier().max_body_bytes(limit);
        let extracting = Router::new()
            .route("/", post(|Webhook(_): Webhook| async {}))
            .with_state(verifier.clone());
        let layered = Router::new()
            .route("/", post(|| async {}))
            .layer(WebhookLayer::new(verifier));
        for router in [extracting, layered] {
            let mut request = Request::post("/")
                .body(Body::from(body.clone()))
                .expect("it is a request");
            request.headers_mut().extend(headers.clone());
            assert_eq!(answer(&router, request).await.0, expected, "{limit}");
        }
    }
}

#[tokio::test]
async fn an_event_of_a_newer_server_reaches_the_handler() {
    let signer = TestSigner::new();
    let event = json!({"type": "user.merged", "data": {"into": 7}});
    let (status, body) = answer(&extracting(&signer), signer.request(&event)).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "user.merged"));
}

/// A receiver behind the layer that fails `failures` times, and how often it was called.
fn layered(signer: &TestSigner, failures: usize) -> (Router, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let receive = move || async move {
        if counted.fetch_add(1, Ordering::SeqCst) < failures {
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::NO_CONTENT
        }
    };
    let layer = WebhookLayer::new(signer.verifier());
    (Router::new().route("/", post(receive)).layer(layer), calls)
}

fn attempt(signer: &TestSigner, id: &str) -> Request<Body> {
    let body = b"{}";
    let mut request = Request::post("/").body(Body::from(&body[..])).expect("it is a request");
    *request.headers_mut() = signer.attempt(MessageId::new(id).expect("it is an id"), body);
    request
}

#[tokio::test]
async fn a_message_that_was_handled_is_not_handled_again() {
    let signer = TestSigner::new();
    let (router, calls) = layered(&signer, 0);
    assert_eq!(
        answer(&router, attempt(&signer, "msg_1")).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(answer(&router, attempt(&signer, "msg_1")).await.0, StatusCode::OK);
    assert_eq!(
        answer(&router, attempt(&signer, "msg_2")).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_message_that_failed_may_come_again() {
    let signer = TestSigner::new();
    let (router, calls) = layered(&signer, 1);
    assert_eq!(
        answer(&router, attempt(&signer, "msg_1")).await.0,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert_eq!(
        answer(&router, attempt(&signer, "msg_1")).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_forged_message_reaches_nobody_and_is_not_remembered() {
    let signer = TestSigner::new();
    let (router, calls) = layered(&signer, 0);
    let forger = Signer::new(SigningSecret::from_bytes([7; 24]).expect("24 bytes will do"));
    let id = MessageId::new("msg_1").expect("it is an id");
    let mut forged = attempt(&signer, "msg_1");
    *forged.headers_mut() = forger.sign(id, SystemTime::now(), b"{}").to_map(Default::default());
    assert_eq!(answer(&router, forged).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    assert_eq!(
        answer(&router, attempt(&signer, "msg_1")).await.0,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn a_message_that_is_being_handled_is_refused_until_its_claim_lapses() {
    let signer = TestSigner::new();
    let store = Arc::new(MemoryReplayStore::new());
    let id = MessageId::new("msg_1").expect("it is an id");
    let now = SystemTime::now();
    assert_eq!(store.claim(&id, now).await, Ok(Claim::New));
    let layer = WebhookLayer::with_store(signer.verifier(), Arc::clone(&store));
    let router = Router::new().route("/", post(|| async {})).layer(layer);
    assert_eq!(answer(&router, attempt(&signer, "msg_1")).await.0, StatusCode::CONFLICT);
    assert_eq!(store.claim(&id, now + MemoryReplayStore::LEASE).await, Ok(Claim::New));
}

#[tokio::test]
async fn memory_is_bounded_and_forgets_the_oldest() {
    let store = MemoryReplayStore::with_capacity(2);
    let now = UNIX_EPOCH;
    let ids = ["a", "b", "c"].map(|id| MessageId::new(id).expect("it is an id"));
    for id in &ids {
        assert_eq!(store.claim(id, now).await, Ok(Claim::New));
        assert_eq!(store.finish(id).await, Ok(()));
    }
    assert_eq!(store.claim(&ids[2], now).await, Ok(Claim::Handled));
    assert_eq!(store.claim(&ids[0], now).await, Ok(Claim::New), "it was forgotten");
}

#[tokio::test]
async fn whoever_fails_late_does_not_undo_what_another_attempt_did() {
    let store = MemoryReplayStore::new();
    let now = UNIX_EPOCH;
    let id = MessageId::new("msg_1").expect("it is an id");
    let later = now + MemoryReplayStore::LEASE;
    assert_eq!(store.claim(&id, now).await, Ok(Claim::New));
    assert_eq!(store.claim(&id, later).await, Ok(Claim::New), "the first claim lapsed");
    assert_eq!(store.finish(&id).await, Ok(()));
    assert_eq!(store.release(&id).await, Ok(()));
    assert_eq!(store.claim(&id, later).await, Ok(Claim::Handled));
}

/// A store that is out of reach.
struct NoStore;

impl ReplayStore for NoStore {
    type Error = std::fmt::Error;

    async fn claim(&self, _: &MessageId, _: SystemTime) -> Result<Claim, Self::Error> {
        Err(std::fmt::Error)
    }

    async fn finish(&self, _: &MessageId) -> Result<(), Self::Error> {
        Err(std::fmt::Error)
    }

    async fn release(&self, _: &MessageId) -> Result<(), Self::Error> {
        Err(std::fmt::Error)
    }
}

#[tokio::test]
async fn without_its_store_the_layer_asks_for_another_attempt() {
    let signer = TestSigner::new();
    let layer = WebhookLayer::with_store(signer.verifier(), Arc::new(NoStore));
    let router = Router::new().route("/", post(|| async {})).layer(layer);
    let (status, _) = answer(&router, attempt(&signer, "msg_1")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}
