//! Where webhooks go, as those who run a project manage it.

use std::{collections::BTreeMap, sync::Arc};

use stack_types::{Millis, Patch, ProjectId, Secret, WebhookEndpointId};
use url::Url;

use super::{
    headers,
    secrets::lock,
    settings::{MAX_ENDPOINTS, MAX_RATE},
};
use crate::{
    core::Core,
    error::{DomainError, DomainResult},
    models::{EndpointSecrets, WebhookEndpoint},
    ports::{ProjectRepository, Storage, StorageError, Transaction, UniqueRule, WebhookRepository},
};

const MAX_URL_BYTES: usize = 4096;
const MAX_NAME_BYTES: usize = 256;
const MAX_NAMES: usize = 100;
const MAX_METADATA_BYTES: usize = 16 * 1024;

/// A project's webhooks.
pub struct Webhooks<S>(pub(crate) Arc<Core<S>>);

/// An endpoint to be added.
#[derive(Debug, Clone, Default)]
pub struct NewEndpoint {
    /// What may be changed later too. The URL is needed.
    pub fields: EndpointFields,
    /// What is sent along.
    pub headers: BTreeMap<String, String>,
}

/// What an owner decides about an endpoint. What is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct EndpointFields {
    /// Where to: `https`, or `http` within networks that the deployment names.
    pub url: Option<String>,
    /// Another name for it.
    pub uid: Patch<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether nothing is sent to it.
    pub is_disabled: Option<bool>,
    /// Which events; all if `Null`.
    pub event_types: Patch<Vec<String>>,
    /// Which channels; all if `Null`.
    pub channels: Patch<Vec<String>>,
    /// What is kept with it.
    pub metadata: Option<BTreeMap<String, String>>,
    /// How many messages a second; any number if `Null`.
    pub rate_limit: Patch<u32>,
    /// The secret that messages are signed with from now on; the old one signs no more.
    pub secret: Option<Secret>,
}

impl<S: Storage> Webhooks<S> {
    /// All endpoints, the oldest first; at most fifty.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn list_endpoints(&self, project: &ProjectId) -> DomainResult<Vec<WebhookEndpoint>> {
        Ok(self.0.storage.read().await?.list_webhook_endpoints(project).await?)
    }

    /// An endpoint by its id or uid.
    ///
    /// # Errors
    ///
    /// Not found.
    pub async fn get_endpoint(&self, project: &ProjectId, endpoint: &str) -> DomainResult<WebhookEndpoint> {
        let mut reader = self.0.storage.read().await?;
        let found = reader.find_webhook_endpoint(project, endpoint).await?;
        found.ok_or_else(|| not_found("endpoint"))
    }

    /// Adds an endpoint.
    ///
    /// # Errors
    ///
    /// Bad request for fields that can't be, a uid that is taken, or if the project has fifty endpoints.
    pub async fn create_endpoint(&self, project: &ProjectId, new: NewEndpoint) -> DomainResult<WebhookEndpoint> {
        let (core, now) = (&*self.0, self.0.now());
        let NewEndpoint { mut fields, headers } = new;
        let id = WebhookEndpointId(core.webhook_ids.next("ep_", now, &*core.rng));
        let secrets = EndpointSecrets {
            current: core.signing_secret(fields.secret.take())?,
            earlier: Vec::new(),
            headers: headers::checked(headers)?,
        };
        let url = fields.url.take();
        let mut endpoint = WebhookEndpoint {
            uid: None,
            url: checked_url(url.ok_or_else(|| DomainError::bad_request("An endpoint needs a url."))?)?,
            description: String::new(),
            is_disabled: false,
            event_types: Vec::new(),
            channels: Vec::new(),
            metadata: BTreeMap::new(),
            rate_limit: None,
            secrets: core.seal_secrets(project, &id, &secrets)?,
            paced_until: now,
            failing_since: None,
            created_at: now,
            updated_at: now,
            id,
        };
        apply(fields, &mut endpoint, now)?;
        let mut writer = core.storage.write().await?;
        // One at a time counts them.
        if !writer.lock_project(project).await? {
            return Err(not_found("application"));
        }
        if writer.list_webhook_endpoints(project).await?.len() >= MAX_ENDPOINTS {
            return Err(DomainError::bad_request("A project has at most 50 endpoints."));
        }
        writer
            .insert_webhook_endpoint(project, &endpoint)
            .await
            .map_err(taken)?;
        writer.commit().await?;
        Ok(endpoint)
    }

    /// Changes an endpoint. What waits for one that is enabled again is sent at once.
    ///
    /// # Errors
    ///
    /// Not found; bad request for fields that can't be, or a uid that is taken.
    pub async fn update_endpoint(
        &self,
        project: &ProjectId,
        endpoint: &str,
        mut fields: EndpointFields,
    ) -> DomainResult<WebhookEndpoint> {
        let (core, now) = (&*self.0, self.0.now());
        let secret = fields.secret.take().map(|given| core.signing_secret(Some(given)));
        let secret = secret.transpose()?;
        let mut writer = core.storage.write().await?;
        let mut endpoint = lock(&mut writer, project, endpoint).await?;
        let (was_disabled, old_limit) = (endpoint.is_disabled, endpoint.rate_limit);
        if let Some(secret) = secret {
            let mut secrets = core.open_secrets(project, &endpoint)?;
            secrets.current = secret;
            endpoint.secrets = core.seal_secrets(project, &endpoint.id, &secrets)?;
        }
        apply(fields, &mut endpoint, now)?;
        let is_enabled = was_disabled && !endpoint.is_disabled;
        let is_repaced = old_limit != endpoint.rate_limit;
        if is_enabled {
            endpoint.failing_since = None;
        }
        if is_repaced {
            endpoint.paced_until = now;
        }
        endpoint.updated_at = now;
        writer
            .update_webhook_endpoint(project, &endpoint)
            .await
            .map_err(taken)?;
        if is_enabled || is_repaced {
            writer.hasten_webhooks(project, &endpoint.id, !is_enabled, now).await?;
        }
        writer.commit().await?;
        core.webhook_wake.ring();
        Ok(endpoint)
    }

    /// Deletes an endpoint, and with it what waits for it and the log of its attempts.
    ///
    /// # Errors
    ///
    /// Not found.
    pub async fn delete_endpoint(&self, project: &ProjectId, endpoint: &str) -> DomainResult<()> {
        let mut writer = self.0.storage.write().await?;
        let endpoint = lock(&mut writer, project, endpoint).await?;
        writer.delete_webhook_endpoint(project, &endpoint.id).await?;
        Ok(writer.commit().await?)
    }
}

