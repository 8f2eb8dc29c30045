//! The settings of a server: from a file, then the environment, then flags; the later wins.
//!
//! Every setting has a default that works on a laptop. [`Settings`] is what was said, [`Config`] is what holds.

use std::{net::SocketAddr, num::NonZeroU8, path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use serde::Deserialize;
use stack_domain::{limits::LimitSettings, mail::MailSettings};
use stack_server_api::TrustedProxies;
use stack_types::Secret;
use url::Url;

use crate::{
    mail::SmtpServer,
    outbound::{Networks, providers::OauthSettings},
};

/// How many characters the server's secret has at least.
pub const SHORTEST_SECRET: usize = 32;

/// How many characters the secret of a scheduler has at least.
const SHORTEST_CRON_SECRET: usize = 16;

/// How long an endpoint may take to answer a webhook at most.
const LONGEST_WEBHOOK_TIMEOUT: Duration = Duration::from_secs(60);

/// The settings as given; what is missing takes its default in [`Settings::resolve`].
///
/// The same names stand in the configuration file (`snake_case`), on the command line (`--kebab-case`) and, where
/// noted, in the environment.
#[derive(Debug, Clone, Default, Deserialize, clap::Args)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the data lives: `sqlite://path/to/file.db` or `postgres://user:password@host/database`
    /// [default: sqlite://stack-auth.db]
    #[arg(
        long,
        env = "STACK_DATABASE_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub database_url: Option<String>,

    /// The address to listen on [default: 127.0.0.1:8102]
    #[arg(long, env = "STACK_LISTEN", value_name = "ADDRESS", global = true)]
    pub listen: Option<SocketAddr>,

    /// The origin under which callers reach this server; it stands in tokens and links, and is never taken from a
    /// request [default: http://localhost:PORT]
    #[arg(long, env = "NEXT_PUBLIC_STACK_API_URL", value_name = "URL", global = true)]
    pub public_url: Option<Url>,

    /// At least 32 characters; signing and sealing keys are derived from it. On SQLite it is made at the first start
    /// and kept in a file beside the database; on PostgreSQL it must be given
    #[arg(
        long,
        env = "STACK_SERVER_SECRET",
        value_name = "TEXT",
        global = true,
        hide_env_values = true
    )]
    pub server_secret: Option<Secret>,

    /// How long an access token lives, for example `10m` or `60s`; official SDKs can't do with less than 20 s
    /// [default: 10m]
    #[arg(
        long,
        env = "STACK_ACCESS_TOKEN_EXPIRATION_TIME",
        value_name = "DURATION",
        global = true
    )]
    pub access_token_lifetime: Option<String>,

    /// The greatest body that a request may have, in bytes [default: 4194304]
    #[arg(long, env = "STACK_MAX_BODY_BYTES", value_name = "BYTES", global = true)]
    pub max_body_bytes: Option<usize>,

    /// The header to which your proxies add the address that they saw, such as `x-forwarded-for`; set it only if every
    /// request comes through them [default: none, the address is that of the connection]
    #[arg(long, env = "STACK_TRUSTED_PROXY_HEADER", value_name = "HEADER", global = true)]
    pub trusted_proxy_header: Option<String>,

    /// How many proxies in a row add to that header [default: 1]
    #[arg(long, env = "STACK_TRUSTED_PROXIES", value_name = "COUNT", global = true)]
    pub trusted_proxies: Option<NonZeroU8>,

    /// How long a client may take to send the headers of a request, and a connection be idle; longer than your proxies
    /// keep theirs idle [default: 75s]
    #[arg(long, env = "STACK_HEADER_TIMEOUT", value_name = "DURATION", global = true)]
    pub header_timeout: Option<String>,

    /// How often something may be tried, as far as it differs from the defaults, such as
    /// `sign-in.account=10/15m,mail.address=off`; `off` alone for no limits at all [default: see the README]
    #[arg(long, env = "STACK_RATE_LIMITS", value_name = "LIMITS", global = true)]
    pub rate_limits: Option<String>,

    /// How many passwords are hashed at once; further ones wait, too many are refused with 503
    /// [default: the number of cores]
    #[arg(long, env = "STACK_PASSWORD_HASHERS", value_name = "COUNT", global = true)]
    pub password_hashers: Option<usize>,

    /// The publishable client key of the project `internal` [default: made at the first start and kept beside the SQLite file]
    #[arg(
        long,
        env = "STACK_SEED_INTERNAL_PROJECT_PUBLISHABLE_CLIENT_KEY",
        value_name = "KEY",
        global = true,
        hide_env_values = true
    )]
    pub internal_publishable_client_key: Option<Secret>,

    /// The secret server key of the project `internal` [default: made at the first start and kept beside the SQLite file]
    #[arg(
        long,
        env = "STACK_SEED_INTERNAL_PROJECT_SECRET_SERVER_KEY",
        value_name = "KEY",
        global = true,
        hide_env_values = true
    )]
    pub internal_secret_server_key: Option<Secret>,

    /// The super secret admin key of the project `internal` [default: made at the first start and kept beside the SQLite file]
    #[arg(
        long,
        env = "STACK_SEED_INTERNAL_PROJECT_SUPER_SECRET_ADMIN_KEY",
        value_name = "KEY",
        global = true,
        hide_env_values = true
    )]
    pub internal_super_secret_admin_key: Option<Secret>,

    /// Whether people may sign up to the project `internal`, that is, to a dashboard [default: false]
    #[arg(
        long,
        env = "STACK_SEED_INTERNAL_PROJECT_SIGN_UP_ENABLED",
        value_name = "BOOL",
        global = true,
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    pub internal_sign_up_enabled: Option<bool>,

    /// Networks that the server may call although they aren't public, with HTTP too, separated by commas, such as
    /// `10.0.0.0/8`: where OAuth providers of one's own are [default: none]
    #[arg(long, env = "STACK_OUTBOUND_NETWORKS", value_name = "NETWORKS", global = true)]
    pub outbound_networks: Option<String>,

    /// How long an endpoint may take to answer a webhook, at most `60s`; one that takes longer gets it again later
    /// [default: 15s]
    #[arg(long, env = "STACK_WEBHOOK_TIMEOUT", value_name = "DURATION", global = true)]
    pub webhook_timeout: Option<String>,

    /// Whether apps get access tokens of OAuth providers that were got through this deployment's own clients there
    /// [default: false]
    #[arg(
        long,
        env = "STACK_ALLOW_SHARED_OAUTH_ACCESS_TOKENS",
        value_name = "BOOL",
        global = true,
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    pub allow_shared_oauth_access_tokens: Option<bool>,

    /// OAuth providers: in the file, `[oauth.providers.<provider>]`; shared clients in the environment, too.
    #[arg(skip)]
    pub oauth: OauthSettings,

    /// The mail server that sends for every project without one of its own: `smtps://user:password@host` (TLS),
    /// `smtp://user:password@host` (STARTTLS), or `smtp://host?tls=none` [default: none, mails stay in the outbox]
    #[arg(
        long,
        env = "STACK_SMTP_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub smtp_url: Option<Secret>,

    /// The address from which that mail server sends, beside the name of the project; needed with it [default: none]
    #[arg(long, env = "STACK_EMAIL_SENDER", value_name = "ADDRESS", global = true)]
    pub mail_sender: Option<String>,

    /// How many mails of one project are sent in any hour; more wait [default: 200]
    #[arg(
        long,
        env = "STACK_DEFAULT_EMAIL_CAPACITY_PER_HOUR",
        value_name = "COUNT",
        global = true
    )]
    pub mails_per_hour: Option<u32>,

    /// For how many days a mail that was sent or given up can still be read [default: 30]
    #[arg(long, env = "STACK_MAILS_KEPT_DAYS", value_name = "DAYS", global = true)]
    pub mails_kept_days: Option<u32>,

    /// What a scheduler outside shows as a bearer token to have queues worked on and owners told of failed mails; at
    /// least 16 characters [default: none, nobody may]
    #[arg(
        long,
        env = "CRON_SECRET",
        value_name = "TEXT",
        global = true,
        hide_env_values = true
    )]
    pub cron_secret: Option<Secret>,

    /// Whether the mails of all projects are shown at `/dev/mail` to whoever asks; for development, and only on a
    /// loopback address [default: false]
    #[arg(
        long,
        env = "STACK_DEV_MAIL",
        value_name = "BOOL",
        global = true,
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    pub dev_mail: Option<bool>,

    /// Whether the API reference is served below `/docs` [default: true]
    #[arg(
        long,
        env = "STACK_DOCS",
        value_name = "BOOL",
        global = true,
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    pub docs: Option<bool>,

    /// How log lines look: `text` or `json` [default: text]
    #[arg(long, env = "STACK_LOG_FORMAT", value_name = "FORMAT", global = true)]
    pub log_format: Option<LogFormat>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The settings that hold, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// See [`Settings::database_url`].
    pub database_url: String,
    /// See [`Settings::listen`].
    pub listen: SocketAddr,
    /// The origin, without a slash at the end; `None`: follows from the address that is bound.
    pub public_url: Option<String>,
    /// `None`: kept in a file beside the SQLite database.
    pub server_secret: Option<Secret>,
    /// See [`Settings::access_token_lifetime`].
    pub access_token_lifetime: Duration,
    /// See [`Settings::max_body_bytes`].
    pub max_body_bytes: usize,
    /// See [`Settings::trusted_proxy_header`].
    pub trusted_proxies: Option<TrustedProxies>,
    /// See [`Settings::header_timeout`].
    pub header_timeout: Duration,
    /// See [`Settings::rate_limits`].
    pub rate_limits: LimitSettings,
    /// See [`Settings::password_hashers`].
    pub password_hashers: usize,
    /// The keys of the project `internal`, as far as they are given.
    pub internal_keys: InternalKeys,
    /// See [`Settings::internal_sign_up_enabled`].
    pub internal_sign_up_enabled: bool,
    /// See [`Settings::outbound_networks`].
    pub outbound_networks: Networks,
    /// See [`Settings::webhook_timeout`].
    pub webhook_timeout: Duration,
    /// See [`Settings::allow_shared_oauth_access_tokens`].
    pub allow_shared_oauth_access_tokens: bool,
    /// See [`Settings::oauth`].
    pub oauth: OauthSettings,
    /// The mail server of the deployment, and the address from which it sends.
    pub smtp: Option<(SmtpServer, String)>,
    /// See [`Settings::mails_per_hour`] and [`Settings::mails_kept_days`].
    pub mail: MailSettings,
    /// See [`Settings::cron_secret`].
    pub cron_secret: Option<Secret>,
    /// See [`Settings::dev_mail`].
    pub dev_mail: bool,
    /// See [`Settings::docs`].
    pub docs: bool,
    /// See [`Settings::log_format`].
    pub log_format: LogFormat,
}

