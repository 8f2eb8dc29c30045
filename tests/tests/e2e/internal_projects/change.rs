//! `GET` and `PATCH /internal/projects/current`.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_codegen::{
    load::Sources,
    model::{Access, Kind},
    views::Views,
};
use stack_tests::{Outcome, TestProject};
use stack_types::ProjectUpdate;
use uuid::Uuid;

async fn update(project: &TestProject, body: Value) -> Value {
    project
        .admin_call("PATCH /internal/projects/current")
        .json(body)
        .send()
        .await
        .answers(200)
}

/// A change of every field.
fn everything() -> Value {
    json!({
        "display_name": "Shop",
        "description": "Sells things.",
        "logo_url": "https://example.com/logo.png",
        "logo_full_url": "https://example.com/full.png",
        "logo_dark_mode_url": "https://example.com/dark.png",
        "logo_full_dark_mode_url": "https://example.com/full-dark.png",
        "is_production_mode": true,
        "onboarding_status": "welcome",
        "config": {
            "sign_up_enabled": false,
            "credential_enabled": false,
            "magic_link_enabled": true,
            "passkey_enabled": true,
            "client_team_creation_enabled": true,
            "client_user_deletion_enabled": true,
            "allow_localhost": false,
            "allow_user_api_keys": true,
            "allow_team_api_keys": true,
            "email_config": {
                "type": "standard",
                "host": "smtp.example.com",
                "port": 587,
                "username": "shop",
                "password": "a password for mail",
                "sender_name": "The Shop",
                "sender_email": "shop@example.com",
            },
            "domains": [{ "domain": "https://*.example.com", "handler_path": "/handler" }],
            "oauth_providers": [
                { "id": "github", "type": "shared" },
                { "id": "microsoft", "type": "standard", "client_id": "an id", "client_secret": "a secret",
                  "microsoft_tenant_id": "a tenant" },
            ],
            "create_team_on_sign_up": true,
            "team_creator_default_permissions": [{ "id": "team_member" }],
            "team_member_default_permissions": [],
            "user_default_permissions": [],
            "oauth_account_merge_strategy": "raise_error",
            "require_email_verification": true,
        },
    })
}

#[tokio::test]
async fn a_new_project_may_differ_from_the_defaults_in_everything() {
    let project = TestProject::start_with(everything()["config"].clone()).await;
    let whole = project.admin().get_whole_project().send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&whole));
}

#[tokio::test]
async fn an_update_changes_everything_and_an_empty_one_nothing() {
    let project = TestProject::start().await;
    let before = project.admin().get_whole_project().send().await.answers(200);
    let same = project
        .admin()
        .update_project()
        .body(ProjectUpdate::default())
        .send()
        .await
        .answers(200);
    assert_eq!(same, before);
    let changed = update(&project, everything()).await;
    insta::assert_json_snapshot!(project.snapshots().of(&changed));
    let read = project
        .admin_call("GET /internal/projects/current")
        .send()
        .await
        .answers(200);
    assert_eq!(read, changed, "what was answered is what is stored");
    assert_eq!(update(&project, json!({ "config": {} })).await, changed);
}

#[tokio::test]
async fn every_nullable_field_is_left_cleared_and_set() {
    let project = TestProject::start().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi");
    let api = stack_codegen::read(&Sources::from_folder(folder.as_ref()).expect("readable")).expect("right");
    let Kind::Object(object) = Views::of(&api).view(Access::Admin).schemas["ProjectUpdate"]
        .ty
        .kind
        .clone()
    else {
        panic!("an update is an object")
    };
    let nullable: BTreeSet<_> = object
        .properties
        .into_iter()
        .filter(|(_, p)| p.ty.nullable)
        .map(|(name, _)| name)
        .collect();
    let logos = [
        "logo_url",
        "logo_full_url",
        "logo_dark_mode_url",
        "logo_full_dark_mode_url",
    ];
    let tried: BTreeSet<_> = logos.into_iter().chain(["description"]).map(str::to_owned).collect();
    assert_eq!(nullable, tried, "every nullable field is tried");
    for name in tried {
        let value = json!("https://example.com/it.png");
        let set = update(&project, json!({ &name: value })).await;
        assert_eq!(set[&name], value);
        assert_eq!(update(&project, json!({})).await, set);
        let cleared = if name == "description" { json!("") } else { Value::Null };
        assert_eq!(update(&project, json!({ &name: null })).await[&name], cleared);
    }
}

#[tokio::test]
async fn lists_are_replaced_as_a_whole() {
    let project = TestProject::start().await;
    let provider = |id: &str| json!({ "config": { "oauth_providers": [{ "id": id, "type": "shared" }] } });
    update(&project, provider("github")).await;
    let config = update(&project, provider("google")).await["config"].take();
    assert_eq!(config["enabled_oauth_providers"], json!([{ "id": "google" }]));
    let domain = |url: &str| json!({ "config": { "domains": [{ "domain": url, "handler_path": "/handler" }] } });
    update(&project, domain("https://a.example.com")).await;
    let config = update(&project, domain("https://b.example.com")).await["config"].take();
    assert_eq!(
        config["domains"],
        json!([{ "domain": "https://b.example.com", "handler_path": "/handler" }])
    );
    let config = update(&project, json!({ "config": { "domains": [] } })).await["config"].take();
    assert_eq!(config["domains"], json!([]));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let project = TestProject::start().await;
    let before = project.admin().get_whole_project().send().await.answers(200);
    let plain = [
        json!({ "display_name": "Renamed", "logo_url": "ftp://example.com/logo.png" }),
        json!({ "display_name": "Renamed", "config": { "email_theme": "unknown" } }),
    ];
    for body in plain {
        let answer = project
            .admin_call("PATCH /internal/projects/current")
            .json(body)
            .send()
            .await;
        answer.fails_plainly(400);
    }
    let standard = json!({ "type": "standard", "host": "smtp.example.com" });
    for body in [
        json!({ "display_name": "Renamed", "config": { "email_config": standard } }),
        json!({ "display_name": "Renamed", "config": { "domains": [{ "domain": "ftp://a.b", "handler_path": "/" }] } }),
        json!({ "display_name": "Renamed", "config": { "oauth_providers": [{ "id": "geocities", "type": "shared" }] } }),
        json!({ "display_name": "Renamed", "config": { "unknown": true } }),
        json!({ "display_name": "Renamed", "owner_team_id": Uuid::new_v4() }),
    ] {
        let answer = project
            .admin_call("PATCH /internal/projects/current")
            .json(body)
            .send()
            .await;
        answer.fails(400, "SCHEMA_ERROR");
    }
    assert_eq!(project.admin().get_whole_project().send().await.answers(200), before);
}
