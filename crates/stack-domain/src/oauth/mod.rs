//! Signing in with accounts at other providers, and the server as an OAuth 2.0 authorization server for apps.
//!
//! Two flows are in each other. In the outer one the app asks us ([`OAuth::authorize`]) and trades our code for a session
//! ([`OAuth::exchange`]); in the inner one we ask the provider, which sends the browser back to us
//! ([`OAuth::finish`]). What is known between two steps never leaves the server: the browser carries random texts, of
//! which hashes are stored.
//!
//! How one talks to a provider is [`crate::ports::OAuthProviders`]' to know. Whose account it is, is decided in one
//! place (`account`), for the browser and for Apple's devices alike.

mod account;
mod accounts;
mod authorize;
mod callback;
mod client;
mod code;
mod connected;
mod cross_domain;
mod exchange;
mod flow;
mod native;
mod provider;

use std::sync::Arc;

pub use self::{
    accounts::{ConnectAccount, LinkedAccount, UpdateAccount},
    authorize::{Authorization, Authorize},
    callback::{Callback, Returned},
    client::ClientCredentials,
    cross_domain::HandOff,
    exchange::{Exchange, Exchanged},
    flow::{ChallengeMethod, cookie_name},
};
use crate::{core::Core, ports::Storage};

/// Signing in with accounts at other providers.
pub struct OAuth<S>(pub(crate) Arc<Core<S>>);

impl<S: Storage> OAuth<S> {
    /// Whether browsers reach this deployment by HTTPS, so that cookies can be kept to it.
    pub fn is_https(&self) -> bool {
        self.0.base_url.starts_with("https://")
    }
}
