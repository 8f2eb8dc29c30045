//! Tag `oauth-providers`: accounts at OAuth providers.

use stack_domain::{
    access::Caller,
    models::{OAuthAccountId, User},
    oauth::{ConnectAccount, LinkedAccount, UpdateAccount},
};
use stack_server_api::{
    ApiError, ClientAccess, OauthProvidersApi, Principal, ServerAccess,
    oauth_providers::{
        CreateOauthProviderRequest, DeleteOauthProviderRequest, GetOauthProviderRequest, ListOauthProvidersRequest,
        UpdateOauthProviderAsClientRequest, UpdateOauthProviderAsServerRequest,
    },
};
use stack_types::{OauthProviderId, Success, UserIdOrMe, client, server};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
    server::SUCCESS,
};

type Client = Principal<ClientAccess, Tenant, User>;
type OwnServer = Principal<ServerAccess, Tenant, Option<User>>;

impl OauthProvidersApi for Server {
    async fn list_oauth_providers_as_client(
        &self,
        who: Client,
        request: ListOauthProvidersRequest,
    ) -> Result<client::OauthProviderList, ApiError> {
        let accounts = self.list_accounts(&signed_in(who), request.query.user_id).await?;
        Ok(client::OauthProviderList {
            items: accounts.into_iter().map(for_client).collect(),
            is_paginated: false,
            pagination: None,
        })
    }

    async fn list_oauth_providers_as_server(
        &self,
        who: OwnServer,
        request: ListOauthProvidersRequest,
    ) -> Result<server::OauthProviderList, ApiError> {
        let accounts = self.list_accounts(&caller(who), request.query.user_id).await?;
        Ok(server::OauthProviderList {
            items: accounts.into_iter().map(for_server).collect(),
            is_paginated: false,
            pagination: None,
        })
    }

    async fn create_oauth_provider(
        &self,
        who: OwnServer,
        request: CreateOauthProviderRequest,
    ) -> Result<server::OauthProvider, ApiError> {
        let (caller, body) = (caller(who), request.body);
        let command = ConnectAccount {
            user_id: caller.resolve(body.user_id).map_err(api_error)?,
            provider_id: body.provider_config_id,
            account_id: body.account_id,
            email: body.email,
            allow_sign_in: body.allow_sign_in,
            allow_connected_accounts: body.allow_connected_accounts,
        };
        let connected = self.domain.oauth.connect_account(&caller.tenant, command).await;
        connected.map(for_server).map_err(api_error)
    }

    async fn get_oauth_provider_as_client(
        &self,
        who: Client,
        request: GetOauthProviderRequest,
    ) -> Result<client::OauthProvider, ApiError> {
        let (user, id) = (request.path.user_id, request.path.provider_id);
        self.get_account(&signed_in(who), user, id).await.map(for_client)
    }

    async fn get_oauth_provider_as_server(
        &self,
        who: OwnServer,
        request: GetOauthProviderRequest,
    ) -> Result<server::OauthProvider, ApiError> {
        let (user, id) = (request.path.user_id, request.path.provider_id);
        self.get_account(&caller(who), user, id).await.map(for_server)
    }

    async fn update_oauth_provider_as_client(
        &self,
        who: Client,
        request: UpdateOauthProviderAsClientRequest,
    ) -> Result<client::OauthProvider, ApiError> {
        let (caller, path, body) = (signed_in(who), request.path, request.body);
        let command = UpdateAccount {
            allow_sign_in: body.allow_sign_in,
            allow_connected_accounts: body.allow_connected_accounts,
            ..UpdateAccount::default()
        };
        let updated = self.update_account(&caller, path.user_id, path.provider_id, command);
        updated.await.map(for_client)
    }

    async fn update_oauth_provider_as_server(
        &self,
        who: OwnServer,
        request: UpdateOauthProviderAsServerRequest,
    ) -> Result<server::OauthProvider, ApiError> {
        let (caller, path, body) = (caller(who), request.path, request.body);
        let command = UpdateAccount {
            account_id: body.account_id,
            email: body.email,
            allow_sign_in: body.allow_sign_in,
            allow_connected_accounts: body.allow_connected_accounts,
        };
        let updated = self.update_account(&caller, path.user_id, path.provider_id, command);
        updated.await.map(for_server)
    }

    async fn delete_oauth_provider_as_client(
        &self,
        who: Client,
        request: DeleteOauthProviderRequest,
    ) -> Result<Success, ApiError> {
        let (user, id) = (request.path.user_id, request.path.provider_id);
        self.delete_account(&signed_in(who), user, id).await
    }

    async fn delete_oauth_provider_as_server(
        &self,
        who: OwnServer,
        request: DeleteOauthProviderRequest,
    ) -> Result<Success, ApiError> {
        let (user, id) = (request.path.user_id, request.path.provider_id);
        self.delete_account(&caller(who), user, id).await
    }
}

impl Server {
    async fn list_accounts(&self, caller: &Caller, user: Option<UserIdOrMe>) -> Result<Vec<LinkedAccount>, ApiError> {
        let user = user.map(|user| caller.resolve(user)).transpose().map_err(api_error)?;
        self.domain.oauth.list_accounts(caller, user).await.map_err(api_error)
    }

    async fn get_account(
        &self,
        caller: &Caller,
        user: UserIdOrMe,
        id: OauthProviderId,
    ) -> Result<LinkedAccount, ApiError> {
        let user = caller.resolve(user).map_err(api_error)?;
        let account = self.domain.oauth.get_account(caller, user, OAuthAccountId(id.0)).await;
        account.map_err(api_error)
    }

    async fn update_account(
        &self,
        caller: &Caller,
        user: UserIdOrMe,
        id: OauthProviderId,
        command: UpdateAccount,
    ) -> Result<LinkedAccount, ApiError> {
        let user = caller.resolve(user).map_err(api_error)?;
        let oauth = &self.domain.oauth;
        let updated = oauth.update_account(caller, user, OAuthAccountId(id.0), command).await;
        updated.map_err(api_error)
    }

    async fn delete_account(
        &self,
        caller: &Caller,
        user: UserIdOrMe,
        id: OauthProviderId,
    ) -> Result<Success, ApiError> {
        let user = caller.resolve(user).map_err(api_error)?;
        let deleted = self
            .domain
            .oauth
            .delete_account(caller, user, OAuthAccountId(id.0))
            .await;
        deleted.map(|()| SUCCESS).map_err(api_error)
    }
}

fn for_client(linked: LinkedAccount) -> client::OauthProvider {
    let LinkedAccount { account, kind } = linked;
    client::OauthProvider {
        user_id: account.user_id,
        id: OauthProviderId(account.id.0),
        email: account.email,
        provider_config_id: account.provider_id,
        r#type: kind.into(),
        allow_sign_in: account.allow_sign_in,
        allow_connected_accounts: account.allow_connected_accounts,
    }
}

fn for_server(linked: LinkedAccount) -> server::OauthProvider {
    let account_id = linked.account.account_id.clone();
    let shown = for_client(linked);
    server::OauthProvider {
        account_id,
        user_id: shown.user_id,
        id: shown.id,
        email: shown.email,
        provider_config_id: shown.provider_config_id,
        r#type: shown.r#type,
        allow_sign_in: shown.allow_sign_in,
        allow_connected_accounts: shown.allow_connected_accounts,
    }
}
