//! Who may manage webhooks, the operations of the tag, and what was sent.

use std::time::Duration;

use serde_json::{Value, json};
use stack_tests::TestProject;

use super::{add_endpoint, create_user, manage, manage_as, receiver::Receiver, start};

async fn token(project: &TestProject) -> String {
    let answer = project
        .admin_call("POST /webhooks/svix-token")
        .json(json!({}))
        .send()
        .await
        .answers(201);
    assert_eq!(
        answer.as_object().map(|object| object.len()),
        Some(1),
        "there is no page of its own"
    );
    answer["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_token_opens_the_webhooks_of_its_project_for_a_day() {
    let project = start().await;
    let neighbour = TestProject::create(&project.server).await;
    let (server, token) = (&project.server, token(&project).await);
    let own = format!("GET /app/{}/endpoint", project.id);
    manage_as(server, &token, &own, None).await.answers(200);
    let listed = manage_as(server, &token, "GET /app", None).await.answers(200);
    assert_eq!(listed["data"][0]["id"], json!(project.id));
    let other = format!("GET /app/{}/endpoint", neighbour.id);
    manage_as(server, &token, &other, None).await.answers(404);
    server.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(
        manage_as(server, &token, &own, None).await.answers(401)["code"],
        "authentication_failed"
    );
}

#[tokio::test]
async fn nobody_else_manages_webhooks() {
    let project = start().await;
    let neighbour = TestProject::create(&project.server).await;
    let line = format!("GET /app/{}/endpoint", project.id);
    let keys = &project.keys;
    for bearer in [
        "",
        "whtok_v1.AAAA",
        "anything",
        keys.secret_server_key.expose(),
        keys.publishable_client_key.expose(),
        neighbour.keys.super_secret_admin_key.expose(),
    ] {
        manage_as(&project.server, bearer, &line, None).await.answers(401);
    }
    manage_as(&project.server, keys.super_secret_admin_key.expose(), &line, None)
        .await
        .answers(200);
    let url = format!("{}/svix/api/v1/app/{}/endpoint", project.server.url(), project.id);
    let answer = project.server.http().get(url).send().await.expect("it answers");
    assert_eq!(answer.status().as_u16(), 401);
}

#[tokio::test]
async fn the_ids_of_a_neighbour_lead_nowhere() {
    let project = start().await;
    let neighbour = TestProject::create(&project.server).await;
    let mut receiver = Receiver::start().await;
    let endpoint = add_endpoint(&neighbour, &receiver, json!({})).await;
    create_user(&neighbour, json!({})).await;
    let message = receiver.next().await.id().to_owned();
    super::attempts(&neighbour, &endpoint, 1).await;
    for line in [
        format!("GET /endpoint/{endpoint}"),
        format!("DELETE /endpoint/{endpoint}"),
        format!("GET /endpoint/{endpoint}/secret"),
        format!("GET /endpoint/{endpoint}/headers"),
        format!("GET /attempt/endpoint/{endpoint}"),
        format!("GET /attempt/msg/{message}"),
        format!("GET /msg/{message}"),
        format!("GET /msg/{message}/endpoint"),
        format!("POST /msg/{message}/endpoint/{endpoint}/resend"),
        format!("POST /endpoint/{endpoint}/secret/rotate"),
    ] {
        manage(&project, &line, None).await.answers(404);
    }
    let none = manage(&project, "GET /msg", None).await.answers(200);
    assert_eq!(none["data"], json!([]));
}

#[tokio::test]
async fn a_project_is_its_own_application() {
    let project = start().await;
    let key = project.keys.super_secret_admin_key.expose();
    let body = json!({ "uid": project.id, "name": "anything" });
    let line = "POST /app?get_if_exists=true";
    let made = manage_as(&project.server, key, line, Some(body)).await.answers(200);
    assert_eq!((&made["id"], &made["uid"]), (&json!(project.id), &json!(project.id)));
    let read = manage_as(&project.server, key, &format!("GET /app/{}", project.id), None).await;
    assert_eq!(read.answers(200), made);
    let types = manage_as(
        &project.server,
        &token(&project).await,
        "GET /event-type?limit=250",
        None,
    )
    .await;
    let types = types.answers(200);
    let names: Vec<&str> = types["data"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    assert!(names.is_sorted() && names.len() >= 13, "{names:?}");
}

#[tokio::test]
async fn a_test_goes_to_one_endpoint() {
    let project = start().await;
    let (mut receiver, mut other) = (Receiver::start().await, Receiver::start().await);
    let endpoint = add_endpoint(&project, &receiver, json!({ "filterTypes": ["team.created"] })).await;
    add_endpoint(&project, &other, json!({})).await;
    let test = async |endpoint: &str| -> Value {
        let call = project.admin_call("POST /internal/send-test-webhook");
        call.json(json!({ "endpoint_id": endpoint })).send().await.answers(200)
    };
    assert_eq!(test(&endpoint).await, json!({ "success": true }));
    let received = receiver.next().await.json();
    assert_eq!(
        (&received["type"], &received["data"]["endpointUrl"]),
        (&json!("stack.test"), &json!(receiver.url()))
    );
    other.hears_nothing().await;
    assert_eq!(
        test("ep_x").await,
        json!({ "success": false, "error_message": "There is no such endpoint." })
    );
    manage(
        &project,
        &format!("PATCH /endpoint/{endpoint}"),
        json!({ "disabled": true }),
    )
    .await
    .answers(200);
    assert_eq!(test(&endpoint).await["success"], false);
}

#[tokio::test]
async fn an_example_of_every_event_can_be_sent() {
    let project = start().await;
    let mut receiver = Receiver::start().await;
    let endpoint = add_endpoint(&project, &receiver, json!({})).await;
    let line = format!("POST /endpoint/{endpoint}/send-example");
    for event_type in stack_webhooks::EventType::ALL {
        let body = json!({ "eventType": event_type.as_str() });
        manage(&project, &line, body).await.answers(200);
        let received = receiver.next().await;
        let event: stack_webhooks::Event = serde_json::from_slice(&received.body).expect("an event");
        assert_eq!(event.event_type(), *event_type);
    }
    manage(&project, &line, json!({ "eventType": "user.flew" }))
        .await
        .answers(422);
}

#[tokio::test]
async fn messages_are_sent_by_hand_and_listed_in_pages() {
    let project = start().await;
    for n in 0..5 {
        let body = json!({ "eventType": "order.paid", "eventId": format!("order-{n}"), "payload": { "n": n } });
        manage(&project, "POST /msg", body).await.answers(202);
    }
    let again = json!({ "eventType": "order.paid", "eventId": "order-1", "payload": {} });
    manage(&project, "POST /msg", again).await.answers(400);
    let first = manage(&project, "GET /msg?limit=3", None).await.answers(200);
    assert_eq!(
        (&first["done"], &first["data"][0]["payload"]),
        (&json!(false), &json!({ "n": 4 }))
    );
    let from = first["iterator"].as_str().expect("more");
    let second = manage(&project, &format!("GET /msg?limit=3&iterator={from}"), None)
        .await
        .answers(200);
    assert_eq!(
        (&second["done"], second["data"].as_array().map(Vec::len)),
        (&json!(true), Some(2))
    );
    let by_name = manage(&project, "GET /msg/order-2", None).await.answers(200);
    assert_eq!(by_name["payload"], json!({ "n": 2 }));
    let without = manage(&project, "GET /msg/order-2?with_content=false", None)
        .await
        .answers(200);
    assert_ne!(without["payload"], json!({ "n": 2 }));
    let none = manage(&project, "GET /msg?after=2030-01-01T00:00:00Z", None)
        .await
        .answers(200);
    assert_eq!(none["data"], json!([]));
    for line in ["GET /msg?limit=0", "GET /msg?before=yesterday", "GET /msg?limit=x"] {
        manage(&project, line, None).await.answers(422);
    }
}
