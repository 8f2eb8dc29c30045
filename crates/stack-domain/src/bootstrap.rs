//! What a deployment starts with: the project `internal`, and a project to play with.
//!
//! Seeding again changes nothing, unless the settings did: then keys that are no longer set are revoked and the
//! configuration is brought up to date.

use std::sync::Arc;

use serde_json::json;
use stack_types::{Millis, ProjectId, Secret, TeamId};
use uuid::{Builder, Uuid, uuid};

use crate::{
    config::{
        self,
        legacy::{LegacyConfigUpdate, LegacyOAuthProvider, new_project_overrides},
        overrides::{self, Overrides},
    },
    core::Core,
    error::DomainResult,
    models::{ApiKeySet, ConfigLevel, Metadata, Project, Team},
    ports::{Repositories, Storage, TeamRepository, Transaction},
    projects::INTERNAL_PROJECT_ID,
    secrets::digest,
};

/// The team that owns `internal`.
pub const INTERNAL_TEAM_ID: TeamId = TeamId(uuid!("a23e1b7f-ab18-41fc-9ee6-7a9ca9fa543c"));
/// The project to play with.
pub const DEMO_PROJECT_ID: Uuid = uuid!("5eed0000-de40-4000-8000-000000000001");
/// 2099-12-31T00:00:00Z.
const KEYS_EXPIRE_AT: Millis = Millis(4_102_358_400_000);
/// Marks the key sets that seeding made, so that it can find them again.
const SEEDED: &str = "Seeded from the deployment's settings";

/// Fills an empty database.
pub struct Bootstrap<S>(pub(crate) Arc<Core<S>>);

/// The three keys of a seeded project. They may be any text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SeedKeys {
    /// For client access.
    pub publishable_client_key: Option<Secret>,
    /// For server access.
    pub secret_server_key: Option<Secret>,
    /// For admin access.
    pub super_secret_admin_key: Option<Secret>,
}

/// What the deployment's settings say about `internal`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SeedInternal {
    /// Its keys.
    pub keys: SeedKeys,
    /// Whether anybody may sign up to the dashboard.
    pub sign_up_enabled: bool,
    /// Whether dashboard users sign in by a code in a mail.
    pub otp_enabled: bool,
    /// Whether local hosts are trusted.
    pub allow_localhost: bool,
    /// Shared providers with which dashboard users sign in.
    pub oauth_providers: Vec<String>,
}

impl<S: Storage> Bootstrap<S> {
    /// Seeds the project `internal` and the team that owns it.
    ///
    /// # Errors
    ///
    /// Bad request if a provider can't be shared; those of the storage.
    pub async fn seed_internal(&self, seed: &SeedInternal) -> DomainResult<()> {
        let id = ProjectId::from(INTERNAL_PROJECT_ID);
        let provider = |id: &String| LegacyOAuthProvider {
            id: id.clone(),
            is_shared: true,
            ..Default::default()
        };
        let config = LegacyConfigUpdate {
            sign_up_enabled: Some(seed.sign_up_enabled),
            magic_link_enabled: Some(seed.otp_enabled),
            allow_localhost: Some(seed.allow_localhost),
            oauth_providers: Some(seed.oauth_providers.iter().map(provider).collect()),
            credential_enabled: Some(true),
            create_team_on_sign_up: Some(true),
            client_team_creation_enabled: Some(true),
            ..Default::default()
        };
        let project = self.project(id.clone(), "Stack Dashboard", Some(INTERNAL_TEAM_ID));
        let mut writer = self.0.storage.write().await?;
        self.seed_project(&mut writer, project, config).await?;
        self.seed_keys(&mut writer, &id, &seed.keys).await?;
        if writer.find_team(&id, INTERNAL_TEAM_ID).await?.is_none() {
            let team = Team {
                id: INTERNAL_TEAM_ID,
                display_name: "Internal Team".to_owned(),
                profile_image_url: None,
                metadata: Metadata::default(),
                created_at: self.0.now(),
            };
            writer.insert_team(&id, &team).await?;
        }
        writer.commit().await?;
        self.0.tenants.forget(&id).await;
        self.0.keys.forget_project(&id);
        Ok(())
    }

