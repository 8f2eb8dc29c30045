#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]
#![cfg_attr(
    not(all(feature = "client", feature = "server", feature = "admin", feature = "all-tags")),
    allow(dead_code, unused_imports, reason = "what one access or tag needs, another may not")
)]

mod authorization;
mod builder;
mod call;
mod error;
mod expiry;
mod generated;
mod hooks;
mod paging;
mod path;
pub mod prelude;
mod raw;
mod refresh;
mod retry;
#[cfg(all(feature = "client", feature = "sign-in"))]
pub mod sign_in;
mod stack;
mod tokens;
mod transport;
#[cfg(feature = "verify")]
pub mod verify;

pub use authorization::Authorization;
pub use builder::{BuildError, Builder};
pub use error::{Error, Result};
pub use generated::*;
pub use progenitor_client::ResponseValue;
pub use retry::Retries;
#[cfg(feature = "admin")]
pub use stack::StackAdmin;
#[cfg(feature = "client")]
pub use stack::StackClient;
#[cfg(feature = "server")]
pub use stack::StackServer;
pub use stack_types as types;
pub use tokens::{MemoryTokenStore, TokenStore, Tokens};
