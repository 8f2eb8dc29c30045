//! A change of one level of the configuration that is under way.

use serde_json::{Value, json};
use stack_types::ProjectId;

use super::{
    ProjectConfig,
    overrides::{self, Overrides},
    stored,
};
use crate::{
    core::Core,
    error::{DomainError, DomainResult},
    known,
    models::{ConfigLevel, StoredConfig},
    ports::{ProjectRepository, Storage, Transaction},
};

/// A level of a project's configuration while it is changed. The project is locked until the transaction ends.
pub(crate) struct ConfigChange<W> {
    /// The transaction. What has to change along with the configuration is written through it.
    pub(crate) writer: W,
    /// What is set at the level, to be changed in place.
    pub(crate) overrides: Overrides,
    project: ProjectId,
    level: ConfigLevel,
    stored: StoredConfig,
    /// The levels that this one overrides.
    below: Overrides,
}

impl<S: Storage> Core<S> {
    /// Begins to change a level, and gives the whole configuration as it is.
    ///
    /// # Errors
    ///
    /// `CURRENT_PROJECT_NOT_FOUND`.
    pub(crate) async fn begin_config_change(
        &self,
        project: &ProjectId,
        level: ConfigLevel,
    ) -> DomainResult<(ConfigChange<S::Writer>, ProjectConfig)> {
        let missing = || known::current_project_not_found(project);
        let mut writer = self.storage.write().await?;
        if !writer.lock_project(project).await? {
            return Err(missing());
        }
        let stored = writer.find_project(project).await?.ok_or_else(missing)?.config;
        let mut below = Overrides::new();
        for lower in ConfigLevel::ALL.into_iter().take_while(|lower| *lower != level) {
            overrides::merge(&mut below, stored::open(project, &stored, lower, &self.sealer)?);
        }
        let config = ProjectConfig::load(project, &stored, &self.sealer)?;
        let change = ConfigChange {
            writer,
            overrides: stored::open(project, &stored, level, &self.sealer)?,
            project: project.clone(),
            level,
            stored,
            below,
        };
        Ok((change, config))
    }

    /// Makes a change durable, and known to this process at once.
    ///
    /// # Errors
    ///
    /// Bad request if the level makes no sense, alone or with the others; nothing was kept then.
    pub(crate) async fn commit_config_change(&self, change: ConfigChange<S::Writer>) -> DomainResult<()> {
        let ConfigChange {
            mut writer,
            overrides,
            project,
            level,
            mut stored,
            ..
        } = change;
        let text = stored::seal(&project, level, &overrides, &self.sealer, &*self.rng)?;
        writer.update_config(&project, level, Some(&text)).await?;
        // Levels that are fine alone may contradict each other.
        stored.set_level(level, text);
        ProjectConfig::load(&project, &stored, &self.sealer)
            .map_err(|_| DomainError::bad_request("The configuration contradicts that of another level."))?;
        writer.commit().await?;
        self.tenants.forget(&project).await;
        Ok(())
    }
}

impl<W> ConfigChange<W> {
    /// Sets a key.
    pub(crate) fn put(&mut self, path: &str, value: Value) {
        let patch = [(path.to_owned(), value)];
        overrides::merge(&mut self.overrides, patch.into_iter().collect());
    }

    /// Takes a key away, at whichever level it is set.
    pub(crate) fn remove(&mut self, path: &str) -> DomainResult<()> {
        overrides::reset(&mut self.overrides, &[path.to_owned()]).map_err(DomainError::internal)?;
        let mut all = self.below.clone();
        overrides::merge(&mut all, self.overrides.clone());
        let tree = overrides::unfold(&all).map_err(DomainError::internal)?;
        let pointer = format!("/{}", path.replace('.', "/"));
        if json!(tree).pointer(&pointer).is_some() {
            self.overrides.insert(path.to_owned(), Value::Null);
        }
        Ok(())
    }
}
