//! `POST /emails/send-email`.

use std::time::Duration;

use serde_json::{Value, json};
use stack_tests::{TestProject, TestServer};

use super::{outbox, project, send, user};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

async fn template(project: &TestProject, source: &str) -> String {
    let body = json!({ "display_name": "News" });
    let call = project.admin_call("POST /internal/email-templates").json(body);
    let id = call.send().await.answers(200)["id"].as_str().expect("an id").to_owned();
    let line = format!("PATCH /internal/email-templates/{id}");
    let call = project.admin_call(&line).json(json!({ "tsx_source": source }));
    call.send().await.answers(200);
    id
}

#[tokio::test]
async fn html_goes_to_each_user_in_the_theme_of_the_project() {
    let project = project().await;
    let (ada, bob) = (
        user(&project, "ada@example.com", "Ada").await,
        user(&project, "bob@example.com", "Bob").await,
    );
    let body = json!({ "html": "<p>It is May.</p>", "subject": "News\r\nof May", "user_ids": [ada, bob, ada] });
    let sent = send(&project, body).await.answers(200);
    assert_eq!(sent, json!({ "results": [{ "user_id": ada }, { "user_id": bob }] }));
    let mails = outbox(&project).await;
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert_eq!(
            (&mail["status"], &mail["subject"]),
            (&json!("queued"), &json!("News of May"))
        );
        assert_eq!(mail["to"]["type"], "user-primary-email");
        assert_eq!(
            (&mail["is_transactional"], &mail["is_high_priority"]),
            (&json!(true), &json!(false))
        );
        let html = mail["html"].as_str().expect("HTML");
        assert!(
            html.contains("<p>It is May.</p>") && html.contains("Test project"),
            "{html}"
        );
        assert!(mail["text"].as_str().expect("a text").contains("It is May."));
        assert!(!html.contains("unsubscribe"), "{html}");
    }
}

#[tokio::test]
async fn a_template_is_made_for_each_reader_with_its_variables() {
    let project = project().await;
    let source = "{% set subject %}Hello {{ user.displayName }}{% endset %}\
                  {% set category = 'Marketing' %}<p>{{ user.primaryEmail }} has the plan {{ plan }}.</p>";
    let id = template(&project, source).await;
    let ada = user(&project, "ada@example.com", "Ada <3").await;
    let body = json!({ "template_id": id, "variables": { "plan": "<Pro>" }, "user_ids": [ada], "theme_id": false });
    send(&project, body).await.answers(200);
    let mail = outbox(&project).await.remove(0);
    assert_eq!(mail["subject"], "Hello Ada <3");
    let html = mail["html"].as_str().expect("HTML");
    assert!(
        html.starts_with("<p>ada@example.com has the plan &lt;Pro&gt;.</p>"),
        "{html}"
    );
    assert_eq!(mail["email_programmatic_call_template_id"], json!(id));
    assert_eq!(
        (&mail["is_transactional"], &mail["tsx_source"]),
        (&json!(false), &json!(source))
    );
    assert_eq!(mail["notification_category_id"], "4f6f8873-3d04-46bd-8bef-18338b1a1b4c");
    let refused = send(&project, json!({ "template_id": id, "user_ids": [ada] })).await;
    let details = refused.fails(400, "EMAIL_RENDERING_ERROR");
    assert!(
        details["error"].as_str().expect("a text").contains("variable"),
        "{details}"
    );
}

