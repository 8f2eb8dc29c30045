//! Contact channels: the addresses of users, and how it is shown that they are theirs.

mod change;
mod read;
mod verify;

use std::sync::Arc;

pub use change::{ContactChannelCreate, ContactChannelUpdate};
use stack_types::UserId;

use crate::{
    access::Caller,
    core::{Core, Tenant},
    emails,
    error::{DomainError, DomainResult},
    models::{ContactChannel, ContactChannelType},
    ports::{Repositories, Storage},
};

/// Contact channels.
pub struct ContactChannels<S>(pub(crate) Arc<Core<S>>);

impl<S: Storage> Core<S> {
    /// The channel with which somebody signs in, for an address as it was given or in its normal form.
    pub(crate) async fn find_auth_channel(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        email: &str,
    ) -> DomainResult<Option<ContactChannel>> {
        let (project, kind) = (tenant.id(), ContactChannelType::Email);
        let found = repositories.find_auth_contact_channel(project, kind, email).await?;
        let normal = emails::normalize(email);
        if found.is_some() || normal == email {
            return Ok(found);
        }
        Ok(repositories.find_auth_contact_channel(project, kind, &normal).await?)
    }
}

/// Keeps clients to the channels of their own user.
fn require_own(caller: &Caller, user: UserId) -> DomainResult<()> {
    if caller.is_client_meaning_another(user) {
        return Err(DomainError::forbidden(
            "A client may only act on the contact channels of its own user.",
        ));
    }
    Ok(())
}

/// There is no such channel, or it is somebody else's.
fn no_such_channel() -> DomainError {
    DomainError::not_found(NO_SUCH_CHANNEL)
}

const NO_SUCH_CHANNEL: &str = "The user has no such contact channel.";
