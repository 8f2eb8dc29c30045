//! What keeps a sign-in from going on, and where the app hears of it.

use std::time::Duration;

use serde_json::json;
use stack_domain::models::ConfigLevel;
use stack_tests::{Answer, TestProject};

use super::provider::*;

/// The code and the page of an error that was sent to the app.
fn told(answer: &Answer) -> (String, String) {
    let page = page(answer, 307);
    assert_eq!(parameter(&page, "error"), "server_error");
    assert_eq!(parameter(&page, "error_description"), parameter(&page, "message"));
    assert!(!parameter(&page, "message").is_empty());
    let details: serde_json::Value = serde_json::from_str(&parameter(&page, "details")).expect("JSON");
    assert!(details.is_object());
    assert_eq!(parameter(&page, "code"), "");
    let origin = page.origin().ascii_serialization();
    (parameter(&page, "errorCode"), format!("{origin}{}", page.path()))
}

async fn project() -> (Provider, TestProject) {
    let provider = Provider::start().await;
    provider.account("ada", "ada@example.com", true);
    let project = provider.project(json!({})).await;
    (provider, project)
}

#[tokio::test]
async fn the_authorization_endpoint_checks_in_a_fixed_order() {
    let (_, project) = project().await;
    let other = TestProject::create(&project.server).await;
    let ada = other.sign_up("ada@example.com").await;
    let expired = project.sign_up("old@example.com").await.access_token();
    project.server.advance(Duration::from_secs(601));
    let foreign = other.sign_in("ada@example.com").await.access_token();
    drop(ada);
    // Everything is wrong; each step mends the first fault that is told.
    let mut begun = parameters(&project);
    for (name, value) in [
        ("client_id", "3241a285-8329-4d69-8f3d-316e08cf140c"),
        ("client_secret", "pck_wrong"),
        ("type", "link"),
        ("after_callback_redirect_url", "https://evil.example.com/"),
        ("code_challenge_method", "S512"),
        ("response_type", "token"),
    ] {
        begun.insert(name, value.to_owned());
    }
    let details = authorize(&project, &begun)
        .await
        .fails(400, "INVALID_OAUTH_CLIENT_ID_OR_SECRET");
    assert_eq!(details["client_id"], "3241a285-8329-4d69-8f3d-316e08cf140c");
    begun.insert("client_id", format!("{}#preview", project.id));
    authorize(&project, &begun)
        .await
        .fails(400, "INVALID_OAUTH_CLIENT_ID_OR_SECRET");
    begun.insert("client_id", format!("{}#main", project.id));
    authorize(&project, &begun)
        .await
        .fails(401, "INVALID_PUBLISHABLE_CLIENT_KEY");
    begun.insert("client_secret", "__stack_public_client__".to_owned());
    authorize(&project, &begun).await.fails_plainly(400);
    begun.insert("token", "nonsense".to_owned());
    authorize(&project, &begun)
        .await
        .fails(400, "REDIRECT_URL_NOT_WHITELISTED");
    begun.insert(
        "after_callback_redirect_url",
        "stack-auth-mobile-oauth-url://done".to_owned(),
    );
    authorize(&project, &begun).await.fails(401, "UNPARSABLE_ACCESS_TOKEN");
    begun.insert("token", expired);
    authorize(&project, &begun).await.fails(401, "ACCESS_TOKEN_EXPIRED");
    begun.insert("token", foreign);
    authorize(&project, &begun).await.fails_plainly(403);
    begun.remove("token");
    begun.remove("type");
    authorize(&project, &begun).await.fails_plainly(400);
    begun.insert("response_type", "code".to_owned());
    authorize(&project, &begun).await.fails_plainly(400);
    begun.insert("code_challenge_method", "plain".to_owned());
    Browser::sent(&authorize(&project, &begun).await);
}

