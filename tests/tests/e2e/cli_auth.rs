//! Tag `cli-auth`: a command line tool logs in through the browser.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, Secrets, TestProject};

const NO_LOGIN: &str = "The login code is unknown, expired or used.";

/// A login that has begun.
struct Login {
    polling_code: String,
    login_code: String,
}

const START: &str = "POST /auth/cli";
const POLL: &str = "POST /auth/cli/poll";
const COMPLETE: &str = "POST /auth/cli/complete";

async fn call(project: &TestProject, line: &str, body: Value) -> Answer {
    project.client_call(line).json(body).send().await
}

async fn start_with(project: &TestProject, body: Value) -> Login {
    let begun = call(project, START, body).await.answers(200);
    let code = |name: &str| begun[name].as_str().expect("a code").to_owned();
    Login {
        polling_code: code("polling_code"),
        login_code: code("login_code"),
    }
}

impl Login {
    async fn start(project: &TestProject) -> Self {
        start_with(project, json!({})).await
    }

    async fn poll(&self, project: &TestProject) -> Answer {
        call(project, POLL, json!({ "polling_code": self.polling_code })).await
    }

    async fn complete(&self, project: &TestProject, refresh_token: &str) -> Answer {
        let body = json!({ "login_code": self.login_code, "refresh_token": refresh_token });
        call(project, COMPLETE, body).await
    }

    async fn ask(&self, project: &TestProject, mode: &str) -> Answer {
        call(
            project,
            COMPLETE,
            json!({ "login_code": self.login_code, "mode": mode }),
        )
        .await
    }
}

#[tokio::test]
async fn a_confirmed_login_gives_its_refresh_token_once() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let begun = call(&project, START, json!({ "expires_in_millis": 600_000 }))
        .await
        .answers(200);
    assert_eq!(begun["expires_at"], "2026-01-02T03:14:05.678Z");
    let login = Login::start(&project).await;
    assert_eq!((login.polling_code.len(), login.login_code.len()), (45, 45));
    assert_eq!(login.poll(&project).await.answers(200), json!({ "status": "waiting" }));

    let completed = login.complete(&project, &ada.refresh_token()).await;
    assert_eq!(completed.answers(200), json!({ "success": true }));
    let given = login.poll(&project).await.answers(201);
    assert_eq!(
        given,
        json!({ "status": "success", "refresh_token": ada.refresh_token() })
    );
    assert_eq!(login.poll(&project).await.answers(200), json!({ "status": "used" }));
    ada.client.refresh_current_session().send().await.answers(200);
}

#[tokio::test]
async fn a_tool_needs_no_body_to_begin_and_servers_may_begin_too() {
    let project = TestProject::start().await;
    let begun = project.client_call("POST /auth/cli").send().await.answers(200);
    assert_eq!(begun["expires_at"], "2026-01-02T05:04:05.678Z");
    project
        .server_call("POST /auth/cli")
        .json(json!({}))
        .send()
        .await
        .answers(200);
    let too_long = call(&project, START, json!({ "expires_in_millis": 86_400_001 })).await;
    too_long.fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn an_unknown_polling_code_is_refused() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let login = Login::start(&other).await;
    login.poll(&project).await.fails(400, "INVALID_POLLING_CODE");
    let by_login_code = json!({ "polling_code": login.login_code });
    call(&other, POLL, by_login_code)
        .await
        .fails(400, "INVALID_POLLING_CODE");
}

#[tokio::test]
async fn a_login_that_took_too_long_is_over() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let (open, confirmed) = (Login::start(&project).await, Login::start(&project).await);
    confirmed.complete(&project, &ada.refresh_token()).await.answers(200);
    project.server.advance(Duration::from_secs(2 * 60 * 60));
    for login in [open, confirmed] {
        assert_eq!(login.poll(&project).await.answers(200), json!({ "status": "expired" }));
        for mode in ["check", "claim-anon-session"] {
            assert_eq!(login.ask(&project, mode).await.fails_plainly(400), NO_LOGIN);
        }
        let late = login.complete(&project, &ada.refresh_token()).await;
        assert_eq!(late.fails_plainly(400), NO_LOGIN);
    }
}

