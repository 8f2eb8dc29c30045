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
