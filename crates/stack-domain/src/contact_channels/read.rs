//! Looking at contact channels.

use stack_types::UserId;

use super::{ContactChannels, no_such_channel, require_own};
use crate::{
    access::{AccessType, Caller},
    error::{DomainError, DomainResult},
    models::{ContactChannel, ContactChannelId},
    ports::{ContactChannelRepository, Storage},
};

impl<S: Storage> ContactChannels<S> {
    /// Lists channels, the oldest first: those of a user, or of the whole project. With `id` only that one.
    ///
    /// # Errors
    ///
    /// Forbidden if a client doesn't name its own user.
    pub async fn list(
        &self,
        caller: &Caller,
        user: Option<UserId>,
        id: Option<ContactChannelId>,
    ) -> DomainResult<Vec<ContactChannel>> {
        match user {
            Some(user) => require_own(caller, user)?,
            None if caller.access == AccessType::Client => {
                return Err(DomainError::forbidden(
                    "A client has to name its own user in user_id; `me` will do.",
                ));
            }
            None => {}
        }
        let project = caller.tenant.id();
        let mut reader = self.0.storage.read().await?;
        let mut channels = match (user, id) {
            (_, Some(id)) => reader
                .find_contact_channel(project, id)
                .await?
                .into_iter()
                .collect::<Vec<_>>(),
            (Some(user), None) => reader.list_contact_channels(project, user).await?,
            (None, None) => reader.list_contact_channels_of_project(project).await?,
        };
        channels.retain(|channel| user.is_none_or(|user| channel.user_id == user));
        Ok(channels)
    }

    /// Reads a channel of a user.
    ///
    /// # Errors
    ///
    /// Forbidden if a client means somebody else; not found.
    pub async fn get(&self, caller: &Caller, user: UserId, id: ContactChannelId) -> DomainResult<ContactChannel> {
        require_own(caller, user)?;
        let mut reader = self.0.storage.read().await?;
        let found = reader.find_contact_channel(caller.tenant.id(), id).await?;
        found
            .filter(|channel| channel.user_id == user)
            .ok_or_else(no_such_channel)
    }
}
