//! Signing up by password.

use stack_types::{KnownError, Patch, Secret};

use super::{Passwords, account::require_enabled, check_length};
use crate::{
    access::Caller,
    emails,
    error::DomainResult,
    known,
    models::IpInfo,
    ports::{Storage, Transaction},
    redirects,
    sessions::SessionTokens,
    sign_up::NewUser,
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

impl<S: Storage> Passwords<S> {
    /// Signs somebody up. An anonymous caller becomes the new user; another signed-in user is left alone.
    ///
    /// # Errors
    ///
    /// In this order: `PASSWORD_AUTHENTICATION_NOT_ENABLED`, `REDIRECT_URL_NOT_WHITELISTED`, `SIGN_UP_NOT_ENABLED`,
    /// `PASSWORD_TOO_SHORT` or `PASSWORD_TOO_LONG`, `SIGN_UP_REJECTED`, `USER_EMAIL_ALREADY_EXISTS`,
    /// `MULTI_FACTOR_AUTHENTICATION_REQUIRED`.
    pub async fn sign_up(&self, caller: &Caller, command: SignUp) -> DomainResult<SessionTokens> {
        let (core, tenant) = (&*self.0, &*caller.tenant);
        require_enabled(tenant)?;
        if let Some(url) = &command.verification_callback_url {
            redirects::require_trusted(url, &tenant.config.domains)?;
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
        let verdict = sign_up_rules::judge(&tenant.config.auth, &attempt);
        if !verdict.is_allowed() {
            return Err(core.reject_sign_up(tenant, &verdict).await);
        }
        let taken = core
            .find_auth_user(&mut core.storage.read().await?, tenant, &email)
            .await?
            .is_some();
        if taken {
            return Err(known::user_email_already_exists(&email));
        }
        let new = NewUser {
            restriction: verdict.restriction()?,
            email: EmailChange {
                email: Patch::Value(email.clone()),
                used_for_auth: Some(true),
                ..Default::default()
            },
            password: Some(core.passwords.hash(&command.password).await?),
            otp_enabled: false,
            introduction: Default::default(),
        };
        let mut writer = core.storage.write().await?;
        core.count_sign_up_rules(&mut writer, tenant, &verdict).await?;
        let user = core
            .create_or_upgrade_user(&mut writer, tenant, caller.user.as_ref(), new)
            .await?;
        if let Some(url) = &command.verification_callback_url {
            core.send_email_verification(&mut writer, tenant, user.profile.id, &email, url)
                .await?;
        }
        let outcome = core
            .pass_first_factor(&mut writer, tenant, &user, true, command.ip_info)
            .await?;
        writer.commit().await?;
        outcome.into_tokens()
    }
}
