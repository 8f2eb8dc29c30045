//! Who is calling: the credentials of the wire as `stack_domain::access` takes them, and the caller that comes back.

use std::sync::Arc;

use stack_domain::{
    access::{self, AccessType, Caller},
    models::User,
};
use stack_server_api::{Access, ApiError, Authenticate, Authenticated, Credentials, Principal};
use stack_types::SessionId;

use super::{Server, error::api_error};

/// What the server knows of an accepted caller besides the user.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// The project with its configuration.
    pub project: Arc<stack_domain::Tenant>,
    /// The session of the access token, if there was one.
    pub session_id: Option<SessionId>,
}

impl Authenticate for Server {
    type Tenant = Tenant;
    type User = User;

    async fn authenticate(&self, credentials: Credentials) -> Result<Authenticated<Tenant, User>, ApiError> {
        let claimed = domain_credentials(credentials);
        let caller = self.domain.access.authenticate(&claimed).await.map_err(api_error)?;
        Ok(Authenticated {
            tenant: Tenant {
                project: caller.tenant,
                session_id: caller.session_id,
            },
            user: caller.user,
        })
    }
}

/// The caller of an operation that needs nobody to be signed in.
pub(super) fn caller<A: Into<Access>>(who: Principal<A, Tenant, Option<User>>) -> Caller {
    Caller {
        access: access_type(who.access.into()),
        tenant: who.tenant.project,
        user: who.user,
        session_id: who.tenant.session_id,
    }
}

/// The caller of an operation that needs somebody to be signed in.
pub(super) fn signed_in<A: Into<Access>>(who: Principal<A, Tenant, User>) -> Caller {
    caller(who.with_optional_user())
}

fn domain_credentials(credentials: Credentials) -> access::Credentials {
    access::Credentials {
        access_type: access_type(credentials.access),
        project_id: credentials.project_id,
        branch_id: credentials.branch_id,
        access_token: credentials.access_token,
        publishable_client_key: credentials.publishable_client_key,
        secret_server_key: credentials.secret_server_key,
        super_secret_admin_key: credentials.super_secret_admin_key,
        admin_access_token: credentials.admin_access_token,
        development_override_key: credentials.development_override_key,
        allow_anonymous_user: credentials.allow_anonymous_user,
        allow_restricted_user: credentials.allow_restricted_user,
    }
}

pub(super) const fn access_type(access: Access) -> AccessType {
    match access {
        Access::Client => AccessType::Client,
        Access::Server => AccessType::Server,
        Access::Admin => AccessType::Admin,
    }
}
