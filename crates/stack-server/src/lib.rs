#![doc = include_str!("../README.md")]

mod app;
pub mod config;
pub mod http;
mod kept;
mod keys;
pub mod log;
mod reference;

pub use app::{Demo, Parts, Running, migrate, start, start_with};
pub use keys::ProjectKeys;
