//! The second factor: `POST /auth/mfa/sign-in`, and that no way to sign in gives a token before it.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use futures::future::join_all;
use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, PASSWORD, TestProject, TestUser};
use totp_rs::{Builder, Totp};

const EMAIL: &str = "ada@example.com";
const STEP: Duration = Duration::from_secs(30);

/// An authenticator app: not the code that the server checks with.
pub(crate) struct App(Totp);

impl App {
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self(Builder::new().with_secret(secret.to_vec()).build_noncompliant())
    }

    /// What it shows at this time on the server's clock, so many steps on.
    fn shows_at(&self, project: &TestProject, steps: i64) -> String {
        let seconds = project.server.now().get() / 1000 + 30 * steps;
        let seconds = u64::try_from(seconds).expect("after 1970");
        self.0.generate(seconds).to_string()
    }

    /// What it shows now.
    pub(crate) fn shows(&self, project: &TestProject) -> String {
        self.shows_at(project, 0)
    }

    /// Six digits that it shows neither now nor soon.
    fn never_shows(&self, project: &TestProject) -> String {
        let shown: Vec<_> = (-1..20).map(|steps| self.shows_at(project, steps)).collect();
        let mut codes = (0..30).map(|code| format!("{code:06}"));
        codes.find(|code| !shown.contains(code)).expect("there are more codes")
    }
}

/// Turns the second factor of somebody on.
pub(crate) async fn enrol(user: &TestUser) -> App {
    let secret = user.id.to_string();
    let body = json!({ "totp_secret_base64": BASE64.encode(&secret) });
    let body = stack_tests::typed::<stack_types::client::UserUpdate>(body);
    let me = user.client.update_current_user().body(body).send().await.answers(200);
    assert!(me.requires_totp_mfa);
    App::new(secret.as_bytes())
}

/// Finishes a sign-in.
pub(crate) async fn finish(project: &TestProject, attempt_code: &str, totp: &str) -> Answer {
    let body = json!({ "type": "totp", "totp": totp, "code": attempt_code });
    project.client_call("POST /auth/mfa/sign-in").json(body).send().await
}

/// The attempt code of an answer that asks for the second factor.
#[track_caller]
pub(crate) fn attempt_code(answer: Answer) -> String {
    let details = answer.fails(400, "MULTI_FACTOR_AUTHENTICATION_REQUIRED");
    details["attempt_code"].as_str().expect("an attempt code").to_owned()
}

/// Shows the first factor.
async fn show_password(project: &TestProject) -> String {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let answer = project
        .client_call("POST /auth/password/sign-in")
        .json(body)
        .send()
        .await;
    attempt_code(answer)
}

/// Somebody with a second factor.
async fn start() -> (TestProject, TestUser, App) {
    let project = TestProject::start().await;
    let ada = project.sign_up(EMAIL).await;
    let app = enrol(&ada).await;
    (project, ada, app)
}

async fn count_sessions(project: &TestProject, user: &TestUser) -> usize {
    let sessions = project.server().list_sessions().user_id(user.id).send().await;
    sessions.answers(200).items.len()
}

#[tokio::test]
async fn a_sign_in_goes_on_with_the_code_of_the_app() {
    let (project, ada, app) = start().await;
    let attempt = show_password(&project).await;
    assert_eq!(
        count_sessions(&project, &ada).await,
        1,
        "the first factor began no session"
    );
    let signed_in = finish(&project, &attempt.to_uppercase(), &app.shows(&project))
        .await
        .answers(200);
    assert_eq!(count_sessions(&project, &ada).await, 2);
    assert_eq!(
        (&signed_in["user_id"], &signed_in["is_new_user"]),
        (&json!(ada.id), &json!(false))
    );
    let token = signed_in["access_token"].as_str().expect("a token");
    assert_eq!(stack_tests::claims(token)["requires_totp_mfa"], json!(true));
    let me = project
        .client_call("GET /users/me")
        .token(token)
        .send()
        .await
        .answers(200);
    assert_eq!(me["id"], json!(ada.id));
    insta::assert_json_snapshot!(project.snapshots().of(&signed_in));
}

#[tokio::test]
async fn an_anonymous_user_with_a_second_factor_signs_up_in_two_steps() {
    let project = TestProject::start().await;
    let guest = project.sign_up_anonymously().await;
    let app = enrol(&guest).await;
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let call = project.client_call("POST /auth/password/sign-up").json(body);
    let call = call
        .token(&guest.access_token())
        .header("x-stack-allow-anonymous-user", "true");
    let attempt = attempt_code(call.send().await);
    assert_eq!(
        project.user(&guest).await["is_anonymous"],
        json!(false),
        "the sign-up counts"
    );
    assert_eq!(count_sessions(&project, &guest).await, 1, "but it began no session");
    let signed_in = finish(&project, &attempt, &app.shows(&project)).await.answers(200);
    assert_eq!(
        (&signed_in["user_id"], &signed_in["is_new_user"]),
        (&json!(guest.id), &json!(true))
    );
}

#[tokio::test]
async fn only_the_code_that_the_app_shows_now_is_right() {
    let (project, _, app) = start().await;
    let attempt = show_password(&project).await;
    let right = app.shows(&project);
    let wrong = [
        app.shows_at(&project, -1),
        app.shows_at(&project, 1),
        String::new(),
        format!(" {right}"),
        format!("{right}0"),
    ];
    for code in wrong {
        finish(&project, &attempt, &code).await.fails(400, "INVALID_TOTP_CODE");
    }
    finish(&project, &attempt, &right).await.answers(200);
}

