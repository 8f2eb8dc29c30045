//! The API keys of users and teams: making, listing, revoking and checking them.
//!
//! Only hashes are stored, and a key is found by its hash. Nothing is remembered in the process, so a revocation holds
//! everywhere from the moment at which it is answered.

mod format;

use std::sync::Arc;

use format::KeyFacts;
use stack_types::{ApiKeyId, KnownError, Millis, Secret};

use crate::{
    access::{AccessType, Caller},
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    models::{ApiKeyOwner, ApiKeyOwnerKind, OwnedApiKey},
    ports::{OwnedApiKeyRepository, Repositories, Storage, Transaction},
    secrets::{digest, random},
};

/// How many keys an owner has at the most. Of those that are dead the oldest make room for new ones.
pub const MAX_KEYS: u32 = 1000;

const MANAGE_API_KEYS: &str = "$manage_api_keys";

/// The API keys of users and teams.
pub struct OwnedApiKeys<S>(pub(crate) Arc<Core<S>>);

/// A new key.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateOwnedApiKey {
    /// Whose it shall be.
    pub owner: ApiKeyOwner,
    /// What it is for.
    pub description: String,
    /// From when on it is refused; never, if it is `None`.
    pub expires_at: Option<Millis>,
    /// Whether anyone may see it.
    pub is_public: bool,
}

/// A change of a key. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UpdateOwnedApiKey {
    /// What it is for.
    pub description: Option<String>,
    /// Refuses it from now on, for good.
    pub revoke: bool,
}

/// A key with its text: it is shown once.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOwnedApiKey {
    /// What is stored.
    pub key: OwnedApiKey,
    /// The text.
    pub value: Secret,
}

impl<S: Storage> OwnedApiKeys<S> {
    /// Makes a key.
    ///
    /// # Errors
    ///
    /// Bad request if the project gives no keys to such owners, or the owner has [`MAX_KEYS`] that aren't dead. For
    /// clients: forbidden for somebody else, `API_KEY_NOT_FOUND` without permission in the team. For others
    /// `USER_ID_DOES_NOT_EXIST` and `TEAM_NOT_FOUND`.
    pub async fn create(&self, caller: &Caller, command: CreateOwnedApiKey) -> DomainResult<NewOwnedApiKey> {
        let (core, tenant, owner) = (&*self.0, &caller.tenant, command.owner);
        require_enabled(tenant, owner.kind())?;
        let facts = KeyFacts {
            id: random::uuid(&*core.rng).into(),
            kind: owner.kind(),
            is_public: command.is_public,
        };
        let value = format::new_key(facts, &*core.rng);
        let key = OwnedApiKey {
            id: facts.id,
            owner,
            description: command.description,
            is_public: command.is_public,
            created_at: core.now(),
            expires_at: command.expires_at,
            revoked_at: None,
            digest: digest::key_digest(&value),
        };
        let mut writer = core.storage.write().await?;
        core.require_manager(&mut writer, caller, owner).await?;
        lock_owner(&mut writer, tenant, owner).await?;
        make_room(&mut writer, tenant, owner, key.created_at).await?;
        writer.insert_owned_api_key(tenant.id(), &key).await?;
        writer.commit().await?;
        Ok(NewOwnedApiKey { key, value })
    }

    /// Lists the keys of a user or a team, newest first; at most [`MAX_KEYS`].
    ///
    /// # Errors
    ///
    /// Bad request if the project gives no keys to such owners. For clients: forbidden for somebody else,
    /// `API_KEY_NOT_FOUND` without permission in the team.
    pub async fn list(&self, caller: &Caller, owner: ApiKeyOwner) -> DomainResult<Vec<OwnedApiKey>> {
        require_enabled(&caller.tenant, owner.kind())?;
        let mut reader = self.0.storage.read().await?;
        self.0.require_manager(&mut reader, caller, owner).await?;
        Ok(reader.list_owned_api_keys(caller.tenant.id(), owner, MAX_KEYS).await?)
    }

    /// Reads a key of a user, or of a team.
    ///
    /// # Errors
    ///
    /// Bad request if the project gives no keys to such owners; `API_KEY_NOT_FOUND`, also for a key of another kind of
    /// owner. For clients: forbidden if it is somebody else's, `API_KEY_NOT_FOUND` without permission in the team.
    pub async fn get(&self, caller: &Caller, kind: ApiKeyOwnerKind, id: ApiKeyId) -> DomainResult<OwnedApiKey> {
        require_enabled(&caller.tenant, kind)?;
        let mut reader = self.0.storage.read().await?;
        self.0.find_managed(&mut reader, caller, kind, id).await
    }

