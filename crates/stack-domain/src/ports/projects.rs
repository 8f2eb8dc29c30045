//! Where projects and their configuration are kept.

use std::future::Future;

use stack_types::{ProjectId, UserId};

use super::StorageResult;
use crate::models::{ConfigLevel, Project, StoredProject};

/// The table of projects and their configuration.
pub trait ProjectRepository {
    /// Reads a project with its configuration, in one query.
    fn find_project(&mut self, id: &ProjectId) -> impl Future<Output = StorageResult<Option<StoredProject>>> + Send;

    /// Lists the projects that are owned by a team in which `user` is a member; `user` and those teams belong to the
    /// project `internal`. Oldest first, then by id.
    fn list_projects_of_user(
        &mut self,
        internal: &ProjectId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<Vec<StoredProject>>> + Send;

    /// Writes a new project with its configuration.
    ///
    /// # Errors
    ///
    /// `Conflict(ProjectId)` if the id is taken.
    fn insert_project(&mut self, project: &StoredProject) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes all columns of an existing project but its configuration; `created_at` is left alone.
    /// Gives whether there was such a project.
    fn update_project(&mut self, project: &Project) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Writes one level of the configuration; `None` takes it away. Gives whether there was such a project.
    fn update_config(
        &mut self,
        project: &ProjectId,
        level: ConfigLevel,
        text: Option<&str>,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Writes where the level `branch` was pushed from. Gives whether there was such a project.
    fn update_config_source(
        &mut self,
        project: &ProjectId,
        source: Option<&str>,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes a project and everything in it. Gives whether there was one.
    fn delete_project(&mut self, id: &ProjectId) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Keeps others from changing this project until the transaction ends, so that what is read next can be changed
    /// safely. Gives whether there is such a project.
    fn lock_project(&mut self, id: &ProjectId) -> impl Future<Output = StorageResult<bool>> + Send;
}
