//! Keys as callers see them.

use stack_domain::{
    models::{ApiKeyOwner, OwnedApiKey},
    owned_api_keys::NewOwnedApiKey,
};
use stack_server_api::ApiError;
use stack_types::{
    ApiKeyHint, TeamApiKey, TeamApiKeyCreated, TeamApiKeyList, TeamId, UserApiKey, UserApiKeyCreated, UserApiKeyList,
    UserId,
};

/// A user's key with no more of it than tells which one it is.
pub(super) fn user_api_key(key: OwnedApiKey) -> Result<UserApiKey, ApiError> {
    Ok(UserApiKey {
        user_id: user_of(&key)?,
        r#type: key.owner.kind().as_str().to_owned(),
        id: key.id,
        description: key.description,
        expires_at_millis: key.expires_at,
        manually_revoked_at_millis: key.revoked_at,
        created_at_millis: key.created_at,
        is_public: key.is_public,
        value: ApiKeyHint {
            last_four: key.digest.last_four,
        },
    })
}

/// A team's key with no more of it than tells which one it is.
pub(super) fn team_api_key(key: OwnedApiKey) -> Result<TeamApiKey, ApiError> {
    Ok(TeamApiKey {
        team_id: team_of(&key)?,
        r#type: key.owner.kind().as_str().to_owned(),
        id: key.id,
        description: key.description,
        expires_at_millis: key.expires_at,
        manually_revoked_at_millis: key.revoked_at,
        created_at_millis: key.created_at,
        is_public: key.is_public,
        value: ApiKeyHint {
            last_four: key.digest.last_four,
        },
    })
}

/// A user's key in full, which is shown this once.
pub(super) fn user_api_key_created(new: NewOwnedApiKey) -> Result<UserApiKeyCreated, ApiError> {
    let NewOwnedApiKey { key, value } = new;
    Ok(UserApiKeyCreated {
        value,
        user_id: user_of(&key)?,
        r#type: key.owner.kind().as_str().to_owned(),
        id: key.id,
        description: key.description,
        expires_at_millis: key.expires_at,
        manually_revoked_at_millis: key.revoked_at,
        created_at_millis: key.created_at,
        is_public: key.is_public,
    })
}

/// A team's key in full, which is shown this once.
pub(super) fn team_api_key_created(new: NewOwnedApiKey) -> Result<TeamApiKeyCreated, ApiError> {
    let NewOwnedApiKey { key, value } = new;
    Ok(TeamApiKeyCreated {
        value,
        team_id: team_of(&key)?,
        r#type: key.owner.kind().as_str().to_owned(),
        id: key.id,
        description: key.description,
        expires_at_millis: key.expires_at,
        manually_revoked_at_millis: key.revoked_at,
        created_at_millis: key.created_at,
        is_public: key.is_public,
    })
}

pub(super) fn user_api_key_list(keys: Vec<OwnedApiKey>) -> Result<UserApiKeyList, ApiError> {
    Ok(UserApiKeyList {
        items: keys.into_iter().map(user_api_key).collect::<Result<_, _>>()?,
        is_paginated: false,
        pagination: None,
    })
}

pub(super) fn team_api_key_list(keys: Vec<OwnedApiKey>) -> Result<TeamApiKeyList, ApiError> {
    Ok(TeamApiKeyList {
        items: keys.into_iter().map(team_api_key).collect::<Result<_, _>>()?,
        is_paginated: false,
        pagination: None,
    })
}

fn user_of(key: &OwnedApiKey) -> Result<UserId, ApiError> {
    match key.owner {
        ApiKeyOwner::User(user) => Ok(user),
        ApiKeyOwner::Team(_) => Err(ApiError::internal("a team's key came for a user's")),
    }
}

fn team_of(key: &OwnedApiKey) -> Result<TeamId, ApiError> {
    match key.owner {
        ApiKeyOwner::Team(team) => Ok(team),
        ApiKeyOwner::User(_) => Err(ApiError::internal("a user's key came for a team's")),
    }
}
