//! Project keys: making, listing, revoking and checking them.
//!
//! Only hashes are stored. A key is found by its hash; hashing needs no salt, since keys are random.
//!
//! **Bound:** a key that this process revokes is refused at once; one that another process revokes, or that was just
//! being looked up, after at most a second. Expiry is looked at each time.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use stack_types::{ApiKeySetId, KnownError, Millis, ProjectId, Secret};

use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    models::{ApiKeyKind, ApiKeySet},
    ports::{ApiKeyRepository, Storage, Transaction},
    secrets::{digest, random},
};

/// What stands for "no publishable key" where the wire needs one.
pub const PUBLIC_CLIENT_KEY: &str = "__stack_public_client__";

/// How long a key that was found good is remembered.
const MAX_AGE: Duration = Duration::from_secs(1);
const REMEMBERED: u64 = 10_000;

/// Project keys.
pub struct ApiKeys<S>(pub(crate) Arc<Core<S>>);

/// A new key set.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateApiKeySet {
    /// What it is for.
    pub description: String,
    /// From when on its keys are refused.
    pub expires_at: Millis,
    /// Whether it has a key for client access.
    pub has_publishable_client_key: bool,
    /// Whether it has a key for server access.
    pub has_secret_server_key: bool,
    /// Whether it has a key for admin access.
    pub has_super_secret_admin_key: bool,
}

/// A change of a key set. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UpdateApiKeySet {
    /// What it is for.
    pub description: Option<String>,
    /// Refuses its keys from now on, for good.
    pub revoke: bool,
}

/// A key set with its keys in clear: they are shown once.
#[derive(Debug, Clone, PartialEq)]
pub struct NewApiKeySet {
    /// What is stored.
    pub set: ApiKeySet,
    /// `pck_…`.
    pub publishable_client_key: Option<Secret>,
    /// `ssk_…`.
    pub secret_server_key: Option<Secret>,
    /// `sak_…`.
    pub super_secret_admin_key: Option<Secret>,
}

impl<S: Storage> ApiKeys<S> {
    /// Makes a key set.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn create(&self, project: &ProjectId, command: CreateApiKeySet) -> DomainResult<NewApiKeySet> {
        let key = |wanted: bool, prefix: &str| wanted.then(|| random::prefixed_token(prefix, &*self.0.rng));
        let publishable_client_key = key(command.has_publishable_client_key, "pck_");
        let secret_server_key = key(command.has_secret_server_key, "ssk_");
        let super_secret_admin_key = key(command.has_super_secret_admin_key, "sak_");
        let set = ApiKeySet {
            id: random::uuid(&*self.0.rng).into(),
            description: command.description,
            created_at: self.0.now(),
            expires_at: command.expires_at,
            revoked_at: None,
            publishable_client_key: publishable_client_key.as_ref().map(digest::key_digest),
            secret_server_key: secret_server_key.as_ref().map(digest::key_digest),
            super_secret_admin_key: super_secret_admin_key.as_ref().map(digest::key_digest),
        };
        let mut writer = self.0.storage.write().await?;
        writer.insert_api_key_set(project, &set).await?;
        writer.commit().await?;
        Ok(NewApiKeySet {
            set,
            publishable_client_key,
            secret_server_key,
            super_secret_admin_key,
        })
    }

    /// Lists a project's key sets, newest first.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn list(&self, project: &ProjectId) -> DomainResult<Vec<ApiKeySet>> {
        Ok(self.0.storage.read().await?.list_api_key_sets(project).await?)
    }

    /// Reads a key set.
    ///
    /// # Errors
    ///
    /// `API_KEY_NOT_FOUND`.
    pub async fn get(&self, project: &ProjectId, id: ApiKeySetId) -> DomainResult<ApiKeySet> {
        let found = self.0.storage.read().await?.find_api_key_set(project, id).await?;
        found.ok_or_else(|| KnownError::ApiKeyNotFound.into())
    }

    /// Changes or revokes a key set.
    ///
    /// # Errors
    ///
    /// `API_KEY_NOT_FOUND`.
    pub async fn update(
        &self,
        project: &ProjectId,
        id: ApiKeySetId,
        command: UpdateApiKeySet,
    ) -> DomainResult<ApiKeySet> {
        let mut writer = self.0.storage.write().await?;
        let found = writer.find_api_key_set(project, id).await?;
        let mut set = found.ok_or(KnownError::ApiKeyNotFound)?;
        if let Some(description) = command.description {
            set.description = description;
        }
        if command.revoke {
            set.revoked_at.get_or_insert(self.0.now());
        }
        if !writer.update_api_key_set(project, &set).await? {
            return Err(KnownError::ApiKeyNotFound.into());
        }
        writer.commit().await?;
        self.0.keys.forget(project, &set);
        Ok(set)
    }
}