#[tokio::test]
async fn a_draft_goes_to_everybody_who_has_signed_up_and_is_marked_as_sent() {
    let project = project().await;
    for n in 0..3 {
        user(&project, &format!("user{n}@example.com"), "User").await;
    }
    project.sign_up_anonymously().await;
    let body = json!({ "display_name": "May", "tsx_source": "{% set subject = 'May' %}<p>It is.</p>" });
    let call = project.admin_call("POST /internal/email-drafts").json(body);
    let draft = call.send().await.answers(200)["id"].clone();
    let at = project.server.now().saturating_add(Duration::from_secs(60));
    let body = json!({
        "draft_id": draft, "all_users": true, "subject": "June", "is_high_priority": true, "scheduled_at_millis": at,
        "notification_category_name": "Marketing",
    });
    let sent = send(&project, body).await.answers(200);
    assert_eq!(sent["results"].as_array().map(Vec::len), Some(3));
    let mails = outbox(&project).await;
    assert_eq!(mails.len(), 3);
    for mail in &mails {
        assert_eq!(
            (&mail["status"], &mail["subject"]),
            (&json!("scheduled"), &json!("June"))
        );
        assert_eq!(
            (&mail["created_with"], &mail["email_draft_id"]),
            (&json!("draft"), &draft)
        );
        assert_eq!(
            (&mail["is_high_priority"], &mail["scheduled_at_millis"]),
            (&json!(true), &json!(at))
        );
    }
    let line = format!("GET /internal/email-drafts/{}", draft.as_str().expect("an id"));
    let shown = project.admin_call(&line).send().await.answers(200);
    assert_eq!(shown["sent_at_millis"], json!(project.server.now()));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_in_its_order() {
    let shared = TestProject::start().await;
    let html = |more: Value| {
        let mut body = json!({ "html": "<p>Hi</p>" });
        body.as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        body
    };
    send(&shared, html(json!({}))).await.fails(400, "SCHEMA_ERROR");
    let unknown = html(json!({ "user_ids": [NOBODY] }));
    send(&shared, unknown.clone())
        .await
        .fails(400, "REQUIRES_CUSTOM_EMAIL_SERVER");
    let project = project().await;
    let ada = user(&project, "ada@example.com", "Ada").await;
    send(&project, html(json!({ "user_ids": [ada], "all_users": true })))
        .await
        .fails(400, "SCHEMA_ERROR");
    let both = json!({ "html": "x", "template_id": NOBODY, "user_ids": [ada] });
    send(&project, both).await.fails(400, "SCHEMA_ERROR");
    let details = send(&project, unknown).await.fails(400, "USER_ID_DOES_NOT_EXIST");
    assert_eq!(details, json!({ "user_id": NOBODY }));
    let neighbour = TestProject::create(&project.server).await;
    let theirs = user(&neighbour, "eve@example.com", "Eve").await;
    let body = html(json!({ "user_ids": [theirs] }));
    send(&project, body).await.fails(400, "USER_ID_DOES_NOT_EXIST");
    for body in [
        json!({ "template_id": NOBODY, "user_ids": [ada] }),
        json!({ "draft_id": NOBODY, "user_ids": [ada] }),
        html(json!({ "user_ids": [ada], "notification_category_name": "News" })),
        html(json!({ "user_ids": [ada], "theme_id": NOBODY })),
        html(json!({ "user_ids": vec![NOBODY; 1001] })),
        json!({ "html": "x".repeat(300_000), "user_ids": [ada] }),
    ] {
        send(&project, body).await.fails_plainly(400);
    }
    assert_eq!(outbox(&project).await.len(), 0);
    let nobody = send(&project, html(json!({ "user_ids": [] }))).await.answers(200);
    assert_eq!(nobody, json!({ "results": [] }));
    let client = project
        .client_call("POST /emails/send-email")
        .json(html(json!({ "all_users": true })));
    client.send().await.fails(401, "INSUFFICIENT_ACCESS_TYPE");
}

#[tokio::test]
async fn a_mail_that_a_project_wrote_can_be_written_anew_while_it_waits() {
    let project = project().await;
    let ada = user(&project, "ada@example.com", "Ada").await;
    send(&project, json!({ "html": "<p>{{ user }}</p>", "user_ids": [ada] }))
        .await
        .answers(200);
    let mail = outbox(&project).await.remove(0);
    assert!(
        mail["html"].as_str().expect("HTML").contains("<p>{{ user }}</p>"),
        "HTML is no template"
    );
    assert_eq!(mail["subject"], "A message from Test project");
    let line = format!("PATCH /emails/outbox/{}", mail["id"].as_str().expect("an id"));
    let change = |body: Value| project.server_call(&line).json(body).send();
    let body = json!({
        "tsx_source": "{% set subject = 'Anew' %}{% set category = 'Marketing' %}<p>{{ user.displayName }}: {{ x }}</p>",
        "variables": { "x": 7 }, "theme_id": null,
    });
    let changed = change(body).await.answers(200);
    assert_eq!(
        (&changed["subject"], &changed["is_transactional"]),
        (&json!("Anew"), &json!(false))
    );
    let html = changed["html"].as_str().expect("HTML");
    assert!(
        html.starts_with("<p>Ada: 7</p>") && html.contains("unsubscribe-link"),
        "{html}"
    );
    let themed = change(json!({ "theme_id": "1df07ae6-abf3-4a40-83a5-a1a2cbe336ac" }))
        .await
        .answers(200);
    assert!(themed["html"].as_str().expect("HTML").contains("<!doctype html>"));
    for body in [json!({ "theme_id": NOBODY }), json!({ "theme_id": "x" })] {
        change(body).await.fails_plainly(400);
    }
    change(json!({ "variables": {} }))
        .await
        .fails(400, "EMAIL_RENDERING_ERROR");
}

#[tokio::test]
async fn a_newsletter_leaves_room_for_codes_to_sign_in() {
    let server = TestServer::start_with(|config| config.mail.per_hour = 4).await;
    let project = super::project_on(&server).await;
    for n in 0..6 {
        user(&project, &format!("user{n}@example.com"), "User").await;
    }
    send(&project, json!({ "html": "<p>News</p>", "all_users": true }))
        .await
        .answers(200);
    project.server.advance(Duration::from_millis(1));
    let body = json!({ "email": "ada@example.com", "callback_url": "http://localhost:3000/callback" });
    let call = project.client_call("POST /auth/otp/send-sign-in-code").json(body);
    call.send().await.answers(200);
    // Its mail server refuses all, but it gets its turn.
    let patience = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        let mails = outbox(&project).await;
        let tried = |mail: &&Value| !mail["send_attempt_errors"].is_null() || mail["status"] == "server-error";
        let code = mails
            .iter()
            .find(|mail| mail["to"]["type"] != "user-primary-email")
            .expect("it is there");
        if tried(&code) {
            let news = mails.iter().filter(|mail| mail["to"]["type"] == "user-primary-email");
            assert!(news.filter(tried).count() <= 3);
            break;
        }
        assert!(tokio::time::Instant::now() < patience, "{mails:#?}");
        tokio::task::yield_now().await;
    }
}
