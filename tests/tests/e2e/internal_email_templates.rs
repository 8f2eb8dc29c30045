//! Tag `internal-email-templates`.

use serde_json::{Value, json};
use stack_tests::{Answer, TestProject};

use crate::emails;

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";
const MAGIC_LINK: &str = "822687fe-8d0a-4467-a0d1-416b6e639478";
const LIGHT: &str = "1df07ae6-abf3-4a40-83a5-a1a2cbe336ac";
const REACT: &str = "export function EmailTemplate() { return <p>Hi</p>; }";

async fn call(project: &TestProject, line: &str, body: Value) -> Answer {
    let call = project.admin_call(line);
    if body.is_null() {
        call.send().await
    } else {
        call.json(body).send().await
    }
}

async fn list(project: &TestProject, what: &str) -> Vec<Value> {
    let line = match what {
        "drafts" => "GET /internal/email-drafts",
        "templates" => "GET /internal/email-templates",
        _ => "GET /internal/email-themes",
    };
    let listed = call(project, line, Value::Null).await.answers(200);
    listed[what].as_array().expect("a list").clone()
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_template_is_made_written_and_deleted() {
    let project = emails::project().await;
    let before = list(&project, "templates").await;
    assert_eq!(before.len(), 5, "those of the mails that the server writes by itself");
    let made = call(
        &project,
        "POST /internal/email-templates",
        json!({ "display_name": "News" }),
    )
    .await;
    let id = id(&made.answers(200));
    let line = format!("PATCH /internal/email-templates/{id}");
    let source = "{% set subject = 'News' %}<p>Hello {{ user.displayName }}: {{ plan }}</p>";
    let written = call(&project, &line, json!({ "tsx_source": source, "theme_id": false }))
        .await
        .answers(200);
    assert_eq!(written, json!({ "rendered_html": "<p>Hello Ada Lovelace: </p>" }));
    let find = |all: Vec<Value>| all.into_iter().find(|template| template["id"] == json!(id));
    let shown = find(list(&project, "templates").await).expect("it is listed");
    assert_eq!(
        shown,
        json!({ "id": id, "display_name": "News", "tsx_source": source, "theme_id": false })
    );
    call(&project, &line, json!({ "tsx_source": source, "theme_id": LIGHT }))
        .await
        .answers(200);
    call(&project, &line, json!({ "tsx_source": source }))
        .await
        .answers(200);
    assert_eq!(
        find(list(&project, "templates").await).expect("it is listed")["theme_id"],
        LIGHT
    );
    call(&project, &line, json!({ "tsx_source": source, "theme_id": null }))
        .await
        .answers(200);
    assert_eq!(
        find(list(&project, "templates").await)
            .expect("it is listed")
            .get("theme_id"),
        None
    );

    call(&project, &line, json!({ "tsx_source": source, "theme_id": NOBODY }))
        .await
        .fails_plainly(400);
    for wrong in [REACT, "{{ a ~ a }}", "{% for %}"] {
        call(&project, &line, json!({ "tsx_source": wrong }))
            .await
            .fails(400, "EMAIL_RENDERING_ERROR");
    }
    assert_eq!(
        find(list(&project, "templates").await).expect("it is listed")["tsx_source"],
        source
    );
    let line = format!("DELETE /internal/email-templates/{id}");
    assert_eq!(call(&project, &line, Value::Null).await.answers(200), json!({}));
    call(&project, &line, Value::Null).await.fails_plainly(404);
    assert_eq!(list(&project, "templates").await, before);
}

#[tokio::test]
async fn templates_need_a_mail_server_of_ones_own_and_have_to_be_there() {
    let shared = TestProject::start().await;
    let source = json!({ "tsx_source": "<p>Hi</p>" });
    let (update, delete) = (
        format!("PATCH /internal/email-templates/{MAGIC_LINK}"),
        format!("DELETE /internal/email-templates/{MAGIC_LINK}"),
    );
    let error = "REQUIRES_CUSTOM_EMAIL_SERVER";
    let name = json!({ "display_name": "News" });
    call(&shared, "POST /internal/email-templates", name.clone())
        .await
        .fails(400, error);
    call(&shared, &update, source.clone()).await.fails(400, error);
    call(&shared, &delete, Value::Null).await.fails(400, error);

    let project = emails::project().await;
    let theirs = emails::project_on(&project.server).await;
    let id = id(&call(&theirs, "POST /internal/email-templates", name).await.answers(200));
    for id in [NOBODY, &id] {
        let line = format!("PATCH /internal/email-templates/{id}");
        call(&project, &line, source.clone()).await.fails_plainly(404);
        let line = format!("DELETE /internal/email-templates/{id}");
        call(&project, &line, Value::Null).await.fails_plainly(404);
    }
    let long = json!({ "display_name": "x".repeat(257) });
    for what in ["templates", "themes", "drafts"] {
        let line = format!("POST /internal/email-{what}");
        call(&project, &line, long.clone()).await.fails_plainly(400);
    }
}

#[tokio::test]
async fn the_mails_that_the_server_writes_are_sent_in_the_projects_words() {
    let project = emails::project().await;
    let ask = || async {
        project.server.advance(std::time::Duration::from_millis(1));
        let body = json!({ "email": "ada@example.com", "callback_url": "http://localhost:3000/handler/magic" });
        let call = project.client_call("POST /auth/otp/send-sign-in-code").json(body);
        call.send().await.answers(200);
        project.mail_to("ada@example.com").await
    };
    let usual = ask().await;
    let line = format!("PATCH /internal/email-templates/{MAGIC_LINK}");
    let source = "{% set subject %}Code {{ otp }}{% endset %}<p>Dear guest, <a href=\"{{ magicLink }}\">enter</a></p>";
    let body = json!({ "tsx_source": source, "theme_id": false });
    call(&project, &line, body).await.answers(200);
    let own = ask().await;
    assert!(
        own.subject.starts_with("Code ") && own.subject.len() == 11,
        "{}",
        own.subject
    );
    assert!(own.html.starts_with("<p>Dear guest"), "{}", own.html);

    // One that can't be rendered keeps nobody from signing in.
    let body = json!({ "tsx_source": "<p>{{ nothing.like.this }}</p>" });
    call(&project, &line, body).await.answers(200);
    assert!(ask().await.html.contains("Type this code"));
    let line = format!("DELETE /internal/email-templates/{MAGIC_LINK}");
    call(&project, &line, Value::Null).await.answers(200);
    let again = ask().await;
    assert_eq!(again.html.len(), usual.html.len());
}

#[tokio::test]
async fn a_theme_is_made_written_and_worn() {
    let project = emails::project().await;
    assert_eq!(list(&project, "themes").await.len(), 3);
    let made = call(
        &project,
        "POST /internal/email-themes",
        json!({ "display_name": "Plain" }),
    )
    .await;
    let id = id(&made.answers(200));
    let get = format!("GET /internal/email-themes/{id}");
    let source = "<section>{{ body }}</section>";
    let update = format!("PATCH /internal/email-themes/{id}");
    let updated = call(&project, &update, json!({ "tsx_source": source }))
        .await
        .answers(200);
    assert_eq!(updated, json!({ "display_name": "Plain" }));
    let shown = call(&project, &get, Value::Null).await.answers(200);
    assert_eq!(
        shown,
        json!({ "id": id, "display_name": "Plain", "tsx_source": source })
    );
    let listed = list(&project, "themes").await;
    assert_eq!(listed.last(), Some(&json!({ "id": id, "display_name": "Plain" })));
    for wrong in [REACT, "<section></section>", "{% if %}"] {
        call(&project, &update, json!({ "tsx_source": wrong }))
            .await
            .fails(400, "EMAIL_RENDERING_ERROR");
    }
    let body = json!({ "template_tsx_source": "<p>Hi</p>", "theme_id": id });
    let look = call(&project, "POST /emails/render-email", body).await.answers(200);
    assert_eq!(look["html"], "<section><p>Hi</p></section>");

    // Those that every project has can be written, too.
    let update = format!("PATCH /internal/email-themes/{LIGHT}");
    call(&project, &update, json!({ "tsx_source": source }))
        .await
        .answers(200);
    let body = json!({ "template_tsx_source": "<p>Hi</p>" });
    let look = call(&project, "POST /emails/render-email", body).await.answers(200);
    assert_eq!(look["html"], "<section><p>Hi</p></section>");

    let neighbour = TestProject::create(&project.server).await;
    for id in [NOBODY, &id] {
        let line = format!("/internal/email-themes/{id}");
        call(&neighbour, &format!("GET {line}"), Value::Null)
            .await
            .fails_plainly(404);
        let body = json!({ "tsx_source": source });
        call(&neighbour, &format!("PATCH {line}"), body)
            .await
            .fails_plainly(404);
    }
}

#[tokio::test]
async fn a_draft_is_begun_changed_and_deleted() {
    let project = TestProject::start().await;
    assert_eq!(list(&project, "drafts").await, [] as [Value; 0]);
    let begun = call(
        &project,
        "POST /internal/email-drafts",
        json!({ "display_name": "May" }),
    )
    .await;
    let id = id(&begun.answers(200));
    let (get, patch, delete) = (
        format!("GET /internal/email-drafts/{id}"),
        format!("PATCH /internal/email-drafts/{id}"),
        format!("DELETE /internal/email-drafts/{id}"),
    );
    let shown = call(&project, &get, Value::Null).await.answers(200);
    assert_eq!(
        (&shown["display_name"], &shown["sent_at_millis"]),
        (&json!("May"), &Value::Null)
    );
    assert!(
        shown["tsx_source"]
            .as_str()
            .expect("a text")
            .contains("user.displayName")
    );
    let done = json!({ "ok": "ok" });
    let body = json!({ "display_name": "June", "theme_id": false, "tsx_source": REACT });
    assert_eq!(
        call(&project, &patch, body).await.answers(200),
        done,
        "a source is tried when it is sent"
    );
    assert_eq!(call(&project, &patch, json!({})).await.answers(200), done);
    let shown = call(&project, &get, Value::Null).await.answers(200);
    let expected = json!({
        "id": id, "display_name": "June", "tsx_source": REACT, "theme_id": false, "sent_at_millis": null,
    });
    assert_eq!(shown, expected);
    assert_eq!(list(&project, "drafts").await, [expected]);
    call(&project, &patch, json!({ "theme_id": NOBODY }))
        .await
        .fails_plainly(400);
    let body = json!({ "display_name": "x", "theme_id": NOBODY });
    call(&project, "POST /internal/email-drafts", body)
        .await
        .fails_plainly(400);

    let neighbour = TestProject::create(&project.server).await;
    for line in [&get, &delete] {
        call(&neighbour, line, Value::Null).await.fails_plainly(404);
    }
    call(&neighbour, &patch, json!({})).await.fails_plainly(404);
    assert_eq!(call(&project, &delete, Value::Null).await.answers(200), done);
    call(&project, &delete, Value::Null).await.fails_plainly(404);
    call(&project, &get, Value::Null).await.fails_plainly(404);
}

#[tokio::test]
async fn a_template_without_variables_is_a_draft() {
    let project = TestProject::start().await;
    let line = "POST /internal/rewrite-template-source";
    let source = "{% set subject = 'Hi' %}<p>{{ user.displayName }}</p>";
    let answer = call(&project, line, json!({ "template_tsx_source": source }))
        .await
        .answers(200);
    assert_eq!(answer, json!({ "tsx_source": source }));
    for (source, part) in [("<p>{{ plan }}</p>", "plan"), (REACT, "React")] {
        let refused = call(&project, line, json!({ "template_tsx_source": source })).await;
        let details = refused.fails(400, "TEMPLATE_SOURCE_REWRITE_ERROR");
        assert!(details["error"].as_str().expect("a text").contains(part), "{details}");
    }
}
