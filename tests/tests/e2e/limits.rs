//! How often something may be tried: by an address, for an account, in all processes together.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use stack_server_api::TrustedProxies;
use stack_tests::{Answer, PASSWORD, TestProject, TestServer};

const WRONG: &str = "EMAIL_PASSWORD_MISMATCH";

/// A project on a server with these limits, which believes `x-forwarded-for`.
async fn limited(limits: &str) -> TestProject {
    let limits = format!("sign-in.address=off,sign-in.account=off,{limits}");
    let server = TestServer::start_with(|config| {
        config.rate_limits = limits.parse().expect("limits");
        config.trusted_proxies = Some(TrustedProxies::new("x-forwarded-for".parse().expect("a header")));
    })
    .await;
    TestProject::create(&server).await
}

async fn post(project: &TestProject, path: &str, from: &str, body: Value) -> Answer {
    let call = project.client_call(&format!("POST /auth/{path}"));
    call.header("x-forwarded-for", from).json(body).send().await
}

async fn sign_in(project: &TestProject, email: &str, password: &str, from: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    post(project, "password/sign-in", from, body).await
}

/// Refused, and to come back after so many seconds.
#[track_caller]
fn is_refused(answer: Answer, retry_after_secs: &str) {
    assert_eq!(answer.header("retry-after"), retry_after_secs);
    let told = answer.fails_plainly(429);
    assert!(told.contains(retry_after_secs), "{told}");
}

#[tokio::test]
async fn a_password_is_tried_so_often_for_an_account_from_wherever() {
    let project = limited("sign-in.account=3/30s").await;
    project.sign_up("ada@example.com").await;
    for number in 0..3 {
        let from = format!("203.0.113.{number}");
        let wrong = sign_in(&project, "ada@example.com", "wrong password", &from).await;
        wrong.fails(400, WRONG);
    }
    // However the address is written, and even with the right password.
    for email in ["ada@example.com", "ADA@Example.com"] {
        is_refused(sign_in(&project, email, PASSWORD, "203.0.113.9").await, "10");
    }
    project.server.advance(Duration::from_millis(9_999));
    is_refused(sign_in(&project, "ada@example.com", PASSWORD, "203.0.113.9").await, "1");
    project.server.advance(Duration::from_millis(1));
    sign_in(&project, "ada@example.com", PASSWORD, "203.0.113.9")
        .await
        .answers(200);
}

#[tokio::test]
async fn an_unknown_account_is_limited_like_a_known_one() {
    let project = limited("sign-in.account=2/1m").await;
    project.sign_up("ada@example.com").await;
    for email in ["ada@example.com", "nobody@example.com"] {
        for _ in 0..2 {
            sign_in(&project, email, "wrong password", "203.0.113.1")
                .await
                .fails(400, WRONG);
        }
        is_refused(sign_in(&project, email, "wrong password", "203.0.113.1").await, "30");
    }
}

#[tokio::test]
async fn an_address_counts_once_however_it_is_written_and_an_ipv6_network_as_one() {
    let project = limited("sign-in.address=2/1m").await;
    let tried = |from: &'static str| sign_in(&project, "nobody@example.com", PASSWORD, from);
    for (first, second, third, another) in [
        ("203.0.113.7", "::ffff:203.0.113.7", "203.0.113.7:4711", "203.0.113.8"),
        (
            "2001:db8:1:2::1",
            "2001:DB8:1:2:0::99",
            "[2001:db8:1:2:ffff::]:443",
            "2001:db8:1:3::1",
        ),
    ] {
        tried(first).await.fails(400, WRONG);
        tried(second).await.fails(400, WRONG);
        is_refused(tried(third).await, "30");
        tried(another).await.fails(400, WRONG);
    }
}

#[tokio::test]
async fn nobody_escapes_by_naming_an_address_of_their_own() {
    let project = limited("sign-in.address=1/1m").await;
    let tried = |from: &'static str| sign_in(&project, "nobody@example.com", PASSWORD, from);
    tried("1.1.1.1, 203.0.113.7").await.fails(400, WRONG);
    is_refused(tried("2.2.2.2, 203.0.113.7").await, "60");
}

#[tokio::test]
async fn projects_have_budgets_of_their_own_and_servers_none_by_address() {
    let project = limited("sign-in.address=1/1m").await;
    let other = TestProject::create(&project.server).await;
    for project in [&project, &other] {
        let from = "203.0.113.7";
        sign_in(project, "nobody@example.com", PASSWORD, from)
            .await
            .fails(400, WRONG);
        is_refused(sign_in(project, "nobody@example.com", PASSWORD, from).await, "60");
    }
    let body = json!({ "email": "nobody@example.com", "password": PASSWORD });
    for _ in 0..3 {
        let call = project.server_call("POST /auth/password/sign-in").json(body.clone());
        call.send().await.fails(400, WRONG);
    }
}

#[tokio::test]
async fn new_users_of_an_address_and_of_a_project_are_limited() {
    let project = limited("sign-up.address=2/1m,sign-up.project=3/1m").await;
    let anonymous = |from: &'static str| post(&project, "anonymous/sign-up", from, json!({}));
    let sign_up = |email: &'static str, from: &'static str| {
        post(
            &project,
            "password/sign-up",
            from,
            json!({ "email": email, "password": PASSWORD }),
        )
    };
    anonymous("203.0.113.1").await.answers(200);
    sign_up("ada@example.com", "203.0.113.1").await.answers(200);
    is_refused(sign_up("grace@example.com", "203.0.113.1").await, "30");
    sign_up("grace@example.com", "203.0.113.2").await.answers(200);
    is_refused(anonymous("203.0.113.3").await, "20");
    assert_eq!(project.count_users().await, 3);
}

