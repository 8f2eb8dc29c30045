//! Hashing passwords without letting it take over the machine.
//!
//! argon2id on blocking threads, so many at once as the settings say; so many more may wait, and whoever comes then is
//! told to come back. bcrypt hashes that were imported are checked and replaced when their owner signs in.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{self, PasswordHasher as _, PasswordVerifier as _},
};
use stack_types::Secret;
use tokio::{
    sync::{OnceCell, Semaphore},
    task,
};

use crate::{
    error::{DomainError, DomainResult},
    models::PasswordHash,
    ports::Rng,
};

/// The dearest bcrypt hash that is checked.
pub const MAX_BCRYPT_COST: u32 = 16;
const SALT_LENGTH: usize = 16;
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How passwords are hashed, and how many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashingSettings {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
    /// Hashes at once; times `memory_kib` this bounds the memory of all of them.
    pub max_running: usize,
    /// How many may wait for their turn.
    pub max_waiting: usize,
}

impl Default for HashingSettings {
    /// What OWASP recommends at least, on all cores.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
            max_running: cores,
            max_waiting: 32 * cores,
        }
    }
}

/// What came of checking a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verified {
    /// Whether it was the right one.
    pub(crate) is_right: bool,
    /// Whether its hash should be replaced by one of the current kind.
    pub(crate) needs_rehash: bool,
}

/// Hashes and checks passwords.
pub(crate) struct PasswordHasher {
    argon2: Argon2<'static>,
    rng: Arc<dyn Rng>,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    /// The hash of nothing in particular, against which passwords of unknown accounts are checked.
    dummy: OnceCell<PasswordHash>,
}

impl PasswordHasher {
    /// # Panics
    ///
    /// If argon2 doesn't know such parameters; they come from the deployment's settings.
    pub(crate) fn new(settings: HashingSettings, rng: Arc<dyn Rng>) -> Self {
        let params = Params::new(settings.memory_kib, settings.iterations, settings.parallelism, None)
            .expect("the settings of password hashing are possible ones for argon2");
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            rng,
            running: Arc::new(Semaphore::new(settings.max_running.max(1))),
            admitted: Arc::new(Semaphore::new(settings.max_running.max(1) + settings.max_waiting)),
            dummy: OnceCell::new(),
        }
    }

    /// Hashes a password.
    ///
    /// # Errors
    ///
    /// [`DomainError::Busy`] if too many are being hashed.
    pub(crate) async fn hash(&self, password: &Secret) -> DomainResult<PasswordHash> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let mut salt = [0; SALT_LENGTH];
        self.rng.fill(&mut salt);
        self.run(move || {
            let hash = argon2.hash_password_with_salt(password.expose().as_bytes(), &salt);
            hash.map(|hash| PasswordHash(Secret::new(hash.to_string())))
                .map_err(DomainError::internal)
        })
        .await?
    }

    /// Checks a password. Without a hash to check against it does the same work and finds it wrong.
    ///
    /// # Errors
    ///
    /// [`DomainError::Busy`] if too many are being checked.
    pub(crate) async fn verify(&self, hash: Option<&PasswordHash>, password: &Secret) -> DomainResult<Verified> {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash.clone(),
            None => self.dummy().await?.clone(),
        };
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let verified = self
            .run(move || verify(&argon2, hash.0.expose(), password.expose()))
            .await?;
        Ok(Verified {
            is_right: verified.is_right && known,
            ..verified
        })
    }

    async fn dummy(&self) -> DomainResult<&PasswordHash> {
        self.dummy
            .get_or_try_init(|| async { self.hash(&Secret::new("nobody")).await })
            .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> DomainResult<T> {
        let Ok(admitted) = Arc::clone(&self.admitted).try_acquire_owned() else {
            return Err(DomainError::Busy {
                retry_after: RETRY_AFTER,
            });
        };
        let running = Arc::clone(&self.running).acquire_owned().await;
        let running = running.map_err(DomainError::internal)?;
        // The places go along: a caller who hangs up doesn't stop the work, and mustn't make room for more of it.
        let work = move || {
            let done = work();
            drop((admitted, running));
            done
        };
        task::spawn_blocking(work).await.map_err(DomainError::internal)
    }
}

