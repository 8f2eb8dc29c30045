//! Connected accounts: in whose name an app may act at a provider, and the tokens for it.

use std::time::Duration;

use stack_types::{KnownError, ProjectId, Secret, UserId};

use super::{
    OAuth,
    account::token_owner,
    provider::{Provider, not_enabled},
};
use crate::{
    access::Caller,
    core::Tenant,
    error::{DomainError, DomainResult},
    models::{OAuthAccount, OAuthToken},
    ports::{OAuthRepository, ProviderError, Repositories, Storage, Transaction},
};

/// How long an access token must last at least to be handed out.
const LEAST_LIFETIME: Duration = Duration::from_secs(5 * 60);

impl<S: Storage> OAuth<S> {
    /// Lists a user's connected accounts, oldest first.
    ///
    /// # Errors
    ///
    /// Forbidden if a client means somebody else; `USER_NOT_FOUND`.
    pub async fn list_connected(&self, caller: &Caller, user: UserId) -> DomainResult<Vec<OAuthAccount>> {
        require_own(caller, user)?;
        let mut reader = self.0.storage.read().await?;
        let mut accounts = accounts_of(&mut reader, caller.tenant.id(), user).await?;
        accounts.retain(|account| account.allow_connected_accounts);
        Ok(accounts)
    }

    /// Gives an access token of a connected account that covers `scopes`, separated by blanks: a stored one if it lasts
    /// and the provider still takes it, else a new one. `account_id` says which account is meant where a user has
    /// several.
    ///
    /// # Errors
    ///
    /// In this order: forbidden if a client means somebody else; `OAUTH_PROVIDER_NOT_FOUND_OR_NOT_ENABLED`;
    /// `OAUTH_ACCESS_TOKEN_NOT_AVAILABLE_WITH_SHARED_OAUTH_KEYS`; `USER_NOT_FOUND`;
    /// `OAUTH_CONNECTION_NOT_CONNECTED_TO_USER`; `OAUTH_CONNECTION_DOES_NOT_HAVE_REQUIRED_SCOPE` if the user has to
    /// agree (again); busy if the provider can't be asked.
    pub async fn access_token(
        &self,
        caller: &Caller,
        user: UserId,
        provider_id: &str,
        account_id: Option<&str>,
        scopes: &str,
    ) -> DomainResult<Secret> {
        require_own(caller, user)?;
        let (core, tenant) = (&*self.0, &*caller.tenant);
        let provider = core
            .oauth_provider(tenant, provider_id)?
            .if_allowed(|provider| provider.allow_connected_accounts)?;
        if provider.is_shared && !core.allow_shared_oauth_access_tokens {
            return Err(KnownError::OauthAccessTokenNotAvailableWithSharedOauthKeys.into());
        }
        let tokens = {
            let mut reader = core.storage.read().await?;
            let mut accounts = accounts_of(&mut reader, tenant.id(), user).await?;
            accounts.retain(|account| {
                account.allow_connected_accounts
                    && account.provider_id == provider_id
                    && account_id.is_none_or(|id| account.account_id == id)
            });
            if accounts.is_empty() {
                return Err(KnownError::OauthConnectionNotConnectedToUser.into());
            }
            let mut tokens = Vec::new();
            for account in accounts {
                tokens.extend(reader.list_oauth_tokens(tenant.id(), account.id).await?);
            }
            tokens.retain(|token| token.covers(scopes));
            tokens
        };
        for token in &tokens {
            if let Some(good) = self.still_good(tenant, &provider, token).await? {
                return Ok(good);
            }
        }
        for token in &tokens {
            if let Some(new) = self.renewed(tenant, &provider, token).await? {
                return Ok(new);
            }
        }
        Err(KnownError::OauthConnectionDoesNotHaveRequiredScope.into())
    }

