//! The providers of a project.

use stack_types::KnownError;

use crate::{
    config::OAuthProviderConfig,
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    ports::{ProviderClient, ProviderError, Storage},
};

/// A provider of a project, with the client to use there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Provider {
    /// The id under which the project's configuration knows it.
    pub(super) id: String,
    /// Whether the client is the deployment's.
    pub(super) is_shared: bool,
    /// Whether users may sign in with it.
    pub(super) allow_sign_in: bool,
    /// Whether users may connect accounts for their tokens.
    pub(super) allow_connected_accounts: bool,
    /// The client to use there.
    pub(super) client: ProviderClient,
}

impl Provider {
    /// The provider, if accounts there may be used so.
    pub(super) fn if_allowed(self, is_allowed: impl FnOnce(&Self) -> bool) -> DomainResult<Self> {
        if is_allowed(&self) {
            Ok(self)
        } else {
            Err(not_enabled())
        }
    }
}

impl<S: Storage> Core<S> {
    /// The project's provider of this id.
    ///
    /// # Errors
    ///
    /// `OAUTH_PROVIDER_NOT_FOUND_OR_NOT_ENABLED` if the project has none, or no client there.
    pub(super) fn oauth_provider(&self, tenant: &Tenant, id: &str) -> DomainResult<Provider> {
        let config = tenant.config.auth.oauth.providers.get(id).ok_or_else(not_enabled)?;
        let kind = kind_of(id, config);
        let client = if config.is_shared {
            let shared = self.oauth_providers.shared_client(kind);
            if shared.is_none() {
                tracing::warn!(
                    provider = kind,
                    "a project shares a client that the deployment doesn't have"
                );
            }
            shared.ok_or_else(not_enabled)?
        } else {
            let (Some(client_id), Some(client_secret)) = (&config.client_id, &config.client_secret) else {
                return Err(not_enabled());
            };
            ProviderClient {
                kind: kind.to_owned(),
                client_id: client_id.clone(),
                client_secret: client_secret.clone(),
                facebook_config_id: config.facebook_config_id.clone(),
                microsoft_tenant_id: config.microsoft_tenant_id.clone(),
            }
        };
        Ok(Provider {
            id: id.to_owned(),
            is_shared: config.is_shared,
            allow_sign_in: config.allow_sign_in,
            allow_connected_accounts: config.allow_connected_accounts,
            client,
        })
    }

    /// Where a provider sends browsers back to.
    pub(super) fn oauth_callback_url(&self, kind: &str) -> String {
        format!("{}/api/v1/auth/oauth/callback/{kind}", self.base_url)
    }
}

/// Which provider it is: what the configuration says, else what its id says.
pub(super) fn kind_of<'a>(id: &'a str, config: &'a OAuthProviderConfig) -> &'a str {
    config.r#type.as_deref().unwrap_or(id)
}

pub(super) fn not_enabled() -> DomainError {
    KnownError::OauthProviderNotFoundOrNotEnabled.into()
}

/// What the browser is told of a provider's error during a sign-in.
pub(super) fn told(error: ProviderError) -> DomainError {
    match error {
        ProviderError::Unavailable(cause) => {
            tracing::warn!(cause, "an OAuth provider is unavailable");
            KnownError::OauthProviderTemporarilyUnavailable.into()
        }
        ProviderError::Refused(message) => DomainError::bad_request(message),
        ProviderError::Unusable(cause) => {
            tracing::error!(cause, "an OAuth provider isn't set up rightly");
            not_enabled()
        }
    }
}
