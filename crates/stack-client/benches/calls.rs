//! What a call costs beside the same call in hand-written reqwest: `cargo bench -p stack-client --bench calls`.
//!
//! Both ask the same server on loopback for the same user, with the same headers and the same timeout, and decode the same
//! type. Rounds alternate, and what counts is the median of their ratios, so that a busy machine slows both. The process
//! fails if ours costs more than the budget.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use axum::{Router, http::header, response::IntoResponse as _, routing::get};
use futures::{StreamExt as _, stream};
use stack_client::{prelude::*, types::server::User};

/// What a call may cost, in terms of the hand-written one.
const BUDGET: f64 = 1.05;

/// Odd, so that there is one in the middle.
const ROUNDS: usize = 21;

/// How many calls each side makes in a round.
const CALLS: usize = 500;

/// As long as this crate's own default.
const TIMEOUT: Duration = Duration::from_secs(30);

const PROJECT: &str = "00000000-0000-4000-8000-000000000001";
const KEY: &str = "ssk_for_the_bench";
const USER: &str = r#"{"id":"00000000-0000-4000-8000-0000000000aa","primary_email":"ada@example.com",
"primary_email_verified":true,"primary_email_auth_enabled":true,"display_name":"Ada Lovelace","selected_team":null,
"selected_team_id":null,"profile_image_url":null,"signed_up_at_millis":1767323045678,"has_password":true,
"otp_auth_enabled":false,"passkey_auth_enabled":false,"client_metadata":{"theme":"dark"},
"client_read_only_metadata":null,"server_metadata":{"plan":"pro","seats":12},"last_active_at_millis":1767323045678,
"is_anonymous":false,"is_restricted":false,"restricted_reason":null,"oauth_providers":[],"auth_with_email":true,
"requires_totp_mfa":false,"restricted_by_admin":false,"restricted_by_admin_reason":null,
"restricted_by_admin_private_details":null,"country_code":null,"risk_scores":{"sign_up":{"bot":0,"free_trial_abuse":0}}}"#;

fn main() -> ExitCode {
    let url = serve();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let ratios = runtime.block_on(async {
        let ours = StackServer::builder()
            .base_url(&url)
            .project_id(PROJECT)
            .secret_server_key(KEY)
            .build()
            .expect("the settings are right");
        let theirs = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("the settings are right");
        let url = format!("{url}/api/v1/users/me");
        let mut ratios = Vec::new();
        for at_once in [1, 32] {
            let ours = || call_ours(&ours);
            let theirs = || call_theirs(&theirs, &url);
            round(at_once, ours).await;
            round(at_once, theirs).await;
            let mut rounds = Vec::new();
            for index in 0..ROUNDS {
                let (our_time, their_time);
                if index % 2 == 0 {
                    our_time = round(at_once, ours).await;
                    their_time = round(at_once, theirs).await;
                } else {
                    their_time = round(at_once, theirs).await;
                    our_time = round(at_once, ours).await;
                }
                rounds.push((our_time, their_time));
            }
            ratios.push(report(at_once, &rounds));
        }
        ratios
    });
    if ratios.into_iter().any(|ratio| ratio > BUDGET) {
        eprintln!("over budget: a call may cost {BUDGET} of a hand-written one");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn call_ours(stack: &StackServer) -> User {
    let answer = stack.get_current_user().send().await;
    answer.expect("the call succeeds").into_inner()
}

async fn call_theirs(http: &reqwest::Client, url: &str) -> User {
    let answer = http
        .get(url)
        .header("accept", "application/json")
        .header(
            "x-stack-client-version",
            concat!("rust @stack-client@", env!("CARGO_PKG_VERSION")),
        )
        .header("x-stack-allow-anonymous-user", "true")
        .header("x-stack-access-type", "server")
        .header("x-stack-project-id", PROJECT)
        .header("x-stack-secret-server-key", KEY)
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .expect("the call succeeds");
    answer.json().await.expect("a user")
}

/// The time that all calls of a round take, so many at once.
async fn round<F: Future<Output = User>>(at_once: usize, call: impl Fn() -> F) -> Duration {
    let start = Instant::now();
    let users = stream::iter(0..CALLS).map(|_| call()).buffer_unordered(at_once);
    assert_eq!(users.count().await, CALLS);
    start.elapsed()
}

/// Prints a line, and gives the ratio.
fn report(at_once: usize, rounds: &[(Duration, Duration)]) -> f64 {
    let per_call = |times: Vec<Duration>| median(times.iter().map(|time| time.as_secs_f64() * 1e6 / CALLS as f64));
    let ours = per_call(rounds.iter().map(|(ours, _)| *ours).collect());
    let theirs = per_call(rounds.iter().map(|(_, theirs)| *theirs).collect());
    let ratio = median(
        rounds
            .iter()
            .map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64()),
    );
    println!(
        "  {at_once:>2} at once: {ours:>7.1} µs a call, hand-written reqwest {theirs:>7.1} µs: ratio {ratio:.3}, \
         budget {BUDGET}"
    );
    ratio
}

fn median(samples: impl Iterator<Item = f64>) -> f64 {
    let mut samples: Vec<_> = samples.collect();
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// Starts a server in a thread of its own, and gives its origin.
fn serve() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    listener.set_nonblocking(true).expect("a socket that doesn't block");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let answer = || async { ([(header::CONTENT_TYPE, "application/json")], USER).into_response() };
            let app = Router::new().route("/api/v1/users/me", get(answer));
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, app).await.expect("it serves");
        });
    });
    url
}
