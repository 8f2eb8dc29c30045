//! What a request says about its caller: the `x-stack-…` headers, read once and kept under cover.

use http::HeaderMap;
use stack_types::{KnownError, ProjectId, Secret};

use crate::{
    Access, ApiError,
    headers::{
        ACCESS_TOKEN, ACCESS_TYPE, ADMIN_ACCESS_TOKEN, ALLOW_ANONYMOUS_USER, ALLOW_RESTRICTED_USER, BRANCH_ID,
        DEVELOPMENT_OVERRIDE_KEY, PROJECT_ID, PUBLISHABLE_CLIENT_KEY, REFRESH_TOKEN, SECRET_SERVER_KEY,
        SUPER_SECRET_ADMIN_KEY,
    },
};

/// The credentials of a request that names its access type and project.
#[derive(Debug, Clone, PartialEq)]
pub struct Credentials {
    /// `x-stack-access-type`.
    pub access: Access,
    /// `x-stack-project-id`.
    pub project_id: ProjectId,
    /// `x-stack-branch-id`; `None` stands for the branch `main`.
    pub branch_id: Option<String>,
    /// `x-stack-publishable-client-key`.
    pub publishable_client_key: Option<Secret>,
    /// `x-stack-secret-server-key`.
    pub secret_server_key: Option<Secret>,
    /// `x-stack-super-secret-admin-key`.
    pub super_secret_admin_key: Option<Secret>,
    /// `x-stack-admin-access-token`: the access token of a user who owns the project; takes the place of a key.
    pub admin_access_token: Option<Secret>,
    /// `x-stack-access-token`: of the signed-in user.
    pub access_token: Option<Secret>,
    /// `x-stack-refresh-token`, for whoever wants to know the session beside the token; operations that need it have
    /// it in their request.
    pub refresh_token: Option<Secret>,
    /// `x-stack-development-override-key`: takes the place of a key where the server is configured to accept it.
    pub development_override_key: Option<Secret>,
    /// `x-stack-allow-anonymous-user: true`: a token of an anonymous user is welcome.
    pub allow_anonymous_user: bool,
    /// `x-stack-allow-restricted-user: true`, or anonymous users are welcome: so is a token of a restricted user.
    pub allow_restricted_user: bool,
}

impl Credentials {
    /// The credentials of these headers; `None` if no access type is named: the request comes from nobody in particular.
    ///
    /// Every header may also be sent under its other name; see [`headers`](crate::headers).
    ///
    /// # Errors
    ///
    /// - PROJECT_KEY_WITHOUT_ACCESS_TYPE: a key or an admin access token, but no access type.
    /// - INVALID_ACCESS_TYPE: an access type that doesn't exist.
    /// - ACCESS_TYPE_WITHOUT_PROJECT_ID: no project named.
    pub fn from_headers(headers: &HeaderMap) -> Result<Option<Self>, ApiError> {
        let Some(access) = ACCESS_TYPE.text(headers) else {
            let keys = [
                &PUBLISHABLE_CLIENT_KEY,
                &SECRET_SERVER_KEY,
                &SUPER_SECRET_ADMIN_KEY,
                &ADMIN_ACCESS_TOKEN,
            ];
            let has_key = keys.into_iter().any(|key| key.text(headers).is_some());
            return if has_key {
                Err(KnownError::ProjectKeyWithoutAccessType.into())
            } else {
                Ok(None)
            };
        };
        let access = Access::from_name(access).ok_or(KnownError::InvalidAccessType)?;
        let project_id = PROJECT_ID
            .text(headers)
            .ok_or_else(|| KnownError::AccessTypeWithoutProjectId {
                request_type: access.name().into(),
            })?;

        let allow_anonymous_user = ALLOW_ANONYMOUS_USER.is_true(headers);
        Ok(Some(Self {
            access,
            project_id: ProjectId::from(project_id),
            branch_id: BRANCH_ID.text(headers).map(str::to_owned),
            publishable_client_key: PUBLISHABLE_CLIENT_KEY.secret(headers),
            secret_server_key: SECRET_SERVER_KEY.secret(headers),
            super_secret_admin_key: SUPER_SECRET_ADMIN_KEY.secret(headers),
            admin_access_token: ADMIN_ACCESS_TOKEN.secret(headers),
            access_token: ACCESS_TOKEN.secret(headers),
            refresh_token: REFRESH_TOKEN.secret(headers),
            development_override_key: DEVELOPMENT_OVERRIDE_KEY.secret(headers),
            allow_anonymous_user,
            allow_restricted_user: allow_anonymous_user || ALLOW_RESTRICTED_USER.is_true(headers),
        }))
    }
}
