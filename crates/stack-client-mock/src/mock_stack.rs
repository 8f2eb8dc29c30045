//! A server that answers what a test says, and clients of it.

use std::ops::Deref;

use httpmock::MockServer;

#[cfg(feature = "admin")]
use crate::Admin;
#[cfg(feature = "client")]
use crate::Client;
use crate::Mocks;
#[cfg(feature = "server")]
use crate::Server;

/// The project that the clients of a mock belong to.
const PROJECT: &str = "mock-project";

/// The client that `$builder` makes, for the mock `$stack`.
#[cfg(any(feature = "client", feature = "server", feature = "admin"))]
macro_rules! build {
    ($stack:ident, $builder:ident) => {{
        let retries = stack_client::Retries {
            first_wait: std::time::Duration::from_millis(1),
            ..stack_client::Retries::default()
        };
        let builder = $builder
            .base_url($stack.server.base_url())
            .project_id(PROJECT)
            .retries(retries);
        builder.build().expect("nothing is missing")
    }};
}

/// A server on a port of this machine that answers what a test tells it to, and 404 otherwise.
///
/// It dereferences to the [`MockServer`] that it is built on, for requests that the contract doesn't know.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use stack_client::prelude::*;
/// use stack_client_mock::MockStack;
///
/// let stack = MockStack::start();
/// let mock = stack.as_server().get_user(|when, then| {
///     when.user_id(UserIdOrMe::Me);
///     then.known_error(KnownError::UserNotFound);
/// });
///
/// let error = stack.server().get_user().user_id(UserIdOrMe::Me).send().await.unwrap_err();
/// assert_eq!(error.known(), Some(&KnownError::UserNotFound));
/// mock.assert();
/// # Ok(())
/// # }
/// ```
pub struct MockStack {
    server: MockServer,
}

impl MockStack {
    /// Starts a server, or takes one that another test is done with.
    pub fn start() -> Self {
        Self {
            server: MockServer::start(),
        }
    }

    /// As [`start`](Self::start), for async code that mustn't be held up meanwhile.
    pub async fn start_async() -> Self {
        Self {
            server: MockServer::start_async().await,
        }
    }

    /// Mocks of what clients call.
    #[cfg(feature = "client")]
    pub fn as_client(&self) -> Mocks<'_, Client> {
        Mocks::new(&self.server)
    }

    /// Mocks of what servers call.
    #[cfg(feature = "server")]
    pub fn as_server(&self) -> Mocks<'_, Server> {
        Mocks::new(&self.server)
    }

    /// Mocks of what admins call.
    #[cfg(feature = "admin")]
    pub fn as_admin(&self) -> Mocks<'_, Admin> {
        Mocks::new(&self.server)
    }

    /// A client of the mock. It repeats requests without waiting long; nobody is signed in.
    #[cfg(feature = "client")]
    pub fn client(&self) -> stack_client::StackClient {
        let builder = stack_client::StackClient::builder().publishable_client_key("pck_mock");
        build!(self, builder)
    }

    /// A client with server access to the mock. It repeats requests without waiting long; nobody is signed in.
    #[cfg(feature = "server")]
    pub fn server(&self) -> stack_client::StackServer {
        let builder = stack_client::StackServer::builder().secret_server_key("ssk_mock");
        build!(self, builder)
    }

    /// A client with admin access to the mock. It repeats requests without waiting long; nobody is signed in.
    #[cfg(feature = "admin")]
    pub fn admin(&self) -> stack_client::StackAdmin {
        let builder = stack_client::StackAdmin::builder().super_secret_admin_key("sak_mock");
        build!(self, builder)
    }
}

impl Deref for MockStack {
    type Target = MockServer;

    fn deref(&self) -> &MockServer {
        &self.server
    }
}
