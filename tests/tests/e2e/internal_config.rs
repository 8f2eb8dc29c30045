//! Tag `internal-config`.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, TestProject, TestServer, typed};

/// What the server says at the most about how old a configuration may be at another process.
const BOUND: Duration = Duration::from_secs(1);

/// The whole configuration.
async fn rendered(project: &TestProject) -> Value {
    let answer = project.admin().get_config().send().await.answers(200);
    serde_json::from_str(answer.config_string.expose()).expect("it is JSON")
}

/// What a level sets.
async fn overrides(project: &TestProject, level: &str) -> Value {
    let line = format!("GET /internal/config/override/{level}");
    let answer = project.admin_call(&line).send().await.answers(200);
    serde_json::from_str(answer["config_string"].as_str().expect("a text")).expect("it is JSON")
}

async fn patch(project: &TestProject, access: &str, level: &str, overrides: &Value) -> Answer {
    patch_text(project, access, level, &overrides.to_string()).await
}

async fn patch_text(project: &TestProject, access: &str, level: &str, text: &str) -> Answer {
    let line = format!("PATCH /internal/config/override/{level}");
    let body = json!({ "config_override_string": text });
    project.call_as(access, &line).json(body).send().await
}

async fn put(project: &TestProject, access: &str, level: &str, overrides: &Value, source: Value) -> Answer {
    let line = format!("PUT /internal/config/override/{level}");
    let mut body = json!({ "config_string": overrides.to_string() });
    if !source.is_null() {
        body["source"] = source;
    }
    project.call_as(access, &line).json(body).send().await
}

async fn reset(project: &TestProject, level: &str, keys: Value) -> Answer {
    let line = format!("POST /internal/config/override/{level}/reset-keys");
    project.admin_call(&line).json(json!({ "keys": keys })).send().await
}

fn unlinked() -> Value {
    json!({ "type": "unlinked" })
}

#[tokio::test]
async fn a_new_projects_configuration_is_complete() {
    let project = TestProject::start().await;
    insta::assert_json_snapshot!(rendered(&project).await);
    assert_eq!(overrides(&project, "branch").await, json!({}));
    assert_eq!(overrides(&project, "project").await, json!({}));
}

#[tokio::test]
async fn what_is_set_holds_for_the_next_request() {
    let project = TestProject::start().await;
    let set = json!({ "auth.passkey.allowSignIn": true, "teams": { "allowClientTeamCreation": true } });
    assert_eq!(
        patch(&project, "server", "branch", &set).await.answers(200),
        json!({ "success": true })
    );
    let shown = project.client_call("GET /projects/current").send().await.answers(200);
    assert_eq!(shown["config"]["passkey_enabled"], true);
    assert_eq!(shown["config"]["client_team_creation_enabled"], true);
    assert_eq!(overrides(&project, "branch").await, set, "it is kept as it was written");
}

#[tokio::test]
async fn a_change_keeps_what_it_doesnt_name_and_a_replacement_doesnt() {
    let project = TestProject::start().await;
    let server = project.server();
    let update = |text: &str| typed::<stack_types::ConfigOverrideUpdate>(json!({ "config_override_string": text }));
    for text in [
        r#"{"auth":{"passkey":{"allowSignIn":true},"otp":{"allowSignIn":true}}}"#,
        r#"{"auth.passkey":null}"#,
    ] {
        let changed = server
            .update_config_override()
            .level(stack_types::ConfigLevel::Branch)
            .body(update(text));
        changed.send().await.answers(200);
    }
    let auth = &rendered(&project).await["auth"];
    assert_eq!(
        (&auth["passkey"]["allowSignIn"], &auth["otp"]["allowSignIn"]),
        (&json!(false), &json!(true))
    );
    put(
        &project,
        "server",
        "branch",
        &json!({ "users.allowClientUserDeletion": true }),
        unlinked(),
    )
    .await
    .answers(200);
    let config = rendered(&project).await;
    assert_eq!(config["auth"]["otp"]["allowSignIn"], false);
    assert_eq!(config["users"]["allowClientUserDeletion"], true);
    assert_eq!(config["auth"]["password"]["allowSignIn"], true, "other levels stay");
}

#[tokio::test]
async fn later_levels_override_earlier_ones() {
    let project = TestProject::start().await;
    patch(
        &project,
        "admin",
        "environment",
        &json!({ "auth.otp.allowSignIn": false }),
    )
    .await
    .answers(200);
    patch(&project, "admin", "branch", &json!({ "auth.otp.allowSignIn": true }))
        .await
        .answers(200);
    assert_eq!(rendered(&project).await["auth"]["otp"]["allowSignIn"], false);
    reset(&project, "environment", json!(["auth.otp.allowSignIn"]))
        .await
        .answers(200);
    assert_eq!(rendered(&project).await["auth"]["otp"]["allowSignIn"], true);
}

