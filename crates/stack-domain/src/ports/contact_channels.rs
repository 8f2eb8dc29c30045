//! Where contact channels are kept.

use std::future::Future;

use stack_types::{ProjectId, UserId};

use super::StorageResult;
use crate::models::{ContactChannel, ContactChannelId, ContactChannelType};

/// The table of contact channels.
pub trait ContactChannelRepository {
    /// Reads the channel with which someone of the project signs in, by its exact value.
    fn find_auth_contact_channel(
        &mut self,
        project: &ProjectId,
        kind: ContactChannelType,
        value: &str,
    ) -> impl Future<Output = StorageResult<Option<ContactChannel>>> + Send;

    /// Reads a channel, whosever it is.
    fn find_contact_channel(
        &mut self,
        project: &ProjectId,
        id: ContactChannelId,
    ) -> impl Future<Output = StorageResult<Option<ContactChannel>>> + Send;

    /// Lists the channels of all users of the project, oldest first, then by id.
    fn list_contact_channels_of_project(
        &mut self,
        project: &ProjectId,
    ) -> impl Future<Output = StorageResult<Vec<ContactChannel>>> + Send;

    /// Lists a user's channels, oldest first, then by id.
    fn list_contact_channels(
        &mut self,
        project: &ProjectId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<Vec<ContactChannel>>> + Send;

    /// Writes a new channel.
    ///
    /// # Errors
    ///
    /// `Conflict(AuthContactChannel)`, `Conflict(ContactChannelValue)` or `Conflict(PrimaryContactChannel)` as
    /// [`ContactChannel`] tells; `MissingReference` if there is no such user.
    fn insert_contact_channel(
        &mut self,
        project: &ProjectId,
        channel: &ContactChannel,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes value and flags of an existing channel. Gives whether there was such a channel of this user.
    ///
    /// # Errors
    ///
    /// The conflicts of [`Self::insert_contact_channel`].
    fn update_contact_channel(
        &mut self,
        project: &ProjectId,
        channel: &ContactChannel,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes a channel. Gives whether there was one.
    fn delete_contact_channel(
        &mut self,
        project: &ProjectId,
        user: UserId,
        id: ContactChannelId,
    ) -> impl Future<Output = StorageResult<bool>> + Send;
}
