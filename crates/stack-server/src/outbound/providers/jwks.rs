//! The keys with which providers sign identity tokens.

use std::{collections::HashMap, time::Duration};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use stack_domain::ports::ProviderError;
use stack_types::Millis;
use tokio::sync::Mutex;

use super::{discovery::fetch, id_token::invalid};
use crate::outbound::Outbound;

/// How long keys are used without looking at the provider again: a key that it withdraws is trusted no longer than this.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);
/// How often an unknown key makes us look at most.
const LEAST_AGE: Duration = Duration::from_secs(60);

/// The keys of providers, by the URL that they come from.
#[derive(Debug, Default)]
pub(super) struct KeySets(Mutex<HashMap<String, KeySet>>);

#[derive(Debug)]
struct KeySet {
    keys: JwkSet,
    fetched_at: Millis,
}

impl KeySet {
    fn is_older_than(&self, age: Duration, now: Millis) -> bool {
        self.fetched_at.saturating_add(age) <= now
    }
}

impl KeySets {
    /// The key of this id. Where a provider has just made a new one, its keys are fetched again.
    pub(super) async fn key(
        &self,
        outbound: &Outbound,
        url: &str,
        id: &str,
        now: Millis,
    ) -> Result<Jwk, ProviderError> {
        let mut sets = self.0.lock().await;
        let known = sets.get(url).filter(|set| !set.is_older_than(MAX_AGE, now));
        if let Some(set) = known {
            if let Some(key) = set.keys.find(id) {
                return Ok(key.clone());
            }
            if !set.is_older_than(LEAST_AGE, now) {
                return Err(invalid("it is signed with an unknown key"));
            }
        }
        let keys: JwkSet = fetch(outbound, url).await?;
        let found = keys.find(id).cloned();
        sets.insert(url.to_owned(), KeySet { keys, fetched_at: now });
        found.ok_or_else(|| invalid("it is signed with an unknown key"))
    }
}
