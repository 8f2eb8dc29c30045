//! `POST /emails/render-email`.

use serde_json::{Value, json};
use stack_tests::TestProject;

async fn render(project: &TestProject, body: Value) -> stack_tests::Answer {
    project.admin_call("POST /emails/render-email").json(body).send().await
}

#[tokio::test]
async fn a_template_is_shown_with_example_values_in_any_theme() {
    let project = TestProject::start().await;
    let source = "{% set subject = 'News' %}{% set category = 'Marketing' %}<p>{{ user.displayName }}{{ plan }}</p>";
    let body = json!({ "template_tsx_source": source, "theme_tsx_source": "<main>{{ body }}</main>" });
    let look = render(&project, body).await.answers(200);
    assert_eq!(
        look,
        json!({
            "html": "<main><p>Ada Lovelace</p></main>", "subject": "News", "notification_category": "Marketing",
        })
    );
    let plain = render(
        &project,
        json!({ "template_tsx_source": "<p>Hi</p>", "theme_id": false }),
    )
    .await
    .answers(200);
    assert_eq!(plain, json!({ "html": "<p>Hi</p>" }));
    let dark = json!({ "template_tsx_source": "<p>Hi</p>", "theme_id": "a0172b5d-cff0-463b-83bb-85124697373a" });
    let dark = render(&project, dark).await.answers(200);
    assert!(dark["html"].as_str().expect("HTML").contains("#18181b"));
    let magic_link = "822687fe-8d0a-4467-a0d1-416b6e639478";
    for body in [
        json!({ "template_id": magic_link, "editable_markers": true, "editable_source": "both" }),
        json!({ "template_id": magic_link, "theme_tsx_source": "<main>{{ body }}</main>" }),
    ] {
        let look = render(&project, body).await.answers(200);
        assert!(look["subject"].as_str().expect("a text").contains("3SLSWZ"), "{look}");
        assert_eq!(look["editable_regions"], Value::Null);
    }
}

#[tokio::test]
async fn what_cannot_be_rendered_is_told() {
    let project = TestProject::start().await;
    let react = "import { Html } from '@react-email/components';\nexport function EmailTemplate() { return <Html/>; }";
    for (body, part) in [
        (json!({ "template_tsx_source": react }), "React"),
        (json!({ "template_tsx_source": "{% if %}" }), "line 1"),
        (json!({ "template_tsx_source": "{{ a ~ a }}" }), "operator"),
        (
            json!({ "template_tsx_source": "x", "theme_tsx_source": "<main></main>" }),
            "body",
        ),
        (
            json!({ "template_tsx_source": "x", "theme_tsx_source": react }),
            "React",
        ),
        (
            json!({ "template_tsx_source": "{% set category = 'News' %}" }),
            "Marketing",
        ),
    ] {
        let details = render(&project, body).await.fails(400, "EMAIL_RENDERING_ERROR");
        assert!(details["error"].as_str().expect("a text").contains(part), "{details}");
    }
    let nobody = "00000000-0000-4000-8000-000000000000";
    for body in [
        json!({ "template_id": nobody }),
        json!({ "template_tsx_source": "x", "theme_id": nobody }),
    ] {
        render(&project, body).await.fails_plainly(400);
    }
    render(&project, json!({})).await.fails(400, "SCHEMA_ERROR");
    let call = project
        .server_call("POST /emails/render-email")
        .json(json!({ "template_tsx_source": "x" }));
    call.send().await.fails(401, "INSUFFICIENT_ACCESS_TYPE");
}
