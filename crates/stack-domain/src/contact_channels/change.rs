//! Adding, changing and deleting contact channels.

use stack_types::{ProjectId, UserId};

use super::{ContactChannels, NO_SUCH_CHANNEL, require_own};
use crate::{
    access::Caller,
    emails,
    error::{DomainError, DomainResult},
    known,
    models::{ContactChannel, ContactChannelId, ContactChannelType},
    ports::{ContactChannelRepository, Repositories, Storage, StorageError, Transaction, UniqueRule, UserRepository},
};

/// A new channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactChannelCreate {
    /// Whose it is.
    pub user_id: UserId,
    /// The address.
    pub value: String,
    /// Whether the user signs in with it.
    pub used_for_auth: bool,
    /// Whether it counts as verified; only servers may say so.
    pub is_verified: bool,
    /// Whether it takes the place of the primary one.
    pub is_primary: bool,
}

/// A change of a channel. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactChannelUpdate {
    /// The address; a new one is unverified.
    pub value: Option<String>,
    /// Whether the user signs in with it.
    pub used_for_auth: Option<bool>,
    /// Whether it counts as verified; only servers may say so.
    pub is_verified: Option<bool>,
    /// Whether it is the primary one.
    pub is_primary: Option<bool>,
}

impl ContactChannelUpdate {
    fn apply(self, channel: &mut ContactChannel) {
        let value = self.value.map(|value| emails::normalize(&value));
        if let Some(value) = value.filter(|value| *value != channel.value) {
            channel.value = value;
            channel.is_verified = false;
        }
        let set = |flag: &mut bool, to: Option<bool>| *flag = to.unwrap_or(*flag);
        set(&mut channel.used_for_auth, self.used_for_auth);
        set(&mut channel.is_verified, self.is_verified);
        set(&mut channel.is_primary, self.is_primary);
    }
}

impl<S: Storage> ContactChannels<S> {
    /// Adds a channel to a user.
    ///
    /// # Errors
    ///
    /// Forbidden if a client means somebody else; `USER_ID_DOES_NOT_EXIST`; bad request if the user has the address
    /// already; `CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE`.
    pub async fn create(&self, caller: &Caller, command: ContactChannelCreate) -> DomainResult<ContactChannel> {
        let (core, project, user) = (&*self.0, caller.tenant.id(), command.user_id);
        require_own(caller, user)?;
        let mut writer = core.storage.write().await?;
        if !writer.lock_user(project, user).await? {
            return Err(known::user_id_does_not_exist(user));
        }
        let channel = ContactChannel {
            id: core.new_channel_id(),
            user_id: user,
            kind: ContactChannelType::Email,
            value: emails::normalize(&command.value),
            is_primary: command.is_primary,
            is_verified: command.is_verified,
            used_for_auth: command.used_for_auth,
            created_at: core.now(),
        };
        if channel.is_primary {
            demote_others(&mut writer, project, &channel).await?;
        }
        let inserted = writer.insert_contact_channel(project, &channel).await;
        inserted.map_err(|error| refusal(error, &channel))?;
        writer.commit().await?;
        Ok(channel)
    }

    /// Changes a channel of a user.
    ///
    /// # Errors
    ///
    /// Forbidden if a client means somebody else; bad request if there is no such channel or the user has the address
    /// already; `CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE`.
    pub async fn update(
        &self,
        caller: &Caller,
        user: UserId,
        id: ContactChannelId,
        command: ContactChannelUpdate,
    ) -> DomainResult<ContactChannel> {
        let (core, project) = (&*self.0, caller.tenant.id());
        require_own(caller, user)?;
        let mut writer = core.storage.write().await?;
        writer.lock_user(project, user).await?;
        let found = writer.find_contact_channel(project, id).await?;
        let found = found.filter(|channel| channel.user_id == user);
        let mut channel = found.ok_or_else(|| DomainError::bad_request(NO_SUCH_CHANNEL))?;
        command.apply(&mut channel);
        if channel.is_primary {
            demote_others(&mut writer, project, &channel).await?;
        }
        let updated = writer.update_contact_channel(project, &channel).await;
        updated.map_err(|error| refusal(error, &channel))?;
        writer.commit().await?;
        Ok(channel)
    }

    /// Deletes a channel of a user.
    ///
    /// # Errors
    ///
    /// Forbidden if a client means somebody else; bad request if there is no such channel.
    pub async fn delete(&self, caller: &Caller, user: UserId, id: ContactChannelId) -> DomainResult<()> {
        require_own(caller, user)?;
        let mut writer = self.0.storage.write().await?;
        if !writer.delete_contact_channel(caller.tenant.id(), user, id).await? {
            return Err(DomainError::bad_request(NO_SUCH_CHANNEL));
        }
        Ok(writer.commit().await?)
    }
}

/// Makes way for a primary channel.
async fn demote_others(
    writer: &mut impl Repositories,
    project: &ProjectId,
    primary: &ContactChannel,
) -> DomainResult<()> {
    let others = writer.list_contact_channels(project, primary.user_id).await?;
    for other in others.iter().filter(|other| other.is_primary && other.id != primary.id) {
        let demoted = ContactChannel {
            is_primary: false,
            ..other.clone()
        };
        writer.update_contact_channel(project, &demoted).await?;
    }
    Ok(())
}

/// What a rule of the storage means to whoever wanted the channel.
fn refusal(error: StorageError, channel: &ContactChannel) -> DomainError {
    match error {
        StorageError::Conflict(UniqueRule::AuthContactChannel) => {
            known::contact_channel_used_for_auth(channel.kind, &channel.value)
        }
        StorageError::Conflict(UniqueRule::ContactChannelValue) => {
            DomainError::bad_request("The user has a contact channel with this address already.")
        }
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use stack_types::Millis;
    use uuid::Uuid;

    use super::*;

    fn verified() -> ContactChannel {
        ContactChannel {
            id: ContactChannelId(Uuid::nil()),
            user_id: Uuid::nil().into(),
            kind: ContactChannelType::Email,
            value: "ada@example.com".to_owned(),
            is_primary: true,
            is_verified: true,
            used_for_auth: true,
            created_at: Millis(0),
        }
    }

    fn changed(command: ContactChannelUpdate) -> ContactChannel {
        let mut channel = verified();
        command.apply(&mut channel);
        channel
    }

    fn to(value: &str) -> ContactChannelUpdate {
        ContactChannelUpdate {
            value: Some(value.to_owned()),
            ..Default::default()
        }
    }

    #[test]
    fn what_is_absent_stays_as_it_is() {
        assert_eq!(changed(ContactChannelUpdate::default()), verified());
    }

    #[test]
    fn a_new_address_is_unverified_unless_it_is_said_to_be() {
        let channel = changed(to(" Grace@Example.com"));
        assert_eq!(
            (channel.value.as_str(), channel.is_verified),
            ("grace@example.com", false)
        );
        let said = ContactChannelUpdate {
            is_verified: Some(true),
            ..to("grace@example.com")
        };
        assert!(changed(said).is_verified);
    }

    #[test]
    fn the_same_address_in_other_letters_is_no_change() {
        assert_eq!(changed(to("ADA@example.com ")), verified());
    }
}
