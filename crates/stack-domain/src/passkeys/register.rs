//! Registering a passkey.

use base64::Engine;
use serde_json::Value;
use stack_types::{Millis, Secret, UserId};

use super::{
    Passkeys, Start,
    answer::{Answer, Attestation, BASE64URL},
    authenticator_data::{AuthenticatorData, of_attestation_object},
    ceremony::{Challenge, Fault, user_handle},
    client_data::{self, Purpose},
    options,
    public_key::PublicKey,
    require_enabled,
};
use crate::{
    config::DomainsConfig,
    core::Tenant,
    error::DomainResult,
    models::{CodeKind, Passkey, User},
    ports::{PasskeyRepository, Storage, StorageError, Transaction, UniqueRule},
};

impl<S: Storage> Passkeys<S> {
    /// Starts a registration for a signed-in user.
    ///
    /// # Errors
    ///
    /// `PASSKEY_AUTHENTICATION_NOT_ENABLED`.
    pub async fn start_registration(&self, tenant: &Tenant, user: &User) -> DomainResult<Start> {
        require_enabled(tenant)?;
        let (core, id) = (&*self.0, user.profile.id);
        let challenge = Challenge::new(&*core.rng, Some(id));
        let handle = BASE64URL.encode(user_handle(id));
        let mut writer = core.storage.write().await?;
        let code = core
            .issue_code(&mut writer, tenant, CodeKind::PasskeyRegistration, &challenge)
            .await?;
        writer.commit().await?;
        Ok(Start {
            options: options::for_registration(tenant, user, &handle, &challenge.text),
            code,
        })
    }

    /// Stores the passkey that a browser made for a signed-in user, in place of the one that they had. Gives the
    /// credential's id in base64url.
    ///
    /// # Errors
    ///
    /// In this order: `PASSKEY_AUTHENTICATION_NOT_ENABLED`, what is wrong with the code
    /// (`VERIFICATION_CODE_NOT_FOUND`, `VERIFICATION_CODE_EXPIRED`, `VERIFICATION_CODE_ALREADY_USED`,
    /// `VERIFICATION_CODE_MAX_ATTEMPTS_REACHED`), `PASSKEY_REGISTRATION_FAILED`.
    pub async fn register(
        &self,
        tenant: &Tenant,
        user: UserId,
        credential: &Value,
        code: &Secret,
    ) -> DomainResult<String> {
        require_enabled(tenant)?;
        let core = &*self.0;
        let checked = core
            .check_code::<Challenge>(tenant, CodeKind::PasskeyRegistration, code)
            .await?;
        core.consume_code(tenant, &checked).await?;
        let passkey = verify(credential, user, &checked.data, &tenant.config.domains, core.now());
        let passkey = passkey.map_err(Fault::of_registration)?;
        let mut writer = core.storage.write().await?;
        match writer.put_passkey(tenant.id(), &passkey).await {
            Err(StorageError::Conflict(UniqueRule::PasskeyCredential)) => {
                return Err(Fault("it is somebody else's").of_registration());
            }
            Err(StorageError::MissingReference) => return Err(Fault("the user is gone").of_registration()),
            put => put?,
        }
        writer.commit().await?;
        Ok(BASE64URL.encode(passkey.credential_id))
    }
}

/// WebAuthn, 7.1.
fn verify(
    credential: &Value,
    user: UserId,
    challenge: &Challenge,
    domains: &DomainsConfig,
    now: Millis,
) -> Result<Passkey, Fault> {
    if challenge.user_id != Some(user) {
        return Err(Fault("another user started"));
    }
    let Answer {
        credential_id,
        response,
    } = Answer::<Attestation>::read(credential)?;
    let rp_id = client_data::check(&response.client_data.0, Purpose::Registration, &challenge.text, domains)?;
    let data = of_attestation_object(&response.attestation_object.0)?;
    let data = AuthenticatorData::read(&data)?;
    data.check(&rp_id)?;
    let attested = data.credential.ok_or(Fault("there is no new credential"))?;
    if attested.id != credential_id {
        return Err(Fault("the authenticator made another credential"));
    }
    PublicKey::read(attested.public_key)?;
    Ok(Passkey {
        user_id: user,
        public_key: attested.public_key.to_vec(),
        credential_id,
        rp_id,
        sign_count: data.sign_count,
        created_at: now,
    })
}
