//! Whose account it is: known ones, links, e-mails that somebody has already, upgrades and refusals.

use serde_json::{Value, json};
use stack_domain::models::ConfigLevel;
use stack_tests::{TestProject, TestUser};

use super::provider::*;

const TAKEN: &str = "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE";

async fn project(strategy: &str) -> (Provider, TestProject) {
    let provider = Provider::start().await;
    let project = provider
        .project(json!({ "oauth_account_merge_strategy": strategy }))
        .await;
    (provider, project)
}

/// Somebody who signs in by password, and whose address is verified or not.
async fn ada(project: &TestProject, verified: bool) -> TestUser {
    let ada = project.sign_up("ada@example.com").await;
    let line = format!("PATCH /users/{}", ada.id);
    let change = json!({ "primary_email_verified": verified });
    project.server_call(&line).json(change).send().await.answers(200);
    ada
}

/// The code and the details of the error that the app hears.
async fn refusal(project: &TestProject, account: &str, more: &[(&'static str, &str)]) -> (String, Value) {
    let page = page(&goes_through(project, account, more).await, 307);
    let details = serde_json::from_str(&parameter(&page, "details")).expect("JSON");
    (parameter(&page, "errorCode"), details)
}

#[tokio::test]
async fn an_account_is_linked_if_both_sides_have_verified_the_e_mail() {
    let (provider, project) = project("link_method").await;
    let ada = ada(&project, true).await;
    provider.account("theirs", "Ada@example.com", true);
    let tokens = sign_in(&project, "theirs").await;
    assert_eq!(tokens["is_new_user"], false);
    let user = user_of(&project, &tokens).await;
    assert_eq!(user["id"], json!(ada.id));
    assert_eq!(
        (&user["has_password"], &user["display_name"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(project.count_users().await, 1);
}

#[tokio::test]
async fn an_address_that_either_side_hasnt_verified_links_nothing() {
    let (provider, project) = project("link_method").await;
    let ada = ada(&project, true).await;
    provider.account("claimed", "ada@example.com", false);
    let (code, details) = refusal(&project, "claimed", &[]).await;
    assert_eq!(code, TAKEN);
    assert_eq!(details["would_work_if_email_was_verified"], false);
    let line = format!("PATCH /users/{}", ada.id);
    let change = json!({ "primary_email_verified": false });
    project.server_call(&line).json(change).send().await.answers(200);
    provider.account("real", "ada@example.com", true);
    let (code, details) = refusal(&project, "real", &[]).await;
    assert_eq!(
        code, TAKEN,
        "whoever signed up first with her address gets nothing of hers"
    );
    assert_eq!(details["would_work_if_email_was_verified"], true);
    assert_eq!(project.user(&ada).await["oauth_providers"], json!([]));
    assert_eq!(project.count_users().await, 1);
}

#[tokio::test]
async fn a_project_may_want_an_error_instead() {
    let (provider, project) = project("raise_error").await;
    ada(&project, true).await;
    provider.account("theirs", "ada@example.com", true);
    assert_eq!(refusal(&project, "theirs", &[]).await.0, TAKEN);
    assert_eq!(project.count_users().await, 1);
}

#[tokio::test]
async fn a_project_may_want_another_user_who_cant_sign_in_by_that_e_mail() {
    let (provider, project) = project("allow_duplicates").await;
    let ada = ada(&project, true).await;
    provider.account("theirs", "ada@example.com", true);
    let tokens = sign_in(&project, "theirs").await;
    assert_eq!(tokens["is_new_user"], true);
    let other = user_of(&project, &tokens).await;
    assert_ne!(other["id"], json!(ada.id));
    assert_eq!(other["primary_email"], "ada@example.com");
    let line = format!("GET /users/{}", other["id"].as_str().expect("an id"));
    let other = project.server_call(&line).send().await.answers(200);
    assert_eq!(other["primary_email_auth_enabled"], false);
}

#[tokio::test]
async fn a_signed_in_user_links_an_account_that_is_nobody_elses() {
    let (provider, project) = project("link_method").await;
    let (ada, eve) = (ada(&project, true).await, project.sign_up("eve@example.com").await);
    provider.account("work", "work@example.com", true);
    let link = |user: &TestUser| vec![("type", "link".to_owned()), ("token", user.access_token())];
    let as_texts = |more: &Vec<(&'static str, String)>| -> Vec<(&'static str, String)> { more.clone() };
    let goes = async |user: &TestUser| {
        let more = as_texts(&link(user));
        let more: Vec<_> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
        goes_through(&project, "work", &more).await
    };
    for _ in 0..2 {
        let page = page(&goes(&ada).await, 303);
        let tokens = exchange(&project, &page, &[]).await.answers(200);
        assert_eq!(tokens["is_new_user"], false);
        let user = user_of(&project, &tokens).await;
        assert_eq!(
            (&user["id"], &user["primary_email"]),
            (&json!(ada.id), &json!("ada@example.com"))
        );
    }
    let listed = project
        .server_call(&format!("GET /oauth-providers?user_id={}", ada.id))
        .send()
        .await
        .answers(200);
    let items = listed["items"].as_array().expect("a list");
    assert_eq!(items.len(), 1);
    assert_eq!(
        (&items[0]["allow_sign_in"], &items[0]["allow_connected_accounts"]),
        (&json!(false), &json!(true))
    );
    let page = page(&goes(&eve).await, 307);
    assert_eq!(
        parameter(&page, "errorCode"),
        "OAUTH_CONNECTION_ALREADY_CONNECTED_TO_ANOTHER_USER"
    );
    // It is linked, but nobody signs in with it.
    let tokens = sign_in(&project, "work").await;
    assert_eq!(tokens["is_new_user"], true);
}

#[tokio::test]
async fn an_anonymous_user_who_signs_up_keeps_the_id() {
    let (provider, project) = project("link_method").await;
    provider.account("ada", "ada@example.com", true);
    let guest = project.sign_up_anonymously().await;
    let token = guest.access_token();
    let page = page(&goes_through(&project, "ada", &[("token", &token)]).await, 303);
    let tokens = exchange(&project, &page, &[]).await.answers(200);
    assert_eq!(tokens["is_new_user"], true);
    let user = user_of(&project, &tokens).await;
    assert_eq!((&user["id"], &user["is_anonymous"]), (&json!(guest.id), &json!(false)));
    assert_eq!(user["display_name"], "Name of ada");

    // An account that is known signs its user in, and the anonymous one is left alone.
    let second = project.sign_up_anonymously().await;
    let token = second.access_token();
    let page = self::page(&goes_through(&project, "ada", &[("token", &token)]).await, 303);
    let tokens = exchange(&project, &page, &[]).await.answers(200);
    assert_eq!(user_of(&project, &tokens).await["id"], json!(guest.id));
    assert_eq!(project.user(&second).await["is_anonymous"], true);

    // So is a user who has signed up before.
    provider.account("eve", "eve@example.com", true);
    let token = project.sign_up("grace@example.com").await.access_token();
    let page = self::page(&goes_through(&project, "eve", &[("token", &token)]).await, 303);
    let tokens = exchange(&project, &page, &[]).await.answers(200);
    assert_eq!(tokens["is_new_user"], true);
}

#[tokio::test]
async fn a_closed_project_takes_known_accounts_only() {
    let (provider, project) = project("link_method").await;
    provider
        .account("ada", "ada@example.com", true)
        .account("eve", "eve@example.com", true);
    sign_in(&project, "ada").await;
    project
        .configure(ConfigLevel::Branch, json!({ "auth.allowSignUp": false }))
        .await;
    sign_in(&project, "ada").await;
    assert_eq!(refusal(&project, "eve", &[]).await.0, "SIGN_UP_NOT_ENABLED");
}

#[tokio::test]
async fn sign_up_rules_know_the_method_and_the_provider() {
    let (provider, project) = project("link_method").await;
    provider
        .account("ada", "ada@example.com", true)
        .account("eve", "eve@evil.example", true);
    let rule = |condition: &str, action: &str| json!({ "enabled": true, "priority": 1, "condition": condition, "action": { "type": action } });
    let rules = json!({
        "auth.signUpRules": {
            "evil": rule("authMethod == 'oauth' && emailDomain == 'evil.example'", "reject"),
            "github": rule("oauthProvider == 'github'", "restrict"),
        },
    });
    project.configure(ConfigLevel::Branch, rules).await;
    assert_eq!(refusal(&project, "eve", &[]).await.0, "SIGN_UP_REJECTED");
    let ada = user_of_restricted(&project, &sign_in(&project, "ada").await).await;
    assert_eq!(ada["restricted_by_admin"], true);
}

/// The user of a session, as servers see them.
async fn user_of_restricted(project: &TestProject, tokens: &Value) -> Value {
    let claims = stack_tests::claims(tokens["access_token"].as_str().expect("a token"));
    let line = format!("GET /users/{}", claims["sub"].as_str().expect("an id"));
    project.server_call(&line).send().await.answers(200)
}

#[tokio::test]
async fn an_account_that_arrives_twice_at_once_makes_one_user() {
    let (provider, project) = project("link_method").await;
    provider.account("ada", "ada@example.com", true);
    let answers = futures::future::join_all((0..6).map(|_| goes_through(&project, "ada", &[]))).await;
    for answer in &answers {
        page(answer, 303);
    }
    assert_eq!(project.count_users().await, 1);
}
