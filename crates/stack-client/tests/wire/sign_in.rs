//! Sign-ins that take several steps.

use std::{collections::HashMap, time::Duration};

use axum::http::StatusCode;
use serde_json::{Value, json};
use stack_client::{
    Error, Retries, StackClient, Tokens,
    prelude::*,
    sign_in::{CliSignInError, OauthCallback, OauthError, OauthSignIn, OauthSignInCall},
    types::Secret,
};

use crate::server::{Server, json, known, text};

const CALLBACK: &str = "https://app.example.com/callback";

fn client(url: &str) -> StackClient {
    let builder = StackClient::builder().base_url(url).project_id("shop");
    let builder = builder.publishable_client_key("pck_1").retries(Retries::NONE);
    builder.build().unwrap()
}

async fn begin(call: OauthSignInCall<'_>) -> (OauthSignIn, HashMap<String, String>) {
    let sign_in = call.begin().await.unwrap();
    let url: reqwest::Url = sign_in.url.expose().parse().unwrap();
    assert_eq!(url.path(), "/api/v1/auth/oauth/authorize/github");
    let query = url.query_pairs().into_owned().collect();
    (sign_in, query)
}

fn came_back(sign_in: &OauthSignIn, more: &str) -> OauthCallback {
    OauthCallback::from_url(&format!("{CALLBACK}?state={}&{more}", sign_in.state.expose())).unwrap()
}

#[tokio::test]
async fn the_authorize_url_has_all_that_the_server_asks_for() {
    let stack = client("https://auth.example.com");
    let call = stack.oauth_sign_in("github", CALLBACK).provider_scope("repo gist");
    let call = call.error_redirect_uri("https://app.example.com/error");
    let (sign_in, mut query) = begin(call.after_callback_redirect_url("https://app.example.com/shop")).await;
    assert_eq!(query.remove("state").as_deref(), Some(sign_in.state.expose()));
    assert_eq!(query.remove("code_challenge").map(|text| text.len()), Some(43));
    let mut lines: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"), @r"
    after_callback_redirect_url=https://app.example.com/shop
    client_id=shop
    client_secret=pck_1
    code_challenge_method=S256
    error_redirect_uri=https://app.example.com/error
    grant_type=authorization_code
    provider_scope=repo gist
    redirect_uri=https://app.example.com/callback
    response_type=code
    scope=legacy
    ");
}

#[tokio::test]
async fn a_project_without_keys_has_a_word_for_none() {
    let stack = StackClient::builder().project_id("shop").build().unwrap();
    let (_, query) = begin(stack.oauth_sign_in("github", CALLBACK)).await;
    assert_eq!(query["client_secret"], "__stack_public_client__");
}

#[tokio::test]
async fn every_sign_in_has_secrets_of_its_own_and_hides_them() {
    let stack = client("https://auth.example.com");
    let (one, first) = begin(stack.oauth_sign_in("github", CALLBACK)).await;
    let (other, second) = begin(stack.oauth_sign_in("github", CALLBACK)).await;
    assert_ne!(one.state, other.state);
    assert_ne!(one.code_verifier, other.code_verifier);
    assert_ne!(first["code_challenge"], second["code_challenge"]);
    let shown = format!("{one:?}");
    for secret in [&one.state, &one.code_verifier] {
        assert!(!shown.contains(secret.expose()), "{shown}");
    }
    let kept = serde_json::to_string(&one).unwrap();
    assert_eq!(serde_json::from_str::<OauthSignIn>(&kept).unwrap(), one);
}

#[tokio::test]
async fn a_user_is_linked_with_a_fresh_access_token() {
    let server = Server::answering([json(200, json!({ "access_token": "new" }))]).await;
    let stack = client(&server.url).with_tokens(Tokens::refresh_only("r"));
    let (_, query) = begin(stack.oauth_sign_in("github", CALLBACK).link()).await;
    assert_eq!((query["type"].as_str(), query["token"].as_str()), ("link", "new"));
    let (_, query) = begin(stack.oauth_sign_in("github", CALLBACK).upgrade()).await;
    assert_eq!((query.get("type"), query["token"].as_str()), (None, "new"));
    let nobody = client(&server.url);
    let error = nobody
        .oauth_sign_in("github", CALLBACK)
        .link()
        .begin()
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the call can't be sent: nobody is signed in");
}