#[tokio::test]
async fn whoever_guesses_tokens_is_refused_and_whoever_has_one_isnt() {
    let project = limited("wrong-token.address=2/1m").await;
    let ada = project.sign_up("ada@example.com").await;
    let refresh = |token: String| {
        let call = project.client_call("POST /auth/sessions/current/refresh");
        call.header("x-forwarded-for", "203.0.113.1")
            .header("x-stack-refresh-token", &token)
            .send()
    };
    for _ in 0..2 {
        refresh("nonsense".to_owned())
            .await
            .fails(401, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");
    }
    is_refused(refresh("nonsense".to_owned()).await, "30");
    refresh(ada.refresh_token()).await.answers(200);
    let polled = post(
        &project,
        "cli/poll",
        "203.0.113.1",
        json!({ "polling_code": "nonsense" }),
    )
    .await;
    is_refused(polled, "30");
    let polled = post(
        &project,
        "cli/poll",
        "203.0.113.2",
        json!({ "polling_code": "nonsense" }),
    )
    .await;
    polled.fails(400, "INVALID_POLLING_CODE");
}

#[tokio::test]
async fn a_session_mints_so_many_access_tokens() {
    let project = limited("refresh.session=2/1m").await;
    let (ada, grace) = (
        project.sign_up("ada@example.com").await,
        project.sign_up("grace@example.com").await,
    );
    let refresh = |token: String| {
        let call = project.client_call("POST /auth/sessions/current/refresh");
        call.header("x-stack-refresh-token", &token).send()
    };
    for _ in 0..2 {
        refresh(ada.refresh_token()).await.answers(200);
    }
    is_refused(refresh(ada.refresh_token()).await, "30");
    refresh(grace.refresh_token()).await.answers(200);
}

#[tokio::test]
async fn mails_to_an_account_are_limited_whether_it_is_there_or_not() {
    let project = limited("mail.account=2/1m").await;
    project.sign_up("ada@example.com").await;
    for email in ["ada@example.com", "nobody@example.com"] {
        let ask = |from: &'static str| {
            let body = json!({ "email": email, "callback_url": "http://localhost:3000/reset" });
            post(&project, "password/send-reset-code", from, body)
        };
        ask("203.0.113.1").await.answers(200);
        ask("203.0.113.2").await.answers(200);
        is_refused(ask("203.0.113.3").await, "30");
    }
}

#[tokio::test]
async fn mails_to_all_addresses_of_a_user_are_limited_together_and_nobody_else_spends_them() {
    let project = limited("mail.account=2/1m").await;
    let (ada, grace) = (
        project.sign_up("ada@example.com").await,
        project.sign_up("grace@example.com").await,
    );
    let (own, added) = {
        let channels = format!("GET /contact-channels?user_id={}", ada.id);
        let listed = project.server_call(&channels).send().await.answers(200);
        let body = json!({ "user_id": "me", "value": "ada@example.org", "type": "email", "used_for_auth": false });
        let call = project.client_call("POST /contact-channels").token(&ada.access_token());
        let added = call.json(body).send().await.answers(201);
        (listed["items"][0]["id"].clone(), added["id"].clone())
    };
    let ask = |token: String, channel: &Value| {
        let id = channel.as_str().expect("an id").to_owned();
        let line = format!("POST /contact-channels/{}/{id}/send-verification-code", ada.id);
        let call = project.client_call(&line).token(&token);
        call.json(json!({ "callback_url": "http://localhost:3000/verify" }))
            .send()
    };
    for _ in 0..3 {
        ask(grace.access_token(), &own).await.fails_plainly(400);
    }
    ask(ada.access_token(), &own).await.answers(200);
    ask(ada.access_token(), &added).await.answers(200);
    is_refused(ask(ada.access_token(), &added).await, "30");
}

#[tokio::test]
async fn logins_of_command_line_tools_are_limited() {
    let project = limited("cli-login.address=1/1m").await;
    post(&project, "cli", "203.0.113.1", json!({})).await.answers(200);
    is_refused(post(&project, "cli", "203.0.113.1", json!({})).await, "60");
}

#[tokio::test]
async fn limits_can_be_turned_off() {
    let server = TestServer::start_with(|config| config.rate_limits = "off".parse().expect("limits")).await;
    let project = TestProject::create(&server).await;
    let tries = (0..40).map(|_| sign_in(&project, "nobody@example.com", PASSWORD, "203.0.113.1"));
    for tried in join_all(tries).await {
        tried.fails(400, WRONG);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_share_a_budget_however_many_try_at_once() {
    let here = limited("sign-in.account=10/10m").await;
    let there = here.on(&here.server.twin().await);
    let answers = join_all((0..40).map(|number| {
        let project = if number % 2 == 0 { &here } else { &there };
        sign_in(project, "nobody@example.com", PASSWORD, "203.0.113.1")
    }))
    .await;
    let tried = answers.iter().filter(|answer| answer.code() == WRONG).count();
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((tried, refused), (10, 30));
}

#[tokio::test]
async fn neither_addresses_nor_accounts_of_budgets_are_stored_in_clear() {
    let project = limited("sign-in.account=10/10m").await;
    sign_in(&project, "somebody-unknown@example.com", PASSWORD, "203.0.113.77")
        .await
        .fails(400, WRONG);
    let mut known = stack_tests::Secrets::default();
    known.add("account", "somebody-unknown@example.com");
    known.add("address", "203.0.113.77");
    assert_eq!(known.found_in(&project.server.database().bytes().await), [""; 0]);
}