#[tokio::test]
async fn servers_have_the_level_branch_only() {
    let project = TestProject::start().await;
    for level in ["project", "environment"] {
        let line = format!("GET /internal/config/override/{level}");
        project.server_call(&line).send().await.fails_plainly(403);
        patch(&project, "server", level, &json!({ "auth.allowSignUp": false }))
            .await
            .fails_plainly(403);
        patch_text(&project, "server", level, "no JSON")
            .await
            .fails_plainly(403);
        put(&project, "server", level, &json!({}), Value::Null)
            .await
            .fails_plainly(403);
    }
    let project_only = json!({ "project.requirePublishableClientKey": true });
    patch(&project, "server", "branch", &project_only)
        .await
        .fails_plainly(400);
    assert_eq!(rendered(&project).await["auth"]["allowSignUp"], true);
    let shown = project
        .server_call("GET /internal/config/override/branch")
        .send()
        .await
        .answers(200);
    assert_eq!(shown, json!({ "config_string": "{}" }));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_place_and_nothing_is_stored() {
    let project = TestProject::start().await;
    let secret = json!({ "auth.oauth.providers.google.clientSecret": "a secret" });
    for (level, overrides, part) in [
        ("branch", json!({ "auth.pasword.allowSignIn": true }), "pasword"),
        (
            "branch",
            json!({ "auth.password.allowSignIn": "yes" }),
            "auth.password.allowSignIn",
        ),
        ("branch", secret, "auth.oauth.providers.google.clientSecret"),
        ("branch", json!({ "domains.allowLocalhost": true }), "domains"),
        ("project", json!({ "auth.allowSignUp": false }), "auth"),
        ("environment", json!({ "dataVault.stores.-a": {} }), "-a"),
        (
            "environment",
            json!({ "dataVault.stores": { "a".repeat(64): {} } }),
            "dataVault.stores",
        ),
        (
            "environment",
            json!({ "auth..allowSignUp": false }),
            "auth..allowSignUp",
        ),
        ("environment", json!({ vec!["a"; 1000].join("."): 1 }), "names"),
    ] {
        let message = patch(&project, "admin", level, &overrides).await.fails_plainly(400);
        assert!(message.contains(part), "{overrides} at {level}: {message}");
    }
    for text in ["", "null", "[]", "{", "{'a': 1}", "\"text\""] {
        patch_text(&project, "admin", "branch", text).await.fails_plainly(400);
    }
    assert_eq!(overrides(&project, "branch").await, json!({}));
    assert_eq!(overrides(&project, "project").await, json!({}));
}

#[tokio::test]
async fn levels_that_contradict_each_other_are_refused() {
    let project = TestProject::start().await;
    patch(&project, "admin", "branch", &json!({ "payments.products": 1 }))
        .await
        .answers(200);
    let through = json!({ "payments.products.a": {} });
    patch(&project, "admin", "environment", &through)
        .await
        .fails_plainly(400);
    assert_eq!(rendered(&project).await["payments"]["products"], 1);
}

#[tokio::test]
async fn a_level_may_not_grow_without_bound() {
    let server = TestServer::start_with(|config| config.max_body_bytes = 20_000_000).await;
    let project = TestProject::create(&server).await;
    let text = |key: &str, length: usize| json!({ key: "a".repeat(length) }).to_string();
    let too_long = patch_text(&project, "server", "branch", &text("dbSync.a", 5_000_000)).await;
    too_long.fails(400, "SCHEMA_ERROR");
    patch_text(&project, "server", "branch", &text("dbSync.a", 4_000_000))
        .await
        .answers(200);
    let grown = patch_text(&project, "server", "branch", &text("dbSync.b", 4_000_000)).await;
    assert!(grown.fails_plainly(400).contains("5000000"));
    assert_eq!(
        overrides(&project, "branch").await.as_object().map(|all| all.len()),
        Some(1)
    );

    let project = TestProject::start().await;
    let unread = patch_text(&project, "server", "branch", &text("dbSync.a", 4_500_000)).await;
    assert_eq!(unread.status, 413, "{}", unread.text());
}

#[tokio::test]
async fn the_branch_remembers_where_it_was_pushed_from() {
    let project = TestProject::start().await;
    let admin = project.admin();
    let source = async || {
        project
            .admin_call("GET /internal/config/source")
            .send()
            .await
            .answers(200)
    };
    assert_eq!(source().await, json!({ "source": { "type": "unlinked" } }));
    let github = json!({
        "type": "pushed-from-github", "owner": "example", "repo": "shop", "branch": "main",
        "commit_hash": "9f2c1e4b7a6d5c3f8e0b1a2d4c6f8e9a0b3d5c7e", "config_file_path": "stack.config.ts",
    });
    put(&project, "server", "branch", &json!({}), Value::Null)
        .await
        .fails_plainly(400);
    put(
        &project,
        "server",
        "branch",
        &json!({}),
        json!({ "type": "pushed-from-mars" }),
    )
    .await
    .fails(400, "SCHEMA_ERROR");
    assert_eq!(source().await, json!({ "source": { "type": "unlinked" } }));

    put(
        &project,
        "server",
        "branch",
        &json!({ "auth.allowSignUp": false }),
        github.clone(),
    )
    .await
    .answers(200);
    patch(&project, "server", "branch", &json!({ "auth.otp.allowSignIn": true }))
        .await
        .answers(200);
    put(&project, "admin", "environment", &json!({}), unlinked())
        .await
        .answers(200);
    assert_eq!(
        source().await,
        json!({ "source": github }),
        "only a replacement of the branch changes it"
    );

    admin.delete_config_source().send().await.answers(200);
    assert_eq!(source().await, json!({ "source": { "type": "unlinked" } }));
    assert_eq!(
        rendered(&project).await["auth"]["allowSignUp"],
        false,
        "the override stays"
    );
    put(
        &project,
        "server",
        "branch",
        &json!({}),
        json!({ "type": "pushed-from-unknown" }),
    )
    .await
    .answers(200);
    assert_eq!(source().await, json!({ "source": { "type": "pushed-from-unknown" } }));
}

#[tokio::test]
async fn reset_keys_fall_back_to_what_is_below() {
    let project = TestProject::start().await;
    let all = json!({
        "auth": { "otp": { "allowSignIn": true }, "passkey": { "allowSignIn": true } },
        "auth.passkey.allowSignIn": true,
        "teams.allowClientTeamCreation": true,
        "rbac.permissions.reader": { "scope": "team", "description": "Reads" },
    });
    patch(&project, "admin", "branch", &all).await.answers(200);
    reset(&project, "branch", json!(["auth.passkey", "teams"]))
        .await
        .answers(200);
    let expected = json!({
        "auth": { "otp": { "allowSignIn": true } },
        "rbac.permissions.reader": { "scope": "team", "description": "Reads" },
    });
    assert_eq!(overrides(&project, "branch").await, expected);
    for keys in [
        json!(["auth."]),
        json!([""]),
        json!(["teams", "a..b"]),
        json!(["rbac.permissions.reader.scope"]),
    ] {
        reset(&project, "branch", keys).await.fails_plainly(400);
    }
    reset(&project, "project", json!(["project"]))
        .await
        .fails(400, "SCHEMA_ERROR");
    assert_eq!(overrides(&project, "branch").await, expected);
    reset(&project, "branch", json!(["nothing.of.this.name"]))
        .await
        .answers(200);
    reset(&project, "branch", json!([])).await.answers(200);
    assert_eq!(overrides(&project, "branch").await, expected);
}

#[tokio::test]
async fn an_unknown_level_is_none() {
    let project = TestProject::start().await;
    for level in ["organization", "Branch", "%20"] {
        let line = format!("GET /internal/config/override/{level}");
        project.admin_call(&line).send().await.fails(400, "SCHEMA_ERROR");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_changes_at_the_same_time_none_is_lost() {
    let project = TestProject::start().await;
    let twin = project.on(&project.server.twin().await);
    let answers = join_all((0..32).map(|number| {
        let project = if number % 2 == 0 { project.clone() } else { twin.clone() };
        async move {
            let store = format!("dataVault.stores.s{number}");
            patch(&project, "server", "branch", &json!({ store: {} })).await
        }
    }));
    for answer in answers.await {
        answer.answers(200);
    }
    let stored = overrides(&twin, "branch").await;
    assert_eq!(stored.as_object().map(|all| all.len()), Some(32));
}

#[tokio::test]
async fn another_process_goes_by_a_change_after_a_second_at_most() {
    let project = TestProject::start().await;
    let twin = project.on(&project.server.twin().await);
    let is_on = async |project: &TestProject| {
        let shown = project.client_call("GET /projects/current").send().await.answers(200);
        shown["config"]["passkey_enabled"] == true
    };
    assert!(!is_on(&twin).await, "so that it is remembered there");
    patch(
        &project,
        "server",
        "branch",
        &json!({ "auth.passkey.allowSignIn": true }),
    )
    .await
    .answers(200);
    let changed = Instant::now();
    assert!(is_on(&project).await, "where it was changed it holds at once");
    loop {
        let asked_after = changed.elapsed();
        if is_on(&twin).await {
            break;
        }
        assert!(asked_after <= BOUND, "{asked_after:?}");
    }
}

#[tokio::test]
async fn a_change_is_for_one_project() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let before = rendered(&other).await;
    patch(
        &project,
        "server",
        "branch",
        &json!({ "auth.passkey.allowSignIn": true }),
    )
    .await
    .answers(200);
    assert_eq!(rendered(&other).await, before);
    assert_eq!(overrides(&other, "branch").await, json!({}));
}
