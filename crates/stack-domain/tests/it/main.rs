//! What the rules promise, tried over a storage in memory, with a clock that stands still.

#![allow(clippy::unwrap_used, reason = "a test that panics fails")]

mod access;
mod harness;
mod memory;
mod passwords;
mod projects;
mod sessions;
mod users;
