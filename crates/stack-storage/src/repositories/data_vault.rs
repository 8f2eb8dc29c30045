//! The sealed values of the data vault.

use stack_domain::ports::{DataVaultRepository, StorageResult};
use stack_types::{DataVaultStoreId, Millis, ProjectId};

use crate::db::{Mode, Session, args};

const FIND: &str = "
    SELECT sealed_value FROM data_vault_values WHERE project_id = $1 AND store_id = $2 AND key_hash = $3";

const PUT: &str = "
    INSERT INTO data_vault_values (project_id, store_id, key_hash, updated_at, sealed_value)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (project_id, store_id, key_hash) DO UPDATE SET
        updated_at = excluded.updated_at, sealed_value = excluded.sealed_value";

impl<M: Mode> DataVaultRepository for Session<M> {
    async fn find_data_vault_value(
        &mut self,
        project: &ProjectId,
        store: &DataVaultStoreId,
        key_hash: &[u8; 32],
    ) -> StorageResult<Option<String>> {
        let found = self
            .fetch_optional(FIND, args![project, store.as_str(), key_hash])
            .await?;
        found.map(|row| row.get("sealed_value")).transpose()
    }

    async fn put_data_vault_value(
        &mut self,
        project: &ProjectId,
        store: &DataVaultStoreId,
        key_hash: &[u8; 32],
        sealed: &str,
        now: Millis,
    ) -> StorageResult<()> {
        let args = args![project, store.as_str(), key_hash, now, sealed];
        self.write(PUT, args).await.map(drop)
    }
}
