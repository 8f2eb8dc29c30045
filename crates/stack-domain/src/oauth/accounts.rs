//! The accounts at providers as the API shows and changes them (`oauth-providers` on the wire).

use stack_types::{KnownError, UserId};

use super::{
    OAuth,
    connected::{accounts_of, require_own},
    provider::kind_of,
};
use crate::{
    access::{AccessType, Caller},
    core::Tenant,
    error::{DomainError, DomainResult},
    models::{OAuthAccount, OAuthAccountId},
    ports::{OAuthRepository, Repositories, Storage, StorageError, Transaction, UniqueRule, UserRepository},
    secrets::random,
};

/// An account, and which provider it is at.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkedAccount {
    /// The account.
    pub account: OAuthAccount,
    /// Which provider it is at, e.g. `google`.
    pub kind: String,
}

/// An account that a server connects with a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectAccount {
    /// Whose it is.
    pub user_id: UserId,
    /// The provider, as the project's configuration calls it.
    pub provider_id: String,
    /// The account's id there.
    pub account_id: String,
    /// The e-mail that the provider knows of.
    pub email: Option<String>,
    /// Whether the user signs in with it.
    pub allow_sign_in: bool,
    /// Whether the provider's tokens may be handed out.
    pub allow_connected_accounts: bool,
}

/// A change of an account. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpdateAccount {
    /// The account's id at the provider; for servers only.
    pub account_id: Option<String>,
    /// The e-mail that the provider knows of; for servers only.
    pub email: Option<String>,
    /// Whether the user signs in with it.
    pub allow_sign_in: Option<bool>,
    /// Whether the provider's tokens may be handed out.
    pub allow_connected_accounts: Option<bool>,
}

impl<S: Storage> OAuth<S> {
    /// Lists the accounts of a user, or of the whole project, oldest first. Those at providers that the project has no
    /// more are left out.
    ///
    /// # Errors
    ///
    /// Forbidden if a client doesn't mean its own user; `USER_NOT_FOUND`.
    pub async fn list_accounts(&self, caller: &Caller, user: Option<UserId>) -> DomainResult<Vec<LinkedAccount>> {
        let mut reader = self.0.storage.read().await?;
        let accounts = match user {
            Some(user) => {
                require_own(caller, user)?;
                accounts_of(&mut reader, caller.tenant.id(), user).await?
            }
            None if caller.access == AccessType::Client => {
                return Err(DomainError::forbidden("A client has to name its own user in user_id."));
            }
            None => reader.list_all_oauth_accounts(caller.tenant.id()).await?,
        };
        Ok(accounts
            .into_iter()
            .filter_map(|account| linked(&caller.tenant, account).ok())
            .collect())
    }

    /// Reads an account of a user.
    ///
    /// # Errors
    ///
    /// Forbidden if a client means somebody else; `USER_NOT_FOUND`; not found.
    pub async fn get_account(&self, caller: &Caller, user: UserId, id: OAuthAccountId) -> DomainResult<LinkedAccount> {
        require_own(caller, user)?;
        let mut reader = self.0.storage.read().await?;
        let account = find(&mut reader, &caller.tenant, user, id).await?.0;
        linked(&caller.tenant, account)
    }

    /// Connects an account with a user without the user's doing.
    ///
    /// # Errors
    ///
    /// `USER_NOT_FOUND`; not found if the project has no such provider; bad request if the user has the account, or
    /// signs in with another one there; `OAUTH_PROVIDER_ACCOUNT_ID_ALREADY_USED_FOR_SIGN_IN`.
    pub async fn connect_account(&self, tenant: &Tenant, command: ConnectAccount) -> DomainResult<LinkedAccount> {
        let core = &*self.0;
        let mut writer = core.storage.write().await?;
        if !writer.lock_user(tenant.id(), command.user_id).await? {
            return Err(KnownError::UserNotFound.into());
        }
        let others = accounts_of(&mut writer, tenant.id(), command.user_id).await?;
        let account = OAuthAccount {
            id: OAuthAccountId(random::uuid(&*core.rng)),
            user_id: command.user_id,
            provider_id: command.provider_id,
            account_id: command.account_id,
            email: command.email,
            allow_sign_in: command.allow_sign_in,
            allow_connected_accounts: command.allow_connected_accounts,
            created_at: core.now(),
        };
        let linked = linked(tenant, account)?;
        check(&mut writer, tenant, &linked.account, &others).await?;
        let written = writer.insert_oauth_account(tenant.id(), &linked.account).await;
        written.map_err(taken)?;
        writer.commit().await?;
        Ok(linked)
    }

