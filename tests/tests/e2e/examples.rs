//! The client's examples do what they say.

use indicatif::ProgressBar;
use stack_client::{Retries, StackServer, prelude::*};
use stack_tests::{PASSWORD, TestProject};

/// A file of examples, whose `main` is for people.
macro_rules! example {
    ($name:ident, $path:literal) => {
        #[expect(dead_code, reason = "a test calls `run`, not `main`")]
        #[path = $path]
        mod $name;
    };
}

example!(import_users, "../../../crates/stack-client/examples/import_users.rs");
example!(
    protected_axum,
    "../../../crates/stack-client/examples/protected_axum.rs"
);
example!(sign_up, "../../../crates/stack-client/examples/sign_up.rs");

#[tokio::test]
async fn sign_up_leaves_a_user_with_a_name() {
    let project = TestProject::start().await;
    let me = sign_up::run(&project.client(), "ada@example.com", PASSWORD)
        .await
        .expect("it works");
    assert_eq!(me.display_name.as_deref(), Some("Ada"));
    let error = sign_up::run(&project.client(), "ada@example.com", PASSWORD)
        .await
        .expect_err("the address is taken");
    assert_eq!(error.to_string(), "ada@example.com is taken");
}

#[tokio::test]
async fn protected_axum_lets_in_whoever_is_signed_in() {
    let project = TestProject::start().await;
    let (stack, server) = (project.client(), project.server.clone());
    let verifier = stack
        .verifier()
        .issuer_url(project.server.public_url())
        .clock(move || server.now().into())
        .allow_anonymous();
    let answers = protected_axum::run(&stack, verifier.build().expect("a verifier"))
        .await
        .expect("it works");
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[0], "200 Hello, stranger!");
    assert!(
        answers[1].starts_with("401 ") && answers[1].contains("USER_AUTHENTICATION_REQUIRED"),
        "{}",
        answers[1]
    );
    assert_eq!(answers[2], "200 Hello, you!");
    assert!(
        answers[3].starts_with("200 ") && answers[3].contains(r#""is_anonymous":true"#),
        "{}",
        answers[3]
    );
}

#[tokio::test]
async fn import_users_can_be_started_again() {
    let project = TestProject::start().await;
    let stack = project.server();
    let options = |count| import_users::Options {
        count,
        concurrency: 8,
        attempts: 1,
    };
    let first = import_users::run(&stack, options(30), &ProgressBar::hidden()).await;
    assert_eq!(
        (first.created, first.existing, first.failed.len()),
        (30, 0, 0),
        "{first}"
    );
    let second = import_users::run(&stack, options(50), &ProgressBar::hidden()).await;
    assert_eq!(
        (second.created, second.existing, second.failed.len()),
        (20, 30, 0),
        "{second}"
    );
    assert_eq!(project.count_users().await, 50);
    let signed_in = stack_tests::typed::<stack_types::PasswordSignIn>(serde_json::json!({
        "email": "user-000049@import.example.com", "password": "correct horse battery staple",
    }));
    project
        .client()
        .sign_in_with_password()
        .body(signed_in)
        .send()
        .await
        .expect("passwords are imported too");
}

#[tokio::test]
async fn import_users_tells_who_failed() {
    let project = TestProject::start().await;
    let nobody = StackServer::builder()
        .base_url(project.server.url())
        .project_id(project.id.clone());
    let nobody = nobody.secret_server_key("ssk_wrong").retries(Retries::NONE);
    let options = import_users::Options {
        count: 3,
        concurrency: 2,
        attempts: 2,
    };
    let summary = import_users::run(&nobody.build().expect("a client"), options, &ProgressBar::hidden()).await;
    assert_eq!((summary.created, summary.failed.len()), (0, 3));
    assert!(summary.to_string().contains("\nuser-00000"), "{summary}");
}
