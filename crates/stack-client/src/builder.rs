//! Makes a client out of settings, by hand or from the environment.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use stack_types::{ProjectId, Secret};

use crate::{
    MemoryTokenStore, Retries, TokenStore, Tokens,
    stack::Stack,
    transport::{Connection, Owner, Transport, secret_value},
};

/// The origin of the hosted service.
pub(crate) const CLOUD: &str = "https://api.stack-auth.com";

/// How long an attempt may take by default.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Names this client and its version to the server.
const CLIENT_VERSION: &str = concat!("rust @stack-client@", env!("CARGO_PKG_VERSION"));

/// Settings of a client of the type `S`: [`StackClient`](crate::StackClient), [`StackServer`](crate::StackServer) or
/// [`StackAdmin`](crate::StackAdmin), whose `builder` starts it.
pub struct Builder<S> {
    base_url: String,
    project_id: Option<ProjectId>,
    keys: Vec<(&'static str, Secret)>,
    tokens: Arc<dyn TokenStore>,
    timeout: Duration,
    retries: Retries,
    http: Option<reqwest::Client>,
    owner: Option<Owner>,
    target: PhantomData<fn() -> S>,
}

impl<S: Stack> Builder<S> {
    pub(crate) fn new() -> Self {
        Self {
            base_url: CLOUD.to_owned(),
            project_id: None,
            keys: Vec::new(),
            tokens: Arc::new(MemoryTokenStore::default()),
            timeout: TIMEOUT,
            retries: Retries::default(),
            http: None,
            owner: None,
            target: PhantomData,
        }
    }

    /// Takes in settings by the names that other Stack Auth clients use, with the prefix `NEXT_PUBLIC_` too.
    pub(crate) fn read_vars(mut self, var: impl Fn(&str) -> Option<String>) -> Self {
        let read = |name: &str| variable(&var, name);
        if let Some(url) = read("STACK_API_URL") {
            self.base_url = url;
        }
        if let Some(id) = read("STACK_PROJECT_ID") {
            self.project_id = Some(id.into());
        }
        for key in S::KEYS {
            if let Some(value) = key.variable.and_then(read) {
                self.keys.push((key.header, value.into()));
            }
        }
        self
    }

    /// The server's origin, for example `http://localhost:8102`; the hosted service by default.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The project that all calls are about. Needed.
    pub fn project_id(mut self, id: impl Into<ProjectId>) -> Self {
        self.project_id = Some(id.into());
        self
    }

    /// Begins with these tokens, kept in memory.
    pub fn tokens(self, tokens: impl Into<Tokens>) -> Self {
        self.token_store(MemoryTokenStore::new(tokens.into()))
    }

    /// Keeps tokens there; in memory by default.
    pub fn token_store(mut self, store: impl TokenStore + 'static) -> Self {
        self.tokens = Arc::new(store);
        self
    }

    /// How long an attempt may take, from connecting to the end of the answer; 30 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often and how patiently requests are repeated.
    pub fn retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// Sends requests with this HTTP client, whose own timeout and proxies then hold.
    ///
    /// It shouldn't follow redirects: keys would go wherever they point.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    pub(crate) fn key(mut self, header: &'static str, key: impl Into<Secret>) -> Self {
        self.keys.retain(|(other, _)| *other != header);
        self.keys.push((header, key.into()));
        self
    }

    pub(crate) fn with_owner(mut self, owner: Owner) -> Self {
        self.owner = Some(owner);
        self
    }

    /// Makes the client. It connects at its first call.
    ///
    /// # Errors
    ///
    /// If the project or a needed key is missing, or a setting can't be used.
    pub fn build(self) -> Result<S, BuildError> {
        let project_id = self
            .project_id
            .ok_or(BuildError::Missing("project id (STACK_PROJECT_ID)"))?;
        let missing_key = S::NEEDED_KEY.filter(|_| self.keys.is_empty() && self.owner.is_none());
        if let Some(key) = missing_key {
            return Err(BuildError::Missing(key));
        }
        let mut credentials = HeaderMap::new();
        credentials.insert("x-stack-access-type", HeaderValue::from_static(S::ACCESS));
        credentials.insert("x-stack-project-id", visible("project id", project_id.as_str())?);
        for (header, key) in &self.keys {
            let value = secret_value(key.expose()).ok_or(BuildError::Unfit(header))?;
            credentials.insert(HeaderName::from_static(header), value);
        }
        let mut common = HeaderMap::new();
        common.insert("x-stack-client-version", HeaderValue::from_static(CLIENT_VERSION));
        common.insert("x-stack-allow-anonymous-user", HeaderValue::from_static("true"));
        let connection = Connection {
            credentials,
            common,
            base_url: origin(&self.base_url)?,
            project_id: project_id.clone(),
            retries: self.retries,
            without_credentials: S::WITHOUT_CREDENTIALS,
            with_refresh_token: S::WITH_REFRESH_TOKEN,
            with_user: S::WITH_USER,
            owner: self.owner,
        };
        let http = match self.http {
            Some(http) => http,
            None => reqwest::Client::builder()
                .timeout(self.timeout)
                .redirect(redirect::Policy::none())
                .build()
                .map_err(BuildError::Http)?,
        };
        Ok(S::from_parts(http, Transport::new(connection, self.tokens)))
    }
}

