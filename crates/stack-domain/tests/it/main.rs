//! What the rules promise, tried over a storage in memory, with a clock that stands still.

#![allow(clippy::unwrap_used, reason = "a test that panics fails")]

mod access;
mod codes;
mod contact_channels;
mod harness;
mod limits;
mod mails;
mod memory;
mod oauth;
mod otp;
mod owned_api_keys;
mod passwords;
mod permissions;
mod projects;
mod providers;
mod resets;
mod sessions;
mod sweeping;
mod users;
mod webhooks;
