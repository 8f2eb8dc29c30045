//! What signing up, signing in and changing a password have in common: the account behind it.

use stack_types::{KnownError, UserId};

use crate::{
    core::{Core, Tenant},
    emails,
    error::{DomainError, DomainResult},
    models::{ContactChannelType, PasswordHash, User},
    ports::{Repositories, Storage},
};

impl<S: Storage> Core<S> {
    /// Who signs in with an e-mail: as it was given, or in its normal form.
    pub(super) async fn find_auth_user(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        email: &str,
    ) -> DomainResult<Option<UserId>> {
        let kind = ContactChannelType::Email;
        let mut found = repositories.find_auth_contact_channel(tenant.id(), kind, email).await?;
        let normal = emails::normalize(email);
        if found.is_none() && normal != email {
            found = repositories
                .find_auth_contact_channel(tenant.id(), kind, &normal)
                .await?;
        }
        Ok(found.map(|channel| channel.user_id))
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

    pub(super) async fn reread(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        id: UserId,
    ) -> DomainResult<User> {
        let gone = || DomainError::internal("a user that was just written can't be read");
        writer.find_user(tenant.id(), id).await?.ok_or_else(gone)
    }
}

pub(super) fn require_enabled(tenant: &Tenant) -> DomainResult<()> {
    if tenant.config.auth.password.allow_sign_in {
        Ok(())
    } else {
        Err(KnownError::PasswordAuthenticationNotEnabled.into())
    }
}

/// No session begins before all factors were shown; the second one can't be asked for yet.
pub(super) fn require_no_second_factor(user: &User) -> DomainResult<()> {
    if user.sign_in.requires_totp_mfa {
        Err(DomainError::NotBuilt("sign-in with a second factor"))
    } else {
        Ok(())
    }
}