    /// Changes an account of a user.
    ///
    /// # Errors
    ///
    /// Forbidden if a client means somebody else; `USER_NOT_FOUND`; not found; bad request if the user has that account
    /// already, or signs in with another one there; `OAUTH_PROVIDER_ACCOUNT_ID_ALREADY_USED_FOR_SIGN_IN`.
    pub async fn update_account(
        &self,
        caller: &Caller,
        user: UserId,
        id: OAuthAccountId,
        command: UpdateAccount,
    ) -> DomainResult<LinkedAccount> {
        require_own(caller, user)?;
        let tenant = &*caller.tenant;
        let mut writer = self.0.storage.write().await?;
        if !writer.lock_user(tenant.id(), user).await? {
            return Err(KnownError::UserNotFound.into());
        }
        let (mut account, others) = find(&mut writer, tenant, user, id).await?;
        account.account_id = command.account_id.unwrap_or(account.account_id);
        account.email = command.email.or(account.email);
        account.allow_sign_in = command.allow_sign_in.unwrap_or(account.allow_sign_in);
        account.allow_connected_accounts = command
            .allow_connected_accounts
            .unwrap_or(account.allow_connected_accounts);
        let linked = linked(tenant, account)?;
        check(&mut writer, tenant, &linked.account, &others).await?;
        let written = writer.update_oauth_account(tenant.id(), &linked.account).await;
        if !written.map_err(taken)? {
            return Err(not_found());
        }
        writer.commit().await?;
        Ok(linked)
    }

    /// Takes an account and its tokens from a user.
    ///
    /// # Errors
    ///
    /// Forbidden if a client means somebody else; `USER_NOT_FOUND`; not found.
    pub async fn delete_account(&self, caller: &Caller, user: UserId, id: OAuthAccountId) -> DomainResult<()> {
        require_own(caller, user)?;
        let mut writer = self.0.storage.write().await?;
        find(&mut writer, &caller.tenant, user, id).await?;
        if !writer.delete_oauth_account(caller.tenant.id(), id).await? {
            return Err(not_found());
        }
        Ok(writer.commit().await?)
    }
}

/// The account of this id, and the user's other ones.
async fn find(
    repositories: &mut impl Repositories,
    tenant: &Tenant,
    user: UserId,
    id: OAuthAccountId,
) -> DomainResult<(OAuthAccount, Vec<OAuthAccount>)> {
    let mut accounts = accounts_of(repositories, tenant.id(), user).await?;
    let index = accounts
        .iter()
        .position(|account| account.id == id)
        .ok_or_else(not_found)?;
    Ok((accounts.remove(index), accounts))
}

/// Whether an account may be as it is beside the user's other ones.
async fn check(
    repositories: &mut impl Repositories,
    tenant: &Tenant,
    account: &OAuthAccount,
    others: &[OAuthAccount],
) -> DomainResult<()> {
    let mut same_provider = others.iter().filter(|other| other.provider_id == account.provider_id);
    if account.allow_sign_in && same_provider.clone().any(|other| other.allow_sign_in) {
        return Err(DomainError::bad_request(format!(
            "The user signs in with another account at the provider \"{}\" already.",
            account.provider_id
        )));
    }
    if same_provider.any(|other| other.account_id == account.account_id) {
        return Err(DomainError::bad_request(format!(
            "The account \"{}\" at the provider \"{}\" is connected with the user already.",
            account.account_id, account.provider_id
        )));
    }
    if account.allow_sign_in
        && repositories
            .is_account_id_used_for_sign_in(tenant.id(), &account.account_id, Some(account.id))
            .await?
    {
        return Err(KnownError::OauthProviderAccountIdAlreadyUsedForSignIn.into());
    }
    Ok(())
}

/// An account with its kind, if the project has its provider.
fn linked(tenant: &Tenant, account: OAuthAccount) -> DomainResult<LinkedAccount> {
    let config = tenant.config.auth.oauth.providers.get(&account.provider_id);
    let config = config.ok_or_else(|| {
        DomainError::not_found(format!(
            "The project has no OAuth provider \"{}\".",
            account.provider_id
        ))
    })?;
    let kind = kind_of(&account.provider_id, config).to_owned();
    Ok(LinkedAccount { account, kind })
}

fn not_found() -> DomainError {
    DomainError::not_found("The user has no such account at a provider.")
}

/// Somebody was faster.
fn taken(error: StorageError) -> DomainError {
    match error {
        StorageError::Conflict(UniqueRule::OAuthSignInAccount) => {
            KnownError::OauthProviderAccountIdAlreadyUsedForSignIn.into()
        }
        other => other.into(),
    }
}
