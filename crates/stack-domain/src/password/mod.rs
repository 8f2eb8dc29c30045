//! Passwords: signing up, signing in, setting, changing and resetting them.

mod account;
mod change;
mod hasher;
mod policy;
mod reset;
mod sign_in;
mod sign_up;

use std::sync::Arc;

pub(crate) use hasher::PasswordHasher;
pub use hasher::{HashingSettings, MAX_BCRYPT_COST};
pub use policy::{MAX_LENGTH, MIN_LENGTH};
pub(crate) use policy::{check_imported, check_length, check_not_too_long};
pub use sign_up::SignUp;

use crate::core::Core;

/// Passwords.
pub struct Passwords<S>(pub(crate) Arc<Core<S>>);
