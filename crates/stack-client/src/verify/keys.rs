//! The project's public keys: fetched when they are needed, one request at a time, and kept for a while.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{KeysError, VerifyError};

/// How long a request for the keys may take. Tokens wait for it.
const TIMEOUT: Duration = Duration::from_secs(5);

/// After a failure nobody asks for so long.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(2);

pub(super) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// How long keys are kept, and how often they are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyPolicy {
    /// Older keys are fetched again.
    pub max_age: Duration,
    /// If that fails, they are used on until this age.
    pub max_stale: Duration,
    /// A key that isn't there makes the others be fetched again, but not more often than this: anyone can think up ids.
    pub unknown_key_pause: Duration,
}

/// The project's keys.
pub(super) struct Keys {
    http: reqwest::Client,
    url: Url,
    policy: KeyPolicy,
    clock: Clock,
    state: RwLock<State>,
    /// Held by whoever is asking for the keys.
    fetching: Mutex<()>,
}

#[derive(Clone, Default)]
struct State {
    keys: Arc<HashMap<String, Key>>,
    fetched_at: Option<SystemTime>,
    /// When a request was begun last.
    tried_at: Option<SystemTime>,
    /// How many requests have ended.
    attempts: u64,
    /// What came of the last one, if it failed.
    failure: Option<KeysError>,
}

/// A public key.
#[derive(Clone)]
pub(super) struct Key(Arc<ParsedPublicKey>);

impl Key {
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        self.0
            .verify_sig(message, signature)
            .map_err(|_| VerifyError::Signature)
    }
}

impl Keys {
    pub fn new(http: reqwest::Client, url: Url, policy: KeyPolicy, clock: Clock) -> Self {
        Self {
            http,
            url,
            policy,
            clock,
            state: RwLock::default(),
            fetching: Mutex::new(()),
        }
    }

    /// The key with this id.
    ///
    /// A key at hand never waits for a request of somebody else. Of many that need new keys at once, one asks, and the
    /// others take what it gets, be it keys or a failure.
    pub async fn find(&self, kid: &str) -> Result<Key, VerifyError> {
        let seen = self.state();
        let at_hand = self.usable(&seen, kid);
        if let Some(key) = &at_hand
            && !self.is_due(&seen)
        {
            return Ok(key.clone());
        }
        let _turn = match (self.fetching.try_lock(), at_hand) {
            (Ok(turn), _) => turn,
            (Err(_), Some(key)) => return Ok(key),
            (Err(_), None) => self.fetching.lock().await,
        };
        let mut state = self.state();
        if state.attempts == seen.attempts && self.may_fetch(&state) {
            self.fetch().await;
            state = self.state();
        }
        match (self.usable(&state, kid), state.failure) {
            (Some(key), _) => Ok(key),
            (None, Some(failure)) => Err(failure.into()),
            (None, None) => Err(VerifyError::UnknownKey { kid: kid.to_owned() }),
        }
    }

    /// Fetches the keys, if that hasn't been done yet.
    pub async fn warm_up(&self) -> Result<(), KeysError> {
        let _turn = self.fetching.lock().await;
        let state = self.state();
        if self.is_due(&state) && self.may_fetch(&state) {
            self.fetch().await;
        }
        self.state().failure.map_or(Ok(()), Err)
    }

    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn usable(&self, state: &State, kid: &str) -> Option<Key> {
        let key = state.keys.get(kid)?;
        (self.since(state.fetched_at) < self.policy.max_stale).then(|| key.clone())
    }

    fn is_due(&self, state: &State) -> bool {
        self.since(state.fetched_at) >= self.policy.max_age
    }

    fn may_fetch(&self, state: &State) -> bool {
        match (&state.failure, self.is_due(state)) {
            (Some(_), _) => self.since(state.tried_at) >= PAUSE_AFTER_FAILURE,
            (None, true) => true,
            (None, false) => self.since(state.tried_at) >= self.policy.unknown_key_pause,
        }
    }

    /// How long ago that was; endless if it never was, or if the clock was set back since.
    fn since(&self, then: Option<SystemTime>) -> Duration {
        then.and_then(|then| (self.clock)().duration_since(then).ok())
            .unwrap_or(Duration::MAX)
    }

    /// Its begin is written down first: whoever asks may give up in between, again and again.
    async fn fetch(&self) {
        let now = (self.clock)();
        self.change(|state| state.tried_at = Some(now));
        let result = self.request().await;
        match &result {
            Ok(keys) => tracing::debug!(keys = keys.len(), "fetched the keys of access tokens"),
            Err(error) => {
                let cause = std::error::Error::source(error).map(ToString::to_string);
                tracing::warn!(%error, cause, "the keys of access tokens can't be fetched");
            }
        }
        self.change(|state| {
            state.attempts += 1;
            match result {
                Ok(keys) => {
                    state.keys = Arc::new(keys);
                    state.fetched_at = Some(now);
                    state.failure = None;
                }
                Err(error) => state.failure = Some(error),
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }

    async fn request(&self) -> Result<HashMap<String, Key>, KeysError> {
        let failed = |error: reqwest::Error| KeysError::new(&self.url, error.without_url());
        let response = self.http.get(self.url.clone()).timeout(TIMEOUT).send().await;
        let response = response.map_err(failed)?.error_for_status().map_err(failed)?;
        let set: JsonWebKeySet = response.json().await.map_err(failed)?;
        let keys: HashMap<_, _> = set.keys.into_iter().filter_map(key).collect();
        if keys.is_empty() {
            return Err(KeysError::new(&self.url, "the answer holds no key for ES256"));
        }
        Ok(keys)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("url", &self.url.as_str())
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct JsonWebKeySet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct JsonWebKey {
    kty: String,
    crv: String,
    x: String,
    y: String,
    kid: String,
}

/// A key by its id. Keys of other kinds, which a later server may have, are left out.
fn key(json: Value) -> Option<(String, Key)> {
    let JsonWebKey { kty, crv, x, y, kid } = serde_json::from_value(json).ok()?;
    if kty != "EC" || crv != "P-256" {
        return None;
    }
    // The point, uncompressed (SEC 1, section 2.3.3).
    let mut point = vec![4];
    point.extend(BASE64.decode(x).ok()?);
    point.extend(BASE64.decode(y).ok()?);
    let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).ok()?;
    Some((kid, Key(Arc::new(key))))
}
