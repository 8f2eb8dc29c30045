//! Where project keys are kept.

use std::future::Future;

use stack_types::{ApiKeySetId, ProjectId};

use super::StorageResult;
use crate::models::{ApiKeyKind, ApiKeySet};

/// The table of key sets.
pub trait ApiKeyRepository {
    /// Reads a key set.
    fn find_api_key_set(
        &mut self,
        project: &ProjectId,
        id: ApiKeySetId,
    ) -> impl Future<Output = StorageResult<Option<ApiKeySet>>> + Send;

    /// Reads the key set whose key of this kind has this SHA-256, be it valid or not.
    fn find_api_key_set_by_hash(
        &mut self,
        project: &ProjectId,
        kind: ApiKeyKind,
        hash: &[u8; 32],
    ) -> impl Future<Output = StorageResult<Option<ApiKeySet>>> + Send;

    /// Lists all key sets, newest first, then by id.
    fn list_api_key_sets(&mut self, project: &ProjectId) -> impl Future<Output = StorageResult<Vec<ApiKeySet>>> + Send;

    /// Writes a new key set.
    ///
    /// # Errors
    ///
    /// `Conflict(ApiKey)` if the id or the hash of a key is taken; `MissingReference` if there is no such project.
    fn insert_api_key_set(
        &mut self,
        project: &ProjectId,
        keys: &ApiKeySet,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes description, expiry and revocation of an existing key set; a revocation that is already stored stays.
    /// Gives whether there was such a set.
    fn update_api_key_set(
        &mut self,
        project: &ProjectId,
        keys: &ApiKeySet,
    ) -> impl Future<Output = StorageResult<bool>> + Send;
}
