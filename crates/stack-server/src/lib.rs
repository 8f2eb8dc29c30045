#![doc = include_str!("../README.md")]

mod app;
pub mod config;
pub mod http;
mod kept;
mod keys;
pub mod log;
pub mod mail;
pub mod outbound;
mod reference;
mod serve;
mod signing_keys;
mod sweeping;
mod webhooks;

pub use app::{Demo, Parts, Running, migrate, start, start_with};
pub use keys::ProjectKeys;
pub use signing_keys::{list_keys, rotate_keys};
