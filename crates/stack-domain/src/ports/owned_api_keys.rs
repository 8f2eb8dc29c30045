//! Where the API keys of users and teams are kept.

use std::future::Future;

use stack_types::{ApiKeyId, Millis, ProjectId};

use super::StorageResult;
use crate::models::{ApiKeyOwner, OwnedApiKey};

/// The table of API keys of users and teams. They go with their owner.
pub trait OwnedApiKeyRepository {
    /// Reads a key by its id.
    fn find_owned_api_key(
        &mut self,
        project: &ProjectId,
        id: ApiKeyId,
    ) -> impl Future<Output = StorageResult<Option<OwnedApiKey>>> + Send;

    /// Reads the key that has this SHA-256, be it good or not.
    fn find_owned_api_key_by_hash(
        &mut self,
        project: &ProjectId,
        hash: &[u8; 32],
    ) -> impl Future<Output = StorageResult<Option<OwnedApiKey>>> + Send;

    /// Lists the keys of an owner, newest first, then by id from the greatest down.
    fn list_owned_api_keys(
        &mut self,
        project: &ProjectId,
        owner: ApiKeyOwner,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<OwnedApiKey>>> + Send;

    /// Writes a new key.
    ///
    /// # Errors
    ///
    /// `Conflict(OwnedApiKey)` if the id or the hash is taken; `MissingReference` if there is no such owner.
    fn insert_owned_api_key(
        &mut self,
        project: &ProjectId,
        key: &OwnedApiKey,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes description and revocation of an existing key, as far as they are given; a revocation that is already
    /// stored stays. Gives whether there was such a key.
    fn update_owned_api_key(
        &mut self,
        project: &ProjectId,
        id: ApiKeyId,
        description: Option<&str>,
        revoked_at: Option<Millis>,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Counts the keys of an owner.
    fn count_owned_api_keys(
        &mut self,
        project: &ProjectId,
        owner: ApiKeyOwner,
    ) -> impl Future<Output = StorageResult<u32>> + Send;

    /// Deletes the oldest of those keys of an owner that are revoked, or expired at `now`. Gives whether there was one.
    fn delete_oldest_dead_api_key(
        &mut self,
        project: &ProjectId,
        owner: ApiKeyOwner,
        now: Millis,
    ) -> impl Future<Output = StorageResult<bool>> + Send;
}
