//! What a change of the primary e-mail does to a user's contact channels.

use stack_types::{Millis, Patch, ProjectId, UserId};

use crate::{
    emails,
    error::{DomainError, DomainResult},
    known,
    models::{ContactChannel, ContactChannelId, ContactChannelType},
    ports::{Repositories, StorageError, UniqueRule},
};

/// A change of the primary e-mail.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct EmailChange {
    /// The address; `Null` leaves the user without.
    pub(crate) email: Patch<String>,
    /// Whether it is verified.
    pub(crate) verified: Option<bool>,
    /// Whether the user signs in with it.
    pub(crate) used_for_auth: Option<bool>,
}

/// One write, in the order in which they must be done: the old primary steps down first.
#[derive(Debug, Clone, PartialEq)]
enum Write {
    Update(ContactChannel),
    Insert(ContactChannel),
}

impl EmailChange {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Decides what to write, given the user's channels. `new` has id, owner and time for a channel that isn't there.
    fn plan(self, channels: &[ContactChannel], new: ContactChannel) -> DomainResult<Vec<Write>> {
        let primary = channels.iter().find(|channel| channel.is_primary);
        let set = |channel: &mut ContactChannel| {
            channel.is_primary = true;
            channel.is_verified = self.verified.unwrap_or(channel.is_verified);
            channel.used_for_auth = self.used_for_auth.unwrap_or(channel.used_for_auth);
        };
        let demoted = |primary: &ContactChannel| {
            Write::Update(ContactChannel {
                is_primary: false,
                ..primary.clone()
            })
        };
        match self.email {
            Patch::Value(address) => {
                let value = emails::normalize(&address);
                let mut writes = Vec::new();
                writes.extend(primary.filter(|primary| primary.value != value).map(demoted));
                let existing = channels.iter().find(|channel| channel.value == value);
                let mut channel = existing.cloned().unwrap_or(ContactChannel { value, ..new });
                channel.used_for_auth |= primary.is_some_and(|primary| primary.used_for_auth);
                set(&mut channel);
                writes.push(if existing.is_some() {
                    Write::Update(channel)
                } else {
                    Write::Insert(channel)
                });
                Ok(writes)
            }
            Patch::Absent if primary.is_some() => Ok(primary
                .map(|primary| {
                    let mut channel = primary.clone();
                    set(&mut channel);
                    Write::Update(channel)
                })
                .into_iter()
                .collect()),
            Patch::Absent | Patch::Null => {
                if self.verified == Some(true) || self.used_for_auth == Some(true) {
                    return Err(DomainError::bad_request(
                        "primary_email_verified and primary_email_auth_enabled need a primary_email to be true.",
                    ));
                }
                Ok(primary.map(demoted).into_iter().collect())
            }
        }
    }

    /// Carries the change out.
    ///
    /// # Errors
    ///
    /// `USER_EMAIL_ALREADY_EXISTS` if somebody else signs in with the address; bad request for flags without one.
    pub(crate) async fn apply(
        self,
        writer: &mut impl Repositories,
        project: &ProjectId,
        user: UserId,
        id: ContactChannelId,
        now: Millis,
    ) -> DomainResult<()> {
        if self.is_empty() {
            return Ok(());
        }
        let channels = writer.list_contact_channels(project, user).await?;
        let new = ContactChannel {
            id,
            user_id: user,
            kind: ContactChannelType::Email,
            value: String::new(),
            is_primary: true,
            is_verified: false,
            used_for_auth: false,
            created_at: now,
        };
        for write in self.plan(&channels, new)? {
            let (result, channel) = match &write {
                Write::Insert(channel) => (writer.insert_contact_channel(project, channel).await, channel),
                Write::Update(channel) => (writer.update_contact_channel(project, channel).await.map(drop), channel),
            };
            result.map_err(|error| match error {
                StorageError::Conflict(UniqueRule::AuthContactChannel) => {
                    known::user_email_already_exists(&channel.value)
                }
                other => other.into(),
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn channel(value: &str, is_primary: bool, is_verified: bool, used_for_auth: bool) -> ContactChannel {
        ContactChannel {
            id: ContactChannelId(Uuid::nil()),
            user_id: Uuid::nil().into(),
            kind: ContactChannelType::Email,
            value: value.to_owned(),
            is_primary,
            is_verified,
            used_for_auth,
            created_at: Millis(0),
        }
    }

    fn plan(change: EmailChange, channels: &[ContactChannel]) -> Vec<Write> {
        change
            .plan(channels, channel("", true, false, false))
            .expect("it makes sense")
    }

    fn to(email: &str) -> EmailChange {
        EmailChange {
            email: Patch::Value(email.to_owned()),
            ..Default::default()
        }
    }

    #[test]
    fn a_new_address_is_unverified_and_keeps_the_auth_flag_of_the_old_primary() {
        let old = channel("old@x.org", true, true, true);
        assert_eq!(
            plan(to(" New@X.org"), &[old]),
            [
                Write::Update(channel("old@x.org", false, true, true)),
                Write::Insert(channel("new@x.org", true, false, true)),
            ]
        );
    }

    #[test]
    fn an_address_that_the_user_has_is_promoted_as_it_is() {
        let channels = [
            channel("a@x.org", true, true, false),
            channel("b@x.org", false, true, false),
        ];
        assert_eq!(
            plan(to("b@x.org"), &channels),
            [
                Write::Update(channel("a@x.org", false, true, false)),
                Write::Update(channel("b@x.org", true, true, false)),
            ]
        );
        assert_eq!(plan(to("a@x.org"), &channels), [Write::Update(channels[0].clone())]);
    }

    #[test]
    fn flags_alone_change_the_primary() {
        let change = EmailChange {
            verified: Some(true),
            used_for_auth: Some(false),
            ..Default::default()
        };
        let old = channel("a@x.org", true, false, true);
        assert_eq!(
            plan(change, &[old]),
            [Write::Update(channel("a@x.org", true, true, false))]
        );
    }

    #[test]
    fn null_demotes_only() {
        let change = EmailChange {
            email: Patch::Null,
            ..Default::default()
        };
        let old = channel("a@x.org", true, true, true);
        assert_eq!(
            plan(change, &[old]),
            [Write::Update(channel("a@x.org", false, true, true))]
        );
    }

    #[test]
    fn true_flags_need_an_address() {
        for change in [
            EmailChange {
                verified: Some(true),
                ..Default::default()
            },
            EmailChange {
                email: Patch::Null,
                used_for_auth: Some(true),
                ..Default::default()
            },
        ] {
            assert!(change.plan(&[], channel("", true, false, false)).is_err());
        }
        let harmless = EmailChange {
            verified: Some(false),
            ..Default::default()
        };
        assert_eq!(plan(harmless, &[]), []);
    }
}
