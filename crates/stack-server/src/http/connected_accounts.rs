//! Tag `connected-accounts`.

use stack_domain::{
    access::Caller,
    models::{OAuthAccount, User},
};
use stack_server_api::{
    Access, ApiError, ClientAccess, ConnectedAccountsApi, Principal, ServerAccess,
    connected_accounts::{
        CreateConnectedAccountAccessTokenRequest, CreateProviderAccessTokenRequest, ListConnectedAccountsRequest,
    },
};
use stack_types::{ConnectedAccount, ConnectedAccountAccessToken, ConnectedAccountList, UserId, UserIdOrMe};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
};

type Anybody = Principal<Access, Tenant, Option<User>>;

impl ConnectedAccountsApi for Server {
    async fn list_connected_accounts_as_client(
        &self,
        who: Principal<ClientAccess, Tenant, User>,
        request: ListConnectedAccountsRequest,
    ) -> Result<ConnectedAccountList, ApiError> {
        self.list_connected(&signed_in(who), request.path.user_id).await
    }

    async fn list_connected_accounts_as_server(
        &self,
        who: Principal<ServerAccess, Tenant, Option<User>>,
        request: ListConnectedAccountsRequest,
    ) -> Result<ConnectedAccountList, ApiError> {
        self.list_connected(&caller(who), request.path.user_id).await
    }

    async fn create_provider_access_token(
        &self,
        who: Anybody,
        request: CreateProviderAccessTokenRequest,
    ) -> Result<ConnectedAccountAccessToken, ApiError> {
        let (caller, path) = (caller(who), request.path);
        let user = caller.resolve(path.user_id).map_err(api_error)?;
        let scope = request.body.scope.unwrap_or_default();
        self.provider_access_token(&caller, user, &path.provider_id, None, &scope)
            .await
    }

    async fn create_connected_account_access_token(
        &self,
        who: Anybody,
        request: CreateConnectedAccountAccessTokenRequest,
    ) -> Result<ConnectedAccountAccessToken, ApiError> {
        let (caller, path) = (caller(who), request.path);
        let user = caller.resolve(path.user_id).map_err(api_error)?;
        let (account, scope) = (path.provider_account_id, request.body.scope.unwrap_or_default());
        self.provider_access_token(&caller, user, &path.provider_id, Some(&account), &scope)
            .await
    }
}

impl Server {
    async fn list_connected(&self, caller: &Caller, user: UserIdOrMe) -> Result<ConnectedAccountList, ApiError> {
        let user = caller.resolve(user).map_err(api_error)?;
        let accounts = self
            .domain
            .oauth
            .list_connected(caller, user)
            .await
            .map_err(api_error)?;
        Ok(ConnectedAccountList {
            items: accounts.into_iter().map(connected_account).collect(),
            is_paginated: false,
            pagination: None,
        })
    }

    pub(super) async fn provider_access_token(
        &self,
        caller: &Caller,
        user: UserId,
        provider_id: &str,
        account_id: Option<&str>,
        scope: &str,
    ) -> Result<ConnectedAccountAccessToken, ApiError> {
        let oauth = &self.domain.oauth;
        let given = oauth.access_token(caller, user, provider_id, account_id, scope).await;
        given
            .map(|access_token| ConnectedAccountAccessToken { access_token })
            .map_err(api_error)
    }
}

fn connected_account(account: OAuthAccount) -> ConnectedAccount {
    ConnectedAccount {
        user_id: account.user_id,
        provider: account.provider_id,
        provider_account_id: account.account_id,
    }
}
