//! The client's examples do what they say.

use indicatif::ProgressBar;
use stack_client::{Retries, StackServer, prelude::*};
use stack_tests::{PASSWORD, TestProject};

use crate::oauth::provider::{Provider, parameter};

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
    magic_link_axum,
    "../../../crates/stack-client/examples/magic_link_axum.rs"
);
example!(oauth_axum, "../../../crates/stack-client/examples/oauth_axum.rs");
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

#[tokio::test]
async fn oauth_axum_signs_people_in_with_their_accounts_elsewhere() {
    let provider = Provider::start().await;
    provider.account("ada", "ada@example.com", true);
    let project = provider.project(serde_json::json!({})).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let app = oauth_axum::app(project.client(), "github", &url);
    tokio::spawn(axum::serve(listener, app).into_future());
    let http = project.server.http();
    let go = async |url: &str, cookie: &str| http.get(url).header("cookie", cookie).send().await.expect("an answer");
    let header = |answer: &reqwest::Response, name: &str| {
        let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
        value
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned()
    };

    let home = go(&url, "").await.text().await.expect("a page");
    assert!(home.contains("stranger"), "{home}");
    let sent = go(&format!("{url}/sign-in"), "").await;
    let (begun, own_cookie) = (header(&sent, "location"), header(&sent, "set-cookie"));
    let sent = go(&begun, "").await;
    let cookie = header(&sent, "set-cookie");
    let at_provider: reqwest::Url = header(&sent, "location").parse().expect("a URL");
    let state = parameter(&at_provider, "state");
    let callback = format!(
        "{}/api/v1/auth/oauth/callback/github?code=ada&state={state}",
        project.server.url()
    );
    let back = header(&go(&callback, &cookie).await, "location");
    assert!(back.starts_with(&format!("{url}/callback?code=")), "{back}");
    let stranger = go(&back, "").await;
    assert_eq!(stranger.status().as_u16(), 400, "another browser gets nothing");
    let signed_in = go(&back, &own_cookie).await;
    assert_eq!(header(&signed_in, "location"), "/");
    let cookie = header(&signed_in, "set-cookie");
    assert_ne!(cookie, own_cookie);
    let home = go(&url, &cookie).await.text().await.expect("a page");
    assert!(home.contains("ada@example.com"), "{home}");
    go(&format!("{url}/sign-out"), &cookie).await;
    let home = go(&url, &cookie).await.text().await.expect("a page");
    assert!(home.contains("stranger"), "{home}");
}

#[tokio::test]
async fn magic_link_axum_signs_people_in_by_link_and_by_code() {
    let config = serde_json::json!({ "magic_link_enabled": true, "allow_localhost": true });
    let options = stack_tests::ProjectOptions { config };
    let project = TestProject::create_with(&stack_tests::TestServer::start().await, options).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let app = magic_link_axum::app(project.client(), &url);
    tokio::spawn(axum::serve(listener, app).into_future());
    let http = project.server.http();
    let get = async |url: &str, cookie: &str| {
        let page = http.get(url).header("cookie", cookie).send().await.expect("an answer");
        page.text().await.expect("a page")
    };
    // Gives the cookie, or what went wrong.
    let post = async |path: &str, cookie: &str, form: &[(&str, &str)]| {
        let call = http.post(format!("{url}{path}")).header("cookie", cookie).form(form);
        let answer = call.send().await.expect("an answer");
        let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        match cookie {
            Some(cookie) => cookie.split(';').next().unwrap_or_default().to_owned(),
            None => answer.text().await.expect("a text"),
        }
    };

    let waiting = post("/mail", "", &[("email", "ada@example.com")]).await;
    let mail = project.mail_to("ada@example.com").await;
    for _ in 0..3 {
        let page = get(mail.link().as_str(), "").await;
        assert!(
            page.contains("Sign in here?") && page.contains(&mail.link_code()),
            "{page}"
        );
    }
    let signed_in = post("/sign-in", &waiting, &[("code", &mail.link_code())]).await;
    assert_ne!(signed_in, waiting);
    let home = get(&url, &signed_in).await;
    assert!(home.contains("Hello, ada@example.com"), "{home}");
    let again = post("/sign-in", "", &[("code", &mail.link_code())]).await;
    assert!(again.starts_with("That didn't work"), "{again}");

    project.server.advance(std::time::Duration::from_secs(1));
    let waiting = post("/mail", "", &[("email", "ada@example.com")]).await;
    let code = project.mail_to("ada@example.com").await.code();
    let elsewhere = post("/sign-in", "", &[("code", &code)]).await;
    assert!(
        elsewhere.starts_with("That didn't work"),
        "six characters aren't enough: {elsewhere}"
    );
    let signed_in = post("/sign-in", &waiting, &[("code", &code)]).await;
    assert!(get(&url, &signed_in).await.contains("Hello, ada@example.com"));
    post("/sign-out", &signed_in, &[]).await;
    assert!(get(&url, &signed_in).await.contains("Mail me"));
}