/// Keys of the project `internal`. They may be any text.
#[derive(Debug, Clone, Default)]
pub struct InternalKeys {
    /// Grants client access.
    pub publishable_client_key: Option<Secret>,
    /// Grants server access.
    pub secret_server_key: Option<Secret>,
    /// Grants admin access.
    pub super_secret_admin_key: Option<Secret>,
}

impl InternalKeys {
    /// Whether none is left to be made.
    pub const fn are_all_given(&self) -> bool {
        self.publishable_client_key.is_some()
            && self.secret_server_key.is_some()
            && self.super_secret_admin_key.is_some()
    }
}

impl Settings {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// If it can't be read, isn't TOML, or names a setting that doesn't exist.
    pub fn from_file(path: &PathBuf) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} isn't a valid configuration", path.display()))
    }

    /// What `self` says, and where it says nothing, what `below` says.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            database_url: self.database_url.or(below.database_url),
            listen: self.listen.or(below.listen),
            public_url: self.public_url.or(below.public_url),
            server_secret: self.server_secret.or(below.server_secret),
            access_token_lifetime: self.access_token_lifetime.or(below.access_token_lifetime),
            max_body_bytes: self.max_body_bytes.or(below.max_body_bytes),
            trusted_proxy_header: self.trusted_proxy_header.or(below.trusted_proxy_header),
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
            header_timeout: self.header_timeout.or(below.header_timeout),
            rate_limits: self.rate_limits.or(below.rate_limits),
            password_hashers: self.password_hashers.or(below.password_hashers),
            internal_publishable_client_key: self
                .internal_publishable_client_key
                .or(below.internal_publishable_client_key),
            internal_secret_server_key: self.internal_secret_server_key.or(below.internal_secret_server_key),
            internal_super_secret_admin_key: self
                .internal_super_secret_admin_key
                .or(below.internal_super_secret_admin_key),
            internal_sign_up_enabled: self.internal_sign_up_enabled.or(below.internal_sign_up_enabled),
            outbound_networks: self.outbound_networks.or(below.outbound_networks),
            webhook_timeout: self.webhook_timeout.or(below.webhook_timeout),
            allow_shared_oauth_access_tokens: self
                .allow_shared_oauth_access_tokens
                .or(below.allow_shared_oauth_access_tokens),
            oauth: self.oauth.over(below.oauth),
            smtp_url: self.smtp_url.or(below.smtp_url),
            mail_sender: self.mail_sender.or(below.mail_sender),
            mails_per_hour: self.mails_per_hour.or(below.mails_per_hour),
            mails_kept_days: self.mails_kept_days.or(below.mails_kept_days),
            cron_secret: self.cron_secret.or(below.cron_secret),
            dev_mail: self.dev_mail.or(below.dev_mail),
            docs: self.docs.or(below.docs),
            log_format: self.log_format.or(below.log_format),
        }
    }

    /// Checks the settings and fills in the defaults.
    ///
    /// # Errors
    /// If one of them can't hold; the message names it and says what would be right.
    pub fn resolve(self) -> anyhow::Result<Config> {
        let database_url = self.database_url.unwrap_or_else(|| "sqlite://stack-auth.db".to_owned());
        let on_sqlite = database_url.starts_with("sqlite:");
        if !on_sqlite && !database_url.starts_with("postgres:") && !database_url.starts_with("postgresql:") {
            bail!("`database_url` must start with `sqlite://` or `postgres://`");
        }
        match &self.server_secret {
            Some(secret) if secret.expose().chars().count() < SHORTEST_SECRET => {
                bail!(
                    "`server_secret` is too short: give at least 32 characters, for example from `openssl rand -hex 32`"
                )
            }
            None if !on_sqlite => bail!(
                "`server_secret` is needed on PostgreSQL, since every process must have the same; \
                 make one with `openssl rand -hex 32`"
            ),
            _ => {}
        }
        let public_url = self.public_url.map(checked_origin).transpose()?;
        let webhook_timeout = parse_duration("webhook_timeout", self.webhook_timeout.as_deref().unwrap_or("15s"))?;
        if webhook_timeout > LONGEST_WEBHOOK_TIMEOUT {
            bail!("`webhook_timeout` is too long: give at most `60s`");
        }
        let lifetime = self.access_token_lifetime.as_deref().unwrap_or("10m");
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let key = |key: Option<Secret>| key.filter(|key| !key.expose().is_empty());
        let listen = self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8102)));
        Ok(Config {
            database_url,
            listen,
            public_url,
            server_secret: self.server_secret,
            access_token_lifetime: parse_duration("access_token_lifetime", lifetime)?,
            max_body_bytes: self.max_body_bytes.unwrap_or(4 * 1024 * 1024),
            trusted_proxies: trusted_proxies(self.trusted_proxy_header.as_deref(), self.trusted_proxies)?,
            header_timeout: parse_duration("header_timeout", self.header_timeout.as_deref().unwrap_or("75s"))?,
            webhook_timeout,
            rate_limits: rate_limits(self.rate_limits.as_deref())?,
            password_hashers: self.password_hashers.unwrap_or(cores).max(1),
            internal_keys: InternalKeys {
                publishable_client_key: key(self.internal_publishable_client_key),
                secret_server_key: key(self.internal_secret_server_key),
                super_secret_admin_key: key(self.internal_super_secret_admin_key),
            },
            internal_sign_up_enabled: self.internal_sign_up_enabled.unwrap_or(false),
            outbound_networks: networks(self.outbound_networks.as_deref())?,
            allow_shared_oauth_access_tokens: self.allow_shared_oauth_access_tokens.unwrap_or(false),
            oauth: self.oauth.checked()?,
            smtp: smtp(self.smtp_url.as_ref(), self.mail_sender)?,
            mail: mail(self.mails_per_hour, self.mails_kept_days),
            cron_secret: cron_secret(key(self.cron_secret))?,
            dev_mail: dev_mail(self.dev_mail, listen)?,
            docs: self.docs.unwrap_or(true),
            log_format: self.log_format.unwrap_or_default(),
        })
    }
}

