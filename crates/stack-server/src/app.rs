//! Puts everything together: settings, database, rules, routes, and a socket.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use axum::{Router, middleware};
use stack_domain::{
    Domain, Settings,
    bootstrap::{SeedInternal, SeedKeys},
    password::HashingSettings,
    ports::{Clock, Rng, SystemClock, SystemRng},
};
use stack_server_api::{BodyLimit, WireLayer, routes};
use stack_storage::Database;
use stack_types::{ProjectId, Secret};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    config::{Config, SHORTEST_SECRET},
    http::{Server, oauth_parameters::refuse_duplicates},
    kept,
    keys::{KeptKeys, ProjectKeys, internal_keys},
    log,
    mail::{self, SmtpMailer, Worker},
    outbound::{Outbound, providers::Providers},
    reference::{self, Reference},
    serve::serve,
    sweeping::Sweeping,
    webhooks,
};

/// How long a shutdown waits for requests that are being answered.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(10);

/// How long a secret is that the server makes: 320 random bits.
const SECRET_LENGTH: usize = 64;

/// How many passwords may wait for each one that is being hashed.
const WAITING_PER_HASHER: usize = 32;

/// What a server takes from its surroundings; tests bring their own.
#[derive(Clone)]
pub struct Parts {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives tokens and ids their bytes.
    pub rng: Arc<dyn Rng>,
    /// How passwords are hashed; `None`: as strongly as it should be, so many at once as the configuration says.
    pub password_hashing: Option<HashingSettings>,
    /// Whether the demo project is there.
    pub demo: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            password_hashing: None,
            demo: false,
        }
    }
}

/// A server that takes requests. Dropping it leaves it running; [`Running::shutdown`] ends it.
pub struct Running {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// The origin under which callers reach it.
    pub base_url: String,
    /// The file of an SQLite database; its secret and keys are kept beside it.
    pub database_file: Option<PathBuf>,
    /// The keys of the project `internal`.
    pub internal_keys: SeedKeys,
    /// The demo project, if there is one.
    pub demo: Option<Demo>,
    /// Whether mails are shown at `/dev/mail`.
    pub shows_mail: bool,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
    mail_worker: Worker,
    webhook_worker: webhooks::Worker,
    sweeping: Sweeping,
    database: Database,
}

/// A project to play with.
#[derive(Debug, Clone)]
pub struct Demo {
    /// Its id, always the same.
    pub project_id: ProjectId,
    /// Its keys, the same at every start on the same SQLite file.
    pub keys: ProjectKeys,
}

impl Running {
    /// Takes no more requests, answers those that are under way, finishes the mails and webhooks that are being sent, and closes the
    /// database.
    ///
    /// # Errors
    ///
    /// If the socket failed. A request that takes more than ten seconds from now is dropped, which is no error.
    pub async fn shutdown(self) -> Result<()> {
        // If nobody listens the server has ended already.
        let _ = self.stop.send(());
        let mut task = self.task;
        match tokio::time::timeout(SHUTDOWN_PATIENCE, &mut task).await {
            Ok(ended) => ended.context("the server panicked")?.context("the socket failed")?,
            Err(_) => {
                tracing::warn!("some requests took too long and were dropped");
                task.abort();
            }
        }
        drop(self.sweeping);
        tokio::join!(self.mail_worker.stop(), self.webhook_worker.stop());
        self.database.close().await;
        Ok(())
    }
}

/// Starts a server.
///
/// # Errors
///
/// If the database can't be reached or migrated, the secret can be neither read nor made, or the address is taken.
pub async fn start(config: Config) -> Result<Running> {
    start_with(config, Parts::default()).await
}

/// Starts a server with a clock and a source of randomness of one's own.
///
/// # Errors
///
/// As [`start`].
pub async fn start_with(config: Config, parts: Parts) -> Result<Running> {
    let started = Instant::now();
    let file = kept::sqlite_file(&config.database_url);
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("can't listen on {}", config.listen))?;
    let address = listener.local_addr().context("the socket has no address")?;
    let base_url = config
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://localhost:{}", address.port()));
    if config.public_url.is_none() && !address.ip().is_loopback() {
        tracing::warn!(
            base_url,
            "others can reach this server, but tokens name it as localhost; set public_url"
        );
    }
    let (database, _) = open(&config).await?;
    let outbound = Outbound::new(config.outbound_networks.clone());
    let settings = Settings {
        access_token_lifetime: config.access_token_lifetime,
        password_hashing: parts
            .password_hashing
            .unwrap_or_else(|| hashing(config.password_hashers)),
        oauth_providers: Providers::new(outbound.clone(), config.oauth.clone()),
        allow_shared_oauth_access_tokens: config.allow_shared_oauth_access_tokens,
        limits: config.rate_limits.clone(),
        mail: config.mail,
        ..Settings::new(base_url.clone(), server_secret(&config, file.as_deref())?)
    };
    let domain = Domain::new(database.clone(), parts.clock, parts.rng, settings);
    let (internal_keys, demo) = seed(&domain, &config, file.as_deref(), parts.demo).await?;

    let reference = config.docs.then(|| Reference {
        base_url: base_url.clone(),
        demo: demo.clone(),
    });
    let mailer = Arc::new(SmtpMailer::new(
        config.smtp.clone(),
        config.outbound_networks.clone(),
        host_of(&base_url),
    ));
    let server = Arc::new(Server::new(
        domain,
        database.clone(),
        Arc::clone(&mailer),
        config.cron_secret.clone(),
    ));
    let mail_page = config.dev_mail.then(|| mail::page::router(Arc::clone(&server)));
    if config.smtp.is_none() && config.public_url.is_some() {
        tracing::warn!("there is no mail server: mails stay in the outbox; set smtp_url");
    }
    let app = router(Arc::clone(&server), wire(&config), reference, mail_page);
    let (stop, stopped) = oneshot::channel::<()>();
    let serve = serve(listener, app, config.header_timeout, async {
        // A sender that was dropped asks for nothing: the server goes on.
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    });
    let task = tokio::spawn(serve);
    let sweeping = Sweeping::start(Arc::clone(&server));
    let mail_worker = Worker::start(Arc::clone(&server), mailer);
    let webhook_worker = webhooks::Worker::start(server, outbound, config.webhook_timeout);
    tracing::info!(%address, base_url, startup_ms = started.elapsed().as_millis() as u64, "listening");
    Ok(Running {
        address,
        base_url,
        database_file: file,
        internal_keys,
        demo,
        shows_mail: config.dev_mail,
        stop,
        task,
        mail_worker,
        webhook_worker,
        sweeping,
        database,
    })
}

