//! Signing in: from the app to the provider, back, and to a session.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};
use stack_tests::claims;

use super::provider::*;

#[tokio::test]
async fn a_new_account_becomes_a_user_with_the_providers_profile() {
    let provider = Provider::start().await;
    provider.account("ada", "Ada@Example.com", true);
    let project = provider.project(json!({})).await;
    let mut begun = parameters(&project);
    begun.insert("provider_scope", "repo".to_owned());
    begun.insert(
        "after_callback_redirect_url",
        "http://localhost:3000/dashboard".to_owned(),
    );
    let answer = authorize(&project, &begun).await;
    let browser = Browser::sent(&answer);
    for (name, value) in [
        ("client_id", "own-client"),
        ("response_type", "code"),
        ("scope", "user:email repo"),
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(browser.parameter(name), value, "{name}");
    }
    let callback = format!("{}/api/v1/auth/oauth/callback/github", project.server.public_url());
    assert_eq!(browser.parameter("redirect_uri"), callback);
    let cookie = format!("stack-oauth-inner-{}=true", browser.parameter("state"));
    assert_eq!(browser.cookie.as_ref(), Some(&cookie));
    assert!(answer.header("set-cookie").contains("HttpOnly") && answer.header("set-cookie").contains("Max-Age=600"));

    let answer = browser.comes_back(&project.server, &[("code", "ada")]).await;
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "the cookie goes");
    let page = page(&answer, 303);
    assert!(page.as_str().starts_with(PAGE));
    assert_eq!(parameter(&page, "state"), "the app's state");
    let heard = provider.script().heard.clone();
    assert_eq!(heard["redirect_uri"], callback);
    assert_eq!(
        heard["authorization"],
        format!("Basic {}", BASE64.encode("own-client:own+secret"))
    );
    assert!(heard["code_verifier"].len() >= 43);

    let answer = exchange(&project, &page, &[]).await;
    assert_eq!(
        (answer.header("cache-control"), answer.header("pragma")),
        ("no-store", "no-cache")
    );
    let tokens = answer.answers(200);
    for (name, value) in [
        ("token_type", json!("Bearer")),
        ("scope", json!("legacy")),
        ("expires_in", json!(3600)),
        ("is_new_user", json!(true)),
        ("newUser", json!(true)),
        ("after_callback_redirect_url", json!("http://localhost:3000/dashboard")),
        ("afterCallbackRedirectUrl", json!("http://localhost:3000/dashboard")),
    ] {
        assert_eq!(tokens[name], value, "{name}");
    }
    let user = user_of(&project, &tokens).await;
    assert_eq!(user["display_name"], "Name of ada");
    assert_eq!(user["profile_image_url"], "https://images.example.com/1");
    assert_eq!(
        (&user["primary_email"], &user["primary_email_verified"]),
        (&json!("ada@example.com"), &json!(true))
    );
    assert_eq!(user["oauth_providers"][0]["id"], "github");

    let again = sign_in(&project, "ada").await;
    assert_eq!(again["is_new_user"], false);
    assert_eq!(user_of(&project, &again).await["id"], user["id"]);
}

#[tokio::test]
async fn an_app_may_open_the_provider_by_itself() {
    let provider = Provider::start().await;
    provider.account("ada", "ada@example.com", true);
    let project = provider.project(json!({})).await;
    let mut begun = parameters(&project);
    begun.insert("stack_response_mode", "json".to_owned());
    let answer = authorize(&project, &begun).await;
    assert_eq!(answer.header("set-cookie"), "");
    let location = answer.answers(200)["location"].as_str().expect("a URL").to_owned();
    let browser = Browser {
        at: location.parse().expect("a URL"),
        cookie: None,
    };
    let answer = browser.comes_back(&project.server, &[("code", "ada")]).await;
    exchange(&project, &page(&answer, 303), &[]).await.answers(200);
}

