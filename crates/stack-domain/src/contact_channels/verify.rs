//! Showing that an address is one's own: a code that only its mailbox gets to see.

use serde::{Deserialize, Serialize};
use stack_types::{KnownError, Secret, UserId};

use super::{ContactChannels, no_such_channel};
use crate::{
    access::Caller,
    core::{Core, Tenant},
    emails,
    error::{DomainError, DomainResult},
    known,
    mail::{Recipient, SystemMail},
    models::{CodeKind, ContactChannel, ContactChannelId},
    one_time_codes::link_with,
    ports::{ContactChannelRepository, Repositories, Storage, Transaction, UserRepository},
    redirects,
};

const KIND: CodeKind = CodeKind::ContactChannelVerification;

/// What a verification code was sent for. The address stands here too: a channel may get another one meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Verification {
    user_id: UserId,
    email: String,
}

impl<S: Storage> ContactChannels<S> {
    /// Sends a code to a channel of a user.
    ///
    /// # Errors
    ///
    /// Bad request if a client means somebody else; `USER_ID_DOES_NOT_EXIST`; not found; `EMAIL_ALREADY_VERIFIED`;
    /// `REDIRECT_URL_NOT_WHITELISTED`.
    pub async fn send_verification_code(
        &self,
        caller: &Caller,
        user: UserId,
        id: ContactChannelId,
        callback_url: &str,
    ) -> DomainResult<()> {
        if caller.is_client_meaning_another(user) {
            return Err(DomainError::bad_request(
                "A client may only verify the contact channels of its own user.",
            ));
        }
        let project = caller.tenant.id();
        let channel = {
            let mut reader = self.0.storage.read().await?;
            if reader.find_user(project, user).await?.is_none() {
                return Err(known::user_id_does_not_exist(user));
            }
            reader.find_contact_channel(project, id).await?
        };
        let channel = channel.filter(|channel| channel.user_id == user);
        self.send_to(caller, &channel.ok_or_else(no_such_channel)?, callback_url)
            .await
    }

    /// Sends a code to the primary e-mail of the caller's user, as old clients ask for it.
    ///
    /// # Errors
    ///
    /// `EMAIL_IS_NOT_PRIMARY_EMAIL`, `EMAIL_ALREADY_VERIFIED`, `REDIRECT_URL_NOT_WHITELISTED`;
    /// `CANNOT_GET_OWN_USER_WITHOUT_USER` without a user.
    pub async fn send_primary_verification_code(
        &self,
        caller: &Caller,
        email: &str,
        callback_url: &str,
    ) -> DomainResult<()> {
        let user = caller.own_user()?.profile.id;
        let email = emails::normalize(email);
        let mut reader = self.0.storage.read().await?;
        let channels = reader.list_contact_channels(caller.tenant.id(), user).await?;
        drop(reader);
        let primary = channels.into_iter().find(|channel| channel.is_primary);
        match primary {
            Some(channel) if channel.value == email => self.send_to(caller, &channel, callback_url).await,
            other => Err(known::email_is_not_primary_email(
                &email,
                other.map(|channel| channel.value),
            )),
        }
    }

    async fn send_to(&self, caller: &Caller, channel: &ContactChannel, callback_url: &str) -> DomainResult<()> {
        let (core, tenant) = (&*self.0, &*caller.tenant);
        if channel.is_verified {
            return Err(KnownError::EmailAlreadyVerified.into());
        }
        redirects::require_trusted(callback_url, &tenant.config.domains)?;
        let mut writer = core.storage.write().await?;
        core.send_email_verification(&mut writer, tenant, channel.user_id, &channel.value, callback_url)
            .await?;
        Ok(writer.commit().await?)
    }

    /// Tries a code, which counts, and doesn't use it up.
    ///
    /// # Errors
    ///
    /// Those of codes.
    pub async fn check_code(&self, tenant: &Tenant, code: &Secret) -> DomainResult<()> {
        self.0.check_code::<Verification>(tenant, KIND, code).await.map(drop)
    }

    /// Marks the address that a code was sent to as verified. Whoever has the code may do so.
    ///
    /// # Errors
    ///
    /// Those of codes; bad request if the user doesn't have the address any more.
    pub async fn verify(&self, tenant: &Tenant, code: &Secret) -> DomainResult<()> {
        let core = &*self.0;
        let checked = core.check_code::<Verification>(tenant, KIND, code).await?;
        core.consume_code(tenant, &checked).await?;
        let Verification { user_id, email } = checked.data;
        let mut writer = core.storage.write().await?;
        writer.lock_user(tenant.id(), user_id).await?;
        let channels = writer.list_contact_channels(tenant.id(), user_id).await?;
        let channel = channels.into_iter().find(|channel| channel.value == email);
        let gone = || {
            DomainError::bad_request(
                "The contact channel was deleted or has another address by now. Ask for a new code.",
            )
        };
        let verified = ContactChannel {
            is_verified: true,
            ..channel.ok_or_else(gone)?
        };
        writer.update_contact_channel(tenant.id(), &verified).await?;
        Ok(writer.commit().await?)
    }
}

impl<S: Storage> Core<S> {
    /// Mails a user a link with a code that verifies one of their addresses, within a transaction that the caller
    /// commits. The callback must be known to be trusted.
    pub(crate) async fn send_email_verification(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        user_id: UserId,
        email: &str,
        callback_url: &str,
    ) -> DomainResult<()> {
        let email = email.to_owned();
        let data = Verification {
            user_id,
            email: email.clone(),
        };
        let code = self.issue_code(writer, tenant, KIND, &data).await?;
        let to = Recipient {
            address: email,
            user_id: Some(user_id),
        };
        let link = link_with(callback_url, &code)?;
        self.send_system_mail(writer, tenant, to, SystemMail::EmailVerification { link })
            .await
            .map(drop)
    }
}
