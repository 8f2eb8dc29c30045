//! Where the values of the data vault are kept.

use std::future::Future;

use stack_types::{DataVaultStoreId, Millis, ProjectId};

use super::StorageResult;

/// The table of sealed values.
pub trait DataVaultRepository {
    /// Reads the sealed value under the key of this SHA-256.
    fn find_data_vault_value(
        &mut self,
        project: &ProjectId,
        store: &DataVaultStoreId,
        key_hash: &[u8; 32],
    ) -> impl Future<Output = StorageResult<Option<String>>> + Send;

    /// Writes a sealed value, in place of the one that was there.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such project.
    fn put_data_vault_value(
        &mut self,
        project: &ProjectId,
        store: &DataVaultStoreId,
        key_hash: &[u8; 32],
        sealed: &str,
        now: Millis,
    ) -> impl Future<Output = StorageResult<()>> + Send;
}
