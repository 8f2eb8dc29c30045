//! What every answer has in common.

use std::{
    io,
    sync::{Arc, Mutex},
};

use http::Method;
use stack_server_api::{Access, VERSIONS, WireLayer};

use super::support::{Answer, call, call_as, routes};

/// All headers, a line each.
fn headers(answer: &Answer) -> String {
    let mut lines: Vec<_> = answer
        .headers
        .keys()
        .map(|name| {
            format!("{name}: {}", answer.header(name.as_str()).unwrap_or(""))
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

#[tokio::test]
async fn every_answer_has_the_same_headers() {
    let answer = call(Method::GET, "/health").send().await;
    insta::assert_snapshot!(headers(&answer), @r"
    access-control-allow-headers: content-type, authorization, x-stack-project-id, x-stack-access-type, x-stack-publishable-client-key, x-stack-secret-server-key, x-stack-super-secret-admin-key, x-stack-admin-access-token, x-stack-access-token, x-stack-refresh-token, x-stack-branch-id, x-stack-override-error-status, x-stack-allow-anonymous-user, x-stack-client-version, x-stack-random-nonce, x-stack-disable-artificial-development-delay, baggage, sentry-trace, x-vercel-protection-bypass, ngrok-skip-browser-warning, x-hexclave-project-id, x-hexclave-access-type, x-hexclave-publishable-client-key, x-hexclave-secret-server-key, x-hexclave-super-secret-admin-key, x-hexclave-admin-access-token, x-hexclave-access-token, x-hexclave-refresh-token, x-hexclave-branch-id, x-hexclave-override-error-status, x-hexclave-allow-anonymous-user, x-hexclave-client-version, x-hexclave-random-nonce, x-hexclave-disable-artificial-development-delay
    access-control-allow-methods: GET, POST, PUT, PATCH, DELETE, OPTIONS
    access-control-allow-origin: *
    access-control-expose-headers: content-type, x-stack-actual-status, x-stack-known-error
    access-control-max-age: 86400
    cache-control: no-store, max-age=0
    content-length: 15
    content-security-policy:
    content-type: application/json; charset=utf-8
    cross-origin-opener-policy: same-origin
    permissions-policy:
    referrer-policy: strict-origin-when-cross-origin
    vary: content-type, authorization, x-stack-project-id, x-stack-access-type, x-stack-publishable-client-key, x-stack-secret-server-key, x-stack-super-secret-admin-key, x-stack-admin-access-token, x-stack-access-token, x-stack-refresh-token, x-stack-branch-id, x-stack-override-error-status, x-stack-allow-anonymous-user, x-stack-client-version, x-stack-random-nonce, x-stack-disable-artificial-development-delay, baggage, sentry-trace, x-vercel-protection-bypass, ngrok-skip-browser-warning, x-hexclave-project-id, x-hexclave-access-type, x-hexclave-publishable-client-key, x-hexclave-secret-server-key, x-hexclave-super-secret-admin-key, x-hexclave-admin-access-token, x-hexclave-access-token, x-hexclave-refresh-token, x-hexclave-branch-id, x-hexclave-override-error-status, x-hexclave-allow-anonymous-user, x-hexclave-client-version, x-hexclave-random-nonce, x-hexclave-disable-artificial-development-delay
    x-content-type-options: nosniff
    x-frame-options: SAMEORIGIN
    x-stack-request-id: 0000000000000000
    ");
}

#[tokio::test]
async fn a_known_error_is_indented_json_with_its_code_in_a_header() {
    let answer = call(Method::GET, "/api/v1/users/me")
        .header("x-stack-access-type", "client")
        .send()
        .await;
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    insta::assert_snapshot!(answer.text, @r#"
    {
      "code": "ACCESS_TYPE_WITHOUT_PROJECT_ID",
      "details": {
        "request_type": "client"
      },
      "error": "A request with client access has to name its project in the x-stack-project-id header."
    }
    "#);
}

#[tokio::test]
async fn a_client_error_is_sent_as_200_if_the_caller_wishes() {
    let call = || call(Method::GET, "/api/v1/users/me").header("x-stack-override-error-status", "true");
    let answer = call().send().await;
    assert_eq!(answer.outcome(), (200, "ACCESS_TYPE_REQUIRED"));
    assert_eq!(answer.header("x-stack-actual-status"), Some("400"));
}

#[tokio::test]
async fn only_client_errors_are_overridden() {
    let server_error = call_as(Access::Server, Method::DELETE, "/api/v1/users/me").user("unbuilt");
    let answer = server_error
        .header("x-stack-override-error-status", "true")
        .send()
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-stack-actual-status")),
        (501, None)
    );
    let answer = call(Method::GET, "/health")
        .header("x-stack-override-error-status", "true")
        .send()
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-stack-actual-status")),
        (200, None)
    );
}

#[tokio::test]
async fn request_ids_are_new_for_every_request() {
    let router = WireLayer::new().wrap(routes());
    let mut ids = Vec::new();
    for _ in 0..2 {
        let answer = call(Method::GET, "/health").send_to(router.clone()).await;
        ids.push(answer.header("x-stack-request-id").expect("there is one").to_owned());
    }
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().all(|id| {
        id.len() == 16
            && id
                .bytes()
                .all(|byte| b"0123456789abcdefghjkmnpqrstvwxyz".contains(&byte))
    }));
}

#[tokio::test]
async fn preflights_succeed_everywhere() {
    for path in ["/api/v1/users", "/api/v1/nowhere", "/"] {
        let answer = call(Method::OPTIONS, path).send().await;
        assert_eq!(answer.outcome(), (200, ""), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
}

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let answer = call(Method::GET, "/api/v1/nowhere").send().await;
    assert_eq!(answer.outcome(), (404, "There is nothing at /api/v1/nowhere."));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("x-stack-request-id"), Some("0000000000000000"));
}

#[tokio::test]
async fn a_known_path_with_another_method_is_not_allowed() {
    let answer = call(Method::PUT, "/api/v1/users").send().await;
    assert_eq!(answer.outcome(), (405, ""));
}

#[tokio::test]
async fn a_method_that_the_api_does_not_know_is_not_allowed_anywhere() {
    let answer = call(Method::TRACE, "/api/v1/users").send().await;
    assert_eq!(answer.outcome(), (405, "The API doesn't know the method TRACE."));
}

#[tokio::test]
async fn a_trailing_slash_does_not_matter() {
    for path in ["/health/", "/api/v1/", "/api/v1//"] {
        assert_eq!(call(Method::GET, path).send().await.status, 200, "{path}");
    }
    let answer = call_as(Access::Server, Method::GET, "/api/v1/users/?limit=2")
        .send()
        .await;
    assert!(answer.heard().contains("limit: Some(2)"), "{}", answer.text);
}

#[tokio::test]
async fn every_version_is_served() {
    for version in VERSIONS {
        let answer = call(Method::GET, &format!("/api/{version}")).send().await;
        assert_eq!(answer.outcome(), (200, "nobody"), "{version}");
    }
    assert_eq!(call(Method::GET, "/api/v9").send().await.status, 404);
}

#[tokio::test]
async fn json_is_indented_for_browsers() {
    let compact = call(Method::GET, "/health").send().await;
    let read = call(Method::GET, "/health")
        .header("accept", "text/html,*/*")
        .send()
        .await;
    assert_eq!(compact.text, r#"{"status":"ok"}"#);
    assert_eq!(read.text, "{\n  \"status\": \"ok\"\n}");
}

#[tokio::test]
async fn a_cause_is_never_sent() {
    let answer = call_as(Access::Server, Method::DELETE, "/api/v1/users/me")
        .user("broken")
        .send()
        .await;
    insta::assert_snapshot!(answer.text, @"Something went wrong on the server. If you report it, name the request: 0000000000000000");
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (500, Some("text/plain; charset=utf-8"))
    );
}

#[tokio::test]
async fn a_panic_is_an_internal_error() {
    let answer = call_as(Access::Server, Method::DELETE, "/api/v1/users/me")
        .user("panic")
        .send()
        .await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.header("x-stack-request-id"), Some("0000000000000000"));
    assert!(!answer.text.contains("secret"));
}

#[tokio::test]
async fn a_server_that_is_busy_says_when_to_try_again() {
    let answer = call_as(Access::Server, Method::DELETE, "/api/v1/users/me")
        .user("busy")
        .send()
        .await;
    assert_eq!(answer.outcome(), (503, "Too many passwords at once."));
    assert_eq!(answer.header("retry-after"), Some("2"));
}

#[tokio::test]
async fn a_cause_is_logged_once_with_the_operation_and_the_request() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let call = call_as(Access::Server, Method::DELETE, "/api/v1/users/me").user("broken");
    call.send().await;
    drop(guard);

    let text = log.text();
    let [line] = text.lines().collect::<Vec<_>>()[..] else {
        panic!("there should be one line:\n{text}");
    };
    let line: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
    assert_eq!(line["level"], "ERROR");
    assert_eq!(
        line["fields"].to_string(),
        r#"{"message":"a request failed","operation":"delete_current_user","request_id":"0000000000000000","error":"the disk with the secret files is full"}"#
    );
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nobody panics while logging").clone()).expect("the log is text")
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics while logging").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_redirect_has_the_headers_of_every_answer_and_its_cookies() {
    let answer = call(Method::GET, "/api/v1/auth/oauth/callback/github").send().await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), Some("https://github.example.com"));
    assert_eq!(
        answer.header("set-cookie"),
        Some("state=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax")
    );
    assert_eq!(answer.header("x-stack-request-id"), Some("0000000000000000"));
}
