//! Settings of a verifier.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use reqwest::{Url, redirect};
use stack_types::ProjectId;

use super::{
    Verifier,
    keys::{Clock, KeyPolicy, Keys},
    rules::Rules,
};
use crate::{
    BuildError,
    builder::{CLOUD, origin, variable},
    path::encode_path,
};

/// Settings of a [`Verifier`], which [`Verifier::builder`] starts.
pub struct VerifierBuilder {
    base_url: String,
    issuer_url: Option<String>,
    project_id: Option<ProjectId>,
    allow_restricted: bool,
    allow_anonymous: bool,
    leeway: Duration,
    policy: KeyPolicy,
    clock: Clock,
    http: Option<reqwest::Client>,
}

impl Default for VerifierBuilder {
    fn default() -> Self {
        Self {
            base_url: CLOUD.to_owned(),
            issuer_url: None,
            project_id: None,
            allow_restricted: false,
            allow_anonymous: false,
            leeway: Duration::from_secs(10),
            policy: KeyPolicy {
                max_age: Duration::from_secs(10 * 60),
                max_stale: Duration::from_secs(24 * 60 * 60),
                unknown_key_pause: Duration::from_secs(30),
            },
            clock: Arc::new(SystemTime::now),
            http: None,
        }
    }
}

impl VerifierBuilder {
    /// The settings of the environment: `STACK_API_URL` and `STACK_PROJECT_ID`, with or without the prefix
    /// `NEXT_PUBLIC_`.
    pub fn from_env() -> Self {
        let var = |name: &str| std::env::var(name).ok();
        let mut builder = Self::default();
        if let Some(url) = variable(&var, "STACK_API_URL") {
            builder.base_url = url;
        }
        builder.project_id = variable(&var, "STACK_PROJECT_ID").map(Into::into);
        builder
    }

    /// The server's origin, for example `http://localhost:8102`; the hosted service by default.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The server's public URL as it stands in tokens, if this process reaches it by another; the base URL by default.
    pub fn issuer_url(mut self, url: impl Into<String>) -> Self {
        self.issuer_url = Some(url.into());
        self
    }

    /// The project whose tokens are taken. Needed.
    pub fn project_id(mut self, id: impl Into<ProjectId>) -> Self {
        self.project_id = Some(id.into());
        self
    }

    /// Takes users who may not do much yet, for example until they have shown that their e-mail address is theirs. They
    /// are refused by default.
    pub fn allow_restricted(mut self) -> Self {
        self.allow_restricted = true;
        self
    }

    /// Takes users who never signed up, and restricted ones too. They are refused by default.
    pub fn allow_anonymous(mut self) -> Self {
        self.allow_restricted = true;
        self.allow_anonymous = true;
        self
    }

    /// By how much this machine's clock may differ from the server's; 10 seconds by default. A token is taken for so
    /// much longer than it lives.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// How long keys are kept before they are fetched again; 10 minutes by default. A key that the project gives up is
    /// taken for so long.
    pub fn max_key_age(mut self, age: Duration) -> Self {
        self.policy.max_age = age;
        self
    }

    /// How old keys may become if the server can't be reached; 24 hours by default.
    pub fn max_stale_key_age(mut self, age: Duration) -> Self {
        self.policy.max_stale = age;
        self
    }

    /// How much time lies between two requests for keys that tokens name but that aren't there; 30 seconds by default.
    /// Anyone can make such tokens.
    pub fn unknown_key_pause(mut self, pause: Duration) -> Self {
        self.policy.unknown_key_pause = pause;
        self
    }

    /// What time it is, for tests; the machine's clock by default.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Fetches the keys with this HTTP client.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// Makes the verifier. It asks for the keys when the first token comes, or at [`Verifier::warm_up`].
    ///
    /// # Errors
    ///
    /// If the project is missing, or a URL isn't one.
    pub fn build(self) -> Result<Verifier, BuildError> {
        let project_id = self
            .project_id
            .ok_or(BuildError::Missing("project id (STACK_PROJECT_ID)"))?;
        let base_url = origin(&self.base_url)?;
        let issuer_url = self.issuer_url.as_deref().map_or(Ok(base_url.clone()), origin)?;
        let url = keys_url(&base_url, &project_id, self.allow_restricted, self.allow_anonymous)
            .ok_or_else(|| BuildError::BaseUrl { url: base_url.clone() })?;
        let http = match self.http {
            Some(http) => http,
            None => reqwest::Client::builder()
                .redirect(redirect::Policy::none())
                .build()
                .map_err(BuildError::Http)?,
        };
        let rules = Rules {
            project_id,
            issuer_url,
            allow_restricted: self.allow_restricted,
            allow_anonymous: self.allow_anonymous,
            leeway: self.leeway,
        };
        let keys = Keys::new(http, url, self.policy, self.clock.clone());
        Ok(Verifier::new(rules, keys, self.clock))
    }
}

/// Where the keys are, of those users only who are taken.
fn keys_url(base_url: &str, project: &ProjectId, restricted: bool, anonymous: bool) -> Option<Url> {
    let query = match (restricted, anonymous) {
        (_, true) => "?include_anonymous=true",
        (true, false) => "?include_restricted=true",
        (false, false) => "",
    };
    let project = encode_path(project.as_str());
    format!("{base_url}/api/v1/projects/{project}/.well-known/jwks.json{query}")
        .parse()
        .ok()
}

impl fmt::Debug for VerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierBuilder")
            .field("base_url", &self.base_url)
            .field("issuer_url", &self.issuer_url)
            .field("project_id", &self.project_id)
            .field("allow_restricted", &self.allow_restricted)
            .field("allow_anonymous", &self.allow_anonymous)
            .field("leeway", &self.leeway)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