fn apply(fields: EndpointFields, endpoint: &mut WebhookEndpoint, now: Millis) -> DomainResult<()> {
    if let Some(url) = fields.url {
        endpoint.url = checked_url(url)?;
    }
    if let Some(uid) = fields.uid.into_change() {
        endpoint.uid = uid.map(|uid| checked_name(uid, "uid")).transpose()?;
    }
    if let Some(uid) = endpoint.uid.as_deref().filter(|uid| uid.starts_with("ep_")) {
        return Err(DomainError::bad_request(format!("The uid {uid} looks like an id.")));
    }
    endpoint.description = fields.description.unwrap_or(std::mem::take(&mut endpoint.description));
    endpoint.is_disabled = fields.is_disabled.unwrap_or(endpoint.is_disabled);
    if let Some(types) = fields.event_types.into_change() {
        endpoint.event_types = checked_names(types, "filterTypes")?;
    }
    if let Some(channels) = fields.channels.into_change() {
        endpoint.channels = checked_names(channels, "channels")?;
    }
    if let Some(metadata) = fields.metadata {
        let bytes: usize = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MAX_METADATA_BYTES {
            return Err(DomainError::bad_request("Metadata have at most 16384 bytes."));
        }
        endpoint.metadata = metadata;
    }
    if let Some(limit) = fields.rate_limit.into_change() {
        if limit.is_some_and(|limit| limit == 0 || limit > MAX_RATE) {
            return Err(DomainError::bad_request("A rate limit is 1 to 1000 messages a second."));
        }
        endpoint.rate_limit = limit;
    }
    endpoint.updated_at = now;
    Ok(())
}

fn checked_url(text: String) -> DomainResult<String> {
    let refuse = |why: &str| Err(DomainError::bad_request(format!("The url {why}.")));
    if text.len() > MAX_URL_BYTES {
        return refuse("has more than 4096 bytes");
    }
    match Url::parse(&text) {
        Err(_) => refuse("isn't one"),
        Ok(url) if !matches!(url.scheme(), "http" | "https") || url.host().is_none() => {
            refuse("must begin with https:// or http://")
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            refuse("has a user name or a password; send an authorization header instead")
        }
        Ok(_) => Ok(text),
    }
}

fn checked_names(names: Option<Vec<String>>, what: &str) -> DomainResult<Vec<String>> {
    let names = names.unwrap_or_default();
    if names.len() > MAX_NAMES {
        return Err(DomainError::bad_request(format!("There may be at most 100 {what}.")));
    }
    names.into_iter().map(|name| checked_name(name, what)).collect()
}

/// A name of letters, digits, `-`, `_` and `.`.
pub(super) fn checked_name(name: String, what: &str) -> DomainResult<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.bytes().all(fits) {
        let message = format!("{what}: {name:?} isn't 1 to 256 letters, digits, `-`, `_` or `.`.");
        return Err(DomainError::bad_request(message));
    }
    Ok(name)
}

fn taken(error: StorageError) -> DomainError {
    match error {
        StorageError::Conflict(UniqueRule::WebhookEndpointUid) => {
            DomainError::bad_request("Another endpoint of the project has this uid.")
        }
        other => other.into(),
    }
}

pub(super) fn not_found(what: &str) -> DomainError {
    DomainError::not_found(format!("There is no such {what}."))
}
