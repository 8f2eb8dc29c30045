//! The values of the data vault.

use super::*;

impl DataVaultRepository for Connection {
    async fn find_data_vault_value(
        &mut self,
        project: &ProjectId,
        store: &DataVaultStoreId,
        key_hash: &[u8; 32],
    ) -> StorageResult<Option<String>> {
        let place = (project.clone(), store.to_string(), *key_hash);
        Ok(self.seen().vault.get(&place).cloned())
    }

    async fn put_data_vault_value(
        &mut self,
        project: &ProjectId,
        store: &DataVaultStoreId,
        key_hash: &[u8; 32],
        sealed: &str,
        _: Millis,
    ) -> StorageResult<()> {
        let state = self.changed()?;
        if !state.projects.contains_key(project) {
            return Err(StorageError::MissingReference);
        }
        let place = (project.clone(), store.to_string(), *key_hash);
        state.vault.insert(place, sealed.to_owned());
        Ok(())
    }
}
