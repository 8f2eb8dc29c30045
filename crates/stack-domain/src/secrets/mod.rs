//! Making, hashing and sealing secrets.
//!
//! - [`random`]: tokens and ids out of an [`crate::ports::Rng`];
//! - [`digest`]: what is remembered of a token that must be found again but never read;
//! - [`seal`]: what must be read again, but not by whoever holds the database.

pub mod digest;
pub mod random;
pub mod seal;
