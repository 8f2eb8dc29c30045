//! Which kinds of mail users want, and the links by which they say so without signing in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stack_types::{KnownError, Secret, UserId};

use super::Emails;
use crate::{
    access::Caller,
    core::Tenant,
    error::{DomainError, DomainResult},
    models::{CodeKind, NotificationCategory, NotificationPreference},
    ports::{
        MailToUsersRepository, OneTimeCodeRepository, Repositories, Storage, StorageError, Transaction, UserRepository,
    },
};

/// What the code of an unsubscribe link is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Unsubscribe {
    pub(super) user_id: UserId,
    pub(super) category: NotificationCategory,
}

impl<S: Storage> Emails<S> {
    /// What a user wants of each kind of mail; everything until somebody says otherwise.
    ///
    /// # Errors
    ///
    /// Forbidden if a client means somebody else; `USER_NOT_FOUND`.
    pub async fn preferences(&self, caller: &Caller, user: UserId) -> DomainResult<Vec<NotificationPreference>> {
        require_own(caller, user)?;
        let mut reader = self.0.storage.read().await?;
        let project = caller.tenant.id();
        if reader.find_user(project, user).await?.is_none() {
            return Err(KnownError::UserNotFound.into());
        }
        let said = reader.list_notification_preferences(project, user).await?;
        let preference = |category| NotificationPreference {
            category,
            is_enabled: is_enabled(&said, category),
        };
        Ok(NotificationCategory::ALL.map(preference).to_vec())
    }

    /// Says whether a user wants a kind of mail.
    ///
    /// # Errors
    ///
    /// In this order: forbidden if a client means somebody else; not found if there is no such kind; `USER_NOT_FOUND`.
    pub async fn set_preference(
        &self,
        caller: &Caller,
        user: UserId,
        category: Option<NotificationCategory>,
        is_enabled: bool,
    ) -> DomainResult<NotificationPreference> {
        require_own(caller, user)?;
        let category = category.ok_or_else(|| DomainError::not_found("There is no such notification category."))?;
        let mut writer = self.0.storage.write().await?;
        let saved = writer
            .save_notification_preference(caller.tenant.id(), user, category, is_enabled)
            .await;
        saved.map_err(|error| match error {
            StorageError::MissingReference => KnownError::UserNotFound.into(),
            other => DomainError::from(other),
        })?;
        writer.commit().await?;
        Ok(NotificationPreference { category, is_enabled })
    }

    /// The project of a link that turns off a kind of mail, and the code to do so with.
    ///
    /// # Errors
    ///
    /// Bad request if it isn't such a code, or its project is gone.
    pub async fn read_link(&self, code: &Secret) -> DomainResult<(Arc<Tenant>, Secret)> {
        let found = self.0.split_project(code).await?;
        found.ok_or_else(|| {
            DomainError::bad_request(
                "This is no code of an unsubscribe link, or a part of it is missing. Follow the whole link.",
            )
        })
    }

    /// Turns off a kind of mail for whoever got the link with this code. A link that was followed before changes nothing
    /// more, so that what its reader said later stays.
    ///
    /// # Errors
    ///
    /// Bad request if the code is unknown or has expired.
    pub async fn unsubscribe(&self, tenant: &Tenant, code: &Secret) -> DomainResult<NotificationCategory> {
        let (core, project) = (&*self.0, tenant.id());
        let mut writer = core.storage.write().await?;
        let found = core
            .find_code::<Unsubscribe>(&mut writer, tenant, CodeKind::Unsubscribe, code)
            .await?;
        let found = found.filter(|code| core.now() < code.expires_at).ok_or_else(|| {
            DomainError::bad_request("The unsubscribe link is unknown or has expired. Take that of a newer mail.")
        })?;
        let Unsubscribe { user_id, category } = found.data;
        if !found.is_used && writer.use_one_time_code(project, found.id, core.now()).await? {
            // Whoever is gone gets no mail anyway.
            if writer.lock_user(project, user_id).await? {
                writer
                    .save_notification_preference(project, user_id, category, false)
                    .await?;
            }
            writer.commit().await?;
        }
        Ok(category)
    }
}

/// Whether somebody who said this wants a kind of mail.
fn is_enabled(said: &[NotificationPreference], category: NotificationCategory) -> bool {
    let about = said.iter().find(|preference| preference.category == category);
    about.is_none_or(|preference| preference.is_enabled)
}

/// Whether a user wants a kind of mail.
pub(super) async fn wants(
    repositories: &mut impl Repositories,
    tenant: &Tenant,
    user: UserId,
    category: NotificationCategory,
) -> DomainResult<bool> {
    let said = repositories.list_notification_preferences(tenant.id(), user).await?;
    Ok(is_enabled(&said, category))
}

/// Keeps clients to what their own user wants.
fn require_own(caller: &Caller, user: UserId) -> DomainResult<()> {
    if caller.is_client_meaning_another(user) {
        return Err(DomainError::forbidden(
            "A client may only see and change the notification preferences of its own user.",
        ));
    }
    Ok(())
}
