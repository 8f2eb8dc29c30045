//! All services together.

use std::sync::Arc;

use crate::{
    access::Access,
    anonymous::Anonymous,
    api_keys::ApiKeys,
    bootstrap::Bootstrap,
    cli_auth::CliAuth,
    config::ConfigService,
    contact_channels::ContactChannels,
    core::{Core, Settings},
    limits::Limits,
    mail::{Delivery, Outbox},
    mfa::SecondFactors,
    oauth::OAuth,
    otp::Otp,
    passkeys::Passkeys,
    password::Passwords,
    ports::{Clock, Rng, Storage},
    projects::Projects,
    sessions::Sessions,
    signing_keys::SigningKeys,
    sweeping::Sweeper,
    users::Users,
};

/// The rules, over one storage. One per process: it holds the caches and the pool for password hashes.
pub struct Domain<S> {
    /// Who is calling.
    pub access: Access<S>,
    /// Users who have never signed up.
    pub anonymous: Anonymous<S>,
    /// Project keys.
    pub api_keys: ApiKeys<S>,
    /// What a deployment starts with.
    pub bootstrap: Bootstrap<S>,
    /// Logins of command line tools.
    pub cli_auth: CliAuth<S>,
    /// Configurations.
    pub config: ConfigService<S>,
    /// Contact channels.
    pub contact_channels: ContactChannels<S>,
    /// The sending of mails.
    pub delivery: Delivery<S>,
    /// Sign-in with accounts at other providers.
    pub oauth: OAuth<S>,
    /// Mails.
    pub outbox: Outbox<S>,
    /// How often something may be tried.
    pub limits: Limits<S>,
    /// Sign-in by codes in mails.
    pub otp: Otp<S>,
    /// Passkeys.
    pub passkeys: Passkeys<S>,
    /// Passwords.
    pub passwords: Passwords<S>,
    /// Projects.
    pub projects: Projects<S>,
    /// Second factors.
    pub second_factors: SecondFactors<S>,
    /// Sessions.
    pub sessions: Sessions<S>,
    /// The keys that sign access tokens.
    pub signing_keys: SigningKeys<S>,
    /// Deletes what nobody needs any more.
    pub sweeper: Sweeper<S>,
    /// Users.
    pub users: Users<S>,
}

impl<S: Storage> Domain<S> {
    /// The rules over `storage`.
    ///
    /// # Panics
    ///
    /// If the settings of password hashing are impossible ones.
    pub fn new(storage: S, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>, settings: Settings) -> Self {
        let core = Arc::new(Core::new(storage, clock, rng, settings));
        Self {
            access: Access(Arc::clone(&core)),
            anonymous: Anonymous(Arc::clone(&core)),
            api_keys: ApiKeys(Arc::clone(&core)),
            bootstrap: Bootstrap(Arc::clone(&core)),
            cli_auth: CliAuth(Arc::clone(&core)),
            config: ConfigService(Arc::clone(&core)),
            contact_channels: ContactChannels(Arc::clone(&core)),
            delivery: Delivery(Arc::clone(&core)),
            oauth: OAuth(Arc::clone(&core)),
            outbox: Outbox(Arc::clone(&core)),
            limits: Limits(Arc::clone(&core)),
            otp: Otp(Arc::clone(&core)),
            passkeys: Passkeys(Arc::clone(&core)),
            passwords: Passwords(Arc::clone(&core)),
            projects: Projects(Arc::clone(&core)),
            second_factors: SecondFactors(Arc::clone(&core)),
            sessions: Sessions(Arc::clone(&core)),
            signing_keys: SigningKeys(Arc::clone(&core)),
            sweeper: Sweeper(Arc::clone(&core)),
            users: Users(core),
        }
    }
}
