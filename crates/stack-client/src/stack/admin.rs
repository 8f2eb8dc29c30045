//! Admin access.

use stack_types::Secret;

use super::{ADMIN_ACCESS_TOKEN, SUPER_SECRET_ADMIN_KEY, common::stack};
use crate::Builder;

stack!(
    /// Admin access: acts on the project itself, and may do all that server access may.
    ///
    /// Its calls are the traits of [`crate::admin`].
    StackAdmin,
    admin,
    keys: &[SUPER_SECRET_ADMIN_KEY],
    needed: Some("super secret admin key (STACK_SUPER_SECRET_ADMIN_KEY) or an admin access token")
);

impl Builder<StackAdmin> {
    /// The key of admin access. It or an admin access token is needed.
    pub fn super_secret_admin_key(self, key: impl Into<Secret>) -> Self {
        self.key(SUPER_SECRET_ADMIN_KEY.header, key)
    }

    /// The access token of a user of the project `internal` who owns this project; it is used as it is until it
    /// expires. [`owner`](Self::owner) renews it.
    pub fn admin_access_token(self, token: impl Into<Secret>) -> Self {
        self.key(ADMIN_ACCESS_TOKEN.header, token)
    }

    /// Somebody who owns this project and is signed in with `owner`, a client of the project `internal`. Their session
    /// stands for a key; it is shared with `owner`, and renewed as there.
    #[cfg(feature = "client")]
    pub fn owner(self, owner: &crate::StackClient) -> Self {
        self.with_owner(owner.as_owner())
    }
}
