//! Where an OpenID provider has its endpoints (OpenID Connect Discovery 1.0).

use std::{collections::HashMap, sync::Arc};

use ::http::{Request, header::ACCEPT};
use serde::Deserialize;
use stack_domain::ports::ProviderError;
use tokio::sync::Mutex;

use super::client::OFFLINE_ACCESS;
use crate::outbound::{Outbound, OutboundError};

/// What OpenID providers say of themselves, remembered for as long as the process lives.
#[derive(Debug, Default)]
pub(super) struct Discovery(Mutex<HashMap<String, Arc<Document>>>);

/// What an OpenID provider says of itself.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Document {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) userinfo_endpoint: Option<String>,
    pub(super) jwks_uri: String,
    #[serde(default)]
    scopes_supported: Vec<String>,
}

impl Document {
    /// Whether refresh tokens can be asked for by their scope.
    pub(super) fn offers_offline_access(&self) -> bool {
        self.scopes_supported.iter().any(|scope| scope == OFFLINE_ACCESS)
    }
}

impl Discovery {
    /// What the provider of this issuer says of itself.
    pub(super) async fn of(&self, outbound: &Outbound, issuer: &str) -> Result<Arc<Document>, ProviderError> {
        let mut known = self.0.lock().await;
        if let Some(document) = known.get(issuer) {
            return Ok(Arc::clone(document));
        }
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let document: Document = fetch(outbound, &url).await?;
        // Source: OpenID Connect Discovery 1.0, section 4.3.
        if document.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
            return Err(ProviderError::Unusable(format!(
                "{url} is of another issuer: {}",
                document.issuer
            )));
        }
        let document = Arc::new(document);
        known.insert(issuer.to_owned(), Arc::clone(&document));
        Ok(document)
    }
}

/// A JSON document of a provider, for everybody.
pub(super) async fn fetch<T: for<'de> Deserialize<'de>>(outbound: &Outbound, url: &str) -> Result<T, ProviderError> {
    let request = Request::get(url).header(ACCEPT, "application/json").body(Vec::new());
    let request = request.map_err(|error| ProviderError::Unusable(format!("{url}: {error}")))?;
    let answer = outbound.send(request).await.map_err(|error| match error {
        OutboundError::Forbidden { .. } => ProviderError::Unusable(error.to_string()),
        other => ProviderError::Unavailable(other.to_string()),
    })?;
    if !answer.status().is_success() {
        return Err(ProviderError::Unavailable(format!(
            "{url} answers with {}",
            answer.status()
        )));
    }
    serde_json::from_slice(answer.body()).map_err(|error| ProviderError::Unavailable(format!("{url}: {error}")))
}
