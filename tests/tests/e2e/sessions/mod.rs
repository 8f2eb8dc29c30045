//! Tag `sessions`.

mod create;
mod end;
mod list;
mod refresh;

use std::time::Duration;

use serde_json::Value;
use stack_client::{Tokens, prelude::*};
use stack_tests::{Outcome, TestProject, TestUser};
use stack_types::{Session, SessionId};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const REFUSED: &str = "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED";

async fn listed(user: &TestUser) -> Vec<Session> {
    user.client
        .list_sessions()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .answers(200)
        .items
}

fn session_id(user: &TestUser) -> SessionId {
    user.session_id().parse().expect("a session's id")
}

async fn create(project: &TestProject, body: Value) -> Result<Tokens, (u16, String)> {
    let answer = project.server_call("POST /auth/sessions").json(body).send().await;
    if answer.status != 200 {
        return Err((answer.status.as_u16(), answer.code().to_owned()));
    }
    let text = |key: &str| answer.json()[key].as_str().expect("a token").to_owned();
    Ok(Tokens::new(text("access_token"), text("refresh_token")))
}
