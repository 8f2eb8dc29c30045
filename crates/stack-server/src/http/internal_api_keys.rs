//! Tag `internal-api-keys`.

use stack_domain::{
    api_keys::{CreateApiKeySet, NewApiKeySet, UpdateApiKeySet},
    models::{self, KeyDigest, User},
};
use stack_server_api::{
    AdminAccess, ApiError, InternalApiKeysApi, Principal,
    internal_api_keys::{CreateApiKeySetRequest, GetApiKeySetRequest, ListApiKeySetsRequest, UpdateApiKeySetRequest},
};
use stack_types::{ApiKeyHint, ApiKeySet, ApiKeySetCreate, ApiKeySetCreated, ApiKeySetList, ApiKeySetUpdate};

use super::{Server, authenticate::Tenant, error::api_error};

type Admin = Principal<AdminAccess, Tenant, Option<User>>;

impl InternalApiKeysApi for Server {
    async fn list_api_key_sets(&self, who: Admin, _: ListApiKeySetsRequest) -> Result<ApiKeySetList, ApiError> {
        let sets = self.domain.api_keys.list(who.tenant.project.id()).await;
        Ok(ApiKeySetList {
            items: sets.map_err(api_error)?.into_iter().map(api_key_set).collect(),
            is_paginated: false,
            pagination: None,
        })
    }

    async fn create_api_key_set(
        &self,
        who: Admin,
        request: CreateApiKeySetRequest,
    ) -> Result<ApiKeySetCreated, ApiError> {
        let command = creation(request.body);
        let created = self.domain.api_keys.create(who.tenant.project.id(), command).await;
        created.map(api_key_set_created).map_err(api_error)
    }

    async fn get_api_key_set(&self, who: Admin, request: GetApiKeySetRequest) -> Result<ApiKeySet, ApiError> {
        let (project, id) = (who.tenant.project.id(), request.path.api_key_id);
        let found = self.domain.api_keys.get(project, id).await;
        found.map(api_key_set).map_err(api_error)
    }

    async fn update_api_key_set(&self, who: Admin, request: UpdateApiKeySetRequest) -> Result<ApiKeySet, ApiError> {
        let (project, id) = (who.tenant.project.id(), request.path.api_key_id);
        let updated = self.domain.api_keys.update(project, id, change(request.body)).await;
        updated.map(api_key_set).map_err(api_error)
    }
}

fn creation(body: ApiKeySetCreate) -> CreateApiKeySet {
    CreateApiKeySet {
        description: body.description,
        expires_at: body.expires_at_millis,
        has_publishable_client_key: body.has_publishable_client_key,
        has_secret_server_key: body.has_secret_server_key,
        has_super_secret_admin_key: body.has_super_secret_admin_key,
    }
}

fn change(body: ApiKeySetUpdate) -> UpdateApiKeySet {
    UpdateApiKeySet {
        description: body.description,
        revoke: body.revoked == Some(true),
    }
}

/// A key set with no more of its keys than tells which ones they are.
fn api_key_set(set: models::ApiKeySet) -> ApiKeySet {
    ApiKeySet {
        publishable_client_key: set.publishable_client_key.map(api_key_hint),
        secret_server_key: set.secret_server_key.map(api_key_hint),
        super_secret_admin_key: set.super_secret_admin_key.map(api_key_hint),
        id: set.id,
        description: set.description,
        expires_at_millis: set.expires_at,
        manually_revoked_at_millis: set.revoked_at,
        created_at_millis: set.created_at,
    }
}

fn api_key_hint(key: KeyDigest) -> ApiKeyHint {
    ApiKeyHint {
        last_four: key.last_four,
    }
}

/// A key set with its keys, which are shown this once.
fn api_key_set_created(new: NewApiKeySet) -> ApiKeySetCreated {
    ApiKeySetCreated {
        publishable_client_key: new.publishable_client_key,
        secret_server_key: new.secret_server_key,
        super_secret_admin_key: new.super_secret_admin_key,
        id: new.set.id,
        description: new.set.description,
        expires_at_millis: new.set.expires_at,
        manually_revoked_at_millis: new.set.revoked_at,
        created_at_millis: new.set.created_at,
    }
}
