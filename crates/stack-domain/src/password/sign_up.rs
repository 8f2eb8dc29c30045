//! Signing up by password.

use stack_types::{KnownError, Patch, Secret, UserId};

use super::{
    Passwords,
    account::{require_enabled, require_no_second_factor},
    check_length,
};
use crate::{
    access::Caller,
    core::{Core, Tenant},
    emails,
    error::DomainResult,
    known,
    models::{IpInfo, User, UserCredentials},
    ports::{Repositories, Storage, Transaction, UserRepository},
    redirects,
    sessions::SessionTokens,
    sign_up_rules::{self, Attempt, AuthMethod},
    users::EmailChange,
};

/// A sign-up by password.
#[derive(Debug, Clone, PartialEq)]
pub struct SignUp {
    /// The e-mail to sign in with.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// Where the link of the verification mail shall lead; without it no mail is sent.
    pub verification_callback_url: Option<String>,
    /// From where.
    pub ip_info: Option<IpInfo>,
}

/// What came of a sign-up.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedUp {
    /// The first session.
    pub tokens: SessionTokens,
    /// The mail that is to be sent.
    pub verification: Option<VerificationRequest>,
}

/// A mail that lets somebody show that an address is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationRequest {
    /// The address.
    pub email: String,
    /// Where its link shall lead.
    pub callback_url: String,
}

impl<S: Storage> Passwords<S> {
    /// Signs somebody up. An anonymous caller becomes the new user; another signed-in user is left alone.
    ///
    /// # Errors
    ///
    /// In this order: `PASSWORD_AUTHENTICATION_NOT_ENABLED`, `REDIRECT_URL_NOT_WHITELISTED`, `SIGN_UP_NOT_ENABLED`,
    /// `PASSWORD_TOO_SHORT` or `PASSWORD_TOO_LONG`, `SIGN_UP_REJECTED`, `USER_EMAIL_ALREADY_EXISTS`.
    pub async fn sign_up(&self, caller: &Caller, command: SignUp) -> DomainResult<SignedUp> {
        let (core, tenant) = (&*self.0, &*caller.tenant);
        require_enabled(tenant)?;
        if let Some(url) = &command.verification_callback_url
            && !redirects::is_trusted(url, &tenant.config.domains)
        {
            return Err(KnownError::RedirectUrlNotWhitelisted.into());
        }
        if !tenant.config.auth.allow_sign_up {
            return Err(KnownError::SignUpNotEnabled.into());
        }
        check_length(&command.password)?;
        let email = emails::normalize(&command.email);
        let attempt = Attempt {
            email: Some(&email),
            method: AuthMethod::Password,
            ..Default::default()
        };
        let restriction = sign_up_rules::decide(&tenant.config.auth, &attempt)?;
        let taken = core
            .find_auth_user(&mut core.storage.read().await?, tenant, &email)
            .await?
            .is_some();
        if taken {
            return Err(known::user_email_already_exists(&email));
        }
        let hash = core.passwords.hash(&command.password).await?;

        let mut writer = core.storage.write().await?;
        let anonymous = caller
            .user
            .as_ref()
            .filter(|user| user.profile.is_anonymous)
            .map(|user| user.profile.id);
        let existing = core.lock_anonymous(&mut writer, tenant, anonymous).await?;
        let now = core.now();
        let is_new = existing.is_none();
        let mut profile = match &existing {
            Some(user) => user.profile.clone(),
            None => core.new_profile(false, now),
        };
        profile.is_anonymous = false;
        profile.signed_up_at = now;
        profile.restriction = restriction.or(profile.restriction);
        let id = profile.id;
        if is_new {
            let credentials = UserCredentials {
                password_hash: Some(hash),
                ..Default::default()
            };
            writer.insert_user(tenant.id(), &profile, &credentials).await?;
        } else {
            writer.update_user_profile(tenant.id(), &profile).await?;
            core.set_password(&mut writer, tenant, id, hash).await?;
        }
        let change = EmailChange {
            email: Patch::Value(email.clone()),
            used_for_auth: Some(true),
            ..Default::default()
        };
        change
            .apply(&mut writer, tenant.id(), id, core.new_channel_id(), now)
            .await?;
        let user = core.reread(&mut writer, tenant, id).await?;
        let user = match existing {
            Some(before) => {
                core.rename_personal_teams(&mut writer, tenant.id(), &before, user)
                    .await?
            }
            None => {
                core.welcome(&mut writer, tenant, &user).await?;
                core.reread(&mut writer, tenant, id).await?
            }
        };
        require_no_second_factor(&user)?;
        let tokens = core.begin_session(&mut writer, tenant, &user, command.ip_info).await?;
        writer.commit().await?;
        let verification = command
            .verification_callback_url
            .map(|callback_url| VerificationRequest { email, callback_url });
        Ok(SignedUp { tokens, verification })
    }
}

impl<S: Storage> Core<S> {
    /// Locks the user of an anonymous caller, if they are still there and still anonymous.
    async fn lock_anonymous(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        id: Option<UserId>,
    ) -> DomainResult<Option<User>> {
        let Some(id) = id else { return Ok(None) };
        if !writer.lock_user(tenant.id(), id).await? {
            return Ok(None);
        }
        Ok(writer
            .find_user(tenant.id(), id)
            .await?
            .filter(|user| user.profile.is_anonymous))
    }
}
