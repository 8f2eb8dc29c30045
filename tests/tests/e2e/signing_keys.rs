//! Rotating the keys that sign access tokens, under running processes.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::Value;
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject, TestUser};

/// The ids of the published keys, in their order.
async fn published(project: &TestProject) -> Vec<String> {
    let line = format!("GET /projects/{}/.well-known/jwks.json", project.id);
    let keys = project.server.call(&line).send().await.answers(200);
    let keys = keys["keys"].as_array().expect("keys");
    keys.iter()
        .map(|key| key["kid"].as_str().expect("an id").to_owned())
        .collect()
}

/// The id of the key that signed a token.
fn kid(token: &str) -> String {
    let header = token.split('.').next().expect("a header");
    let header: Value = serde_json::from_slice(&BASE64.decode(header).expect("base64url")).expect("JSON");
    header["kid"].as_str().expect("an id").to_owned()
}

async fn minted(project: &TestProject, user: &TestUser) -> String {
    let call = project.client_call("POST /auth/sessions/current/refresh");
    let answer = call
        .header("x-stack-refresh-token", &user.refresh_token())
        .send()
        .await
        .answers(200);
    answer["access_token"].as_str().expect("a token").to_owned()
}

async fn opens(project: &TestProject, token: &str) -> String {
    let answer = project.client_call("GET /users/me").token(token).send().await;
    answer.code().to_owned()
}

fn advance(project: &TestProject, secs: u64) {
    project.server.advance(Duration::from_secs(secs));
}

#[tokio::test]
async fn old_tokens_hold_while_new_keys_sign_and_not_after_they_expired() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let before = published(&project).await;
    assert_eq!(before.len(), 2);
    assert_eq!(kid(&ada.access_token()), before[0]);

    project.server.rotate_keys(Some(&project.id)).await;
    // Every process sees it within ten seconds; it signs after a minute.
    advance(&project, 30);
    let during = published(&project).await;
    assert_eq!((&during[..2], during.len()), (&before[..], 3));
    assert_eq!(kid(&minted(&project, &ada).await), before[0]);

    advance(&project, 29);
    let last = minted(&project, &ada).await;
    assert_eq!(kid(&last), before[0]);
    advance(&project, 1);
    let first = minted(&project, &ada).await;
    assert_eq!(kid(&first), before[1]);
    let after = published(&project).await;
    assert_eq!(after, [&during[1], &during[2], &during[0]].map(Clone::clone));
    assert_eq!(
        (opens(&project, &last).await, opens(&project, &first).await),
        (String::new(), String::new())
    );

    // The last token of the old keys has ten minutes.
    advance(&project, 598);
    assert_eq!(opens(&project, &last).await, "");
    advance(&project, 1);
    assert_eq!(opens(&project, &last).await, "ACCESS_TOKEN_EXPIRED");
    advance(&project, 61);
    assert_eq!(
        opens(&project, &last).await,
        "UNPARSABLE_ACCESS_TOKEN",
        "its key is gone"
    );
    assert_eq!(published(&project).await, during[1..]);
}

#[tokio::test]
async fn processes_agree_on_the_keys_throughout() {
    let here = TestProject::start().await;
    let there = here.on(&here.server.twin().await);
    let ada = here.sign_up("ada@example.com").await;
    here.server.rotate_keys(None).await;
    for _ in 0..16 {
        for (minting, checking) in [(&here, &there), (&there, &here)] {
            let token = minted(minting, &ada).await;
            assert_eq!(opens(checking, &token).await, "");
            assert!(published(checking).await.contains(&kid(&token)));
        }
        advance(&here, 10);
    }
    assert_eq!(published(&here).await, published(&there).await);
}

#[tokio::test]
async fn the_offline_check_of_the_client_follows_a_rotation() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    // What somebody remembers who fetched the keys before the rotation is enough for an hour.
    let remembered = published(&project).await;
    project.server.rotate_keys(Some(&project.id)).await;
    advance(&project, 100);
    project.server.rotate_keys(Some(&project.id)).await;
    for _ in 0..35 {
        assert!(remembered.contains(&kid(&minted(&project, &ada).await)));
        advance(&project, 100);
    }
    advance(&project, 200);
    assert!(!remembered.contains(&kid(&minted(&project, &ada).await)));
}

#[tokio::test]
async fn a_rotation_of_one_project_leaves_the_others_alone() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let before = published(&other).await;
    project.server.rotate_keys(Some(&project.id)).await;
    advance(&project, 60);
    assert_eq!(published(&other).await, before);
    assert_ne!(published(&project).await.len(), 2);
    let all = project.server.rotate_keys(None).await;
    assert_eq!(all.len(), 3, "with internal");
    project.owner.refresh_current_session().send().await.answers(200);
}
