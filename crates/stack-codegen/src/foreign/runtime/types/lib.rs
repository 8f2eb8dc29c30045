//! The types of {title}.

#![allow(dead_code, unused_imports, unused_macros, reason = "few documents need the whole runtime")]

mod generated;
mod multipart;
mod open_enum;
mod patch;
pub mod schema;

pub use generated::*;
pub use multipart::{Multipart, Part};
pub use patch::Patch;
