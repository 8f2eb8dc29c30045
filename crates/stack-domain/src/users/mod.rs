//! Users: making, reading, listing, changing and deleting them.

mod commands;
mod create;
mod email;
mod fields;
mod read;
mod restriction;
mod shown;
mod update;
mod welcome;

use std::sync::Arc;

pub use commands::{ListUsers, NewOAuthAccount, UserCreate, UserFields, UserUpdate};
pub(crate) use email::EmailChange;
pub(crate) use fields::totp_owner;
pub use restriction::RestrictedReason;
pub use shown::{server_user, shown_oauth_account, shown_restricted_reason};

use crate::core::Core;

/// Users.
pub struct Users<S>(pub(crate) Arc<Core<S>>);
