#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

mod account;
mod call;
mod command;
mod connection;
mod extras;
mod failure;
mod generated;
mod hints;
mod instant;
mod io;
mod output;
mod profiles;
mod run;
pub mod spec;
mod trace;
mod value;

pub use command::root as command;
pub use failure::Exit;
pub use generated::GROUPS;
pub use io::Io;
pub use run::run;
