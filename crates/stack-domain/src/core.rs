//! What all services share, and the settings of a deployment that the rules depend on.

use std::{sync::Arc, time::Duration};

use stack_types::{Millis, ProjectId, Secret};

use crate::{
    api_keys::KeyCache,
    config::ProjectConfig,
    error::DomainResult,
    limits::{LimitSettings, Limiter},
    mail::{MailSettings, Wake},
    models::{Project, StoredProject},
    password::{HashingSettings, PasswordHasher},
    ports::{Clock, NoOAuthProviders, OAuthProviders, Rng, Storage},
    projects::TenantCache,
    secrets::seal::Sealer,
    tokens::{KeySchedules, Tokens},
    webhooks,
};

/// The settings of a deployment that the rules depend on.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The public URL of the deployment: the origin of every issuer. Never taken from a request.
    pub base_url: String,
    /// The secret from which all keys are derived. Whoever knows it can sign in as anybody.
    pub server_secret: Secret,
    /// How long an access token holds.
    pub access_token_lifetime: Duration,
    /// How passwords are hashed, and how many at once.
    pub password_hashing: HashingSettings,
    /// Whether a super secret admin key of `internal` in `x-stack-development-override-key` opens every project.
    pub allow_development_override: bool,
    /// How often something may be tried.
    pub limits: LimitSettings,
    /// How much mail is sent, and how long it is kept.
    pub mail: MailSettings,
    /// What talks to OAuth providers.
    pub oauth_providers: Arc<dyn OAuthProviders>,
    /// Whether access tokens of providers are handed out that were got through the deployment's own clients.
    pub allow_shared_oauth_access_tokens: bool,
}

impl Settings {
    /// The settings of a deployment that sets nothing else.
    pub fn new(base_url: impl Into<String>, server_secret: impl Into<Secret>) -> Self {
        Self {
            base_url: base_url.into(),
            server_secret: server_secret.into(),
            access_token_lifetime: Duration::from_secs(600),
            password_hashing: HashingSettings::default(),
            allow_development_override: false,
            limits: LimitSettings::default(),
            mail: MailSettings::default(),
            oauth_providers: Arc::new(NoOAuthProviders),
            allow_shared_oauth_access_tokens: false,
        }
    }
}

/// A project with its configuration: the walls within which a request is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    /// The project.
    pub project: Project,
    /// Its configuration, rendered.
    pub config: ProjectConfig,
}

impl Tenant {
    /// The project's id.
    pub const fn id(&self) -> &ProjectId {
        &self.project.id
    }
}

/// What all services share.
pub(crate) struct Core<S> {
    pub(crate) storage: S,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) sealer: Sealer,
    pub(crate) tokens: Tokens,
    pub(crate) schedules: KeySchedules,
    pub(crate) passwords: PasswordHasher,
    pub(crate) tenants: TenantCache,
    pub(crate) keys: KeyCache,
    pub(crate) allow_development_override: bool,
    pub(crate) limiter: Limiter,
    pub(crate) mail: MailSettings,
    pub(crate) mail_wake: Wake,
    pub(crate) webhook_wake: Wake,
    pub(crate) webhook_ids: webhooks::Ids,
    /// The public URL of the deployment, without a slash at its end.
    pub(crate) base_url: String,
    pub(crate) oauth_providers: Arc<dyn OAuthProviders>,
    pub(crate) allow_shared_oauth_access_tokens: bool,
}

impl<S: Storage> Core<S> {
    pub(crate) fn new(storage: S, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>, settings: Settings) -> Self {
        Self {
            storage,
            sealer: Sealer::new(&settings.server_secret),
            tokens: Tokens::new(
                &settings.base_url,
                settings.access_token_lifetime,
                &settings.server_secret,
            ),
            schedules: KeySchedules::new(),
            passwords: PasswordHasher::new(settings.password_hashing, Arc::clone(&rng)),
            tenants: TenantCache::new(),
            keys: KeyCache::new(),
            allow_development_override: settings.allow_development_override,
            limiter: Limiter::new(settings.limits, &settings.server_secret),
            mail: settings.mail,
            mail_wake: Wake::default(),
            webhook_wake: Wake::default(),
            webhook_ids: webhooks::Ids::default(),
            base_url: settings.base_url.trim_end_matches('/').to_owned(),
            oauth_providers: settings.oauth_providers,
            allow_shared_oauth_access_tokens: settings.allow_shared_oauth_access_tokens,
            clock,
            rng,
        }
    }

    pub(crate) fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Renders the configuration of a project that was read.
    pub(crate) fn tenant(&self, stored: StoredProject) -> DomainResult<Tenant> {
        let config = ProjectConfig::load(&stored.project.id, &stored.config, &self.sealer)?;
        Ok(Tenant {
            project: stored.project,
            config,
        })
    }
}
