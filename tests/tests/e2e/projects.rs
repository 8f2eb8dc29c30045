//! Tag `projects`.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_domain::models::ConfigLevel;
use stack_tests::{INTERNAL, Outcome, TestProject, TestServer};

#[tokio::test]
async fn anyone_may_know_what_a_sign_in_page_needs() {
    let project = TestProject::start().await;
    let current = project.client().get_current_project().send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(current));
}

#[tokio::test]
async fn every_access_sees_the_same_project() {
    let project = TestProject::start().await;
    let by = |access: &'static str| project.call_as(access, "GET /projects/current").send();
    let as_client = by("client").await.answers(200);
    assert_eq!(by("server").await.answers(200), as_client);
    assert_eq!(by("admin").await.answers(200), as_client);
}

#[tokio::test]
async fn a_project_shows_which_providers_it_has_but_not_how_they_are_set_up() {
    let project = TestProject::start_with(json!({
        "oauth_providers": [
            { "id": "github", "type": "standard", "client_id": "a client id", "client_secret": "a client secret" },
            { "id": "google", "type": "shared" },
        ],
        "domains": [{ "domain": "https://app.example.com", "handler_path": "/handler" }],
    }))
    .await;
    let answer = project.client_call("GET /projects/current").send().await;
    assert!(!answer.text().contains("a client"), "{}", answer.text());
    let config = answer.answers(200)["config"].take();
    assert_eq!(
        config["enabled_oauth_providers"],
        json!([{ "id": "github" }, { "id": "google" }])
    );
    assert_eq!(
        config["domains"],
        json!([{ "domain": "https://app.example.com", "handler_path": "/handler" }])
    );
}

#[tokio::test]
async fn a_change_of_the_project_shows_at_once() {
    let project = TestProject::start().await;
    let shown = || project.client_call("GET /projects/current").send();
    assert_eq!(shown().await.answers(200)["display_name"], "Test project");
    let body = json!({ "display_name": "Renamed", "config": { "sign_up_enabled": false } });
    project
        .admin_call("PATCH /internal/projects/current")
        .json(body)
        .send()
        .await
        .answers(200);
    let after = shown().await.answers(200);
    assert_eq!(
        (&after["display_name"], &after["config"]["sign_up_enabled"]),
        (&json!("Renamed"), &json!(false))
    );
}

#[tokio::test]
async fn a_client_needs_no_key_unless_the_project_asks_for_one() {
    let project = TestProject::start().await;
    let call = || {
        let call = project
            .server
            .call("GET /projects/current")
            .header("x-stack-access-type", "client");
        call.header("x-stack-project-id", project.id.as_str())
    };
    call().send().await.answers(200);
    call()
        .header("x-stack-publishable-client-key", "__stack_public_client__")
        .send()
        .await
        .answers(200);
    let wrong = call()
        .header("x-stack-publishable-client-key", "pck_wrong")
        .send()
        .await;
    wrong.fails(401, "INVALID_PUBLISHABLE_CLIENT_KEY");
}

#[tokio::test]
async fn the_internal_project_is_there_from_the_start() {
    let server = TestServer::start().await;
    let internal = TestProject::internal(&server);
    let current = internal.client().get_current_project().send().await.answers(200);
    insta::assert_json_snapshot!(server.snapshots().of(current));
}

/// The keys that anyone may fetch.
async fn keys(project: &TestProject, query: &str) -> Vec<Value> {
    let line = format!("GET /projects/{}/.well-known/jwks.json{query}", project.id);
    let set = project.server.call(&line).send().await.answers(200);
    set["keys"].as_array().expect("keys").clone()
}

#[tokio::test]
async fn keys_are_public_and_may_be_kept_for_an_hour() {
    let project = TestProject::start().await;
    let line = format!("GET /projects/{}/.well-known/jwks.json", project.id);
    let answer = project.server.call(&line).send().await;
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    let set = project
        .client()
        .get_project_jwks()
        .project_id(project.id.clone())
        .send()
        .await
        .answers(200);
    assert_eq!(serde_json::to_value(set).expect("JSON"), answer.answers(200));
}