#[tokio::test]
async fn a_provider_has_to_be_there_and_on() {
    const CODE: &str = "OAUTH_PROVIDER_NOT_FOUND_OR_NOT_ENABLED";
    let (provider, project) = project().await;
    let none = Provider::project_on(&project.server, json!({ "oauth_providers": [] })).await;
    authorize(&none, &parameters(&none)).await.fails(400, CODE);
    let unshared = json!({ "oauth_providers": [{ "id": "google", "type": "shared" }] });
    let unshared = Provider::project_on(&project.server, unshared).await;
    let line = format!("GET /auth/oauth/authorize/google?{}", query(&unshared));
    project.server.call(&line).send().await.fails(400, CODE);

    let browser = Browser::sent(&authorize(&project, &parameters(&project)).await);
    let off = json!({ "auth.oauth.providers.github.allowSignIn": false });
    project.configure(ConfigLevel::Environment, off).await;
    authorize(&project, &parameters(&project)).await.fails(400, CODE);
    let answer = browser.comes_back(&project.server, &[("code", "ada")]).await;
    assert_eq!(told(&answer).0, CODE, "it was turned off meanwhile");
    drop(provider);
}

fn query(project: &TestProject) -> String {
    let mut url = reqwest::Url::parse("http://query/").expect("a URL");
    url.query_pairs_mut().extend_pairs(&parameters(project));
    url.query().expect("a query").to_owned()
}

#[tokio::test]
async fn shared_clients_give_neither_scopes_nor_tokens() {
    let provider = Provider::start().await;
    provider.account("ada", "ada@example.com", true);
    let shared = json!({ "oauth_providers": [{ "id": "github", "type": "shared" }] });
    let project = provider.project(shared).await;
    let mut begun = parameters(&project);
    begun.insert("provider_scope", "repo".to_owned());
    authorize(&project, &begun)
        .await
        .fails(400, "OAUTH_EXTRA_SCOPE_NOT_AVAILABLE_WITH_SHARED_OAUTH_KEYS");
    begun.remove("provider_scope");
    let browser = Browser::sent(&authorize(&project, &begun).await);
    assert_eq!(browser.parameter("client_id"), "shared-client");
    let tokens = sign_in(&project, "ada").await;
    let call = project.client_call("POST /connected-accounts/me/github/access-token");
    let call = call
        .token(tokens["access_token"].as_str().expect("a token"))
        .json(json!({}));
    call.send()
        .await
        .fails(400, "OAUTH_ACCESS_TOKEN_NOT_AVAILABLE_WITH_SHARED_OAUTH_KEYS");
}

#[tokio::test]
async fn a_project_that_asks_for_a_key_takes_no_public_one() {
    let (_, project) = project().await;
    let mut begun = parameters(&project);
    begun.insert("client_secret", "__stack_public_client__".to_owned());
    let browser = Browser::sent(&authorize(&project, &begun).await);
    let page = page(&goes_through(&project, "ada", &[]).await, 303);
    let required = json!({ "project.requirePublishableClientKey": true });
    project.configure(ConfigLevel::Project, required).await;
    const CODE: &str = "PUBLISHABLE_CLIENT_KEY_REQUIRED_FOR_PROJECT";
    authorize(&project, &begun).await.fails(401, CODE);
    let answer = browser.comes_back(&project.server, &[("code", "ada")]).await;
    assert_eq!(told(&answer).0, CODE);
    exchange(&project, &page, &[("client_secret", "")])
        .await
        .fails(401, CODE);
    exchange(&project, &page, &[]).await.answers(200);
}

#[tokio::test]
async fn whoever_says_no_at_the_provider_is_back_at_the_app_with_an_error() {
    let (_, project) = project().await;
    for error in ["access_denied", "consent_required"] {
        let browser = Browser::sent(&authorize(&project, &parameters(&project)).await);
        let answer = browser.comes_back(&project.server, &[("error", error)]).await;
        assert_eq!(
            told(&answer),
            ("OAUTH_PROVIDER_ACCESS_DENIED".to_owned(), PAGE.to_owned())
        );
    }
    let browser = Browser::sent(&authorize(&project, &parameters(&project)).await);
    browser
        .comes_back(&project.server, &[("error", "invalid_scope")])
        .await
        .fails_plainly(400);
    let browser = Browser::sent(&authorize(&project, &parameters(&project)).await);
    browser.comes_back(&project.server, &[]).await.fails_plainly(400);
}

