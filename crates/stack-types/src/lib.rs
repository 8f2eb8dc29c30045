#![doc = include_str!("../README.md")]

mod access;
mod error_body;
mod generated;
mod ids;
mod millis;
mod open_enum;
mod patch;
pub mod schema;
mod secret;
#[cfg(feature = "proptest")]
pub mod strategy;

pub use access::Access;
pub use error_body::ErrorBody;
pub use generated::*;
pub use ids::UserIdOrMe;
pub use millis::Millis;
pub use patch::Patch;
pub use secret::Secret;
