//! What is sent along with every message to an endpoint.

use std::collections::BTreeMap;

use stack_types::{ProjectId, Secret};

use super::{Webhooks, secrets::lock};
use crate::{
    error::{DomainError, DomainResult},
    ports::{Storage, Transaction, WebhookRepository},
};

/// How many headers an endpoint has at most, and how long a value is.
const MAX_HEADERS: usize = 50;
const MAX_VALUE_BYTES: usize = 4096;

/// What an endpoint may not set: what is signed, and what HTTP needs for itself.
const RESERVED: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// Names whose values aren't shown again.
const SENSITIVE: &[&str] = &["authorization", "cookie", "x-api-key", "x-auth-token"];

/// The headers of an endpoint, as its owner sees them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShownHeaders {
    /// Names and values.
    pub headers: BTreeMap<String, String>,
    /// The names of those whose values aren't shown.
    pub sensitive: Vec<String>,
}

/// A change of headers.
#[derive(Debug, Clone, PartialEq)]
pub enum HeaderChange {
    /// These and no others.
    Replace(BTreeMap<String, String>),
    /// These are set, those are removed, and all others stay.
    Patch {
        /// What is set.
        set: BTreeMap<String, String>,
        /// What is removed.
        remove: Vec<String>,
    },
}

impl<S: Storage> Webhooks<S> {
    /// Shows the headers of an endpoint.
    ///
    /// # Errors
    ///
    /// Not found.
    pub async fn headers(&self, project: &ProjectId, endpoint: &str) -> DomainResult<ShownHeaders> {
        let endpoint = self.get_endpoint(project, endpoint).await?;
        let mut shown = ShownHeaders::default();
        for (name, value) in self.0.open_secrets(project, &endpoint)?.headers {
            if SENSITIVE.contains(&name.as_str()) {
                shown.sensitive.push(name);
            } else {
                shown.headers.insert(name, value.expose().to_owned());
            }
        }
        Ok(shown)
    }

    /// Changes the headers of an endpoint.
    ///
    /// # Errors
    ///
    /// Not found; bad request for a header that can't be sent or is ours to set.
    pub async fn change_headers(&self, project: &ProjectId, endpoint: &str, change: HeaderChange) -> DomainResult<()> {
        let core = &*self.0;
        let mut writer = core.storage.write().await?;
        let mut endpoint = lock(&mut writer, project, endpoint).await?;
        let mut secrets = core.open_secrets(project, &endpoint)?;
        match change {
            HeaderChange::Replace(headers) => secrets.headers = checked(headers)?,
            HeaderChange::Patch { set, remove } => {
                for name in remove {
                    secrets.headers.remove(&name.to_ascii_lowercase());
                }
                secrets.headers.extend(checked(set)?);
                check_count(secrets.headers.len())?;
            }
        }
        endpoint.secrets = core.seal_secrets(project, &endpoint.id, &secrets)?;
        endpoint.updated_at = core.now();
        writer.update_webhook_endpoint(project, &endpoint).await?;
        Ok(writer.commit().await?)
    }
}

/// Headers with their names in lower case, if all of them can be sent.
pub(super) fn checked(headers: BTreeMap<String, String>) -> DomainResult<BTreeMap<String, Secret>> {
    check_count(headers.len())?;
    let mut fit = BTreeMap::new();
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
            return Err(DomainError::bad_request(format!("{name:?} isn't a name of a header.")));
        }
        let is_signed = ["svix-", "webhook-"].iter().any(|prefix| name.starts_with(prefix));
        if is_signed || RESERVED.contains(&name.as_str()) {
            return Err(DomainError::bad_request(format!(
                "The header {name} is set by the sender."
            )));
        }
        if value.len() > MAX_VALUE_BYTES || http::HeaderValue::from_str(&value).is_err() {
            let message = format!("The value of the header {name} can't be sent: visible ASCII, at most 4096 bytes.");
            return Err(DomainError::bad_request(message));
        }
        fit.insert(name, value.into());
    }
    Ok(fit)
}

fn check_count(count: usize) -> DomainResult<()> {
    if count > MAX_HEADERS {
        return Err(DomainError::bad_request("An endpoint has at most 50 headers."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_headers_that_can_be_sent_and_are_not_ours_are_taken() {
        let one = |name: &str, value: &str| checked(BTreeMap::from([(name.to_owned(), value.to_owned())]));
        assert!(one("X-Tenant", "blue").is_ok_and(|headers| headers.contains_key("x-tenant")));
        for (name, value) in [
            ("svix-signature", "v1,x"),
            ("Webhook-Id", "x"),
            ("Content-Type", "text/plain"),
            ("Host", "elsewhere"),
            ("two words", "x"),
            ("", "x"),
            ("x-a", "line\r\nbreak"),
        ] {
            assert!(one(name, value).is_err(), "{name}: {value}");
        }
    }
}
