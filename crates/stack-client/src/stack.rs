//! The three kinds of client, one per kind of access.

use crate::{builder::Builder, transport::Transport};

#[cfg(feature = "admin")]
mod admin;
#[cfg(feature = "client")]
mod client;
#[cfg(any(feature = "client", feature = "server", feature = "admin"))]
mod common;
#[cfg(feature = "server")]
mod server;

#[cfg(feature = "admin")]
pub use admin::StackAdmin;
#[cfg(feature = "client")]
pub use client::StackClient;
#[cfg(feature = "server")]
pub use server::StackServer;

/// What the builder has to know of the client that it makes. It can't be named outside of this crate.
pub trait Stack: Sized {
    /// The value of `x-stack-access-type`.
    const ACCESS: &'static str;
    /// The keys that it may hold.
    const KEYS: &'static [Key];
    /// What at least one key is needed for, in words; `None`: it can do without.
    const NEEDED_KEY: Option<&'static str>;
    /// Ids of operations that are sent without credentials.
    const WITHOUT_CREDENTIALS: &'static [&'static str];
    /// Ids of operations that are sent with the refresh token.
    const WITH_REFRESH_TOKEN: &'static [&'static str];
    /// Ids of operations that a signed-in user has to call.
    const WITH_USER: &'static [&'static str];

    /// Puts it together.
    fn from_parts(http: reqwest::Client, transport: Transport) -> Self;
}

/// A key that a client may hold.
#[derive(Debug)]
pub struct Key {
    /// The header that carries it.
    pub header: &'static str,
    /// The environment's variable, if it may come from there.
    pub variable: Option<&'static str>,
}

const PUBLISHABLE_CLIENT_KEY: Key = Key {
    header: "x-stack-publishable-client-key",
    variable: Some("STACK_PUBLISHABLE_CLIENT_KEY"),
};
const SECRET_SERVER_KEY: Key = Key {
    header: "x-stack-secret-server-key",
    variable: Some("STACK_SECRET_SERVER_KEY"),
};
const SUPER_SECRET_ADMIN_KEY: Key = Key {
    header: "x-stack-super-secret-admin-key",
    variable: Some("STACK_SUPER_SECRET_ADMIN_KEY"),
};
const ADMIN_ACCESS_TOKEN: Key = Key {
    header: crate::transport::ADMIN_ACCESS_TOKEN,
    variable: None,
};

/// Reads the settings of a client of the type `S` from the process's environment.
#[cfg(any(feature = "client", feature = "server", feature = "admin"))]
fn from_env<S: Stack>() -> Builder<S> {
    Builder::new().read_vars(|name| std::env::var(name).ok())
}
