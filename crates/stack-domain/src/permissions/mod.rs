//! Permissions: what they are, who was given which, and what follows from that.
//!
//! Definitions are part of the configuration (`rbac`), so a tenant has them at hand; grants are rows. What somebody may
//! do is worked out of both: one query, and a walk in memory (`effective`). Nothing derived is stored.

mod checks;
mod definitions;
mod effective;
mod grants;

pub(crate) use checks::DefaultsFor;
pub use definitions::{DefinedPermission, PermissionDefinitions, PermissionUpdate};
pub use grants::{ListPermissions, ProjectPermissions, TeamPermissions};
