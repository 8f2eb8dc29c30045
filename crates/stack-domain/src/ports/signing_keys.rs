//! Where it is kept which generation of a project's signing keys signs.

use std::future::Future;

use stack_types::ProjectId;

use super::StorageResult;
use crate::models::KeyRotation;

/// The table of key rotations. The keys themselves are stored nowhere.
pub trait SigningKeyRepository {
    /// Lists a project's rotations by their generation.
    fn list_key_rotations(
        &mut self,
        project: &ProjectId,
    ) -> impl Future<Output = StorageResult<Vec<KeyRotation>>> + Send;

    /// Writes a rotation.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such project; `Conflict(KeyRotation)` if it has this generation already.
    fn insert_key_rotation(
        &mut self,
        project: &ProjectId,
        rotation: &KeyRotation,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Lists at most `limit` ids of projects that come after `after`, in their order.
    fn list_project_ids(
        &mut self,
        after: Option<&ProjectId>,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<ProjectId>>> + Send;
}