#[tokio::test]
async fn keys_show_nothing_but_a_public_point() {
    let project = TestProject::start().await;
    for key in keys(&project, "?include_anonymous=true").await {
        let mut names: Vec<_> = key.as_object().expect("a key").keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "x", "y"]);
        assert_eq!(
            (&key["kty"], &key["alg"], &key["crv"]),
            (&json!("EC"), &json!("ES256"), &json!("P-256"))
        );
        let length = |name: &str| key[name].as_str().map_or(0, str::len);
        assert_eq!((length("kid"), length("x"), length("y")), (12, 43, 43));
    }
}

#[tokio::test]
async fn keys_of_other_kinds_of_users_come_on_demand() {
    let project = TestProject::start().await;
    let own = keys(&project, "").await;
    let restricted = keys(&project, "?include_restricted=true").await;
    let all = keys(&project, "?include_anonymous=1").await;
    assert_eq!((own.len(), restricted.len(), all.len()), (2, 4, 6));
    assert_eq!(
        (&restricted[..2], &all[..4]),
        (&own[..], &restricted[..]),
        "each set extends the one before"
    );
    let ids: BTreeSet<_> = all.iter().map(|key| key["kid"].to_string()).collect();
    assert_eq!(ids.len(), 6, "no two keys are the same");
    let other = TestProject::create(&project.server).await;
    assert!(
        keys(&other, "")
            .await
            .iter()
            .all(|key| !ids.contains(&key["kid"].to_string()))
    );
}

#[tokio::test]
async fn keys_dont_change() {
    let project = TestProject::start().await;
    let before = keys(&project, "").await;
    project
        .server
        .advance(std::time::Duration::from_secs(365 * 24 * 60 * 60));
    assert_eq!(keys(&project, "").await, before);
}

#[tokio::test]
async fn an_unknown_project_has_no_keys() {
    let project = TestProject::start().await;
    for id in ["3241a285-8329-4d69-8f3d-316e08cf140c", "internals", "%20"] {
        let answer = project
            .server
            .call(&format!("GET /projects/{id}/.well-known/jwks.json"))
            .send()
            .await;
        answer.fails_plainly(404);
    }
    let answer = project
        .server
        .call(&format!("GET /projects/{INTERNAL}/.well-known/jwks.json"))
        .send()
        .await;
    answer.answers(200);
}

#[tokio::test]
async fn the_keys_take_no_other_parameters() {
    let project = TestProject::start().await;
    for query in ["include=all", "include_restricted=perhaps"] {
        let line = format!("GET /projects/{}/.well-known/jwks.json?{query}", project.id);
        project.server.call(&line).send().await.fails(400, "SCHEMA_ERROR");
    }
}

#[tokio::test]
async fn a_project_may_ask_for_the_clients_key() {
    let project = TestProject::start().await;
    project
        .configure(
            ConfigLevel::Project,
            json!({ "project.requirePublishableClientKey": true }),
        )
        .await;
    let call = || {
        let call = project
            .server
            .call("GET /projects/current")
            .header("x-stack-access-type", "client");
        call.header("x-stack-project-id", project.id.as_str())
    };
    const CODE: &str = "PUBLISHABLE_CLIENT_KEY_REQUIRED_FOR_PROJECT";
    let expected = json!({ "project_id": project.id });
    assert_eq!(call().send().await.fails(401, CODE), expected);
    let public = call()
        .header("x-stack-publishable-client-key", "__stack_public_client__")
        .send()
        .await;
    assert_eq!(public.fails(401, CODE), expected);
    project.client().get_current_project().send().await.answers(200);
    project.server().get_current_project().send().await.answers(200);

    let ada = project.sign_up("ada@example.com").await;
    let body = json!({
        "grant_type": "refresh_token",
        "refresh_token": ada.refresh_token(),
        "client_id": project.id,
        "client_secret": "__stack_public_client__",
    });
    project
        .server
        .call("POST /auth/oauth/token")
        .json(body)
        .send()
        .await
        .fails(401, CODE);
}
