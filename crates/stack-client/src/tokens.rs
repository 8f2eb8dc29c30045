//! The tokens of a session, and where they are kept.

use std::{fmt, sync::RwLock};

use progenitor_client::ResponseValue;
use stack_types::{Secret, SignInOrUpResult, SignInResult};

/// The tokens of one session. Either may be missing: a refresh token alone gets an access token at the next call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Says who is signed in; lives for minutes.
    pub access: Option<Secret>,
    /// Gets further access tokens.
    pub refresh: Option<Secret>,
}

impl Tokens {
    /// Both tokens of a session.
    pub fn new(access: impl Into<Secret>, refresh: impl Into<Secret>) -> Self {
        Self {
            access: Some(access.into()),
            refresh: Some(refresh.into()),
        }
    }

    /// An access token that can't be renewed, as a server gets it with a request of its user.
    pub fn access_only(access: impl Into<Secret>) -> Self {
        Self {
            access: Some(access.into()),
            refresh: None,
        }
    }

    /// A stored session whose access token is gone.
    pub fn refresh_only(refresh: impl Into<Secret>) -> Self {
        Self {
            access: None,
            refresh: Some(refresh.into()),
        }
    }
}

impl From<&SignInResult> for Tokens {
    fn from(signed_in: &SignInResult) -> Self {
        Self::new(signed_in.access_token.clone(), signed_in.refresh_token.clone())
    }
}

impl From<&SignInOrUpResult> for Tokens {
    fn from(signed_in: &SignInOrUpResult) -> Self {
        Self::new(signed_in.access_token.clone(), signed_in.refresh_token.clone())
    }
}

impl From<&ResponseValue<SignInOrUpResult>> for Tokens {
    fn from(signed_in: &ResponseValue<SignInOrUpResult>) -> Self {
        Self::from(&**signed_in)
    }
}

impl From<&ResponseValue<SignInResult>> for Tokens {
    fn from(signed_in: &ResponseValue<SignInResult>) -> Self {
        Self::from(&**signed_in)
    }
}

/// Keeps the tokens of one session between calls.
///
/// It is asked at every call, so it answers from memory. A store that outlives the process writes through.
pub trait TokenStore: fmt::Debug + Send + Sync {
    /// The tokens that are kept now; none if nobody is signed in.
    fn get(&self) -> Tokens;

    /// Keeps these instead. `Tokens::default()` forgets the session.
    fn set(&self, tokens: Tokens);
}

/// A store that forgets when the process ends.
#[derive(Default)]
pub struct MemoryTokenStore(RwLock<Tokens>);

impl MemoryTokenStore {
    /// A store that begins with `tokens`.
    pub fn new(tokens: Tokens) -> Self {
        Self(RwLock::new(tokens))
    }
}

impl TokenStore for MemoryTokenStore {
    fn get(&self) -> Tokens {
        self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn set(&self, tokens: Tokens) {
        *self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = tokens;
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryTokenStore").field(&self.get()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_keeps_the_last_tokens_and_hides_them_in_debug_output() {
        let store = MemoryTokenStore::default();
        assert_eq!(store.get(), Tokens::default());
        store.set(Tokens::new("abc", "def"));
        assert_eq!(store.get(), Tokens::new("abc", "def"));
        assert_eq!(
            format!("{store:?}"),
            "MemoryTokenStore(Tokens { access: Some([secret]), refresh: Some([secret]) })"
        );
    }
}
