//! Signing in with a code from a mail, or with the link that carries it.
//!
//! Whoever reads the mail of an address may sign in as whoever signs in with it, or sign up with it. Not so if the
//! address was never verified: somebody else may have put it there, and would share the account from then on.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stack_types::{KnownError, Patch, Secret, UserId};

use crate::{
    access::Caller,
    core::{Core, Tenant},
    emails,
    error::{DomainError, DomainResult},
    known,
    mail::{Recipient, SystemMail},
    models::{CodeKind, ContactChannel, IpInfo, User},
    one_time_codes::{SHORT_LENGTH, link_with},
    ports::{Repositories, Storage, Transaction},
    redirects,
    sessions::SignedIn,
    sign_up::NewUser,
    sign_up_rules::{self, Attempt, AuthMethod},
    users::EmailChange,
};

/// Sign-in by codes in mails.
pub struct Otp<S>(pub(crate) Arc<Core<S>>);

/// What a sign-in code was sent for: an address. Who signs in with it is looked up when the code is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SignInCode {
    email: String,
}

impl<S: Storage> Otp<S> {
    /// Mails a code and a link with it; gives all of the code but the characters that the mail shows.
    ///
    /// # Errors
    ///
    /// In this order: forbidden if the project doesn't want it; `USER_EMAIL_ALREADY_EXISTS` if the address of a user
    /// isn't verified, `SIGN_UP_NOT_ENABLED` if it is nobody's; `REDIRECT_URL_NOT_WHITELISTED`.
    pub async fn send_code(&self, tenant: &Tenant, email: &str, callback_url: &str) -> DomainResult<Secret> {
        let core = &*self.0;
        if !tenant.config.auth.otp.allow_sign_in {
            return Err(DomainError::forbidden(
                "Sign-in by one-time codes isn't enabled in this project.",
            ));
        }
        let mut writer = core.storage.write().await?;
        let channel = core.find_otp_channel(&mut writer, tenant, email).await?;
        redirects::require_trusted(callback_url, &tenant.config.domains)?;
        let (email, user_id) = match channel {
            Some(channel) => (channel.value, Some(channel.user_id)),
            None => (emails::normalize(email), None),
        };
        if let Some(user) = user_id {
            core.enable_otp(&mut writer, tenant, user).await?;
        }
        let data = SignInCode { email: email.clone() };
        let code = core.issue_code(&mut writer, tenant, CodeKind::SignIn, &data).await?;
        let (short, nonce) = code.expose().split_at(SHORT_LENGTH);
        let mail = SystemMail::MagicLink {
            otp: short.to_uppercase().into(),
            link: link_with(callback_url, &code)?,
        };
        let to = Recipient {
            address: email,
            user_id,
        };
        core.send_system_mail(&mut writer, tenant, to, mail).await?;
        writer.commit().await?;
        Ok(nonce.into())
    }

    /// Signs in whoever the code was sent to. If nobody signs in with the address yet, a user is made; a caller who is
    /// anonymous becomes that user.
    ///
    /// # Errors
    ///
    /// Those of codes; then, with the code used up, `USER_EMAIL_ALREADY_EXISTS`, `SIGN_UP_NOT_ENABLED`,
    /// `SIGN_UP_REJECTED`, `MULTI_FACTOR_AUTHENTICATION_REQUIRED`.
    pub async fn sign_in(&self, caller: &Caller, code: &Secret, ip_info: Option<IpInfo>) -> DomainResult<SignedIn> {
        let (core, tenant) = (&*self.0, &*caller.tenant);
        let checked = core.check_code::<SignInCode>(tenant, CodeKind::SignIn, code).await?;
        core.consume_code(tenant, &checked).await?;
        let (email, anonymous) = (&checked.data.email, caller.user.as_ref());
        match self.sign_in_with(tenant, email, anonymous, ip_info.clone()).await {
            // Another code for the same address made the user in this moment.
            Err(error) if is_email_taken(&error) => self.sign_in_with(tenant, email, anonymous, ip_info).await,
            outcome => outcome,
        }
    }

