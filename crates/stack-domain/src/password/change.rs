//! Setting and changing passwords.

use stack_types::{KnownError, Secret, UserId};

use super::{Passwords, account::require_enabled, check_length};
use crate::{
    access::Caller,
    error::{DomainError, DomainResult},
    ports::{SessionRepository, Storage, Transaction, UserRepository},
    secrets::digest,
};

impl<S: Storage> Passwords<S> {
    /// Gives the caller's user a first password.
    ///
    /// # Errors
    ///
    /// `PASSWORD_AUTHENTICATION_NOT_ENABLED`, `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`; bad request if there is a
    /// password already; `USER_AUTHENTICATION_REQUIRED` without a user.
    pub async fn set(&self, caller: &Caller, password: &Secret) -> DomainResult<()> {
        let (core, tenant) = (&*self.0, &*caller.tenant);
        let id = signed_in(caller)?;
        require_enabled(tenant)?;
        check_length(password)?;
        let exists = || DomainError::bad_request("The user has a password already; update it instead.");
        if core
            .find_password(&mut core.storage.read().await?, tenant, id)
            .await?
            .is_some()
        {
            return Err(exists());
        }
        let hash = core.passwords.hash(password).await?;
        let mut writer = core.storage.write().await?;
        writer.lock_user(tenant.id(), id).await?;
        if core.find_password(&mut writer, tenant, id).await?.is_some() {
            return Err(exists());
        }
        core.set_password(&mut writer, tenant, id, hash).await?;
        Ok(writer.commit().await?)
    }

    /// Changes the password of the caller's user and ends all sessions but the one of `keep`, a refresh token.
    ///
    /// # Errors
    ///
    /// `PASSWORD_AUTHENTICATION_NOT_ENABLED`, `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`,
    /// `USER_DOES_NOT_HAVE_PASSWORD`, `PASSWORD_CONFIRMATION_MISMATCH`; `USER_AUTHENTICATION_REQUIRED` without a user.
    pub async fn update(&self, caller: &Caller, old: &Secret, new: &Secret, keep: Option<&Secret>) -> DomainResult<()> {
        let (core, tenant) = (&*self.0, &*caller.tenant);
        let id = signed_in(caller)?;
        require_enabled(tenant)?;
        check_length(new)?;
        let stored = core.find_password(&mut core.storage.read().await?, tenant, id).await?;
        let stored = stored.ok_or(KnownError::UserDoesNotHavePassword)?;
        let mismatch = || DomainError::from(KnownError::PasswordConfirmationMismatch);
        if !core.passwords.verify(Some(&stored), old).await?.is_right {
            return Err(mismatch());
        }
        let hash = core.passwords.hash(new).await?;
        let mut writer = core.storage.write().await?;
        writer.lock_user(tenant.id(), id).await?;
        if core.find_password(&mut writer, tenant, id).await?.as_ref() != Some(&stored) {
            return Err(mismatch());
        }
        core.set_password(&mut writer, tenant, id, hash).await?;
        let kept = match keep {
            Some(token) => {
                writer
                    .find_session_by_token(tenant.id(), &digest::token_hash(token))
                    .await?
            }
            None => None,
        };
        writer
            .delete_sessions_of_user(tenant.id(), id, kept.map(|session| session.id))
            .await?;
        Ok(writer.commit().await?)
    }
}

fn signed_in(caller: &Caller) -> DomainResult<UserId> {
    let user = caller.user.as_ref().ok_or(KnownError::UserAuthenticationRequired)?;
    Ok(user.profile.id)
}
