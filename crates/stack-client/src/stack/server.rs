//! Server access.

use stack_types::Secret;

use super::{SECRET_SERVER_KEY, common::stack};
use crate::Builder;

stack!(
    /// Server access: acts on everything of the project. With tokens it also knows who `me` is.
    ///
    /// Its calls are the traits of [`crate::server`].
    ///
    /// # Examples
    ///
    /// Every user of the project, page by page:
    ///
    /// ```no_run
    /// use futures::TryStreamExt;
    /// use stack_client::prelude::*;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let stack = StackServer::from_env()?;
    /// let mut users = stack.list_users().limit(100).stream();
    /// while let Some(user) = users.try_next().await? {
    ///     println!("{}", user.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    StackServer,
    server,
    keys: &[SECRET_SERVER_KEY],
    needed: Some("secret server key (STACK_SECRET_SERVER_KEY)")
);

impl Builder<StackServer> {
    /// The key of server access. Needed.
    pub fn secret_server_key(self, key: impl Into<Secret>) -> Self {
        self.key(SECRET_SERVER_KEY.header, key)
    }
}
