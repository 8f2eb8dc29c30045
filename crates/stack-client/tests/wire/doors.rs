//! Handlers and services that only somebody signed in gets to.

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    extract::FromRef,
    http::{Request, Response},
    routing::get,
};
use serde_json::{Value, json};
use stack_client::verify::{SignedInUser, Verifier, VerifyLayer};
use tower::ServiceExt;

use crate::{
    tokens::{USER, claims_of},
    verify::Setting,
};

#[derive(Clone)]
struct App {
    verifier: Verifier,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

fn app(verifier: Verifier) -> Router {
    Router::new()
        .route("/me", get(async |user: SignedInUser| user.user_id.to_string()))
        .route(
            "/hello",
            get(async |user: Option<SignedInUser>| user.map_or("nobody".to_owned(), |user| user.user_id.to_string())),
        )
        .with_state(App { verifier })
}

async fn call(app: &Router, path: &str, headers: &[(&str, &str)]) -> (Response<()>, String) {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let (parts, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    (Response::from_parts(parts, ()), String::from_utf8(body).unwrap())
}

async fn status(app: &Router, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let (response, body) = call(app, path, headers).await;
    (response.status().as_u16(), body)
}

#[tokio::test]
async fn a_handler_gets_the_user_from_any_header() {
    let setting = Setting::new().await;
    let (app, token) = (app(setting.verifier()), setting.token());
    for (name, value) in [
        ("x-stack-access-token", token.clone()),
        ("x-hexclave-access-token", token.clone()),
        ("authorization", format!("Bearer {token}")),
    ] {
        assert_eq!(
            status(&app, "/me", &[(name, &value)]).await,
            (200, USER.to_owned()),
            "{name}"
        );
        assert_eq!(
            status(&app, "/hello", &[(name, &value)]).await,
            (200, USER.to_owned()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn nobody_is_told_to_sign_in() {
    let setting = Setting::new().await;
    let app = app(setting.verifier());
    let (response, body) = call(&app, "/me", &[]).await;
    assert_eq!(response.status(), 401);
    assert_eq!(
        response.headers()["x-stack-known-error"],
        "USER_AUTHENTICATION_REQUIRED"
    );
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["code"], "USER_AUTHENTICATION_REQUIRED");
    assert_eq!(status(&app, "/hello", &[]).await, (200, "nobody".to_owned()));
}

#[tokio::test]
async fn a_bad_token_is_never_taken_for_none() {
    let setting = Setting::new().await;
    let app = app(setting.verifier());
    for path in ["/me", "/hello"] {
        let (response, _) = call(&app, path, &[("x-stack-access-token", "nonsense")]).await;
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["x-stack-known-error"], "UNPARSABLE_ACCESS_TOKEN");
    }
}

#[tokio::test]
async fn a_restricted_user_is_forbidden_with_the_reason() {
    let setting = Setting::new().await;
    let token = setting.signer.sign(&claims_of(&setting.server.url, "restricted"));
    let (response, body) = call(&app(setting.verifier()), "/me", &[("x-stack-access-token", &token)]).await;
    assert_eq!(response.status(), 403);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        body["details"],
        json!({ "restricted_reason": { "type": "email_not_verified" } })
    );
}

#[tokio::test]
async fn a_token_that_cant_be_checked_is_our_fault() {
    let setting = Setting::new().await;
    setting.goes_away(true);
    let answer = status(
        &app(setting.verifier()),
        "/me",
        &[("x-stack-access-token", &setting.token())],
    )
    .await;
    assert_eq!(answer.0, 503);
}

#[tokio::test]
async fn a_layer_lets_in_whoever_is_signed_in() {
    let setting = Setting::new().await;
    let who = async |user: Option<Extension<SignedInUser>>| {
        user.map_or("nobody".to_owned(), |Extension(user)| user.user_id.to_string())
    };
    let routes: Router = Router::new().route("/", get(who));
    let strict = routes.clone().layer(VerifyLayer::new(setting.verifier()));
    let open = routes.layer(VerifyLayer::optional(setting.verifier()));
    let token = setting.token();
    for app in [&strict, &open] {
        let headers = [("x-stack-access-token", token.as_str())];
        assert_eq!(status(app, "/", &headers).await, (200, USER.to_owned()));
        let headers = [("x-stack-access-token", "nonsense")];
        assert_eq!(status(app, "/", &headers).await.0, 401);
    }
    assert_eq!(status(&strict, "/", &[]).await.0, 401);
    assert_eq!(status(&open, "/", &[]).await, (200, "nobody".to_owned()));
}

#[tokio::test]
async fn a_lenient_layer_doesnt_soften_a_strict_handler() {
    let setting = Setting::new().await;
    let lenient = setting.builder().allow_anonymous().build().unwrap();
    let app = app(setting.verifier()).layer(VerifyLayer::optional(lenient));
    let token = setting.signer.sign(&claims_of(&setting.server.url, "anonymous"));
    let (response, _) = call(&app, "/me", &[("x-stack-access-token", &token)]).await;
    assert_eq!(
        response.headers()["x-stack-known-error"],
        "ANONYMOUS_AUTHENTICATION_NOT_ALLOWED"
    );
}
