//! Resetting a forgotten password by a code from a mail.

use serde::{Deserialize, Serialize};
use stack_types::{KnownError, Secret, UserId};
use uuid::Uuid;

use super::{Passwords, account::require_enabled, check_length};
use crate::{
    core::{Core, Tenant},
    emails,
    error::DomainResult,
    mail::{Recipient, SystemMail},
    models::{CodeKind, ContactChannelType, PasswordHash},
    one_time_codes::link_with,
    ports::{EmailRepository, Repositories, SessionRepository, Storage, Transaction, UserRepository},
    redirects,
    secrets::digest,
    webhooks::Change,
};

const KIND: CodeKind = CodeKind::PasswordReset;

/// What a reset code was sent for. Codes of a mailbox that isn't the user's any more, and those from before the last
/// change of the password, must not open anything: whoever could read the mails then may be who is to be kept out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reset {
    user_id: UserId,
    email: String,
    /// Which password it is to replace, by a digest of its hash.
    password: Option<[u8; 32]>,
}

impl<S: Storage> Passwords<S> {
    /// Mails a link with a code that resets a password, if somebody signs in with the address.
    ///
    /// Whether somebody does can't be told from the answer, nor from how long it takes: for an address that is nobody's
    /// the same transaction writes a code that opens nothing, and a mail that is taken back before it is committed.
    ///
    /// # Errors
    ///
    /// `PASSWORD_AUTHENTICATION_NOT_ENABLED`, `REDIRECT_URL_NOT_WHITELISTED`.
    pub async fn send_reset_code(&self, tenant: &Tenant, email: &str, callback_url: &str) -> DomainResult<()> {
        let (core, project) = (&*self.0, tenant.id());
        require_enabled(tenant)?;
        redirects::require_trusted(callback_url, &tenant.config.domains)?;
        let mut writer = core.storage.write().await?;
        let channel = core.find_auth_channel(&mut writer, tenant, email).await?;
        let is_somebodys = channel.is_some();
        let (user_id, email) = match channel {
            Some(channel) => (channel.user_id, channel.value),
            None => (Uuid::nil().into(), emails::NOBODYS.to_owned()),
        };
        let password = core.find_password(&mut writer, tenant, user_id).await?;
        let data = Reset {
            user_id,
            email: email.clone(),
            password: password.as_ref().map(fingerprint),
        };
        let code = core.issue_code(&mut writer, tenant, KIND, &data).await?;
        let to = Recipient {
            address: email,
            user_id: Some(user_id),
        };
        let link = link_with(callback_url, &code)?;
        let mail = core
            .send_system_mail(&mut writer, tenant, to, SystemMail::PasswordReset { link })
            .await?;
        if !is_somebodys {
            writer.delete_email(project, mail).await?;
        }
        Ok(writer.commit().await?)
    }

    /// Resets a password by a code, and ends all sessions. A user who had none has one now.
    ///
    /// # Errors
    ///
    /// In this order: `PASSWORD_AUTHENTICATION_NOT_ENABLED`, those of codes, `PASSWORD_TOO_SHORT` or
    /// `PASSWORD_TOO_LONG`. Only what comes after the code's use uses it up.
    pub async fn reset(&self, tenant: &Tenant, code: &Secret, password: &Secret) -> DomainResult<()> {
        let (core, project) = (&*self.0, tenant.id());
        require_enabled(tenant)?;
        let checked = core.check_code::<Reset>(tenant, KIND, code).await?;
        let reset = &checked.data;
        core.require_current(&mut core.storage.read().await?, tenant, reset)
            .await?;
        check_length(password)?;
        let hash = core.passwords.hash(password).await?;
        core.consume_code(tenant, &checked).await?;
        let mut writer = core.storage.write().await?;
        writer.lock_user(project, reset.user_id).await?;
        core.require_current(&mut writer, tenant, reset).await?;
        core.set_password(&mut writer, tenant, reset.user_id, hash).await?;
        writer.delete_sessions_of_user(project, reset.user_id, None).await?;
        let user = core.reread(&mut writer, tenant, reset.user_id).await?;
        core.emit(&mut writer, tenant, Change::UserUpdated(&user)).await?;
        Ok(writer.commit().await?)
    }

    /// Tries a code, which counts, and doesn't use it up.
    ///
    /// # Errors
    ///
    /// Those of codes.
    pub async fn check_reset_code(&self, tenant: &Tenant, code: &Secret) -> DomainResult<()> {
        let core = &*self.0;
        let checked = core.check_code::<Reset>(tenant, KIND, code).await?;
        core.require_current(&mut core.storage.read().await?, tenant, &checked.data)
            .await
    }
}

impl<S: Storage> Core<S> {
    /// Refuses a code whose user doesn't sign in with the address any more, or has another password by now.
    async fn require_current(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        reset: &Reset,
    ) -> DomainResult<()> {
        let channel = repositories
            .find_auth_contact_channel(tenant.id(), ContactChannelType::Email, &reset.email)
            .await?;
        if channel.is_none_or(|channel| channel.user_id != reset.user_id) {
            return Err(KnownError::VerificationCodeNotFound.into());
        }
        let password = self.find_password(repositories, tenant, reset.user_id).await?;
        if password.as_ref().map(fingerprint) != reset.password {
            return Err(KnownError::VerificationCodeAlreadyUsed.into());
        }
        Ok(())
    }
}

fn fingerprint(hash: &PasswordHash) -> [u8; 32] {
    digest::sha256(hash.0.expose())
}
