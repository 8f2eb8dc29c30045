//! What signing up, signing in and changing a password have in common: the account behind it.

use stack_types::{KnownError, UserId};

use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::PasswordHash,
    ports::{Repositories, Storage},
};

impl<S: Storage> Core<S> {
    /// Who signs in with an e-mail: as it was given, or in its normal form.
    pub(crate) async fn find_auth_user(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        email: &str,
    ) -> DomainResult<Option<UserId>> {
        let channel = self.find_auth_channel(repositories, tenant, email).await?;
        Ok(channel.map(|channel| channel.user_id))
    }

    pub(super) async fn find_password(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        id: UserId,
    ) -> DomainResult<Option<PasswordHash>> {
        let credentials = repositories.find_user_credentials(tenant.id(), id).await?;
        Ok(credentials.and_then(|credentials| credentials.password_hash))
    }

    pub(super) async fn set_password(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        id: UserId,
        hash: PasswordHash,
    ) -> DomainResult<()> {
        let gone = || DomainError::from(KnownError::UserNotFound);
        let mut credentials = writer.find_user_credentials(tenant.id(), id).await?.ok_or_else(gone)?;
        credentials.password_hash = Some(hash);
        writer.update_user_credentials(tenant.id(), id, &credentials).await?;
        Ok(())
    }
}

pub(super) fn require_enabled(tenant: &Tenant) -> DomainResult<()> {
    if tenant.config.auth.password.allow_sign_in {
        Ok(())
    } else {
        Err(KnownError::PasswordAuthenticationNotEnabled.into())
    }
}
