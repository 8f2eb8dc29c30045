//! A server in this process.

use std::{sync::Arc, time::Duration};

use stack_domain::{
    models::KeyRotation,
    password::HashingSettings,
    ports::{Clock, FixedClock, SystemClock},
};
use stack_server::{
    Parts, Running,
    config::{Config, InternalKeys, Settings},
};
use stack_types::{Millis, ProjectId};

use crate::{Backend, Call, Keys, Snapshots, TestDatabase, answers};

/// When every test begins: 2026-01-02T03:04:05.678Z. It is far from any real clock, so that whoever looks at one is
/// found out.
pub const START: Millis = Millis(1_767_323_045_678);

/// The project to which the owners of all others belong.
pub const INTERNAL: &str = "internal";

/// From which tokens are signed and secrets are sealed.
pub(crate) const SERVER_SECRET: &str = "this server secret is for tests and has more than 32 characters";

/// argon2id as weak as it gets, many at once: tests are about what happens around it. What a password costs by default
/// is for the tests of `stack-domain`.
const HASHING: HashingSettings = HashingSettings {
    memory_kib: 8,
    iterations: 1,
    parallelism: 1,
    max_running: 4,
    max_waiting: 1000,
};

/// The keys of the project `internal`. They may be any text.
pub fn internal_keys() -> Keys {
    Keys {
        publishable_client_key: "this publishable client key is for internal".into(),
        secret_server_key: "this secret server key is for internal".into(),
        super_secret_admin_key: "this super secret admin key is for internal".into(),
    }
}

/// A server on a port of its own, with an empty database. Clones are the same server.
#[derive(Clone)]
pub struct TestServer(Arc<Inner>);

struct Inner {
    running: Running,
    clock: Arc<dyn Clock>,
    /// The clock, unless it goes by itself.
    movable: Option<Arc<FixedClock>>,
    http: reqwest::Client,
    database: Arc<TestDatabase>,
    config: Config,
}

impl TestServer {
    /// Starts one as it comes.
    ///
    /// # Panics
    ///
    /// If it doesn't start.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts one with other settings.
    ///
    /// # Panics
    ///
    /// If it doesn't start.
    pub async fn start_with(adjust: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(FixedClock::new(START));
        Self::start_at(adjust, HASHING, clock.clone(), Some(clock)).await
    }

    /// Starts one that hashes passwords otherwise.
    ///
    /// # Panics
    ///
    /// If it doesn't start.
    pub async fn start_with_hashing(hashing: HashingSettings) -> Self {
        let clock = Arc::new(FixedClock::new(START));
        Self::start_at(|_| {}, hashing, clock.clone(), Some(clock)).await
    }

    /// Starts one whose clock is the machine's, for programs that look at that.
    ///
    /// # Panics
    ///
    /// If it doesn't start.
    pub async fn start_on_the_machines_clock() -> Self {
        Self::start_on_the_machines_clock_with(|_| {}).await
    }

    /// Starts one whose clock is the machine's, with other settings.
    ///
    /// # Panics
    ///
    /// If it doesn't start.
    pub async fn start_on_the_machines_clock_with(adjust: impl FnOnce(&mut Config)) -> Self {
        Self::start_at(adjust, HASHING, Arc::new(SystemClock), None).await
    }

    /// Starts another on the same database, with the same secret, public URL and clock, as a second process would be.
    ///
    /// # Panics
    ///
    /// If it doesn't start.
    pub async fn twin(&self) -> Self {
        let Inner {
            database,
            clock,
            movable,
            ..
        } = &*self.0;
        let mut config = self.0.config.clone();
        config.public_url = Some(self.public_url().to_owned());
        Self::run(config, HASHING, database.clone(), clock.clone(), movable.clone()).await
    }

    async fn start_at(
        adjust: impl FnOnce(&mut Config),
        hashing: HashingSettings,
        clock: Arc<dyn Clock>,
        movable: Option<Arc<FixedClock>>,
    ) -> Self {
        let database = Arc::new(TestDatabase::create(Backend::of_this_run()).await);
        let mut config = config(&database);
        adjust(&mut config);
        Self::run(config, hashing, database, clock, movable).await
    }

    async fn run(
        config: Config,
        hashing: HashingSettings,
        database: Arc<TestDatabase>,
        clock: Arc<dyn Clock>,
        movable: Option<Arc<FixedClock>>,
    ) -> Self {
        answers::record();
        let parts = Parts {
            clock: clock.clone(),
            password_hashing: Some(hashing),
            ..Parts::default()
        };
        let running = stack_server::start_with(config.clone(), parts)
            .await
            .expect("the server starts");
        // Nothing goes over TLS, and reading the machine's certificates takes longer than most tests.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_only([])
            .no_proxy();
        let http = http.build().expect("an HTTP client");
        Self(Arc::new(Inner {
            running,
            clock,
            movable,
            http,
            database,
            config,
        }))
    }

    /// Rotates the signing keys of a project, or of all, as `stack-server keys rotate` does.
    ///
    /// # Panics
    ///
    /// If there is no such project.
    pub async fn rotate_keys(&self, project: Option<&ProjectId>) -> Vec<(ProjectId, KeyRotation)> {
        let parts = Parts {
            clock: self.0.clock.clone(),
            ..Parts::default()
        };
        let rotated = stack_server::rotate_keys(&self.0.config, parts, project.cloned()).await;
        rotated.expect("the keys are rotated")
    }

    /// Its public URL, which stands in tokens.
    pub fn public_url(&self) -> &str {
        &self.0.running.base_url
    }

    /// Where it can be reached.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.running.address)
    }

    /// The connections to it that all calls of a test share.
    pub fn http(&self) -> reqwest::Client {
        self.0.http.clone()
    }

    /// Its database.
    pub fn database(&self) -> &TestDatabase {
        &self.0.database
    }

    /// What its clock says.
    pub fn now(&self) -> Millis {
        self.0.clock.now()
    }

    /// Moves its clock forward.
    ///
    /// # Panics
    ///
    /// If it goes by itself.
    pub fn advance(&self, by: Duration) {
        self.0.movable.as_ref().expect("a clock that can be moved").advance(by);
    }

    /// A call of an operation such as `GET /users/me`, without any credentials.
    pub fn call(&self, line: &str) -> Call {
        Call::new(&self.0.http, &format!("{}/api/v1", self.url()), line)
    }

    /// A call at the root, such as `GET /health`.
    pub fn root_call(&self, line: &str) -> Call {
        Call::new(&self.0.http, &self.url(), line)
    }

    /// For the bodies of this test.
    pub fn snapshots(&self) -> Snapshots {
        Snapshots::new(START, self.public_url())
    }
}

/// The settings of a test server: nothing of them comes from the environment.
fn config(database: &TestDatabase) -> Config {
    let settings = Settings {
        database_url: Some(database.url().to_owned()),
        listen: Some(([127, 0, 0, 1], 0).into()),
        server_secret: Some(SERVER_SECRET.into()),
        ..Settings::default()
    };
    let keys = internal_keys();
    Config {
        internal_keys: InternalKeys {
            publishable_client_key: Some(keys.publishable_client_key),
            secret_server_key: Some(keys.secret_server_key),
            super_secret_admin_key: Some(keys.super_secret_admin_key),
        },
        ..settings.resolve().expect("the settings hold")
    }
}
