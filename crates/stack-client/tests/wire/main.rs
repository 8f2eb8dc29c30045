//! What clients send, and what they make of the answers, against a scripted server on loopback.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod calls;
mod server;
mod sessions;
