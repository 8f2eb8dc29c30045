//! Users who have never signed up.

use std::sync::Arc;

use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::{IpInfo, UserCredentials},
    ports::{Storage, Transaction, UserRepository},
    sessions::SessionTokens,
    webhooks::Change,
};

/// Anonymous users.
pub struct Anonymous<S>(pub(crate) Arc<Core<S>>);

impl<S: Storage> Anonymous<S> {
    /// Makes an anonymous user with everything that new users of the project get, and begins a session.
    /// No project can forbid it, and sign-up rules aren't asked.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn sign_up(&self, tenant: &Tenant, ip_info: Option<IpInfo>) -> DomainResult<SessionTokens> {
        let (core, project) = (&*self.0, tenant.id());
        let profile = core.new_profile(true, core.now());
        let mut writer = core.storage.write().await?;
        writer
            .insert_user(project, &profile, &UserCredentials::default())
            .await?;
        let gone = || DomainError::internal("a user that was just written can't be read");
        let user = writer.find_user(project, profile.id).await?.ok_or_else(gone)?;
        core.emit(&mut writer, tenant, Change::UserCreated(&user)).await?;
        core.welcome(&mut writer, tenant, &user).await?;
        let user = writer.find_user(project, profile.id).await?.ok_or_else(gone)?;
        let tokens = core.begin_session(&mut writer, tenant, &user, ip_info).await?;
        writer.commit().await?;
        Ok(tokens)
    }
}