impl<S: Storage> Core<S> {
    /// Checks the key for client access.
    ///
    /// # Errors
    ///
    /// `PUBLISHABLE_CLIENT_KEY_REQUIRED_FOR_PROJECT` without a key, if the project requires one;
    /// `INVALID_PUBLISHABLE_CLIENT_KEY` for a wrong key, even if none is required.
    pub(crate) async fn check_client_key(&self, tenant: &Tenant, key: Option<&Secret>) -> DomainResult<()> {
        let required = tenant.config.project.require_publishable_client_key;
        match key {
            Some(key) if key.expose() != PUBLIC_CLIENT_KEY => {
                self.check_key(tenant.id(), ApiKeyKind::PublishableClient, key).await
            }
            _ if required => Err(known::publishable_client_key_required(tenant.id())),
            _ => Ok(()),
        }
    }

    /// Checks a key of a project.
    ///
    /// # Errors
    ///
    /// The error of its kind if it is unknown, revoked, expired or another project's.
    pub(crate) async fn check_key(&self, project: &ProjectId, kind: ApiKeyKind, key: &Secret) -> DomainResult<()> {
        let hash = digest::sha256(key.expose());
        let cached = (project.clone(), kind, hash);
        let set = match self.keys.0.get(&cached) {
            Some(set) => Some(set),
            None => {
                let found = self
                    .storage
                    .read()
                    .await?
                    .find_api_key_set_by_hash(project, kind, &hash)
                    .await?;
                found
                    .map(Arc::new)
                    .inspect(|set| self.keys.0.insert(cached, Arc::clone(set)))
            }
        };
        match set {
            Some(set) if set.is_valid_at(self.now()) => Ok(()),
            _ => Err(invalid_key(project, kind)),
        }
    }
}

fn invalid_key(project: &ProjectId, kind: ApiKeyKind) -> DomainError {
    match kind {
        ApiKeyKind::PublishableClient => known::invalid_publishable_client_key(project),
        ApiKeyKind::SecretServer => known::invalid_secret_server_key(project),
        ApiKeyKind::SuperSecretAdmin => known::invalid_super_secret_admin_key(project),
    }
}

/// Keys that were found a moment ago, with the set that each belongs to. Unknown keys aren't remembered.
pub(crate) struct KeyCache(Cache<(ProjectId, ApiKeyKind, [u8; 32]), Arc<ApiKeySet>>);

impl KeyCache {
    pub(crate) fn new() -> Self {
        Self(
            Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(MAX_AGE)
                .support_invalidation_closures()
                .build(),
        )
    }

    /// Forgets the keys of a set.
    pub(crate) fn forget(&self, project: &ProjectId, set: &ApiKeySet) {
        for kind in [
            ApiKeyKind::PublishableClient,
            ApiKeyKind::SecretServer,
            ApiKeyKind::SuperSecretAdmin,
        ] {
            if let Some(key) = set.key(kind) {
                self.0.invalidate(&(project.clone(), kind, key.hash));
            }
        }
    }

    /// Forgets all keys of a project.
    pub(crate) fn forget_project(&self, project: &ProjectId) {
        let project = project.clone();
        // It can't fail: the cache was built for it.
        let _ = self.0.invalidate_entries_if(move |(owner, ..), _| *owner == project);
    }
}
