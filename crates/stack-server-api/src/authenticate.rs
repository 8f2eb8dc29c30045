//! The one thing that every server brings along: from credentials to a known caller.

use std::future::Future;

use crate::{ApiError, Credentials};

/// Turns the credentials of a request into a caller.
///
/// The router calls it once per request that names an access type, before it looks at what is asked. What it already
/// knows by then: the access type is one of the three, a project is named, and the body, if any, could be parsed.
/// What it leaves to the implementer, in this order, each with its known error:
///
/// 1. the access token: well-formed, signed, not expired, of this project; a token of an anonymous or restricted user
///    only if [`Credentials::allow_anonymous_user`] or [`Credentials::allow_restricted_user`] says so;
/// 2. the project exists;
/// 3. the development override key or the admin access token, if there is one, in place of a key;
/// 4. otherwise the key of the access type (and of no other);
/// 5. the branch exists.
///
/// # Examples
///
/// ```
/// use stack_server_api::{ApiError, Authenticate, Authenticated, Credentials, Access};
/// use stack_types::{KnownError, ProjectId};
///
/// struct OneProject;
///
/// impl Authenticate for OneProject {
///     type Tenant = ProjectId;
///     type User = ();
///
///     async fn authenticate(&self, credentials: Credentials) -> Result<Authenticated<ProjectId, ()>, ApiError> {
///         let key = credentials.secret_server_key.as_ref().map(|key| key.expose());
///         if credentials.access == Access::Server && key != Some("ssk_example") {
///             return Err(KnownError::ServerAuthenticationRequired.into());
///         }
///         Ok(Authenticated { tenant: credentials.project_id, user: None })
///     }
/// }
/// ```
pub trait Authenticate: Send + Sync + 'static {
    /// What the server knows of an accepted caller besides the user: project, settings, session.
    type Tenant: Send + Sync + 'static;
    /// What the server knows of a signed-in user.
    type User: Send + Sync + 'static;

    /// Says who is calling.
    ///
    /// # Errors
    ///
    /// The known error of the first rule above that isn't kept.
    fn authenticate(
        &self,
        credentials: Credentials,
    ) -> impl Future<Output = Result<Authenticated<Self::Tenant, Self::User>, ApiError>> + Send;
}

/// A caller whose credentials were accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authenticated<T, U> {
    /// Project, settings, session.
    pub tenant: T,
    /// The user of the access token, if there was one and the user still exists.
    pub user: Option<U>,
}