/// The networks that may be called although they aren't public.
fn networks(text: Option<&str>) -> anyhow::Result<Networks> {
    text.unwrap_or_default()
        .parse()
        .context("`outbound_networks` makes no sense")
}

/// The mail server of the deployment, if there is one.
fn smtp(url: Option<&Secret>, sender: Option<String>) -> anyhow::Result<Option<(SmtpServer, String)>> {
    let Some(url) = url.filter(|url| !url.expose().is_empty()) else {
        return Ok(None);
    };
    let sender = sender.context("`smtp_url` needs `mail_sender`: from which address does it send?")?;
    if sender.parse::<lettre::Address>().is_err() {
        bail!("`mail_sender` is `{sender}`, which is no e-mail address such as `noreply@example.com`");
    }
    Ok(Some((url.expose().parse()?, sender)))
}

/// What the scheduler shows, if it can't be guessed.
fn cron_secret(secret: Option<Secret>) -> anyhow::Result<Option<Secret>> {
    match secret {
        Some(secret) if secret.expose().chars().count() < SHORTEST_CRON_SECRET => {
            bail!("`cron_secret` is too short: give at least {SHORTEST_CRON_SECRET} characters")
        }
        secret => Ok(secret),
    }
}

/// How much mail is sent, and how long it is kept.
fn mail(per_hour: Option<u32>, kept_days: Option<u32>) -> MailSettings {
    let usual = MailSettings::default();
    MailSettings {
        per_hour: per_hour.unwrap_or(usual.per_hour),
        kept_for: kept_days.map_or(usual.kept_for, |days| {
            Duration::from_secs(u64::from(days) * 24 * 60 * 60)
        }),
    }
}

