//! Reading and changing what is stored of a configuration.

use std::sync::Arc;

use serde_json::{Value, json};
use stack_types::ProjectId;

use super::{
    overrides::{self, Overrides},
    stored,
};
use crate::{
    access::AccessType,
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    models::{ConfigLevel, StoredConfig},
    ports::{ProjectRepository, Storage, Transaction},
};

/// The configuration of projects, as their admins and their code read and change it.
pub struct ConfigService<S>(pub(crate) Arc<Core<S>>);

impl<S: Storage> ConfigService<S> {
    /// The complete configuration, defaults filled in, as JSON text. It contains secrets.
    ///
    /// # Errors
    ///
    /// [`DomainError::Internal`] only.
    pub fn render(&self, tenant: &Tenant) -> DomainResult<String> {
        serde_json::to_string(&tenant.config).map_err(DomainError::internal)
    }

    /// What is set at one level, as JSON text.
    ///
    /// # Errors
    ///
    /// Forbidden for servers except at the level `branch`.
    pub async fn get_override(
        &self,
        access: AccessType,
        project: &ProjectId,
        level: ConfigLevel,
    ) -> DomainResult<String> {
        require_level(access, level)?;
        let stored = self.stored(project).await?;
        let overrides = stored::open(project, &stored, level, &self.0.sealer)?;
        serde_json::to_string(&overrides).map_err(DomainError::internal)
    }

    /// Replaces what is set at one level, and where the branch was pushed from.
    ///
    /// # Errors
    ///
    /// Forbidden for servers except at the level `branch`; bad request if the text makes no sense at this level, or if
    /// `branch` has no source.
    pub async fn replace_override(
        &self,
        access: AccessType,
        project: &ProjectId,
        level: ConfigLevel,
        text: &str,
        source: Option<&Value>,
    ) -> DomainResult<()> {
        let source = match (level, source) {
            (ConfigLevel::Branch, Some(source)) => Some(source.to_string()),
            (ConfigLevel::Branch, None) => {
                return Err(DomainError::bad_request("The level \"branch\" needs a source."));
            }
            _ => None,
        };
        let new = parse(text)?;
        self.change(access, project, level, source.as_deref(), |overrides| *overrides = new)
            .await
    }

    /// Merges into what is set at one level: each key takes away itself and everything below it, then is set.
    ///
    /// # Errors
    ///
    /// Forbidden for servers except at the level `branch`; bad request if the result makes no sense at this level.
    pub async fn patch_override(
        &self,
        access: AccessType,
        project: &ProjectId,
        level: ConfigLevel,
        text: &str,
    ) -> DomainResult<()> {
        let patch = parse(text)?;
        self.change(access, project, level, None, |overrides| {
            overrides::merge(overrides, patch)
        })
        .await
    }

    /// Takes keys and everything below them away from one level.
    ///
    /// # Errors
    ///
    /// Bad request for the level `project`, or if the result makes no sense.
    pub async fn reset_keys(&self, project: &ProjectId, level: ConfigLevel, keys: &[String]) -> DomainResult<()> {
        if level == ConfigLevel::Project {
            return Err(DomainError::bad_request(
                "Keys can be reset at the levels \"branch\" and \"environment\" only.",
            ));
        }
        let reset = |all: &mut Overrides| keys.iter().for_each(|key| overrides::reset(all, key));
        self.change(AccessType::Admin, project, level, None, reset).await
    }

    /// Where the level `branch` was pushed from.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn source(&self, project: &ProjectId) -> DomainResult<Value> {
        match self.stored(project).await?.branch_source {
            Some(text) => serde_json::from_str(&text).map_err(DomainError::internal),
            None => Ok(json!({ "type": "unlinked" })),
        }
    }

    /// Forgets where the level `branch` was pushed from.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn unlink_source(&self, project: &ProjectId) -> DomainResult<()> {
        let mut writer = self.0.storage.write().await?;
        writer.update_config_source(project, None).await?;
        Ok(writer.commit().await?)
    }

    async fn stored(&self, project: &ProjectId) -> DomainResult<StoredConfig> {
        let found = self.0.storage.read().await?.find_project(project).await?;
        Ok(found.ok_or_else(|| known::current_project_not_found(project))?.config)
    }

    async fn change(
        &self,
        access: AccessType,
        project: &ProjectId,
        level: ConfigLevel,
        source: Option<&str>,
        change: impl FnOnce(&mut Overrides) + Send,
    ) -> DomainResult<()> {
        require_level(access, level)?;
        let core = &*self.0;
        let missing = || known::current_project_not_found(project);
        let mut writer = core.storage.write().await?;
        if !writer.lock_project(project).await? {
            return Err(missing());
        }
        let mut stored = writer.find_project(project).await?.ok_or_else(missing)?.config;
        let mut overrides = stored::open(project, &stored, level, &core.sealer)?;
        change(&mut overrides);
        let text = stored::seal(project, level, &overrides, &core.sealer, &*core.rng)?;
        writer.update_config(project, level, Some(&text)).await?;
        if source.is_some() {
            writer.update_config_source(project, source).await?;
        }
        // Levels that are fine alone may contradict each other.
        stored.set_level(level, text);
        super::ProjectConfig::load(project, &stored, &core.sealer)
            .map_err(|_| DomainError::bad_request("The configuration contradicts that of another level."))?;
        writer.commit().await?;
        core.tenants.forget(project).await;
        Ok(())
    }
}

fn parse(text: &str) -> DomainResult<Overrides> {
    overrides::parse(text).map_err(|error| DomainError::bad_request(error.to_string()))
}

/// Code that is deployed with a branch may change the branch's level only.
fn require_level(access: AccessType, level: ConfigLevel) -> DomainResult<()> {
    if access == AccessType::Admin || level == ConfigLevel::Branch {
        return Ok(());
    }
    Err(DomainError::forbidden(format!(
        "The level \"{}\" is for admin access only.",
        level.as_str()
    )))
}