    /// Describes or revokes a key.
    ///
    /// # Errors
    ///
    /// As [`Self::get`].
    pub async fn update(
        &self,
        caller: &Caller,
        kind: ApiKeyOwnerKind,
        id: ApiKeyId,
        command: UpdateOwnedApiKey,
    ) -> DomainResult<OwnedApiKey> {
        let project = caller.tenant.id();
        require_enabled(&caller.tenant, kind)?;
        let mut writer = self.0.storage.write().await?;
        self.0.find_managed(&mut writer, caller, kind, id).await?;
        let (description, revoked_at) = (command.description.as_deref(), command.revoke.then(|| self.0.now()));
        writer
            .update_owned_api_key(project, id, description, revoked_at)
            .await?;
        let updated = writer
            .find_owned_api_key(project, id)
            .await?
            .ok_or(KnownError::ApiKeyNotFound)?;
        writer.commit().await?;
        Ok(updated)
    }

    /// The key of this text, if it is good.
    ///
    /// # Errors
    ///
    /// Bad request if the project gives no keys to such owners; else the first of `API_KEY_NOT_FOUND`,
    /// `WRONG_API_KEY_TYPE`, `API_KEY_REVOKED` and `API_KEY_EXPIRED` that applies.
    pub async fn check(&self, tenant: &Tenant, kind: ApiKeyOwnerKind, value: &Secret) -> DomainResult<OwnedApiKey> {
        require_enabled(tenant, kind)?;
        if format::read(value.expose()).is_none() {
            return Err(KnownError::ApiKeyNotFound.into());
        }
        let hash = digest::sha256(value.expose());
        let mut reader = self.0.storage.read().await?;
        let key = reader
            .find_owned_api_key_by_hash(tenant.id(), &hash)
            .await?
            .ok_or(KnownError::ApiKeyNotFound)?;
        if key.owner.kind() != kind {
            return Err(known::wrong_api_key_type(kind, key.owner.kind()));
        }
        if key.revoked_at.is_some() {
            return Err(KnownError::ApiKeyRevoked.into());
        }
        if key.is_expired_at(self.0.now()) {
            return Err(KnownError::ApiKeyExpired.into());
        }
        Ok(key)
    }
}

impl<S: Storage> Core<S> {
    /// A key that the caller may see and change.
    async fn find_managed(
        &self,
        repositories: &mut impl Repositories,
        caller: &Caller,
        kind: ApiKeyOwnerKind,
        id: ApiKeyId,
    ) -> DomainResult<OwnedApiKey> {
        let found = repositories.find_owned_api_key(caller.tenant.id(), id).await?;
        let key = found
            .filter(|key| key.owner.kind() == kind)
            .ok_or(KnownError::ApiKeyNotFound)?;
        self.require_manager(repositories, caller, key.owner).await?;
        Ok(key)
    }

    /// Keeps clients to the keys of their own user, and to those of teams in which that user manages them.
    async fn require_manager(
        &self,
        repositories: &mut impl Repositories,
        caller: &Caller,
        owner: ApiKeyOwner,
    ) -> DomainResult<()> {
        if caller.access != AccessType::Client {
            return Ok(());
        }
        match owner {
            ApiKeyOwner::User(user) if caller.is_self(user) => Ok(()),
            ApiKeyOwner::User(_) => Err(DomainError::forbidden(
                "A client may only act on the API keys of its own user.",
            )),
            ApiKeyOwner::Team(team) => {
                let user = caller.own_user()?.profile.id;
                let may = self.has_team_permission(repositories, &caller.tenant, team, user, MANAGE_API_KEYS);
                if may.await? {
                    return Ok(());
                }
                Err(KnownError::ApiKeyNotFound.into())
            }
        }
    }
}

fn require_enabled(tenant: &Tenant, kind: ApiKeyOwnerKind) -> DomainResult<()> {
    let enabled = &tenant.config.api_keys.enabled;
    let (is_enabled, who) = match kind {
        ApiKeyOwnerKind::User => (enabled.user, "users"),
        ApiKeyOwnerKind::Team => (enabled.team, "teams"),
    };
    if is_enabled {
        return Ok(());
    }
    Err(DomainError::bad_request(format!(
        "This project gives no API keys to {who}; its configuration would have to turn on apiKeys.enabled.{}.",
        kind.as_str()
    )))
}

/// Keeps the owner, and others from changing their keys, until the transaction ends.
async fn lock_owner(writer: &mut impl Repositories, tenant: &Tenant, owner: ApiKeyOwner) -> DomainResult<()> {
    match owner {
        ApiKeyOwner::User(id) if !writer.lock_user(tenant.id(), id).await? => Err(known::user_id_does_not_exist(id)),
        ApiKeyOwner::Team(id) if !writer.lock_team(tenant.id(), id).await? => Err(known::team_not_found(id)),
        _ => Ok(()),
    }
}

async fn make_room(
    writer: &mut impl Repositories,
    tenant: &Tenant,
    owner: ApiKeyOwner,
    now: Millis,
) -> DomainResult<()> {
    let keys = writer.count_owned_api_keys(tenant.id(), owner).await?;
    if keys < MAX_KEYS || writer.delete_oldest_dead_api_key(tenant.id(), owner, now).await? {
        return Ok(());
    }
    Err(DomainError::bad_request(format!(
        "There may be {MAX_KEYS} API keys, and all of them work. Revoke one first."
    )))
}