/// Mails hold codes with which anybody can sign in: only this machine may read them.
fn dev_mail(dev_mail: Option<bool>, listen: SocketAddr) -> anyhow::Result<bool> {
    let is_on = dev_mail.unwrap_or(false);
    if is_on && !listen.ip().is_loopback() {
        bail!(
            "`dev_mail` shows every mail to whoever asks; listen on a loopback address such as 127.0.0.1, not {listen}"
        );
    }
    Ok(is_on)
}

/// The rule by which a caller's address is found.
fn trusted_proxies(header: Option<&str>, count: Option<NonZeroU8>) -> anyhow::Result<Option<TrustedProxies>> {
    let Some(name) = header else {
        if count.is_some() {
            bail!("`trusted_proxies` needs `trusted_proxy_header`: to which header do they add the address?");
        }
        return Ok(None);
    };
    let header = name
        .parse()
        .with_context(|| format!("`trusted_proxy_header` is `{name}`, which is no name of a header"))?;
    Ok(Some(TrustedProxies {
        count: count.unwrap_or(NonZeroU8::MIN),
        header,
    }))
}

/// The origin of `url` as text, if that is all it is.
fn checked_origin(url: Url) -> anyhow::Result<String> {
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if !plain {
        bail!("`public_url` must be an origin such as `https://auth.example.com`, but it is `{url}`");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The budgets that hold.
fn rate_limits(text: Option<&str>) -> anyhow::Result<LimitSettings> {
    let limits = text.unwrap_or_default().parse();
    limits.map_err(|error: String| anyhow::anyhow!("`rate_limits`: {error}"))
}

/// Reads `600`, `60s`, `10m` or `2h`, from one second to a day.
fn parse_duration(name: &str, text: &str) -> anyhow::Result<Duration> {
    let wrong =
        || format!("`{name}` is `{text}`; write a number with `s`, `m` or `h`, from `1s` to `24h`, such as `10m`");
    let (digits, unit_secs) = match text.trim().split_at_checked(text.trim().len().saturating_sub(1)) {
        Some((digits, "s")) => (digits, 1),
        Some((digits, "m" | "min")) => (digits, 60),
        Some((digits, "h")) => (digits, 3600),
        _ => (text.trim(), 1),
    };
    let secs = digits
        .trim()
        .parse::<u64>()
        .with_context(wrong)?
        .saturating_mul(unit_secs);
    if !(1..=86_400).contains(&secs) {
        bail!(wrong());
    }
    Ok(Duration::from_secs(secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_runs_on_a_laptop() {
        let config = Settings::default().resolve().expect("the defaults hold");
        assert_eq!(config.database_url, "sqlite://stack-auth.db");
        assert_eq!(config.access_token_lifetime, Duration::from_secs(600));
    }

    #[test]
    fn the_command_line_and_a_file_know_the_same_names() {
        use clap::{Args as _, Command};
        let command = Settings::augment_args(Command::new("stack-server"));
        let defaults = Settings::default();
        for argument in command.get_arguments() {
            let name = argument.get_id().as_str();
            let long = argument.get_long().expect("every setting has a flag");
            assert_eq!(long.replace('-', "_"), name);
            assert!(format!("{defaults:?}").contains(&format!("{name}: None")), "{name}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let settings: Settings = toml::from_str("server_secret = 'correct horse'").expect("it is TOML");
        assert!(!format!("{settings:?}").contains("correct horse"));
    }

    #[test]
    fn the_upper_layer_wins() {
        let file: Settings = toml::from_str("max_body_bytes = 10\npassword_hashers = 3").expect("it is TOML");
        let flags = Settings {
            max_body_bytes: Some(20),
            ..Settings::default()
        };
        let config = flags.over(file).resolve().expect("it holds");
        assert_eq!((config.max_body_bytes, config.password_hashers), (20, 3));
    }

    #[test]
    fn proxies_are_trusted_by_the_name_of_their_header() {
        assert_eq!(trusted_proxies(None, None).expect("it holds"), None);
        let one = trusted_proxies(Some("X-Forwarded-For"), None)
            .expect("it holds")
            .expect("it is said");
        assert_eq!((one.header.as_str(), one.count.get()), ("x-forwarded-for", 1));
        assert!(trusted_proxies(None, NonZeroU8::new(2)).is_err());
        assert!(trusted_proxies(Some("no header"), None).is_err());
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        assert!(toml::from_str::<Settings>("max_body_byte = 10").is_err());
    }

    #[test]
    fn lifetimes_are_read_with_their_unit() {
        for (text, secs) in [("600", 600), ("60s", 60), ("10m", 600), ("2h", 7200)] {
            let read = parse_duration("access_token_lifetime", text).expect(text);
            assert_eq!(read, Duration::from_secs(secs), "{text}");
        }
        for text in ["", "0s", "25h", "ten", "-5m", "s"] {
            assert!(parse_duration("access_token_lifetime", text).is_err(), "{text}");
        }
    }

    #[test]
    fn postgres_needs_a_secret_and_a_public_url_is_an_origin() {
        let postgres = Settings {
            database_url: Some("postgres://localhost/stack".into()),
            ..Settings::default()
        };
        assert!(postgres.resolve().is_err());
        for url in [
            "https://auth.example.com/api",
            "ftp://auth.example.com",
            "https://user@auth.example.com",
        ] {
            let settings = Settings {
                public_url: Some(url.parse().expect(url)),
                ..Settings::default()
            };
            assert!(settings.resolve().is_err(), "{url}");
        }
    }
}
