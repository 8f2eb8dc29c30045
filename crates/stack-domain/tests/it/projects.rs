//! Projects, their keys, their configuration, and what a deployment starts with.

use serde_json::{Value, json};
use stack_domain::{
    access::{AccessType, Credentials},
    api_keys::{CreateApiKeySet, UpdateApiKeySet},
    bootstrap::{INTERNAL_TEAM_ID, SeedInternal},
    config::legacy::LegacyConfig,
    models::ConfigLevel,
    projects::ProjectUpdate,
};
use stack_types::{Millis, Patch, ProjectId, Secret};

use crate::harness::{Harness, INTERNAL, code, keys};

async fn lets_in(harness: &Harness, key: &Secret) -> bool {
    let credentials = Credentials {
        secret_server_key: Some(key.clone()),
        ..Credentials::new(AccessType::Server, harness.demo.clone())
    };
    harness.domain.access.authenticate(&credentials).await.is_ok()
}

#[tokio::test]
async fn keys_are_shown_once_and_refused_once_revoked_or_expired() {
    let harness = Harness::new().await;
    let command = CreateApiKeySet {
        description: "ci".into(),
        expires_at: Millis(1_700_000_060_000),
        has_publishable_client_key: false,
        has_secret_server_key: true,
        has_super_secret_admin_key: true,
    };
    let made = harness
        .domain
        .api_keys
        .create(&harness.demo, command.clone())
        .await
        .unwrap();
    let key = made.secret_server_key.unwrap();
    assert!(key.expose().starts_with("ssk_") && key.expose().len() == 49);
    assert!(made.publishable_client_key.is_none());
    let stored = harness.domain.api_keys.get(&harness.demo, made.set.id).await.unwrap();
    assert!(
        key.expose()
            .ends_with(&stored.secret_server_key.as_ref().unwrap().last_four)
    );
    assert!(lets_in(&harness, &key).await);
    let revoke = UpdateApiKeySet {
        revoke: true,
        ..Default::default()
    };
    let revoked = harness
        .domain
        .api_keys
        .update(&harness.demo, made.set.id, revoke.clone())
        .await
        .unwrap();
    assert!(!lets_in(&harness, &key).await, "though it was remembered");
    harness.advance(1);
    let again = harness
        .domain
        .api_keys
        .update(&harness.demo, made.set.id, revoke)
        .await
        .unwrap();
    assert_eq!(again.revoked_at, revoked.revoked_at);
    let second = harness
        .domain
        .api_keys
        .create(&harness.demo, command)
        .await
        .unwrap()
        .secret_server_key
        .unwrap();
    assert!(lets_in(&harness, &second).await);
    harness.advance(59);
    assert!(!lets_in(&harness, &second).await, "expiry is looked at each time");
    let elsewhere = harness.domain.api_keys.get(&INTERNAL.into(), made.set.id).await;
    assert_eq!(code(elsewhere), "API_KEY_NOT_FOUND");
}

#[tokio::test]
async fn a_project_is_changed_field_by_field() {
    let harness = Harness::new().await;
    let mut update = ProjectUpdate {
        description: Patch::Value("playground".into()),
        logo_url: Patch::Value("https://example.com/logo.png".into()),
        ..Default::default()
    };
    update.config.passkey_enabled = Some(true);
    let tenant = harness.domain.projects.update(&harness.demo, update).await.unwrap();
    assert_eq!(tenant.project.display_name, "Demo");
    let legacy = LegacyConfig::from(&tenant.config);
    assert!(legacy.passkey_enabled && legacy.credential_enabled);
    assert_eq!(*harness.tenant().await, tenant, "the next request sees it");
    let wrong = ProjectUpdate {
        logo_url: Patch::Value("ftp://x".into()),
        ..Default::default()
    };
    assert_eq!(code(harness.domain.projects.update(&harness.demo, wrong).await), "400");
}

