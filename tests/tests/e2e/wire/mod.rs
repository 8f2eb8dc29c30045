//! What every request and every answer has, whatever it is about.

mod bodies;
mod headers;

use std::collections::BTreeSet;

use stack_tests::{TestProject, TestServer};

#[tokio::test]
async fn a_4xx_is_sent_as_200_to_whoever_asks_for_that() {
    let project = TestProject::start().await;
    let plain = project.client_call("GET /users/me").send().await;
    for value in ["true", "false", "1"] {
        let hidden = project
            .client_call("GET /users/me")
            .header("x-stack-override-error-status", value)
            .send()
            .await;
        assert_eq!(
            (hidden.status.as_u16(), hidden.header("x-stack-actual-status")),
            (200, "400")
        );
        assert_eq!(
            (hidden.code(), hidden.text()),
            (plain.code(), plain.text()),
            "nothing else differs"
        );
    }
    let unknown = project
        .server
        .call("GET /nothing")
        .header("x-stack-override-error-status", "true")
        .send()
        .await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.header("x-stack-actual-status")),
        (200, "404")
    );
    let success = project
        .client_call("GET /projects/current")
        .header("x-stack-override-error-status", "true");
    assert_eq!(success.send().await.header("x-stack-actual-status"), "");
    let empty = project
        .client_call("GET /users/me")
        .header("x-stack-override-error-status", "")
        .send()
        .await;
    assert_eq!(empty.status, 400, "an empty header counts as absent");
}

#[tokio::test]
async fn every_request_gets_a_name_of_its_own() {
    let server = TestServer::start().await;
    let mut ids = BTreeSet::new();
    for _ in 0..20 {
        let answer = server.call("GET /").header("x-stack-request-id", "mine").send().await;
        ids.insert(answer.header("x-stack-request-id").to_owned());
    }
    assert_eq!(ids.len(), 20);
    assert!(!ids.contains("mine"));
}

#[tokio::test]
async fn answers_carry_the_headers_that_were_reviewed() {
    let project = TestProject::start().await;
    let shown = |answer: &stack_tests::Answer| {
        let mut lines: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "date" | "content-length"))
            .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
            .map(|line| line.replace(answer.header("x-stack-request-id"), "[request]"))
            .collect();
        lines.sort();
        lines.join("\n")
    };
    insta::assert_snapshot!(
        "success",
        shown(&project.client_call("GET /projects/current").send().await)
    );
    insta::assert_snapshot!("known_error", shown(&project.client_call("GET /users/me").send().await));
    insta::assert_snapshot!("plain_error", shown(&project.server.call("GET /nothing").send().await));
}

#[tokio::test]
async fn browsers_may_ask_from_anywhere() {
    let server = TestServer::start().await;
    for line in [
        "OPTIONS /api/v1/users/me",
        "OPTIONS /api/v1/nothing/at/all",
        "OPTIONS /api/latest",
    ] {
        let call = server.root_call(line).header("origin", "https://app.example.com");
        let call = call.header("access-control-request-method", "PATCH");
        let answer = call
            .header("access-control-request-headers", "x-stack-access-token")
            .send()
            .await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, ""));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(
            answer.header("access-control-allow-methods"),
            "GET, POST, PUT, PATCH, DELETE, OPTIONS"
        );
        assert_eq!(answer.header("access-control-max-age"), "86400");
        let allowed: Vec<_> = answer.header("access-control-allow-headers").split(", ").collect();
        for name in [
            "content-type",
            "authorization",
            "x-stack-access-token",
            "x-stack-allow-anonymous-user",
        ] {
            assert!(allowed.contains(&name), "{name}");
        }
        let exposed = answer.header("access-control-expose-headers");
        assert_eq!(exposed, "content-type, x-stack-actual-status, x-stack-known-error");
    }
}

#[tokio::test]
async fn paths_and_methods_that_dont_exist_are_told_apart() {
    let project = TestProject::start().await;
    project.server_call("GET /nothing").send().await.fails_plainly(404);
    project
        .server_call("GET /users/me/nothing")
        .send()
        .await
        .fails_plainly(404);
    project.server_call("GET /Users").send().await.fails_plainly(404);
    for line in [
        "PUT /users",
        "DELETE /users",
        "POST /users/me",
        "GET /auth/password/sign-in",
    ] {
        let answer = project.server_call(line).send().await;
        assert_eq!((answer.status.as_u16(), answer.code()), (405, ""), "{line}");
    }
    for method in ["HEAD", "TRACE", "PROPFIND"] {
        assert_eq!(
            project.server_call(&format!("{method} /users")).send().await.status,
            405,
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let project = TestProject::start().await;
    for line in [
        "GET /projects/current/",
        "GET /users/?limit=1",
        "GET /projects/current//",
    ] {
        assert_eq!(project.server_call(line).send().await.status, 200, "{line}");
    }
}

#[tokio::test]
async fn people_who_look_with_a_browser_get_readable_json() {
    let project = TestProject::start().await;
    let call = || project.client_call("GET /projects/current");
    let (compact, readable) = (
        call().send().await,
        call().header("accept", "text/html, */*").send().await,
    );
    assert!(!compact.text().contains('\n'));
    assert!(readable.text().starts_with("{\n  \""));
    assert_eq!(compact.json(), readable.json());
    let error = project.client_call("GET /users/me").send().await;
    assert!(error.text().starts_with("{\n  \"code\""), "errors always are");
}