impl<S: Stack> fmt::Debug for Builder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("base_url", &self.base_url)
            .field("project_id", &self.project_id)
            .field("keys", &self.keys)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}

/// Why a client can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A needed setting is missing.
    #[error("the {0} is missing")]
    Missing(&'static str),
    /// A setting can't be sent in a header.
    #[error("the {0} holds a character that no header may carry")]
    Unfit(&'static str),
    /// The base URL isn't one.
    #[error("the base URL `{url}` has to be an origin like `https://api.example.com`")]
    BaseUrl {
        /// What was given.
        url: String,
    },
    /// The HTTP client can't be made.
    #[error("the HTTP client can't be made")]
    Http(#[source] reqwest::Error),
}

/// A setting of the environment, by its name or by that with the prefix `NEXT_PUBLIC_`. An empty one counts as none.
pub(crate) fn variable(var: &impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    let found = var(name).filter(|value| !value.is_empty());
    found.or_else(|| var(&format!("NEXT_PUBLIC_{name}")).filter(|value| !value.is_empty()))
}

fn visible(what: &'static str, text: &str) -> Result<HeaderValue, BuildError> {
    HeaderValue::from_str(text).map_err(|_| BuildError::Unfit(what))
}

/// `url` without a slash at its end; a path is kept, for servers below one.
pub(crate) fn origin(url: &str) -> Result<String, BuildError> {
    let unfit = || BuildError::BaseUrl { url: url.to_owned() };
    let parsed: Url = url.trim().parse().map_err(|_| unfit())?;
    let is_plain =
        matches!(parsed.scheme(), "http" | "https") && parsed.query().is_none() && parsed.fragment().is_none();
    if !is_plain || !parsed.has_host() {
        return Err(unfit());
    }
    Ok(parsed.as_str().trim_end_matches('/').to_owned())
}

#[cfg(all(test, feature = "client", feature = "server", feature = "admin"))]
mod tests {
    use progenitor_client::ClientInfo;

    use super::*;
    use crate::{StackAdmin, StackClient, StackServer};

    #[test]
    fn the_environment_has_the_names_of_other_clients() {
        let builder = Builder::<StackServer>::new().read_vars(|name| match name {
            "NEXT_PUBLIC_STACK_API_URL" => Some("http://localhost:8102/".to_owned()),
            "STACK_PROJECT_ID" => Some("internal".to_owned()),
            "STACK_SECRET_SERVER_KEY" => Some("ssk_1".to_owned()),
            _ => None,
        });
        assert_eq!(builder.build().unwrap().baseurl(), "http://localhost:8102");
    }

    #[test]
    fn the_hosted_service_is_the_default() {
        let stack = StackClient::builder().project_id("internal").build().unwrap();
        assert_eq!(stack.baseurl(), CLOUD);
    }

    #[test]
    fn a_missing_setting_is_named() {
        let message = |error: BuildError| error.to_string();
        let no_project = StackClient::builder().build().map_err(message).unwrap_err();
        assert_eq!(no_project, "the project id (STACK_PROJECT_ID) is missing");
        let no_key = StackServer::builder()
            .project_id("internal")
            .build()
            .map_err(message)
            .unwrap_err();
        assert_eq!(no_key, "the secret server key (STACK_SECRET_SERVER_KEY) is missing");
        assert!(
            StackAdmin::builder()
                .project_id("internal")
                .admin_access_token("token")
                .build()
                .is_ok()
        );
    }

    #[test]
    fn what_isnt_an_origin_is_refused() {
        for url in [
            "api.example.com",
            "ftp://example.com",
            "https://example.com/?a=b",
            "mailto:a@b",
        ] {
            let built = StackClient::builder().project_id("internal").base_url(url).build();
            assert!(matches!(built, Err(BuildError::BaseUrl { .. })), "{url}");
        }
    }

    #[test]
    fn debug_output_hides_keys_and_tokens() {
        let builder = StackServer::builder().project_id("internal").secret_server_key("ssk_1");
        assert!(!format!("{builder:?}").contains("ssk_1"));
        let stack = builder.tokens(crate::Tokens::new("access", "refresh")).build().unwrap();
        let shown = format!("{stack:?}");
        assert!(!shown.contains("ssk_1") && !shown.contains("access\""), "{shown}");
    }
}
