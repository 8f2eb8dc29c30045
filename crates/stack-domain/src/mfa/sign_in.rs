//! Finishing a sign-in.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use stack_types::{KnownError, Secret, UserId};

use super::{SecondFactors, totp};
use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::{CodeKind, IpInfo, UserCredentials},
    ports::{Storage, Transaction, UserRepository},
    sessions::SignedIn,
    sign_in::PendingSignIn,
    users::totp_owner,
};

impl<S: Storage> SecondFactors<S> {
    /// Begins the session of a sign-in whose first factor was right.
    ///
    /// A wrong code of the app counts as an attempt and leaves the attempt code as it is; so does one that was
    /// accepted before, and any code once the second factor was turned off.
    ///
    /// # Errors
    ///
    /// In this order: what is wrong with the attempt code (`VERIFICATION_CODE_NOT_FOUND`, `VERIFICATION_CODE_EXPIRED`,
    /// `VERIFICATION_CODE_ALREADY_USED`, `VERIFICATION_CODE_MAX_ATTEMPTS_REACHED`), then
    /// [`DomainError::TooMany`] if too many codes were tried for the user, whatever the attempt, then `INVALID_TOTP_CODE`.
    pub async fn sign_in(
        &self,
        tenant: &Tenant,
        attempt_code: &Secret,
        totp: &Secret,
        ip_info: Option<IpInfo>,
    ) -> DomainResult<SignedIn> {
        let core = &*self.0;
        let attempt = core
            .check_code::<PendingSignIn>(tenant, CodeKind::SecondFactor, attempt_code)
            .await?;
        let PendingSignIn { user_id, is_new_user } = attempt.data;
        core.limit_second_factor(tenant, user_id).await?;

        let mut writer = core.storage.write().await?;
        // The account is gone, and the attempt with it.
        let gone = || DomainError::from(KnownError::VerificationCodeNotFound);
        if !writer.lock_user(tenant.id(), user_id).await? {
            return Err(gone());
        }
        let credentials = writer.find_user_credentials(tenant.id(), user_id).await?;
        let credentials = credentials.ok_or_else(gone)?;
        let step = totp::step_at(core.now());
        let is_right = core.is_right_totp(tenant, user_id, &credentials, step, totp)?;
        if !is_right || !writer.accept_totp_step(tenant.id(), user_id, step).await? {
            return Err(KnownError::InvalidTotpCode.into());
        }
        core.use_code(&mut writer, tenant, &attempt).await?;
        let user = writer.find_user(tenant.id(), user_id).await?.ok_or_else(gone)?;
        let tokens = core.begin_session(&mut writer, tenant, &user, ip_info).await?;
        writer.commit().await?;
        Ok(SignedIn { tokens, is_new_user })
    }
}

impl<S: Storage> Core<S> {
    fn is_right_totp(
        &self,
        tenant: &Tenant,
        user: UserId,
        credentials: &UserCredentials,
        step: i64,
        totp: &Secret,
    ) -> DomainResult<bool> {
        let UserCredentials {
            requires_totp_mfa: true,
            totp_secret: Some(sealed),
            ..
        } = credentials
        else {
            return Ok(false);
        };
        let secret = self.sealer.open(&totp_owner(tenant.id(), user), sealed)?;
        let secret = BASE64.decode(secret).map_err(DomainError::internal)?;
        Ok(totp::is_right(&secret, step, totp.expose()))
    }
}
