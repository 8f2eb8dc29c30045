//! What the client does by itself, against the real server.

use std::time::Duration;

use stack_client::{Retries, StackAdmin, Tokens, prelude::*};
use stack_tests::{TestProject, claims};

#[tokio::test]
async fn the_session_of_a_projects_owner_outlives_its_access_token() {
    let project = TestProject::start().await;
    let admin = StackAdmin::builder()
        .base_url(project.server.url())
        .http_client(project.server.http())
        .project_id(project.id.clone())
        .retries(Retries::NONE)
        .owner(&project.owner);
    let admin = admin.build().expect("a client");
    let before = project.owner.tokens();
    for _ in 0..3 {
        project.server.advance(Duration::from_secs(11 * 60));
        admin.list_api_key_sets().send().await.expect("the owner may");
    }
    assert_ne!(project.owner.tokens(), before);
    project.owner.sign_out().await.expect("it ends");
    let error = admin.list_api_key_sets().send().await.expect_err("nobody is signed in");
    assert_eq!(
        error.known().expect("a known error").code(),
        "ADMIN_AUTHENTICATION_REQUIRED"
    );
}

#[tokio::test]
async fn an_access_token_for_elsewhere_is_renewed_in_time() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let client = project.client_with(Tokens::refresh_only(ada.refresh_token()));
    let first = client
        .access_token()
        .await
        .expect("it is renewed")
        .expect("somebody is signed in");
    assert_eq!(claims(first.expose())["sub"], serde_json::json!(ada.id));
    let second = client
        .access_token()
        .await
        .expect("it is at hand")
        .expect("somebody is signed in");
    assert_eq!(first, second);
    client.sign_out().await.expect("it ends");
    assert_eq!(client.access_token().await.expect("nobody to ask for"), None);
}