#[tokio::test]
async fn a_sign_in_ends_in_the_browser_in_which_it_began_and_once() {
    let provider = Provider::start().await;
    provider.account("ada", "ada@example.com", true);
    let project = provider.project(json!({})).await;
    let browser = Browser::sent(&authorize(&project, &parameters(&project)).await);
    let stranger = Browser {
        at: browser.at.clone(),
        cookie: None,
    };
    let code = [("code", "ada")];
    stranger.comes_back(&project.server, &code).await.fails_plainly(400);
    let tries = (0..8).map(|_| browser.comes_back(&project.server, &code));
    let answers = futures::future::join_all(tries).await;
    let through = answers.iter().filter(|answer| answer.status.as_u16() == 303).count();
    assert_eq!(through, 1, "of eight at once, one comes through");
    for unknown in [
        "",
        "nonsense",
        &"a".repeat(45),
        &format!("{}-{}", "a".repeat(45), project.id),
    ] {
        let line = format!("GET /auth/oauth/callback/github?code=ada&state={unknown}");
        project.server.call(&line).send().await.fails_plainly(400);
    }
    let line = "GET /auth/oauth/callback/github?code=ada";
    project.server.call(line).send().await.fails_plainly(400);
}

#[tokio::test]
async fn a_provider_may_answer_by_a_form() {
    let provider = Provider::start().await;
    provider.account("ada", "ada@example.com", true);
    let project = provider.project(json!({})).await;
    let browser = Browser::sent(&authorize(&project, &parameters(&project)).await);
    let post = |body: String| {
        let call = project.server.call("POST /auth/oauth/callback/github");
        let call = call.header("cookie", browser.cookie.as_deref().expect("a cookie"));
        call.body("application/x-www-form-urlencoded", body).send()
    };
    post("code=ada".to_owned()).await.fails_plainly(400);
    let form = format!("code=ada&user=%7B%7D&state={}", browser.parameter("state"));
    let page = page(&post(form).await, 303);
    exchange(&project, &page, &[]).await.answers(200);
}

#[tokio::test]
async fn a_code_is_good_once_for_its_app_within_five_minutes() {
    const REFUSED: &str = "INVALID_AUTHORIZATION_CODE";
    let provider = Provider::start().await;
    provider.account("ada", "ada@example.com", true);
    let project = provider.project(json!({})).await;
    let other = Provider::project_on(&project.server, json!({})).await;
    let first = page(&goes_through(&project, "ada", &[]).await, 303);
    exchange(&other, &first, &[]).await.fails(400, REFUSED);
    exchange(&project, &first, &[("code", &"a".repeat(45))])
        .await
        .fails(400, REFUSED);
    exchange(&project, &first, &[("code_verifier", &"b".repeat(43))])
        .await
        .fails(400, REFUSED);
    exchange(&project, &first, &[("redirect_uri", "http://localhost:3000/elsewhere")])
        .await
        .fails_plainly(400);
    let tries = (0..8).map(|_| exchange(&project, &first, &[]));
    let answers = futures::future::join_all(tries).await;
    let through = answers.iter().filter(|answer| answer.status.as_u16() == 200).count();
    assert_eq!(through, 1, "of eight at once, one gets the session");
    exchange(&project, &first, &[]).await.fails(400, REFUSED);

    let second = page(&goes_through(&project, "ada", &[]).await, 303);
    project.server.advance(Duration::from_secs(5 * 60));
    exchange(&project, &second, &[]).await.fails(400, REFUSED);
}

#[tokio::test]
async fn a_grant_without_its_parts_breaks_the_protocol() {
    let provider = Provider::start().await;
    provider.account("ada", "ada@example.com", true);
    let project = provider.project(json!({})).await;
    let page = page(&goes_through(&project, "ada", &[]).await, 303);
    for part in ["code", "redirect_uri", "code_verifier"] {
        let answer = exchange(&project, &page, &[(part, "")]).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, ""), "{part}");
        assert_eq!(answer.json()["error"], "invalid_request", "{part}");
    }
    exchange(&project, &page, &[("client_secret", "pck_wrong")])
        .await
        .fails(400, "INVALID_OAUTH_CLIENT_ID_OR_SECRET");
    // With a verifier a project that needs no key can do without.
    exchange(&project, &page, &[("client_secret", "")]).await.answers(200);
}