    /// Signs in whoever has this address, in a transaction of its own.
    async fn sign_in_with(
        &self,
        tenant: &Tenant,
        email: &str,
        anonymous: Option<&User>,
        ip_info: Option<IpInfo>,
    ) -> DomainResult<SignedIn> {
        let core = &*self.0;
        let mut writer = core.storage.write().await?;
        let existing = core.find_otp_channel(&mut writer, tenant, email).await?;
        let is_new_user = existing.is_none();
        let user = match existing {
            Some(channel) => {
                core.enable_otp(&mut writer, tenant, channel.user_id).await?;
                core.reread(&mut writer, tenant, channel.user_id).await?
            }
            None => {
                let attempt = Attempt {
                    email: Some(email),
                    method: AuthMethod::Otp,
                    ..Default::default()
                };
                let verdict = sign_up_rules::judge(&tenant.config.auth, &attempt);
                if !verdict.is_allowed() {
                    drop(writer);
                    return Err(core.reject_sign_up(tenant, &verdict).await);
                }
                core.count_sign_up_rules(&mut writer, tenant, &verdict).await?;
                let new = NewUser {
                    restriction: verdict.restriction()?,
                    email: EmailChange {
                        email: Patch::Value(email.to_owned()),
                        verified: Some(true),
                        used_for_auth: Some(true),
                    },
                    password: None,
                    otp_enabled: true,
                    introduction: Default::default(),
                };
                core.create_or_upgrade_user(&mut writer, tenant, anonymous, new).await?
            }
        };
        let outcome = core
            .pass_first_factor(&mut writer, tenant, &user, is_new_user, ip_info)
            .await?;
        writer.commit().await?;
        Ok(SignedIn {
            tokens: outcome.into_tokens()?,
            is_new_user,
        })
    }

    /// Tries a code, which counts, and doesn't use it up.
    ///
    /// # Errors
    ///
    /// Those of codes.
    pub async fn check_code(&self, tenant: &Tenant, code: &Secret) -> DomainResult<()> {
        let checked = self.0.check_code::<SignInCode>(tenant, CodeKind::SignIn, code).await;
        checked.map(drop)
    }
}

impl<S: Storage> Otp<S> {
    /// Mails somebody a link to where they can sign in or up. It proves nothing, and nobody is created.
    ///
    /// # Errors
    ///
    /// `REDIRECT_URL_NOT_WHITELISTED`.
    pub async fn invite(&self, tenant: &Tenant, email: &str, callback_url: &str) -> DomainResult<()> {
        let core = &*self.0;
        redirects::require_trusted(callback_url, &tenant.config.domains)?;
        let mail = SystemMail::SignInInvitation {
            link: callback_url.into(),
            team_display_name: tenant.project.display_name.clone(),
        };
        let to = Recipient {
            address: emails::normalize(email),
            user_id: None,
        };
        let mut writer = core.storage.write().await?;
        core.send_system_mail(&mut writer, tenant, to, mail).await?;
        Ok(writer.commit().await?)
    }
}

impl<S: Storage> Core<S> {
    /// The verified channel with which somebody signs in; none if the address is nobody's and may sign up.
    async fn find_otp_channel(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        email: &str,
    ) -> DomainResult<Option<ContactChannel>> {
        match self.find_auth_channel(repositories, tenant, email).await? {
            Some(channel) if channel.is_verified => Ok(Some(channel)),
            Some(channel) => Err(known::user_email_not_verified(&channel.value)),
            None if tenant.config.auth.allow_sign_up => Ok(None),
            None => Err(KnownError::SignUpNotEnabled.into()),
        }
    }

    /// Lets a user sign in by codes from now on.
    async fn enable_otp(&self, writer: &mut impl Repositories, tenant: &Tenant, id: UserId) -> DomainResult<()> {
        let project = tenant.id();
        writer.lock_user(project, id).await?;
        let credentials = writer.find_user_credentials(project, id).await?;
        let Some(mut credentials) = credentials.filter(|credentials| !credentials.otp_enabled) else {
            return Ok(());
        };
        credentials.otp_enabled = true;
        writer.update_user_credentials(project, id, &credentials).await?;
        Ok(())
    }
}

/// Whether the address became somebody's between looking it up and making a user for it.
fn is_email_taken(error: &DomainError) -> bool {
    let DomainError::Known(known) = error else {
        return false;
    };
    let KnownError::UserEmailAlreadyExists {
        would_work_if_email_was_verified,
        ..
    } = &**known
    else {
        return false;
    };
    !would_work_if_email_was_verified
}
