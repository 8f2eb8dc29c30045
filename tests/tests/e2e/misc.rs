//! Tag `misc`.

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject, TestServer};
use stack_types::VersionCheck;

#[tokio::test]
async fn the_api_greets_whoever_asks() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let nobody = project.server.call("GET /").send().await;
    assert_eq!(nobody.header("content-type"), "text/plain; charset=utf-8");
    let known = project.client_call("GET /").token(&ada.access_token()).send().await;
    let texts = [nobody.text(), known.text()].join("\n");
    insta::assert_snapshot!(project.snapshots().of(texts).as_str().expect("text"));
    let greeting = project.client().get_api_info().send().await.answers(200);
    assert!(greeting.contains(project.id.as_str()), "{greeting}");
}

#[tokio::test]
async fn a_greeting_refuses_wrong_credentials_and_parameters_as_everywhere() {
    let project = TestProject::start().await;
    let call = project.server.call("GET /").header("x-stack-access-type", "server");
    call.header("x-stack-project-id", project.id.as_str())
        .send()
        .await
        .fails(401, "SERVER_AUTHENTICATION_REQUIRED");
    project
        .client_call("GET /")
        .token("nonsense")
        .send()
        .await
        .fails(401, "UNPARSABLE_ACCESS_TOKEN");
    project.server.call("GET /?a=b").send().await.fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn every_client_is_recent_enough() {
    let server = TestServer::start().await;
    for body in [
        json!({ "clientVersion": "2.8.86" }),
        json!({ "clientVersion": "0.0.1" }),
    ] {
        assert_eq!(
            server.call("POST /check-version").json(body).send().await.answers(200),
            json!({ "upToDate": true })
        );
    }
    let body = VersionCheck {
        client_version: "2.8.86".to_owned(),
    };
    TestProject::internal(&server)
        .client()
        .check_version()
        .body(body)
        .send()
        .await
        .answers(200);
    server
        .call("POST /check-version")
        .json(json!({ "version": 1 }))
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn a_feature_that_a_client_misses_is_noted() {
    let server = TestServer::start().await;
    let answer = server
        .call("POST /check-feature-support")
        .json(json!({ "feature": "flying" }))
        .send()
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "text/plain; charset=utf-8")
    );
    TestProject::internal(&server)
        .client()
        .check_feature_support()
        .send()
        .await
        .answers(200);
}

#[tokio::test]
async fn requests_of_every_version_arrive() {
    let server = TestServer::start().await;
    for version in ["v1", "v2beta1", "v2beta2", "v2beta3", "v2beta4", "v2beta5", "latest"] {
        let answer = server
            .root_call(&format!("GET /api/{version}/migration-tests"))
            .send()
            .await;
        assert_eq!(answer.status, 200, "{version}");
        let answer = server.root_call(&format!("GET /api/{version}")).send().await;
        assert_eq!(answer.status, 200, "{version}");
    }
    for path in [
        "/api/v2/migration-tests",
        "/api/migration-tests",
        "/migration-tests",
        "/api/v3beta1",
        "/api",
        "/",
    ] {
        server.root_call(&format!("GET {path}")).send().await.fails_plainly(404);
    }
    TestProject::internal(&server)
        .client()
        .get_migration_tests()
        .send()
        .await
        .answers(200);
}

#[tokio::test]
async fn the_version_tests_repeat_their_parameter() {
    let server = TestServer::start().await;
    let client = TestProject::internal(&server).client();
    let answer = client
        .get_migration_tests_handler()
        .query_param_new("a b")
        .send()
        .await
        .answers(200);
    assert!(answer.contains("a b"), "{answer}");
    let old = server
        .call("GET /migration-tests/smart-route-handler?queryParam=x")
        .send()
        .await;
    old.fails(400, "SCHEMA_ERROR");
}