#[tokio::test]
async fn a_challenge_may_be_plain_and_a_fragment_is_dropped() {
    let provider = Provider::start().await;
    provider.account("ada", "ada@example.com", true);
    let project = provider.project(json!({})).await;
    let with_fragment = format!("{PAGE}#x");
    let plain = [
        ("code_challenge", VERIFIER),
        ("code_challenge_method", "plain"),
        ("redirect_uri", with_fragment.as_str()),
    ];
    let page = page(&goes_through(&project, "ada", &plain).await, 303);
    assert_eq!(page.fragment(), None);
    exchange(&project, &page, &[]).await.answers(200);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_when_the_code_is_traded() {
    let provider = Provider::start().await;
    provider.account("ada", "ada@example.com", true);
    let project = provider.project(json!({})).await;
    let ada = user_of(&project, &sign_in(&project, "ada").await).await;
    let id = ada["id"].as_str().expect("an id");
    let change = json!({ "totp_secret_base64": "c2VjcmV0IG9mIGFuIGFwcA==" });
    let line = format!("PATCH /users/{id}");
    project.server_call(&line).json(change).send().await.answers(200);
    let page = page(&goes_through(&project, "ada", &[]).await, 303);
    let details = exchange(&project, &page, &[])
        .await
        .fails(400, "MULTI_FACTOR_AUTHENTICATION_REQUIRED");
    assert_eq!(details["attempt_code"].as_str().map(str::len), Some(45));
}

#[tokio::test]
async fn whoever_was_deleted_meanwhile_gets_no_session() {
    let provider = Provider::start().await;
    provider.account("ada", "ada@example.com", true);
    let project = provider.project(json!({})).await;
    let ada = user_of(&project, &sign_in(&project, "ada").await).await;
    let page = page(&goes_through(&project, "ada", &[]).await, 303);
    let line = format!("DELETE /users/{}", ada["id"].as_str().expect("an id"));
    project.server_call(&line).send().await.answers(200);
    exchange(&project, &page, &[]).await.fails(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn a_session_is_handed_to_another_domain() {
    let provider = Provider::start().await;
    let project = provider.project(json!({})).await;
    let (ada, eve) = (
        project.sign_up("ada@example.com").await,
        project.sign_up("eve@example.com").await,
    );
    let body = json!({
        "redirect_uri": PAGE, "state": "s", "code_challenge": CHALLENGE,
        "after_callback_redirect_url": "http://localhost:3000/after",
    });
    let hand_off = |body: &Value, refresh_token: &str| {
        let call = project
            .client_call("POST /auth/oauth/cross-domain/authorize")
            .token(&ada.access_token());
        let call = match refresh_token {
            "" => call,
            token => call.header("x-stack-refresh-token", token),
        };
        call.json(body.clone()).send()
    };
    hand_off(&body, "").await.fails_plainly(400);
    hand_off(&body, &eve.refresh_token()).await.fails_plainly(401);
    hand_off(&body, &"a".repeat(45)).await.fails_plainly(401);
    for name in ["redirect_uri", "after_callback_redirect_url"] {
        let mut body = body.clone();
        body[name] = json!("https://evil.example.com/");
        hand_off(&body, &ada.refresh_token())
            .await
            .fails(400, "REDIRECT_URL_NOT_WHITELISTED");
    }
    let handed = hand_off(&body, &ada.refresh_token()).await.answers(200);
    let page = handed["redirect_url"].as_str().expect("a URL").parse().expect("a URL");
    assert_eq!(parameter(&page, "state"), "s");
    let tokens = exchange(&project, &page, &[]).await.answers(200);
    assert_eq!(tokens["refresh_token"], ada.refresh_token());
    assert_eq!(tokens["is_new_user"], false);
    let session = claims(tokens["access_token"].as_str().expect("a token"))["refresh_token_id"].clone();
    assert_eq!(session, ada.session_id());
    exchange(&project, &page, &[])
        .await
        .fails(400, "INVALID_AUTHORIZATION_CODE");

    let handed = hand_off(&body, &ada.refresh_token()).await.answers(200);
    let page = handed["redirect_url"].as_str().expect("a URL").parse().expect("a URL");
    let line = "DELETE /auth/sessions/current";
    project
        .client_call(line)
        .token(&ada.access_token())
        .send()
        .await
        .answers(200);
    exchange(&project, &page, &[])
        .await
        .fails(401, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");

    let nobody = project
        .client_call("POST /auth/oauth/cross-domain/authorize")
        .json(body);
    nobody.send().await.fails(401, "USER_AUTHENTICATION_REQUIRED");
}
