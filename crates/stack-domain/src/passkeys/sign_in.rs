//! Signing in with a passkey.

use serde_json::Value;
use sha2::{Digest, Sha256};
use stack_types::Secret;

use super::{
    Passkeys, Start,
    answer::{Answer, Assertion, Bytes},
    authenticator_data::AuthenticatorData,
    ceremony::{Challenge, Fault, user_handle},
    client_data::{self, Purpose},
    options,
    public_key::PublicKey,
    require_enabled,
};
use crate::{
    core::Tenant,
    error::DomainResult,
    models::{CodeKind, IpInfo, Passkey},
    ports::{PasskeyRepository, Storage, Transaction, UserRepository},
    sessions::SignedIn,
};

impl<S: Storage> Passkeys<S> {
    /// Starts a sign-in. Nobody has to be named: the passkey tells whose it is.
    ///
    /// # Errors
    ///
    /// `PASSKEY_AUTHENTICATION_NOT_ENABLED`.
    pub async fn start_sign_in(&self, tenant: &Tenant) -> DomainResult<Start> {
        require_enabled(tenant)?;
        let core = &*self.0;
        let challenge = Challenge::new(&*core.rng, None);
        let mut writer = core.storage.write().await?;
        let code = core
            .issue_code(&mut writer, tenant, CodeKind::PasskeySignIn, &challenge)
            .await?;
        writer.commit().await?;
        Ok(Start {
            options: options::for_sign_in(&challenge.text),
            code,
        })
    }

    /// Signs in whose passkey answered the challenge.
    ///
    /// # Errors
    ///
    /// In this order: `PASSKEY_AUTHENTICATION_NOT_ENABLED`, what is wrong with the code
    /// (`VERIFICATION_CODE_NOT_FOUND`, `VERIFICATION_CODE_EXPIRED`, `VERIFICATION_CODE_ALREADY_USED`,
    /// `VERIFICATION_CODE_MAX_ATTEMPTS_REACHED`), `PASSKEY_AUTHENTICATION_FAILED`,
    /// `MULTI_FACTOR_AUTHENTICATION_REQUIRED`.
    pub async fn sign_in(
        &self,
        tenant: &Tenant,
        response: &Value,
        code: &Secret,
        ip_info: Option<IpInfo>,
    ) -> DomainResult<SignedIn> {
        require_enabled(tenant)?;
        let (core, project) = (&*self.0, tenant.id());
        let checked = core
            .check_code::<Challenge>(tenant, CodeKind::PasskeySignIn, code)
            .await?;
        core.consume_code(tenant, &checked).await?;
        let answer = Answer::<Assertion>::read(response).map_err(Fault::of_sign_in)?;
        let domains = &tenant.config.domains;
        let rp_id = client_data::check(
            &answer.response.client_data.0,
            Purpose::SignIn,
            &checked.data.text,
            domains,
        );
        let rp_id = rp_id.map_err(Fault::of_sign_in)?;
        let mut reader = core.storage.read().await?;
        let found = reader.find_passkey(project, &answer.credential_id).await?;
        drop(reader);
        let passkey = found
            .ok_or(Fault("the passkey is unknown"))
            .map_err(Fault::of_sign_in)?;
        let sign_count = verify(&answer.response, &passkey, &rp_id).map_err(Fault::of_sign_in)?;

        let mut writer = core.storage.write().await?;
        let gone = || Fault("the user is gone").of_sign_in();
        if !writer.lock_user(project, passkey.user_id).await? {
            return Err(gone());
        }
        let counted = writer.count_passkey_use(project, passkey.user_id, &passkey.credential_id, sign_count);
        if !counted.await? {
            // Somebody else holds the same passkey, or it was taken away a moment ago.
            tracing::warn!(user_id = %passkey.user_id, "a passkey's counter didn't rise: it may have been copied");
            return Err(Fault("the counter didn't rise").of_sign_in());
        }
        let user = writer.find_user(project, passkey.user_id).await?.ok_or_else(gone)?;
        let outcome = core
            .pass_first_factor(&mut writer, tenant, &user, false, ip_info)
            .await?;
        writer.commit().await?;
        Ok(SignedIn {
            tokens: outcome.into_tokens()?,
            is_new_user: false,
        })
    }
}

/// WebAuthn, 7.2. Gives the authenticator's counter.
fn verify(response: &Assertion, passkey: &Passkey, rp_id: &str) -> Result<u32, Fault> {
    if let Some(Bytes(handle)) = &response.user_handle
        && *handle != user_handle(passkey.user_id)
    {
        return Err(Fault("the passkey is another user's"));
    }
    if passkey.rp_id != rp_id {
        return Err(Fault("the passkey is another host's"));
    }
    let Bytes(bytes) = &response.authenticator_data;
    let data = AuthenticatorData::read(bytes)?;
    data.check(rp_id)?;
    let signed = [bytes.as_slice(), &Sha256::digest(&response.client_data.0)].concat();
    PublicKey::read(&passkey.public_key)?.verify(&signed, &response.signature.0)?;
    Ok(data.sign_count)
}
