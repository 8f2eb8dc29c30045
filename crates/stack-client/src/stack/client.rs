//! Client access.

use stack_types::Secret;

use super::{PUBLISHABLE_CLIENT_KEY, common::stack};
use crate::Builder;

stack!(
    /// Client access: acts as the signed-in user, on that user's own things.
    ///
    /// Its calls are the traits of [`crate::client`]. It renews expired access tokens by itself.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use stack_client::prelude::*;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let stack = StackClient::builder()
    ///     .base_url("http://localhost:8102")
    ///     .project_id("internal")
    ///     .publishable_client_key("pck_example")
    ///     .build()?;
    /// let me = stack.get_current_user().send().await?;
    /// println!("{:?}", me.display_name);
    /// # Ok(())
    /// # }
    /// ```
    StackClient,
    client,
    keys: &[PUBLISHABLE_CLIENT_KEY],
    needed: None
);

#[cfg(feature = "admin")]
impl StackClient {
    pub(crate) fn as_owner(&self) -> crate::transport::Owner {
        crate::transport::Owner {
            http: self.0.client.clone(),
            transport: self.0.inner.clone(),
        }
    }
}

impl Builder<StackClient> {
    /// The key of client access, which a project may do without.
    pub fn publishable_client_key(self, key: impl Into<Secret>) -> Self {
        self.key(PUBLISHABLE_CLIENT_KEY.header, key)
    }
}
