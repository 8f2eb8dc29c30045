//! The trait of the tag.

use stack_domain::{
    access::Caller,
    models::{ApiKeyOwner, ApiKeyOwnerKind, User},
    owned_api_keys::{CreateOwnedApiKey, UpdateOwnedApiKey},
};
use stack_server_api::{
    ApiError, ApiKeysApi, ClientAccess, Principal, ServerAccess,
    api_keys::{
        CheckTeamApiKeyRequest, CheckUserApiKeyRequest, CreateTeamApiKeyRequest, CreateUserApiKeyRequest,
        GetTeamApiKeyRequest, GetUserApiKeyRequest, ListTeamApiKeysRequest, ListUserApiKeysRequest,
        UpdateTeamApiKeyRequest, UpdateUserApiKeyRequest,
    },
};
use stack_types::{
    ApiKeyUpdate, Millis, TeamApiKey, TeamApiKeyCreated, TeamApiKeyList, UserApiKey, UserApiKeyCreated, UserApiKeyList,
};

use super::shown::{
    team_api_key, team_api_key_created, team_api_key_list, user_api_key, user_api_key_created, user_api_key_list,
};
use crate::http::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
};

type AsClient = Principal<ClientAccess, Tenant, User>;
type AsServer = Principal<ServerAccess, Tenant, Option<User>>;

/// Keys of users and of teams differ in their types only.
impl ApiKeysApi for Server {
    async fn list_user_api_keys_as_client(
        &self,
        who: AsClient,
        request: ListUserApiKeysRequest,
    ) -> Result<UserApiKeyList, ApiError> {
        self.list_user_api_keys(&signed_in(who), request).await
    }

    async fn list_user_api_keys_as_server(
        &self,
        who: AsServer,
        request: ListUserApiKeysRequest,
    ) -> Result<UserApiKeyList, ApiError> {
        self.list_user_api_keys(&caller(who), request).await
    }

    async fn create_user_api_key_as_client(
        &self,
        who: AsClient,
        request: CreateUserApiKeyRequest,
    ) -> Result<UserApiKeyCreated, ApiError> {
        self.create_user_api_key(&signed_in(who), request).await
    }

    async fn create_user_api_key_as_server(
        &self,
        who: AsServer,
        request: CreateUserApiKeyRequest,
    ) -> Result<UserApiKeyCreated, ApiError> {
        self.create_user_api_key(&caller(who), request).await
    }

    async fn check_user_api_key(&self, who: AsServer, request: CheckUserApiKeyRequest) -> Result<UserApiKey, ApiError> {
        let (tenant, key) = (&who.tenant.project, &request.body.api_key);
        let checked = self
            .domain
            .owned_api_keys
            .check(tenant, ApiKeyOwnerKind::User, key)
            .await;
        user_api_key(checked.map_err(api_error)?)
    }

    async fn get_user_api_key_as_client(
        &self,
        who: AsClient,
        request: GetUserApiKeyRequest,
    ) -> Result<UserApiKey, ApiError> {
        self.get_user_api_key(&signed_in(who), request).await
    }

    async fn get_user_api_key_as_server(
        &self,
        who: AsServer,
        request: GetUserApiKeyRequest,
    ) -> Result<UserApiKey, ApiError> {
        self.get_user_api_key(&caller(who), request).await
    }

    async fn update_user_api_key_as_client(
        &self,
        who: AsClient,
        request: UpdateUserApiKeyRequest,
    ) -> Result<UserApiKey, ApiError> {
        self.update_user_api_key(&signed_in(who), request).await
    }

    async fn update_user_api_key_as_server(
        &self,
        who: AsServer,
        request: UpdateUserApiKeyRequest,
    ) -> Result<UserApiKey, ApiError> {
        self.update_user_api_key(&caller(who), request).await
    }

    async fn list_team_api_keys_as_client(
        &self,
        who: AsClient,
        request: ListTeamApiKeysRequest,
    ) -> Result<TeamApiKeyList, ApiError> {
        self.list_team_api_keys(&signed_in(who), request).await
    }

    async fn list_team_api_keys_as_server(
        &self,
        who: AsServer,
        request: ListTeamApiKeysRequest,
    ) -> Result<TeamApiKeyList, ApiError> {
        self.list_team_api_keys(&caller(who), request).await
    }

    async fn create_team_api_key_as_client(
        &self,
        who: AsClient,
        request: CreateTeamApiKeyRequest,
    ) -> Result<TeamApiKeyCreated, ApiError> {
        self.create_team_api_key(&signed_in(who), request).await
    }

    async fn create_team_api_key_as_server(
        &self,
        who: AsServer,
        request: CreateTeamApiKeyRequest,
    ) -> Result<TeamApiKeyCreated, ApiError> {
        self.create_team_api_key(&caller(who), request).await
    }

    async fn check_team_api_key(&self, who: AsServer, request: CheckTeamApiKeyRequest) -> Result<TeamApiKey, ApiError> {
        let (tenant, key) = (&who.tenant.project, &request.body.api_key);
        let checked = self
            .domain
            .owned_api_keys
            .check(tenant, ApiKeyOwnerKind::Team, key)
            .await;
        team_api_key(checked.map_err(api_error)?)
    }