    /// Seeds the project to play with ([`DEMO_PROJECT_ID`]): password, magic link and teams are on, clients may do
    /// what they like.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn seed_demo(&self, keys: &SeedKeys) -> DomainResult<ProjectId> {
        let id = ProjectId::from(DEMO_PROJECT_ID.to_string());
        let config = LegacyConfigUpdate {
            magic_link_enabled: Some(true),
            client_team_creation_enabled: Some(true),
            client_user_deletion_enabled: Some(true),
            allow_user_api_keys: Some(true),
            allow_team_api_keys: Some(true),
            ..Default::default()
        };
        let project = self.project(id.clone(), "Demo", Some(INTERNAL_TEAM_ID));
        let mut writer = self.0.storage.write().await?;
        self.seed_project(&mut writer, project, config).await?;
        self.seed_keys(&mut writer, &id, keys).await?;
        writer.commit().await?;
        self.0.tenants.forget(&id).await;
        self.0.keys.forget_project(&id);
        Ok(id)
    }

    fn project(&self, id: ProjectId, display_name: &str, owner_team_id: Option<TeamId>) -> Project {
        Project {
            id,
            display_name: display_name.to_owned(),
            description: String::new(),
            is_production_mode: false,
            owner_team_id,
            onboarding_status: "completed".to_owned(),
            logo_url: None,
            logo_full_url: None,
            logo_dark_mode_url: None,
            logo_full_dark_mode_url: None,
            created_at: self.0.now(),
        }
    }

    /// Writes the project, or brings the configuration of the one that is there up to date.
    async fn seed_project(
        &self,
        writer: &mut impl Repositories,
        project: Project,
        config: LegacyConfigUpdate,
    ) -> DomainResult<()> {
        let core = &*self.0;
        let change = config.into_overrides(&config::ProjectConfig::default())?;
        let id = project.id.clone();
        let level = ConfigLevel::Environment;
        let merged = |mut environment: Overrides| {
            overrides::merge(&mut environment, change);
            environment
        };
        if !writer.lock_project(&id).await? {
            let stored = core.new_stored_project(project, &merged(new_project_overrides()))?;
            return Ok(writer.insert_project(&stored).await?);
        }
        let Some(stored) = writer.find_project(&id).await? else {
            return Ok(());
        };
        let current = config::open(&id, &stored.config, level, &core.sealer)?;
        let environment = merged(current.clone());
        if json!(environment) != json!(current) {
            let text = config::seal(&id, level, &environment, &core.sealer, &*core.rng)?;
            writer.update_config(&id, level, Some(&text)).await?;
        }
        Ok(())
    }

    /// Writes a key set, and revokes those that were seeded with other keys.
    async fn seed_keys(
        &self,
        writer: &mut impl Repositories,
        project: &ProjectId,
        keys: &SeedKeys,
    ) -> DomainResult<()> {
        let now = self.0.now();
        let wanted = (keys != &SeedKeys::default()).then(|| ApiKeySet {
            id: key_set_id(project, keys).into(),
            description: SEEDED.to_owned(),
            created_at: now,
            expires_at: KEYS_EXPIRE_AT,
            revoked_at: None,
            publishable_client_key: keys.publishable_client_key.as_ref().map(digest::key_digest),
            secret_server_key: keys.secret_server_key.as_ref().map(digest::key_digest),
            super_secret_admin_key: keys.super_secret_admin_key.as_ref().map(digest::key_digest),
        });
        let mut is_there = false;
        for mut set in writer.list_api_key_sets(project).await? {
            if wanted.as_ref().is_some_and(|wanted| wanted.id == set.id) {
                is_there = true;
            } else if set.description == SEEDED && set.revoked_at.is_none() {
                set.revoked_at = Some(now);
                writer.update_api_key_set(project, &set).await?;
            }
        }
        match wanted {
            Some(wanted) if !is_there => Ok(writer.insert_api_key_set(project, &wanted).await?),
            _ => Ok(()),
        }
    }
}

/// The same keys always make the same set.
fn key_set_id(project: &ProjectId, keys: &SeedKeys) -> Uuid {
    let text = |key: &Option<Secret>| key.as_ref().map(|key| digest::sha256(key.expose()));
    let keys = [
        &keys.publishable_client_key,
        &keys.secret_server_key,
        &keys.super_secret_admin_key,
    ]
    .map(text);
    let hash = digest::sha256(&format!("{project}{keys:?}"));
    let (first, _) = hash.split_first_chunk::<16>().expect("a hash has 32 bytes");
    Builder::from_custom_bytes(*first).into_uuid()
}
