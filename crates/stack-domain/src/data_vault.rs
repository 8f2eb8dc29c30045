//! The data vault: values that a project's servers keep here, encrypted by them and once more by us.
//!
//! A value is found by the SHA-256 of its key, so that the database tells neither. It is bound to its place: moved to
//! another project, store or key it doesn't open. A store is there as long as the configuration has it; what it holds
//! stays if it is taken out, and shows again when it is put back.

use std::sync::Arc;

use stack_types::{DataVaultStoreId, KnownError, Secret};

use crate::{
    core::{Core, Tenant},
    error::DomainResult,
    ports::{DataVaultRepository, Storage, Transaction},
    secrets::digest,
};

/// The data vault.
pub struct DataVault<S>(pub(crate) Arc<Core<S>>);

impl<S: Storage> DataVault<S> {
    /// Stores a value under a key, in place of the one that was there.
    ///
    /// # Errors
    ///
    /// `DATA_VAULT_STORE_DOES_NOT_EXIST`.
    pub async fn set(
        &self,
        tenant: &Tenant,
        store: &DataVaultStoreId,
        hashed_key: &str,
        value: &Secret,
    ) -> DomainResult<()> {
        require_store(tenant, store)?;
        let place = Place::of(tenant, store, hashed_key);
        let sealed = self.0.sealer.seal(&place.owner, value.expose(), &*self.0.rng);
        let mut writer = self.0.storage.write().await?;
        writer
            .put_data_vault_value(tenant.id(), store, &place.key_hash, &sealed, self.0.now())
            .await?;
        Ok(writer.commit().await?)
    }

    /// The value that was stored under a key last.
    ///
    /// # Errors
    ///
    /// `DATA_VAULT_STORE_DOES_NOT_EXIST`, `DATA_VAULT_STORE_HASHED_KEY_DOES_NOT_EXIST`.
    pub async fn get(&self, tenant: &Tenant, store: &DataVaultStoreId, hashed_key: &str) -> DomainResult<Secret> {
        require_store(tenant, store)?;
        let place = Place::of(tenant, store, hashed_key);
        let mut reader = self.0.storage.read().await?;
        let found = reader
            .find_data_vault_value(tenant.id(), store, &place.key_hash)
            .await?;
        let sealed = found.ok_or_else(|| KnownError::DataVaultStoreHashedKeyDoesNotExist {
            store_id: store.to_string(),
            hashed_key: hashed_key.to_owned(),
        })?;
        self.0.sealer.open(&place.owner, &sealed).map(Secret::from)
    }
}

/// Where a value is.
struct Place {
    key_hash: [u8; 32],
    /// What the sealed value is bound to.
    owner: String,
}

impl Place {
    fn of(tenant: &Tenant, store: &DataVaultStoreId, hashed_key: &str) -> Self {
        Self {
            key_hash: digest::sha256(hashed_key),
            // Neither projects nor stores have a slash in their ids.
            owner: format!("data-vault/{}/{store}/{hashed_key}", tenant.id()),
        }
    }
}

fn require_store(tenant: &Tenant, store: &DataVaultStoreId) -> DomainResult<()> {
    if tenant.config.data_vault.stores.contains_key(store.as_str()) {
        return Ok(());
    }
    Err(KnownError::DataVaultStoreDoesNotExist {
        store_id: store.to_string(),
    }
    .into())
}
