//! Whom a rule of onboarding would restrict.

use super::Onboarding;
use crate::{
    core::Tenant,
    error::DomainResult,
    models::UnverifiedUser,
    ports::{SignUpRuleRepository, Storage},
};

/// Users whom a change would restrict: those without a verified primary address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Affected {
    /// Some of them, those who signed up last first.
    pub users: Vec<UnverifiedUser>,
    /// How many there are in all.
    pub count: u32,
}

impl<S: Storage> Onboarding<S> {
    /// Whom it would restrict to ask for a verified primary address, or not to; at most `limit` are named. Who is
    /// restricted anyway isn't among them.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn preview(
        &self,
        tenant: &Tenant,
        require_email_verification: Option<bool>,
        limit: u32,
    ) -> DomainResult<Affected> {
        let already = tenant.config.onboarding.require_email_verification;
        if already || require_email_verification != Some(true) {
            return Ok(Affected::default());
        }
        let mut reader = self.0.storage.read().await?;
        Ok(Affected {
            users: reader.list_users_without_verified_email(tenant.id(), limit).await?,
            count: reader.count_users_without_verified_email(tenant.id()).await?,
        })
    }
}