#[tokio::test]
async fn a_login_is_confirmed_once_and_by_a_live_session_of_the_project() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let (ada, grace) = (
        project.sign_up("ada@example.com").await,
        project.sign_up("grace@example.com").await,
    );
    let stranger = other.sign_up("ada@example.com").await;
    let login = Login::start(&project).await;
    login.ask(&project, "complete").await.fails_plainly(400);
    for token in [stranger.refresh_token(), "nonsense".to_owned()] {
        login.complete(&project, &token).await.fails_plainly(400);
    }
    assert_eq!(
        login
            .complete(&other, &stranger.refresh_token())
            .await
            .fails_plainly(400),
        NO_LOGIN
    );
    let unknown = json!({ "login_code": "nonsense", "refresh_token": ada.refresh_token() });
    assert_eq!(call(&project, COMPLETE, unknown).await.fails_plainly(400), NO_LOGIN);
    let unknown_mode = json!({ "login_code": login.login_code, "mode": "approve" });
    call(&project, COMPLETE, unknown_mode).await.fails(400, "SCHEMA_ERROR");

    login.complete(&project, &ada.refresh_token()).await.answers(200);
    assert_eq!(
        login
            .complete(&project, &grace.refresh_token())
            .await
            .fails_plainly(400),
        NO_LOGIN
    );
    assert_eq!(
        login.poll(&project).await.answers(201)["refresh_token"],
        ada.refresh_token()
    );
}

#[tokio::test]
async fn an_anonymous_session_is_handed_over_and_claimed_once() {
    let project = TestProject::start().await;
    let nobody = project.sign_up_anonymously().await;
    let none = Login::start(&project).await;
    let state = none.ask(&project, "check").await.answers(200);
    assert_eq!(state, json!({ "cli_session_state": "none" }));
    none.ask(&project, "claim-anon-session").await.fails_plainly(400);

    let login = start_with(&project, json!({ "anon_refresh_token": nobody.refresh_token() })).await;
    let state = login.ask(&project, "check").await.answers(200);
    assert_eq!(state, json!({ "cli_session_state": "anonymous" }));
    let claimed = login.ask(&project, "claim-anon-session").await.answers(200);
    assert_eq!(claimed["refresh_token"], nobody.refresh_token());
    let token = claimed["access_token"].as_str().expect("an access token");
    let call = project.client_call("GET /users/me").token(token);
    let me = call
        .header("x-stack-allow-anonymous-user", "true")
        .send()
        .await
        .answers(200);
    assert_eq!(me["id"], json!(nobody.id));

    login.ask(&project, "claim-anon-session").await.fails_plainly(400);
    let state = login.ask(&project, "check").await.answers(200);
    assert_eq!(state, json!({ "cli_session_state": "none" }));
}

#[tokio::test]
async fn only_a_live_anonymous_session_of_the_project_can_be_handed_over() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let (ada, nobody) = (
        project.sign_up("ada@example.com").await,
        project.sign_up_anonymously().await,
    );
    let stranger = other.sign_up_anonymously().await;
    let login = start_with(&project, json!({ "anon_refresh_token": nobody.refresh_token() })).await;
    nobody.client.delete_current_session().send().await.answers(200);
    for user in [&ada, &nobody, &stranger] {
        let body = json!({ "anon_refresh_token": user.refresh_token() });
        call(&project, START, body).await.fails_plainly(400);
    }
    let state = login.ask(&project, "check").await.answers(200);
    assert_eq!(state, json!({ "cli_session_state": "none" }), "it ended meanwhile");
    login.ask(&project, "claim-anon-session").await.fails_plainly(400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_polls_at_once_exactly_one_gets_the_token() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let login = Login::start(&project).await;
    login.complete(&project, &ada.refresh_token()).await.answers(200);
    let answers = join_all((0..32).map(|_| login.poll(&project))).await;
    let given = answers.iter().filter(|answer| answer.status == 201).count();
    let used = answers
        .iter()
        .filter(|answer| answer.status == 200 && answer.json() == json!({ "status": "used" }))
        .count();
    assert_eq!((given, used), (1, 31));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_confirmations_and_claims_at_once_exactly_one_succeeds() {
    let project = TestProject::start().await;
    let (ada, nobody) = (
        project.sign_up("ada@example.com").await,
        project.sign_up_anonymously().await,
    );
    let login = start_with(&project, json!({ "anon_refresh_token": nobody.refresh_token() })).await;
    let claims = join_all((0..16).map(|_| login.ask(&project, "claim-anon-session"))).await;
    assert_eq!(claims.iter().filter(|answer| answer.status == 200).count(), 1);
    let token = ada.refresh_token();
    let confirmations = join_all((0..16).map(|_| login.complete(&project, &token))).await;
    assert_eq!(confirmations.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test]
async fn neither_codes_nor_tokens_of_a_login_are_stored_in_clear() {
    let project = TestProject::start().await;
    let (ada, nobody) = (
        project.sign_up("ada@example.com").await,
        project.sign_up_anonymously().await,
    );
    let login = start_with(&project, json!({ "anon_refresh_token": nobody.refresh_token() })).await;
    login.complete(&project, &ada.refresh_token()).await.answers(200);
    let mut secrets = Secrets::default();
    secrets.add("polling code", &login.polling_code);
    secrets.add("login code", &login.login_code);
    secrets.add("refresh token", ada.refresh_token());
    secrets.add("anonymous refresh token", nobody.refresh_token());
    let bytes = project.server.database().bytes().await;
    assert_eq!(secrets.found_in(&bytes), [""; 0]);
}