#[tokio::test]
async fn a_code_is_traded_for_a_session() {
    let answer = json!({
        "access_token": "a", "refresh_token": "r", "token_type": "Bearer", "expires_in": 3600, "scope": "legacy",
        "is_new_user": true, "newUser": true, "after_callback_redirect_url": "https://app.example.com/shop",
    });
    let server = Server::answering([json(200, answer)]).await;
    // Somebody else may be signed in: the token endpoint isn't about them.
    let stack = client(&server.url).with_tokens(Tokens::new("other", "other"));
    let (sign_in, _) = begin(stack.oauth_sign_in("github", CALLBACK)).await;
    let signed_in = sign_in
        .finish(&stack, &came_back(&sign_in, "code=c%2B1"))
        .await
        .unwrap();
    assert!(signed_in.is_new_user);
    assert_eq!(
        signed_in.after_callback_redirect_url.as_deref(),
        Some("https://app.example.com/shop")
    );
    stack.remember(&signed_in);
    assert_eq!(stack.tokens(), Tokens::new("a", "r"));

    let asked = &server.asked()[0];
    assert_eq!(asked.line, "POST /api/v1/auth/oauth/token");
    assert_eq!(asked.header("x-stack-access-token"), None);
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let expected = json!({
        "grant_type": "authorization_code",
        "client_id": "shop",
        "client_secret": "pck_1",
        "code": "c+1",
        "redirect_uri": CALLBACK,
        "code_verifier": sign_in.code_verifier.expose(),
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_sign_in_that_was_slipped_in_is_refused() {
    let server = Server::answering([]).await;
    let stack = client(&server.url);
    let (sign_in, _) = begin(stack.oauth_sign_in("github", CALLBACK)).await;
    for query in ["code=c&state=other", "code=c"] {
        let callback = OauthCallback::from_url(&format!("{CALLBACK}?{query}")).unwrap();
        let error = sign_in.finish(&stack, &callback).await.unwrap_err();
        assert!(matches!(error, OauthError::State), "{error}");
    }
    let error = sign_in.finish(&stack, &came_back(&sign_in, "")).await.unwrap_err();
    assert!(matches!(error, OauthError::NoCode), "{error}");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn an_error_that_the_browser_brings_back_is_typed() {
    let stack = client("https://auth.example.com");
    let (sign_in, _) = begin(stack.oauth_sign_in("github", CALLBACK)).await;
    let query =
        "error=server_error&error_description=x&errorCode=OAUTH_PROVIDER_ACCESS_DENIED&message=Denied.&details=";
    let error = sign_in.finish(&stack, &came_back(&sign_in, query)).await.unwrap_err();
    assert_eq!(error.known().unwrap().code(), "OAUTH_PROVIDER_ACCESS_DENIED");
    let error = sign_in
        .finish(&stack, &came_back(&sign_in, "error=access_denied"))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the sign-in failed: access_denied");
}

#[tokio::test]
async fn a_code_that_the_server_refuses_is_a_known_error() {
    let answers = [
        known(StatusCode::BAD_REQUEST, "INVALID_AUTHORIZATION_CODE"),
        text(501, "not built"),
    ];
    let server = Server::answering(answers).await;
    let stack = client(&server.url);
    let (sign_in, _) = begin(stack.oauth_sign_in("github", CALLBACK)).await;
    let error = sign_in
        .finish(&stack, &came_back(&sign_in, "code=c"))
        .await
        .unwrap_err();
    assert_eq!(error.known(), Some(&KnownError::InvalidAuthorizationCode));
    let error = sign_in
        .finish(&stack, &came_back(&sign_in, "code=c"))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, OauthError::Exchange(Error::Plain { status, .. }) if *status == 501),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_command_line_waits_for_the_user() {
    let begun = json!({ "polling_code": "p", "login_code": "l&", "expires_at": "2026-01-02T05:04:05.678Z" });
    let answers = [
        json(200, begun),
        json(200, json!({ "status": "waiting" })),
        json(201, json!({ "status": "success", "refresh_token": "r" })),
        json(200, json!({ "status": "used" })),
        json(200, json!({ "status": "expired" })),
        known(StatusCode::BAD_REQUEST, "INVALID_POLLING_CODE"),
    ];
    let server = Server::answering(answers).await;
    let stack = client(&server.url).with_tokens(Tokens::new("a", "anonymous"));
    let call = stack
        .cli_sign_in()
        .lifetime(Duration::from_secs(60))
        .continue_anonymous_session();
    let sign_in = call.begin().await.unwrap();
    assert_eq!(
        sign_in.url("https://app.example.com/cli?x=1").unwrap(),
        Secret::new("https://app.example.com/cli?x=1&login_code=l%26")
    );
    assert_eq!(sign_in.poll(&stack).await.unwrap(), None);
    assert_eq!(sign_in.wait(&stack).await.unwrap(), Tokens::refresh_only("r"));
    assert!(matches!(sign_in.wait(&stack).await, Err(CliSignInError::Used)));
    assert!(matches!(sign_in.wait(&stack).await, Err(CliSignInError::Expired)));
    let error = sign_in.wait(&stack).await.unwrap_err();
    assert!(
        matches!(&error, CliSignInError::Call(error) if error.known() == Some(&KnownError::InvalidPollingCode)),
        "{error:?}"
    );
    let asked = server.asked();
    assert_eq!(
        asked[0].body,
        r#"{"expires_in_millis":60000,"anon_refresh_token":"anonymous"}"#
    );
    assert_eq!(asked[1].body, r#"{"polling_code":"p"}"#);
    assert_eq!(asked[1].line, "POST /api/v1/auth/cli/poll");
}
