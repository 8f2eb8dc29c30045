//! Tag `email-outbox`.

use std::time::Duration;

use serde_json::{Value, json};
use stack_tests::{TestProject, TestServer};

use super::{ask_for_code, mail_that, project_on, start};

/// A project without capacity: its mails stay where they are.
async fn waiting() -> TestProject {
    project_on(&TestServer::start_with(|config| config.mail.per_hour = 0).await).await
}

async fn change(project: &TestProject, id: &str, body: Value) -> stack_tests::Answer {
    let line = format!("PATCH /emails/outbox/{id}");
    project.server_call(&line).json(body).send().await
}

async fn list(project: &TestProject, query: &str) -> Value {
    let line = format!("GET /emails/outbox{query}");
    project.server_call(&line).send().await.answers(200)
}

fn ids(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("a list").iter();
    items.map(|item| item["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn a_mail_is_shown_with_what_it_says() {
    let project = start().await;
    ask_for_code(&project, "Ada@example.com").await;
    let sent = mail_that(&project, |mail| mail["status"] == "sent").await;
    let id = sent["id"].as_str().expect("an id");
    let shown = project.server_call(&format!("GET /emails/outbox/{id}")).send().await;
    let shown = shown.answers(200);
    assert_eq!(shown, sent);
    assert_eq!(
        shown["to"],
        json!({ "type": "custom-emails", "emails": ["ada@example.com"] })
    );
    let mail = project.mail_to("ada@example.com").await;
    assert_eq!(shown["variables"]["otp"], mail.code());
    assert_eq!(shown["variables"]["magicLink"], mail.link().as_str());
    for (field, expected) in [
        ("has_rendered", json!(true)),
        ("has_delivered", json!(true)),
        ("can_have_delivery_info", json!(false)),
        ("is_transactional", json!(true)),
        ("created_with", json!("programmatic-call")),
        ("send_retries", json!(0)),
        ("send_attempt_errors", json!(null)),
        (
            "notification_category_id",
            json!("7bb82d33-2f54-4a3d-9d23-82739e0d66ef"),
        ),
    ] {
        assert_eq!(shown[field], expected, "{field}");
    }
}

#[tokio::test]
async fn mails_are_listed_newest_first_page_by_page() {
    let project = waiting().await;
    for name in ["a", "b", "c"] {
        ask_for_code(&project, &format!("{name}@example.com")).await;
        project.server.advance(Duration::from_millis(1));
    }
    let all = list(&project, "").await;
    let first = list(&project, "?limit=2").await;
    assert_eq!(ids(&first), ids(&all)[..2]);
    let cursor = first["pagination"]["next_cursor"].as_str().expect("a cursor");
    let second = list(&project, &format!("?limit=2&cursor={cursor}")).await;
    assert_eq!(ids(&second), ids(&all)[2..]);
    assert_eq!(second["pagination"]["next_cursor"], json!(null));
    let unknown = list(&project, "?cursor=00000000-0000-4000-8000-000000000000").await;
    assert_eq!(unknown["items"], json!([]));
    for limit in ["0", "101"] {
        let line = format!("GET /emails/outbox?limit={limit}");
        project.server_call(&line).send().await.fails_plainly(400);
    }
}

#[tokio::test]
async fn mails_are_listed_by_how_far_they_have_come() {
    let project = waiting().await;
    ask_for_code(&project, "ada@example.com").await;
    let mail = project.mail_to("ada@example.com").await;
    for (query, count) in [
        ("?status=queued", 1),
        ("?status=sent", 0),
        ("?status=bounced", 0),
        ("?simple_status=in-progress", 1),
        ("?simple_status=ok", 0),
        ("?status=queued&simple_status=ok", 0),
    ] {
        assert_eq!(ids(&list(&project, query).await).len(), count, "{query}");
    }
    change(&project, &mail.id, json!({ "cancel": true })).await.answers(200);
    assert_eq!(ids(&list(&project, "?status=skipped&simple_status=ok").await).len(), 1);
}

#[tokio::test]
async fn a_mail_can_be_changed_stopped_and_cancelled() {
    let project = waiting().await;
    ask_for_code(&project, "ada@example.com").await;
    let id = project.mail_to("ada@example.com").await.id;
    let paused = change(&project, &id, json!({ "is_paused": true })).await.answers(200);
    assert_eq!(
        (&paused["status"], &paused["is_paused"]),
        (&json!("paused"), &json!(true))
    );
    let at = project.server.now().saturating_add(Duration::from_secs(60));
    let body = json!({ "is_paused": false, "scheduled_at_millis": at, "skip_deliverability_check": true });
    let scheduled = change(&project, &id, body).await.answers(200);
    assert_eq!(scheduled["status"], "scheduled");
    assert_eq!(scheduled["skip_deliverability_check"], true);
    let body = json!({
        "to": { "type": "custom-emails", "emails": ["Bob@example.com"] },
        "variables": { "otp": "<ABC>", "magicLink": "https://example.com/new" },
    });
    let changed = change(&project, &id, body).await.answers(200);
    assert_eq!(changed["to"]["emails"], json!(["bob@example.com"]));
    let html = changed["html"].as_str().expect("HTML");
    assert!(
        html.contains("https:&#x2f;&#x2f;example.com&#x2f;new") && html.contains("&lt;ABC&gt;"),
        "{html}"
    );
    let cancelled = change(&project, &id, json!({ "cancel": true })).await.answers(200);
    assert_eq!(cancelled["skipped_reason"], "MANUALLY_CANCELLED");
    let refused = change(&project, &id, json!({ "is_paused": true })).await;
    let details = refused.fails(400, "EMAIL_NOT_EDITABLE");
    assert_eq!(details, json!({ "email_id": id, "status": "SKIPPED" }));
}

#[tokio::test]
async fn a_change_that_does_not_fit_is_refused() {
    let project = waiting().await;
    ask_for_code(&project, "ada@example.com").await;
    let id = project.mail_to("ada@example.com").await.id;
    for body in [
        json!({ "cancel": true, "is_paused": true }),
        json!({ "tsx_source": "export function EmailTemplate() {}" }),
        json!({ "theme_id": "1df07ae6-abf3-4a40-83a5-a1a2cbe336ac" }),
        json!({ "variables": {} }),
        json!({ "to": { "type": "custom-emails", "emails": ["nobody"] } }),
    ] {
        change(&project, &id, body).await.fails_plainly(400);
    }
}

#[tokio::test]
async fn a_mail_that_is_not_there_is_not_found() {
    let (project, other) = (waiting().await, waiting().await);
    ask_for_code(&other, "ada@example.com").await;
    let theirs = other.mail_to("ada@example.com").await.id;
    for id in ["00000000-0000-4000-8000-000000000000", &theirs] {
        let line = format!("GET /emails/outbox/{id}");
        project.server_call(&line).send().await.fails_plainly(404);
        change(&project, id, json!({})).await.fails_plainly(404);
    }
}
