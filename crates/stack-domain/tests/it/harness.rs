//! A deployment with two projects, and short ways to act in it.

use std::{sync::Arc, time::Duration};

use stack_domain::{
    Domain, DomainError, Refusal, Settings, Tenant,
    access::{AccessType, Caller, Credentials},
    bootstrap::{SeedInternal, SeedKeys},
    models::{EmailContent, EmailFilter},
    password::{HashingSettings, SignUp},
    ports::{Clock, FixedClock, SeededRng},
    projects::ProjectUpdate,
    sessions::SessionTokens,
};
use stack_types::{Millis, ProjectId, Secret, UserId};

use crate::{memory::Memory, providers::Believing};

pub const INTERNAL: &str = "internal";
pub const PASSWORD: &str = "correct horse battery";

/// A deployment.
pub struct Harness {
    pub domain: Domain<Memory>,
    pub clock: Arc<FixedClock>,
    pub memory: Memory,
    pub demo: ProjectId,
}

pub fn keys(prefix: &str) -> SeedKeys {
    SeedKeys {
        publishable_client_key: Some(Secret::new(format!("{prefix}-client"))),
        secret_server_key: Some(Secret::new(format!("{prefix}-server"))),
        super_secret_admin_key: Some(Secret::new(format!("{prefix}-admin"))),
    }
}

impl Harness {
    pub async fn new() -> Self {
        let (memory, clock) = (Memory::default(), Arc::new(FixedClock::new(Millis(1_700_000_000_000))));
        let domain = Self::process(&memory, &clock);
        let seed = SeedInternal {
            keys: keys("internal"),
            sign_up_enabled: true,
            ..Default::default()
        };
        domain.bootstrap.seed_internal(&seed).await.unwrap();
        let demo = domain.bootstrap.seed_demo(&keys("demo")).await.unwrap();
        Self {
            domain,
            clock,
            memory,
            demo,
        }
    }

    /// Another process over the same storage.
    pub fn process(memory: &Memory, clock: &Arc<FixedClock>) -> Domain<Memory> {
        let hashing = HashingSettings {
            memory_kib: 64,
            iterations: 1,
            parallelism: 1,
            max_running: 4,
            max_waiting: 64,
        };
        let settings = Settings {
            password_hashing: hashing,
            oauth_providers: Arc::new(Believing),
            ..Settings::new("https://auth.example.com", "server secret")
        };
        let clock: Arc<dyn Clock> = clock.clone();
        Domain::new(memory.clone(), clock, Arc::new(SeededRng::new(7)), settings)
    }

    pub async fn tenant(&self) -> Arc<Tenant> {
        self.domain.projects.find(&self.demo).await.unwrap().unwrap()
    }

    pub async fn configure(&self, set: impl FnOnce(&mut ProjectUpdate)) {
        let mut update = ProjectUpdate::default();
        set(&mut update);
        self.domain.projects.update(&self.demo, update).await.unwrap();
    }

    pub fn credentials(&self, access: AccessType) -> Credentials {
        Credentials {
            publishable_client_key: Some("demo-client".into()),
            secret_server_key: Some("demo-server".into()),
            super_secret_admin_key: Some("demo-admin".into()),
            allow_anonymous_user: true,
            ..Credentials::new(access, self.demo.clone())
        }
    }

    pub async fn caller(&self, access: AccessType) -> Caller {
        self.domain
            .access
            .authenticate(&self.credentials(access))
            .await
            .unwrap()
    }

    pub async fn client(&self, tokens: &SessionTokens) -> Caller {
        let credentials = Credentials {
            access_token: Some(tokens.access_token.clone()),
            ..self.credentials(AccessType::Client)
        };
        self.domain.access.authenticate(&credentials).await.unwrap()
    }

    pub async fn sign_up(&self, email: &str) -> SessionTokens {
        let caller = self.caller(AccessType::Client).await;
        self.domain.passwords.sign_up(&caller, sign_up(email)).await.unwrap()
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Result<UserId, DomainError> {
        let tenant = self.tenant().await;
        let tokens = self
            .domain
            .passwords
            .sign_in(&tenant, email, &password.into(), None)
            .await?;
        Ok(tokens.user_id)
    }

    /// What all mails of the project say, the newest first.
    pub async fn mails(&self) -> Vec<EmailContent> {
        let (tenant, all) = (self.tenant().await, EmailFilter::default());
        let page = self.domain.outbox.list(&tenant, all, None, 100).await.unwrap();
        page.items.into_iter().map(|mail| mail.content).collect()
    }

    /// The code of the link in the newest mail.
    pub async fn mailed_code(&self) -> Secret {
        let mails = self.mails().await;
        let texts = mails[0].variables.values().filter_map(|value| value.as_str());
        let code = texts.filter_map(|text| text.split_once("code=")).next().unwrap().1;
        code.into()
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

pub fn sign_up(email: &str) -> SignUp {
    SignUp {
        email: email.to_owned(),
        password: PASSWORD.into(),
        verification_callback_url: None,
        ip_info: None,
    }
}

/// The code of a known error, or the kind of a plain-text one.
pub fn code<T>(result: Result<T, DomainError>) -> String {
    match result.map(drop).expect_err("it is refused") {
        DomainError::Known(known) => known.code().to_owned(),
        DomainError::Refused {
            kind: Refusal::BadRequest,
            ..
        } => "400".to_owned(),
        DomainError::Refused {
            kind: Refusal::Unauthorized,
            ..
        } => "401".to_owned(),
        DomainError::Refused {
            kind: Refusal::Forbidden,
            ..
        } => "403".to_owned(),
        DomainError::Refused {
            kind: Refusal::NotFound,
            ..
        } => "404".to_owned(),
        other => format!("{other:?}"),
    }
}
