//! All services together.

use std::sync::Arc;

use crate::{
    access::Access,
    anonymous::Anonymous,
    api_keys::ApiKeys,
    bootstrap::Bootstrap,
    config::ConfigService,
    core::{Core, Settings},
    password::Passwords,
    ports::{Clock, Rng, Storage},
    projects::Projects,
    sessions::Sessions,
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
    /// Configurations.
    pub config: ConfigService<S>,
    /// Passwords.
    pub passwords: Passwords<S>,
    /// Projects.
    pub projects: Projects<S>,
    /// Sessions.
    pub sessions: Sessions<S>,
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
            config: ConfigService(Arc::clone(&core)),
            passwords: Passwords(Arc::clone(&core)),
            projects: Projects(Arc::clone(&core)),
            sessions: Sessions(Arc::clone(&core)),
            users: Users(core),
        }
    }
}
