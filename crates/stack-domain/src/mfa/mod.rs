//! The second factor of a sign-in: a code of an authenticator app.
//!
//! Whoever showed the first factor holds an attempt code (`sign_in`). A code of the app is accepted once: its
//! step is remembered with the user, so a code that somebody saw is worth nothing, and of two who show it at the same
//! time one gets in.

mod sign_in;
mod totp;

use std::sync::Arc;

use crate::core::Core;

/// Second factors.
pub struct SecondFactors<S>(pub(crate) Arc<Core<S>>);
