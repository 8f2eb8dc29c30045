//! Signing in by password.

use stack_types::{KnownError, Secret};

use super::{Passwords, account::require_enabled, check_not_too_long};
use crate::{
    core::Tenant,
    error::{DomainError, DomainResult},
    models::IpInfo,
    ports::{Storage, Transaction, UserRepository},
    sessions::SessionTokens,
};

impl<S: Storage> Passwords<S> {
    /// Signs somebody in. An unknown address costs the same work as a wrong password, and gets the same answer.
    ///
    /// # Errors
    ///
    /// `PASSWORD_AUTHENTICATION_NOT_ENABLED`, `EMAIL_PASSWORD_MISMATCH`, `MULTI_FACTOR_AUTHENTICATION_REQUIRED`.
    pub async fn sign_in(
        &self,
        tenant: &Tenant,
        email: &str,
        password: &Secret,
        ip_info: Option<IpInfo>,
    ) -> DomainResult<SessionTokens> {
        let core = &*self.0;
        require_enabled(tenant)?;
        check_not_too_long(password)?;
        let mismatch = || DomainError::from(KnownError::EmailPasswordMismatch);
        let (id, stored) = {
            let mut reader = core.storage.read().await?;
            match core.find_auth_user(&mut reader, tenant, email).await? {
                Some(id) => (Some(id), core.find_password(&mut reader, tenant, id).await?),
                None => (None, None),
            }
        };
        let verified = core.passwords.verify(stored.as_ref(), password).await?;
        let (Some(id), true) = (id, verified.is_right) else {
            return Err(mismatch());
        };
        let rehashed = if verified.needs_rehash {
            Some(core.passwords.hash(password).await?)
        } else {
            None
        };

        let mut writer = core.storage.write().await?;
        if !writer.lock_user(tenant.id(), id).await? {
            return Err(mismatch());
        }
        // The password may have been changed while it was being checked; its sessions are gone then.
        if core.find_password(&mut writer, tenant, id).await? != stored {
            return Err(mismatch());
        }
        if let Some(hash) = rehashed {
            core.set_password(&mut writer, tenant, id, hash).await?;
        }
        let user = core.reread(&mut writer, tenant, id).await?;
        let outcome = core
            .pass_first_factor(&mut writer, tenant, &user, false, ip_info)
            .await?;
        writer.commit().await?;
        outcome.into_tokens()
    }
}