#[tokio::test]
async fn a_deleted_project_is_gone_with_its_keys() {
    let harness = Harness::new().await;
    assert!(lets_in(&harness, &"demo-server".into()).await);
    harness.domain.projects.delete(&harness.demo).await.unwrap();
    assert!(harness.domain.projects.find(&harness.demo).await.unwrap().is_none());
    assert_eq!(
        code(harness.domain.projects.jwks(&harness.demo, true, true).await),
        "404"
    );
    assert_eq!(
        code(harness.domain.projects.delete(&harness.demo).await),
        "CURRENT_PROJECT_NOT_FOUND"
    );
    assert_eq!(code(harness.domain.projects.delete(&INTERNAL.into()).await), "400");
}

#[tokio::test]
async fn overrides_are_read_as_they_were_written() {
    let harness = Harness::new().await;
    let (config, demo) = (&harness.domain.config, &harness.demo);
    let branch = ConfigLevel::Branch;
    let read = |level| async move {
        let text = config.get_override(AccessType::Admin, demo, level).await.unwrap();
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let text = r#"{"auth.otp.allowSignIn": true, "teams": {"allowClientTeamCreation": true}}"#;
    let source = json!({ "type": "pushed-from-unknown" });
    config
        .replace_override(AccessType::Server, demo, branch, text, Some(&source))
        .await
        .unwrap();
    assert_eq!(read(branch).await, serde_json::from_str::<Value>(text).unwrap());
    assert_eq!(config.source(demo).await.unwrap(), source);
    config
        .patch_override(AccessType::Server, demo, branch, r#"{"auth": {}}"#)
        .await
        .unwrap();
    assert_eq!(
        read(branch).await,
        json!({ "teams": { "allowClientTeamCreation": true }, "auth": {} })
    );
    config
        .reset_keys(demo, branch, &["teams.allowClientTeamCreation".into(), "auth".into()])
        .await
        .unwrap();
    assert_eq!(read(branch).await, json!({ "teams": {} }));
    config.unlink_source(demo).await.unwrap();
    assert_eq!(config.source(demo).await.unwrap(), json!({ "type": "unlinked" }));
    let rendered: Value = serde_json::from_str(&config.render(&*harness.tenant().await).unwrap()).unwrap();
    assert_eq!(rendered["auth"]["password"]["allowSignIn"], true);
    assert_eq!(rendered["payments"]["testMode"], true);

    let refused = config
        .patch_override(AccessType::Server, demo, ConfigLevel::Environment, "{}")
        .await;
    assert_eq!(code(refused), "403");
    for text in ["", "[]", r#"{"auth.x": 1}"#, r#"{"domains.allowLocalhost": true}"#] {
        assert_eq!(
            code(config.patch_override(AccessType::Admin, demo, branch, text).await),
            "400",
            "{text}"
        );
    }
    assert_eq!(
        code(
            config
                .replace_override(AccessType::Admin, demo, branch, "{}", None)
                .await
        ),
        "400"
    );
    assert_eq!(code(config.reset_keys(demo, ConfigLevel::Project, &[]).await), "400");
}

#[tokio::test]
async fn seeding_again_changes_nothing_unless_the_settings_did() {
    let harness = Harness::new().await;
    let internal = ProjectId::from(INTERNAL);
    let before = harness.domain.api_keys.list(&internal).await.unwrap();
    let seed = SeedInternal {
        keys: keys("internal"),
        sign_up_enabled: true,
        ..Default::default()
    };
    harness.advance(5);
    harness.domain.bootstrap.seed_internal(&seed).await.unwrap();
    assert_eq!(harness.domain.api_keys.list(&internal).await.unwrap(), before);
    let changed = SeedInternal {
        keys: keys("new"),
        sign_up_enabled: false,
        ..seed
    };
    harness.domain.bootstrap.seed_internal(&changed).await.unwrap();
    let after = harness.domain.api_keys.list(&internal).await.unwrap();
    let live: Vec<_> = after
        .iter()
        .filter(|set| set.is_valid_at(Millis(1_700_000_005_000)))
        .collect();
    assert_eq!((after.len(), live.len()), (2, 1));
    let tenant = harness.domain.projects.find(&internal).await.unwrap().unwrap();
    assert!(!tenant.config.auth.allow_sign_up && tenant.config.teams.create_personal_team_on_sign_up);
    assert_eq!(tenant.project.owner_team_id, Some(INTERNAL_TEAM_ID));
}