fn verify(argon2: &Argon2<'_>, hash: &str, password: &str) -> Verified {
    if hash.starts_with("$2") {
        let is_right = bcrypt::verify(password, hash).unwrap_or(false);
        return Verified {
            is_right,
            needs_rehash: true,
        };
    }
    let Ok(parsed) = password_hash::phc::PasswordHash::new(hash) else {
        return Verified {
            is_right: false,
            needs_rehash: false,
        };
    };
    let is_right = argon2.verify_password(password.as_bytes(), &parsed).is_ok();
    let current = argon2.params();
    let is_current = parsed.algorithm.as_str() == Algorithm::Argon2id.as_str()
        && Params::try_from(&parsed).is_ok_and(|params| {
            params.m_cost() == current.m_cost()
                && params.t_cost() == current.t_cost()
                && params.p_cost() == current.p_cost()
        });
    Verified {
        is_right,
        needs_rehash: !is_current,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::sync::oneshot;

    use super::*;
    use crate::ports::SeededRng;

    fn hasher(memory_kib: u32, max_waiting: usize) -> PasswordHasher {
        let settings = HashingSettings {
            memory_kib,
            iterations: 1,
            parallelism: 1,
            max_running: 1,
            max_waiting,
        };
        PasswordHasher::new(settings, Arc::new(SeededRng::new(1)))
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_only() {
        let hasher = hasher(64, 8);
        let password = Secret::new("correct horse");
        let hash = hasher.hash(&password).await.unwrap();
        assert!(hash.0.expose().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert_ne!(hash, hasher.hash(&password).await.unwrap(), "the salt differs");
        let right = Verified {
            is_right: true,
            needs_rehash: false,
        };
        assert_eq!(hasher.verify(Some(&hash), &password).await.unwrap(), right);
        assert!(
            !hasher
                .verify(Some(&hash), &Secret::new("wrong"))
                .await
                .unwrap()
                .is_right
        );
        assert!(
            !hasher.verify(None, &Secret::new("nobody")).await.unwrap().is_right,
            "the dummy is nobody's"
        );
    }

    #[tokio::test]
    async fn weaker_and_imported_hashes_are_replaced() {
        let password = Secret::new("correct horse");
        let weak = hasher(32, 8).hash(&password).await.unwrap();
        let imported = PasswordHash(Secret::new(bcrypt::hash("correct horse", 4).unwrap()));
        for hash in [weak, imported] {
            let verified = hasher(64, 8).verify(Some(&hash), &password).await.unwrap();
            assert_eq!(
                verified,
                Verified {
                    is_right: true,
                    needs_rehash: true
                }
            );
        }
    }

    #[tokio::test]
    async fn a_caller_who_hangs_up_makes_no_room_for_more_work() {
        let hasher = Arc::new(hasher(64, 0));
        let (started, has_started) = oneshot::channel();
        let (finish, may_finish) = mpsc::channel::<()>();
        let caller = task::spawn({
            let hasher = Arc::clone(&hasher);
            let work = move || {
                started.send(()).unwrap();
                may_finish.recv().unwrap_err();
            };
            async move { hasher.run(work).await }
        });
        has_started.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        assert_eq!(hasher.running.available_permits(), 0);
        drop(finish);
        drop(hasher.running.acquire().await.unwrap());
    }

    #[tokio::test]
    async fn whoever_comes_when_the_pool_is_full_is_sent_away() {
        let hasher = hasher(64, 0);
        let _running = hasher.admitted.try_acquire().unwrap();
        assert!(matches!(
            hasher.hash(&Secret::new("x")).await,
            Err(DomainError::Busy { .. })
        ));
    }
}