    async fn get_team_api_key_as_client(
        &self,
        who: AsClient,
        request: GetTeamApiKeyRequest,
    ) -> Result<TeamApiKey, ApiError> {
        self.get_team_api_key(&signed_in(who), request).await
    }

    async fn get_team_api_key_as_server(
        &self,
        who: AsServer,
        request: GetTeamApiKeyRequest,
    ) -> Result<TeamApiKey, ApiError> {
        self.get_team_api_key(&caller(who), request).await
    }

    async fn update_team_api_key_as_client(
        &self,
        who: AsClient,
        request: UpdateTeamApiKeyRequest,
    ) -> Result<TeamApiKey, ApiError> {
        self.update_team_api_key(&signed_in(who), request).await
    }

    async fn update_team_api_key_as_server(
        &self,
        who: AsServer,
        request: UpdateTeamApiKeyRequest,
    ) -> Result<TeamApiKey, ApiError> {
        self.update_team_api_key(&caller(who), request).await
    }
}

impl Server {
    async fn list_user_api_keys(
        &self,
        caller: &Caller,
        request: ListUserApiKeysRequest,
    ) -> Result<UserApiKeyList, ApiError> {
        let user = request
            .query
            .user_id
            .ok_or_else(|| ApiError::schema("query user_id: must be given"))?;
        let owner = ApiKeyOwner::User(caller.resolve(user).map_err(api_error)?);
        let listed = self.domain.owned_api_keys.list(caller, owner).await;
        user_api_key_list(listed.map_err(api_error)?)
    }

    async fn create_user_api_key(
        &self,
        caller: &Caller,
        request: CreateUserApiKeyRequest,
    ) -> Result<UserApiKeyCreated, ApiError> {
        let body = request.body;
        let command = CreateOwnedApiKey {
            owner: ApiKeyOwner::User(caller.resolve(body.user_id).map_err(api_error)?),
            description: body.description,
            expires_at: body.expires_at_millis.filter(is_an_end),
            is_public: body.is_public.unwrap_or(false),
        };
        let created = self.domain.owned_api_keys.create(caller, command).await;
        user_api_key_created(created.map_err(api_error)?)
    }

    async fn get_user_api_key(&self, caller: &Caller, request: GetUserApiKeyRequest) -> Result<UserApiKey, ApiError> {
        let id = request.path.api_key_id;
        let found = self.domain.owned_api_keys.get(caller, ApiKeyOwnerKind::User, id).await;
        user_api_key(found.map_err(api_error)?)
    }

    async fn update_user_api_key(
        &self,
        caller: &Caller,
        request: UpdateUserApiKeyRequest,
    ) -> Result<UserApiKey, ApiError> {
        let (id, command) = (request.path.api_key_id, change(request.body));
        let updated = self
            .domain
            .owned_api_keys
            .update(caller, ApiKeyOwnerKind::User, id, command)
            .await;
        user_api_key(updated.map_err(api_error)?)
    }

    async fn list_team_api_keys(
        &self,
        caller: &Caller,
        request: ListTeamApiKeysRequest,
    ) -> Result<TeamApiKeyList, ApiError> {
        let owner = ApiKeyOwner::Team(request.query.team_id);
        let listed = self.domain.owned_api_keys.list(caller, owner).await;
        team_api_key_list(listed.map_err(api_error)?)
    }

    async fn create_team_api_key(
        &self,
        caller: &Caller,
        request: CreateTeamApiKeyRequest,
    ) -> Result<TeamApiKeyCreated, ApiError> {
        let body = request.body;
        let command = CreateOwnedApiKey {
            owner: ApiKeyOwner::Team(body.team_id),
            description: body.description,
            expires_at: body.expires_at_millis.filter(is_an_end),
            is_public: body.is_public.unwrap_or(false),
        };
        let created = self.domain.owned_api_keys.create(caller, command).await;
        team_api_key_created(created.map_err(api_error)?)
    }

    async fn get_team_api_key(&self, caller: &Caller, request: GetTeamApiKeyRequest) -> Result<TeamApiKey, ApiError> {
        let id = request.path.api_key_id;
        let found = self.domain.owned_api_keys.get(caller, ApiKeyOwnerKind::Team, id).await;
        team_api_key(found.map_err(api_error)?)
    }

    async fn update_team_api_key(
        &self,
        caller: &Caller,
        request: UpdateTeamApiKeyRequest,
    ) -> Result<TeamApiKey, ApiError> {
        let (id, command) = (request.path.api_key_id, change(request.body));
        let updated = self
            .domain
            .owned_api_keys
            .update(caller, ApiKeyOwnerKind::Team, id, command)
            .await;
        team_api_key(updated.map_err(api_error)?)
    }
}

/// The wire says "never" by 0, too.
fn is_an_end(at: &Millis) -> bool {
    at.get() != 0
}

fn change(body: ApiKeyUpdate) -> UpdateOwnedApiKey {
    UpdateOwnedApiKey {
        description: body.description,
        revoke: body.revoked == Some(true),
    }
}
