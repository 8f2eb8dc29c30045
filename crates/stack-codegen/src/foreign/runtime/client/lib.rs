//! A client of {title}.
//!
//! [`Client`] has one extension trait per tag, all of them in [`prelude`]: each method gives a builder, `send` sends it.
//! Credentials are headers of the `reqwest::Client` that it is made with ([`Client::new_with_client`]).

#![allow(dead_code, unused_imports, unused_macros, reason = "few documents need the whole runtime")]

mod answer;
mod call;
mod encode;
mod error;
pub mod tags;

pub use error::Error;
pub use progenitor_client::{ClientInfo, ResponseValue};
pub use reqwest;
pub use tags::{Client, prelude};
pub use ::types;