#[tokio::test]
async fn a_code_of_the_app_is_accepted_once() {
    let (project, _, app) = start().await;
    let (first, second) = (show_password(&project).await, show_password(&project).await);
    let seen = app.shows(&project);
    finish(&project, &first, &seen).await.answers(200);
    finish(&project, &second, &seen).await.fails(400, "INVALID_TOTP_CODE");
    project.server.advance(STEP);
    finish(&project, &second, &seen).await.fails(400, "INVALID_TOTP_CODE");
    finish(&project, &second, &app.shows(&project)).await.answers(200);
}

#[tokio::test]
async fn of_many_who_show_the_same_code_at_once_one_gets_in() {
    let (project, ada, app) = start().await;
    let same = vec![show_password(&project).await; 3];
    let own = [show_password(&project).await, show_password(&project).await];
    let code = app.shows(&project);
    let attempts: Vec<_> = same.into_iter().chain(own).collect();
    let answers = join_all(attempts.iter().map(|attempt| finish(&project, attempt, &code))).await;
    let let_in = answers.iter().filter(|answer| answer.status.as_u16() == 200).count();
    assert_eq!(let_in, 1, "{answers:?}");
    assert_eq!(count_sessions(&project, &ada).await, 2);
}

#[tokio::test]
async fn an_attempt_is_finished_once_within_five_minutes() {
    let (project, _, app) = start().await;
    let (attempt, late) = (show_password(&project).await, show_password(&project).await);
    finish(&project, &attempt, &app.shows(&project)).await.answers(200);
    project.server.advance(STEP);
    let again = finish(&project, &attempt, &app.shows(&project)).await;
    again.fails(409, "VERIFICATION_CODE_ALREADY_USED");
    project.server.advance(Duration::from_secs(5 * 60 - 30));
    finish(&project, &late, &app.shows(&project))
        .await
        .fails(400, "VERIFICATION_CODE_EXPIRED");
}

#[tokio::test]
async fn an_attempt_is_known_to_its_project_only() {
    let (project, _, app) = start().await;
    let attempt = show_password(&project).await;
    let other = TestProject::create(&project.server).await;
    finish(&other, &attempt, &app.shows(&project))
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    let unknown = "0".repeat(45);
    finish(&project, &unknown, &app.shows(&project))
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    finish(&project, "short", &app.shows(&project))
        .await
        .fails(400, "SCHEMA_ERROR");
    finish(&project, &attempt, &app.shows(&project)).await.answers(200);
}

#[tokio::test]
async fn guesses_at_an_attempt_code_end_it() {
    let (project, _, app) = start().await;
    let attempt = show_password(&project).await;
    for guess in 0..20 {
        let guess = format!("{guess:06}{}", &attempt[6..]);
        finish(&project, &guess, "000000")
            .await
            .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    }
    let ended = finish(&project, &attempt, &app.shows(&project)).await;
    ended.fails(400, "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED");
}

#[tokio::test]
async fn guesses_are_counted_for_the_user_across_attempts() {
    let (project, ada, app) = start().await;
    let wrong = app.never_shows(&project);
    let mut guesses = 0;
    let refused = loop {
        let attempt = show_password(&project).await;
        let answer = finish(&project, &attempt, &wrong).await;
        if answer.status.as_u16() == 429 {
            break answer;
        }
        answer.fails(400, "INVALID_TOTP_CODE");
        guesses += 1;
        assert!(guesses < 20, "guessing goes on");
    };
    let wait = refused.header("retry-after").parse().expect("seconds");
    let attempt = show_password(&project).await;
    finish(&project, &attempt, &app.shows(&project))
        .await
        .fails_plainly(429);
    ada.client.refresh_current_session().send().await.answers(200);
    project.sign_up("eve@example.com").await;

    project.server.advance(Duration::from_secs(wait));
    finish(&project, &attempt, &app.shows(&project)).await.answers(200);
}

#[tokio::test]
async fn an_attempt_ends_with_the_second_factor_and_with_the_user() {
    let (project, ada, app) = start().await;
    let attempt = show_password(&project).await;
    let change = |secret: Value| {
        let body = json!({ "totp_secret_base64": secret });
        project
            .server_call(&format!("PATCH /users/{}", ada.id))
            .json(body)
            .send()
    };
    let other = App::new(b"of a new phone");
    change(json!(BASE64.encode("of a new phone"))).await.answers(200);
    finish(&project, &attempt, &app.shows(&project))
        .await
        .fails(400, "INVALID_TOTP_CODE");
    finish(&project, &attempt, &other.shows(&project)).await.answers(200);

    project.server.advance(STEP);
    let attempt = show_password(&project).await;
    change(Value::Null).await.answers(200);
    finish(&project, &attempt, &other.shows(&project))
        .await
        .fails(400, "INVALID_TOTP_CODE");
    project.sign_in(EMAIL).await;

    let app = enrol(&ada).await;
    let attempt = show_password(&project).await;
    project
        .server_call(&format!("DELETE /users/{}", ada.id))
        .send()
        .await
        .answers(200);
    finish(&project, &attempt, &app.shows(&project))
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
}

#[tokio::test]
async fn sessions_that_a_server_makes_and_refreshed_ones_need_no_second_factor() {
    let (project, ada, _) = start().await;
    ada.client.refresh_current_session().send().await.answers(200);
    let made = project.session_of(ada.id.0).await;
    made.client.refresh_current_session().send().await.answers(200);
}
