//! Rotating the keys with which a project's access tokens are signed.
//!
//! Keys are derived from the server's secret and stored nowhere; a rotation only says from when on the next generation of
//! them signs ([`crate::tokens::KeySchedule`]).

use std::sync::Arc;

use stack_types::ProjectId;

use crate::{
    core::Core,
    error::{DomainError, DomainResult},
    models::KeyRotation,
    ports::{ProjectRepository, SigningKeyRepository, Storage, Transaction},
    tokens::{KeySchedule, KeyState, UserType},
};

/// How many projects are read at once.
const PAGE: u32 = 500;

/// Signing keys.
pub struct SigningKeys<S>(pub(crate) Arc<Core<S>>);

/// One generation of a project's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyGeneration {
    /// Counted from 0.
    pub generation: u32,
    /// How it stands.
    pub state: KeyState,
    /// The ids of its keys (`kid`): of normal, of restricted, of anonymous users.
    pub key_ids: [String; 3],
}

impl<S: Storage> SigningKeys<S> {
    /// Lets the next generation of a project's keys sign, as soon as every process has seen it and whoever remembers
    /// the published keys has it.
    ///
    /// # Errors
    ///
    /// Not found if there is no such project.
    pub async fn rotate(&self, project: &ProjectId) -> DomainResult<KeyRotation> {
        let core = &*self.0;
        let mut writer = core.storage.write().await?;
        if !writer.lock_project(project).await? {
            return Err(not_found(project));
        }
        let rotations = writer.list_key_rotations(project).await?;
        let rotation = KeySchedule::new(rotations, core.tokens.lifetime()).next(core.now());
        writer.insert_key_rotation(project, &rotation).await?;
        writer.commit().await?;
        core.schedules.forget(project);
        Ok(rotation)
    }

    /// The generations of a project's keys that are published, oldest first.
    ///
    /// # Errors
    ///
    /// Not found if there is no such project.
    pub async fn list(&self, project: &ProjectId) -> DomainResult<Vec<KeyGeneration>> {
        let core = &*self.0;
        if core.find_tenant(project).await?.is_none() {
            return Err(not_found(project));
        }
        let (schedule, now) = (core.key_schedule(project).await?, core.now());
        let mut published = schedule.published(now);
        published.sort_unstable();
        let generation = |generation| KeyGeneration {
            generation,
            state: schedule.state(generation, now),
            key_ids: UserType::ALL.map(|user_type| core.tokens.key_id(project, user_type, generation)),
        };
        Ok(published.into_iter().map(generation).collect())
    }

    /// The ids of all projects, in their order.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn projects(&self) -> DomainResult<Vec<ProjectId>> {
        let mut reader = self.0.storage.read().await?;
        let mut all: Vec<ProjectId> = Vec::new();
        loop {
            let page = reader.list_project_ids(all.last(), PAGE).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

fn not_found(project: &ProjectId) -> DomainError {
    DomainError::not_found(format!("There is no project \"{project}\"."))
}
