//! What clients send, and what they make of the answers, against a scripted server on loopback.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod calls;
#[cfg(all(feature = "axum", feature = "tower"))]
mod doors;
mod renewal;
mod server;
mod sessions;
#[cfg(feature = "sign-in")]
mod sign_in;
#[cfg(feature = "verify")]
mod tokens;
mod traces;
#[cfg(feature = "verify")]
mod verify;
