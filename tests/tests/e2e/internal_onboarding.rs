//! Tag `internal-onboarding`.

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject, typed};
use stack_types::SignInInvitation;

const CALLBACK: &str = "http://localhost:3000/handler/sign-in";

#[tokio::test]
async fn an_invitation_leads_to_where_people_sign_in_and_proves_nothing() {
    let project = TestProject::start().await;
    let body = typed::<SignInInvitation>(json!({ "email": "Ada@example.com", "callback_url": CALLBACK }));
    assert!(
        project
            .server()
            .send_sign_in_invitation()
            .body(body)
            .send()
            .await
            .answers(200)
            .success
    );
    let mail = project.mail_to("ada@example.com").await;
    assert_eq!(mail.link().as_str(), CALLBACK);
    assert!(mail.text.contains("Test project"), "{}", mail.text);
    assert_eq!(project.count_users().await, 0);
}

#[tokio::test]
async fn an_invitation_leads_to_the_projects_apps_only() {
    let project = TestProject::start().await;
    let call = |url: &str| {
        let body = json!({ "email": "ada@example.com", "callback_url": url });
        project
            .server_call("POST /internal/send-sign-in-invitation")
            .json(body)
            .send()
    };
    call("https://evil.example.com/")
        .await
        .fails(400, "REDIRECT_URL_NOT_WHITELISTED");
    call("no URL").await.fails(400, "SCHEMA_ERROR");
    assert!(project.mails().await.is_empty());
    let body = json!({ "email": "ada@example.com", "callback_url": CALLBACK });
    let client = project.client_call("POST /internal/send-sign-in-invitation").json(body);
    client.send().await.fails(401, "INSUFFICIENT_ACCESS_TYPE");
}