#[tokio::test]
async fn a_provider_in_trouble_is_told_from_one_that_refuses() {
    let (provider, project) = project().await;
    for trouble in [(500, "{}"), (503, "<html>"), (429, ""), (200, "<html>")] {
        provider.script().trouble = Some(trouble);
        let answer = goes_through(&project, "ada", &[]).await;
        assert_eq!(told(&answer).0, "OAUTH_PROVIDER_TEMPORARILY_UNAVAILABLE", "{trouble:?}");
    }
    for refusal in [
        (400, r#"{"error": "invalid_grant"}"#),
        (401, r#"{"error": "invalid_client"}"#),
    ] {
        provider.script().trouble = Some(refusal);
        goes_through(&project, "ada", &[]).await.fails_plainly(400);
    }
    provider.script().trouble = None;
    goes_through(&project, "nobody", &[]).await.fails_plainly(400);
    assert_eq!(project.count_users().await, 0);
}

#[tokio::test]
async fn a_sign_in_that_takes_too_long_is_over() {
    let (_, project) = project().await;
    let browser = Browser::sent(&authorize(&project, &parameters(&project)).await);
    project.server.advance(Duration::from_secs(600));
    let answer = browser.comes_back(&project.server, &[("code", "ada")]).await;
    assert_eq!(told(&answer).0, "OUTER_OAUTH_TIMEOUT");
}

#[tokio::test]
async fn nobody_is_sent_to_a_page_that_isnt_trusted() {
    const CODE: &str = "REDIRECT_URL_NOT_WHITELISTED";
    let (_, project) = project().await;
    for evil in [
        "https://evil.example.com/",
        "http://localhost.evil.example.com:3000/",
        "http://localhost:3000@evil.example.com/",
        "http://evil.example.com\\@localhost:3000/",
        "javascript://localhost/%0aalert(1)",
    ] {
        let answer = goes_through(&project, "ada", &[("redirect_uri", evil)]).await;
        answer.fails(400, CODE);
        let trusted = ("error_redirect_uri", "http://localhost:3000/oops");
        let answer = goes_through(&project, "ada", &[("redirect_uri", evil), trusted]).await;
        assert_eq!(
            told(&answer),
            (CODE.to_owned(), "http://localhost:3000/oops".to_owned())
        );
        let also_evil = ("error_redirect_url", "https://evil.example.com/oops");
        let answer = goes_through(&project, "ada", &[("redirect_uri", evil), also_evil]).await;
        answer.fails(400, CODE);
    }
    goes_through(&project, "ada", &[("scope", "openid")])
        .await
        .fails_plainly(400);
    assert_eq!(project.count_users().await, 0, "nothing was stored");
    let native = "stack-auth-mobile-oauth-url://success";
    let answer = goes_through(&project, "ada", &[("redirect_uri", native)]).await;
    assert!(
        page(&answer, 303)
            .as_str()
            .starts_with("stack-auth-mobile-oauth-url://success?code=")
    );
}

#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() {
    let (_, project) = project().await;
    let once = query(&project);
    for twice in [
        "redirect_uri=https%3A%2F%2Fevil.example.com",
        "state=x",
        "client_id=internal",
        "%73tate=x",
    ] {
        let line = format!("GET /auth/oauth/authorize/github?{once}&{twice}");
        project.server.call(&line).send().await.fails_plainly(400);
    }
    let line = format!("GET /auth/oauth/authorize/github?{once}&theme=a&theme=b");
    Browser::sent(&project.server.call(&line).send().await);
    let browser = Browser::sent(&authorize(&project, &parameters(&project)).await);
    let twice = [("code", "ada"), ("code", "eve")];
    browser.comes_back(&project.server, &twice).await.fails_plainly(400);
    let answer = browser.comes_back(&project.server, &[("code", "ada")]).await;
    page(&answer, 303);
}