/// Brings the schema of the database up to date and does nothing else; gives how many migrations it has then.
///
/// # Errors
///
/// If the database can't be reached, or a migration fails.
pub async fn migrate(config: &Config) -> Result<usize> {
    let (database, count) = open(config).await?;
    database.close().await;
    Ok(count)
}

/// Opens the database and brings its schema up to date; gives how many migrations it has then.
pub(crate) async fn open(config: &Config) -> Result<(Database, usize)> {
    let database = Database::connect(&config.database_url)
        .await
        .context("can't open the database")?;
    let count = database.migrate().await.context("can't migrate the database")?;
    Ok((database, count))
}

/// The secret of the settings, else the one beside the database, else one that is forgotten with the database in
/// memory.
pub(crate) fn server_secret(config: &Config, file: Option<&Path>) -> Result<Secret> {
    if let Some(secret) = &config.server_secret {
        return Ok(secret.clone());
    }
    let new = || kept::random_text(SECRET_LENGTH);
    let Some(file) = file else {
        return new().map(Secret::from);
    };
    let path = kept::beside(file, "secret");
    let secret = Secret::from(kept::read_or_make(&path, new)?.trim());
    if secret.expose().chars().count() < SHORTEST_SECRET {
        bail!(
            "{} is too short to hold the server's secret; restore it",
            path.display()
        );
    }
    Ok(secret)
}

/// So many hashes at once as the configuration says, each as strong as it should be.
fn hashing(at_once: usize) -> HashingSettings {
    HashingSettings {
        max_running: at_once,
        max_waiting: at_once * WAITING_PER_HASHER,
        ..HashingSettings::default()
    }
}

/// Sees to it that the projects are there with which a deployment starts.
async fn seed(
    domain: &Domain<Database>,
    config: &Config,
    file: Option<&Path>,
    with_demo: bool,
) -> Result<(SeedKeys, Option<Demo>)> {
    let kept = if with_demo || !config.internal_keys.are_all_given() {
        kept_keys(config, file)?
    } else {
        None
    };
    let internal = SeedInternal {
        keys: internal_keys(&config.internal_keys, kept.as_ref()),
        sign_up_enabled: config.internal_sign_up_enabled,
        allow_localhost: true,
        ..SeedInternal::default()
    };
    domain
        .bootstrap
        .seed_internal(&internal)
        .await
        .context("can't seed the project internal")?;
    if !with_demo {
        return Ok((internal.keys, None));
    }
    let keys = kept.context("the demo keeps its keys beside an SQLite file: give such a `database_url`, or none")?;
    let project_id = domain
        .bootstrap
        .seed_demo(&keys.demo().seed())
        .await
        .context("can't seed the demo project")?;
    let demo = Demo {
        project_id,
        keys: keys.demo().clone(),
    };
    Ok((internal.keys, Some(demo)))
}

/// The keys that weren't given. On PostgreSQL there is no place for them that all processes share.
fn kept_keys(config: &Config, file: Option<&Path>) -> Result<Option<KeptKeys>> {
    match file {
        Some(file) => KeptKeys::beside(file).map(Some),
        None if config.database_url.starts_with("sqlite:") => KeptKeys::random().map(Some),
        None => Ok(None),
    }
}

/// What all answers have in common, as the settings want it.
fn wire(config: &Config) -> WireLayer {
    let wire = WireLayer::new().body_limit(BodyLimit(config.max_body_bytes));
    match &config.trusted_proxies {
        Some(proxies) => wire.trusted_proxies(proxies.clone()),
        None => wire,
    }
}

/// The host of an origin, without its port.
fn host_of(origin: &str) -> &str {
    let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// Every route of the contract, with what all answers have in common, the pages of reference and mail beside it,
/// and log lines around all.
fn router(server: Arc<Server>, wire: WireLayer, reference: Option<Reference>, mail_page: Option<Router>) -> Router {
    let management = webhooks::api::router(Arc::clone(&server));
    let routes = routes::<Server>()
        .with_state(server)
        .layer(middleware::from_fn(refuse_duplicates))
        .layer(middleware::from_fn(log::name_request));
    wire.wrap(routes)
        .merge(reference.map(reference::router).unwrap_or_default())
        .merge(mail_page.unwrap_or_default())
        .merge(management)
        .layer(middleware::from_fn(log::log_request))
}
