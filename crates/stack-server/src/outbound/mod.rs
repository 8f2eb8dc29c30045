//! Calls that the server makes by itself.
//!
//! All of them go through one client ([`Outbound`]), since what is called comes from configurations and from answers of
//! others: it follows no redirects, waits and reads for a bounded time and size, and connects to public addresses only,
//! except to [`Networks`] that the deployment names.

mod http;
mod networks;
pub mod providers;

pub use self::{
    http::{Outbound, OutboundError},
    networks::Networks,
};

/// An error with its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