    /// The stored access token, if it lasts and the provider takes it.
    async fn still_good(
        &self,
        tenant: &Tenant,
        provider: &Provider,
        token: &OAuthToken,
    ) -> DomainResult<Option<Secret>> {
        let core = &*self.0;
        let until = core.now().saturating_add(LEAST_LIFETIME);
        if token.access_token_expires_at.is_some_and(|end| end <= until) {
            return Ok(None);
        }
        let owner = token_owner(tenant, token.account_id);
        let access_token = Secret::new(core.sealer.open(&owner, &token.access_token)?);
        let accepted = core.oauth_providers.accepts(&provider.client, &access_token).await;
        Ok(accepted.map_err(unavailable)?.then_some(access_token))
    }

    /// A new access token for the refresh token, if there is one that the provider takes.
    async fn renewed(&self, tenant: &Tenant, provider: &Provider, token: &OAuthToken) -> DomainResult<Option<Secret>> {
        let core = &*self.0;
        let Some(sealed) = &token.refresh_token else {
            return Ok(None);
        };
        let refresh_token = Secret::new(core.sealer.open(&token_owner(tenant, token.account_id), sealed)?);
        let renewed = core
            .oauth_providers
            .refresh(&provider.client, &refresh_token, core.now())
            .await;
        match renewed {
            Ok(tokens) => {
                let mut new = core.sealed_token(tenant, token.account_id, &tokens, Some(&token.scopes));
                // It stays the row of these scopes, whatever the provider adds to them.
                new.scopes.clone_from(&token.scopes);
                let mut writer = core.storage.write().await?;
                writer.save_oauth_token(tenant.id(), &new).await?;
                writer.commit().await?;
                Ok(Some(tokens.access_token))
            }
            Err(ProviderError::Refused(reason)) => {
                tracing::info!(
                    provider = provider.id,
                    reason,
                    "a provider takes a refresh token no more"
                );
                self.forget(tenant, token, sealed).await?;
                Ok(None)
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Forgets tokens that are worth nothing any more, unless somebody has renewed them meanwhile.
    async fn forget(&self, tenant: &Tenant, token: &OAuthToken, refresh_token: &str) -> DomainResult<()> {
        let mut writer = self.0.storage.write().await?;
        let stored = writer.list_oauth_tokens(tenant.id(), token.account_id).await?;
        let is_there = |it: &OAuthToken| it.id == token.id && it.refresh_token.as_deref() == Some(refresh_token);
        if stored.iter().any(is_there) {
            writer.delete_oauth_token(tenant.id(), token.id).await?;
            writer.commit().await?;
        }
        Ok(())
    }
}

/// The accounts of a user who is there.
pub(super) async fn accounts_of(
    repositories: &mut impl Repositories,
    project: &ProjectId,
    user: UserId,
) -> DomainResult<Vec<OAuthAccount>> {
    let found = repositories.find_user(project, user).await?;
    let found = found.ok_or(KnownError::UserNotFound)?;
    Ok(found.oauth_accounts)
}

/// Keeps clients to their own user.
pub(super) fn require_own(caller: &Caller, user: UserId) -> DomainResult<()> {
    if caller.is_client_meaning_another(user) {
        return Err(DomainError::forbidden(
            "A client may only act on the accounts of its own user.",
        ));
    }
    Ok(())
}

/// What a caller is told while a provider can't be asked.
pub(super) fn try_again() -> DomainError {
    DomainError::Busy {
        retry_after: Duration::from_secs(5),
    }
}

/// What a caller is told of a provider that the server has to ask by itself.
pub(super) fn unavailable(error: ProviderError) -> DomainError {
    match error {
        ProviderError::Unavailable(cause) | ProviderError::Refused(cause) => {
            tracing::warn!(cause, "an OAuth provider can't be asked");
            try_again()
        }
        ProviderError::Unusable(cause) => {
            tracing::error!(cause, "an OAuth provider isn't set up rightly");
            not_enabled()
        }
    }
}
