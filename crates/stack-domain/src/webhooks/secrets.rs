//! The secrets of endpoints: making, rotating and sealing them.

use std::time::Duration;

use stack_types::{Millis, ProjectId, Secret, WebhookEndpointId};
use stack_webhooks::{Signer, SigningSecret};

use super::{
    Webhooks,
    settings::{MAX_EARLIER_SECRETS, MAX_ROTATION_GRACE, ROTATION_GRACE},
};
use crate::{
    core::Core,
    error::{DomainError, DomainResult},
    models::{EarlierSecret, EndpointSecrets, WebhookEndpoint},
    ports::{Storage, Transaction, WebhookRepository},
};

/// How many random bytes a new secret has.
const SECRET_BYTES: usize = 24;

impl EndpointSecrets {
    /// What signs at `now`: the current secret, and those whose time isn't over.
    pub(super) fn signer(&self, now: Millis) -> DomainResult<Signer> {
        let parse = |secret: &Secret| SigningSecret::parse(secret.expose()).map_err(DomainError::internal);
        let mut signer = Signer::new(parse(&self.current)?);
        for earlier in self.earlier.iter().filter(|earlier| earlier.expires_at > now) {
            signer = signer.also(parse(&earlier.secret)?);
        }
        Ok(signer)
    }
}

impl<S: Storage> Core<S> {
    /// A secret that is as it should be: the given one, or a new one.
    pub(super) fn signing_secret(&self, given: Option<Secret>) -> DomainResult<Secret> {
        match given {
            Some(text) => {
                let secret = SigningSecret::parse(text.expose());
                let secret = secret.map_err(|error| DomainError::bad_request(error.to_string()))?;
                Ok(secret.to_text())
            }
            None => {
                let mut bytes = [0; SECRET_BYTES];
                self.rng.fill(&mut bytes);
                let secret = SigningSecret::from_bytes(bytes).map_err(DomainError::internal)?;
                Ok(secret.to_text())
            }
        }
    }

    pub(super) fn seal_secrets(
        &self,
        project: &ProjectId,
        endpoint: &WebhookEndpointId,
        secrets: &EndpointSecrets,
    ) -> DomainResult<String> {
        let text = serde_json::to_string(secrets).map_err(DomainError::internal)?;
        Ok(self.sealer.seal(&owner(project, endpoint), &text, &*self.rng))
    }

    pub(super) fn open_secrets(
        &self,
        project: &ProjectId,
        endpoint: &WebhookEndpoint,
    ) -> DomainResult<EndpointSecrets> {
        let text = self.sealer.open(&owner(project, &endpoint.id), &endpoint.secrets)?;
        serde_json::from_str(&text).map_err(DomainError::internal)
    }
}

/// To what sealed secrets are bound.
fn owner(project: &ProjectId, endpoint: &WebhookEndpointId) -> String {
    format!("webhook-endpoint\0{project}\0{endpoint}")
}

impl<S: Storage> Webhooks<S> {
    /// The secret with which an endpoint verifies messages.
    ///
    /// # Errors
    ///
    /// Not found.
    pub async fn secret(&self, project: &ProjectId, endpoint: &str) -> DomainResult<Secret> {
        let endpoint = self.get_endpoint(project, endpoint).await?;
        Ok(self.0.open_secrets(project, &endpoint)?.current)
    }

    /// Gives an endpoint another secret: `new`, or a random one. Messages are signed with the old one too for `grace`, a
    /// day if nothing is said.
    ///
    /// # Errors
    ///
    /// Not found; bad request for a secret that is none, a grace of more than a week, or if ten old secrets still sign.
    pub async fn rotate_secret(
        &self,
        project: &ProjectId,
        endpoint: &str,
        new: Option<Secret>,
        grace: Option<Duration>,
    ) -> DomainResult<()> {
        let (core, now) = (&*self.0, self.0.now());
        let grace = grace.unwrap_or(ROTATION_GRACE);
        if grace > MAX_ROTATION_GRACE {
            return Err(DomainError::bad_request("The grace period has at most 604800 seconds."));
        }
        let new = core.signing_secret(new)?;
        let mut writer = core.storage.write().await?;
        let mut endpoint = lock(&mut writer, project, endpoint).await?;
        let mut secrets = core.open_secrets(project, &endpoint)?;
        secrets.earlier.retain(|earlier| earlier.expires_at > now);
        if secrets.earlier.len() >= MAX_EARLIER_SECRETS {
            return Err(DomainError::bad_request(
                "Ten old secrets of this endpoint still sign. Wait until one of them has expired.",
            ));
        }
        let old = std::mem::replace(&mut secrets.current, new);
        if !grace.is_zero() {
            let expires_at = now.saturating_add(grace);
            secrets.earlier.insert(
                0,
                EarlierSecret {
                    secret: old,
                    expires_at,
                },
            );
        }
        endpoint.secrets = core.seal_secrets(project, &endpoint.id, &secrets)?;
        endpoint.updated_at = now;
        writer.update_webhook_endpoint(project, &endpoint).await?;
        Ok(writer.commit().await?)
    }
}

/// Locks an endpoint that has to be there.
pub(super) async fn lock(
    writer: &mut impl WebhookRepository,
    project: &ProjectId,
    endpoint: &str,
) -> DomainResult<WebhookEndpoint> {
    let found = writer.lock_webhook_endpoint(project, endpoint).await?;
    found.ok_or_else(|| super::endpoints::not_found("endpoint"))
}
