//! Reading and changing what is stored of a configuration.

use std::sync::Arc;

use serde_json::{Value, json};
use stack_types::ProjectId;

use super::{
    overrides::{self, OverrideError, Overrides},
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
        require_level(access, level)?;
        let source = match (level, source) {
            (ConfigLevel::Branch, Some(source)) => Some(source.to_string()),
            (ConfigLevel::Branch, None) => {
                return Err(DomainError::bad_request("The level \"branch\" needs a source."));
            }
            _ => None,
        };
        let new = parse(text)?;
        self.change(project, level, source.as_deref(), |overrides| {
            *overrides = new;
            Ok(())
        })
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
        require_level(access, level)?;
        let patch = parse(text)?;
        self.change(project, level, None, |overrides| {
            overrides::merge(overrides, patch);
            Ok(())
        })
        .await
    }

    /// Takes keys and everything below them away from one level.
    ///
    /// # Errors
    ///
    /// Bad request for the level `project`, for a key that is no path, or if the result makes no sense.
    pub async fn reset_keys(&self, project: &ProjectId, level: ConfigLevel, keys: &[String]) -> DomainResult<()> {
        if level == ConfigLevel::Project {
            return Err(DomainError::bad_request(
                "Keys can be reset at the levels \"branch\" and \"environment\" only.",
            ));
        }
        self.change(project, level, None, |overrides| overrides::reset(overrides, keys))
            .await
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
        project: &ProjectId,
        level: ConfigLevel,
        source: Option<&str>,
        change: impl FnOnce(&mut Overrides) -> Result<(), OverrideError> + Send,
    ) -> DomainResult<()> {
        let (mut under_way, _) = self.0.begin_config_change(project, level).await?;
        change(&mut under_way.overrides).map_err(bad_override)?;
        if source.is_some() {
            under_way.writer.update_config_source(project, source).await?;
        }
        self.0.commit_config_change(under_way).await
    }
}

fn parse(text: &str) -> DomainResult<Overrides> {
    overrides::parse(text).map_err(bad_override)
}

fn bad_override(error: OverrideError) -> DomainError {
    DomainError::bad_request(error.to_string())
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
