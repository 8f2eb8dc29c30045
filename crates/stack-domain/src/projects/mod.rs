//! Projects: reading them on every request, and making, changing and deleting them.

mod cache;
mod service;

pub(crate) use cache::TenantCache;
pub use service::{CreateProject, ProjectUpdate, Projects};

/// The id of the project whose users own all others.
pub const INTERNAL_PROJECT_ID: &str = "internal";
