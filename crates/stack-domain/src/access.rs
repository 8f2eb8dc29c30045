//! Who is calling: from the credentials of a request to a project and a user.
//!
//! Whether a request has an access type and a project id at all is seen to before; what an operation demands of its
//! caller, afterwards.

use std::sync::Arc;

use stack_types::{KnownError, ProjectId, Secret, SessionId, UserId, UserIdOrMe};

use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    models::{ApiKeyKind, User},
    ports::{Repositories, Storage, UserRepository},
    projects::INTERNAL_PROJECT_ID,
    tokens::{AccessToken, MAIN_BRANCH, TokenError, UserType},
};

/// What a caller claims to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessType {
    /// An app, acting for its user.
    Client,
    /// A project's own back end.
    Server,
    /// Somebody who runs the project.
    Admin,
}

/// The credentials of a request; empty headers count as absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Credentials {
    /// What the caller claims to be.
    pub access_type: AccessType,
    /// Of which project.
    pub project_id: ProjectId,
    /// Of which branch.
    pub branch_id: Option<String>,
    /// The user's access token.
    pub access_token: Option<Secret>,
    /// The key for client access.
    pub publishable_client_key: Option<Secret>,
    /// The key for server access.
    pub secret_server_key: Option<Secret>,
    /// The key for admin access.
    pub super_secret_admin_key: Option<Secret>,
    /// The access token of a user of `internal` whose team owns the project.
    pub admin_access_token: Option<Secret>,
    /// A super secret admin key of `internal` that opens every project, if the deployment allows it.
    pub development_override_key: Option<Secret>,
    /// Whether anonymous users are welcome (and restricted ones, too).
    pub allow_anonymous_user: bool,
    /// Whether restricted users are welcome.
    pub allow_restricted_user: bool,
}

impl Credentials {
    /// Credentials with nothing but access type and project.
    pub fn new(access_type: AccessType, project_id: ProjectId) -> Self {
        Self {
            access_type,
            project_id,
            branch_id: None,
            access_token: None,
            publishable_client_key: None,
            secret_server_key: None,
            super_secret_admin_key: None,
            admin_access_token: None,
            development_override_key: None,
            allow_anonymous_user: false,
            allow_restricted_user: false,
        }
    }
}

/// Somebody whose credentials were accepted.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What they may act as.
    pub access: AccessType,
    /// Within which project.
    pub tenant: Arc<Tenant>,
    /// The user of the access token, unless there is none or the user was deleted.
    pub user: Option<User>,
    /// The session of the access token.
    pub session_id: Option<SessionId>,
}

impl Caller {
    /// The user that is meant.
    ///
    /// # Errors
    ///
    /// `CANNOT_GET_OWN_USER_WITHOUT_USER` for `me` without a user.
    pub fn resolve(&self, id: UserIdOrMe) -> DomainResult<UserId> {
        match id {
            UserIdOrMe::Id(id) => Ok(id),
            UserIdOrMe::Me => Ok(self.own_user()?.profile.id),
        }
    }

    /// The signed-in user.
    ///
    /// # Errors
    ///
    /// `CANNOT_GET_OWN_USER_WITHOUT_USER`.
    pub fn own_user(&self) -> DomainResult<&User> {
        self.user
            .as_ref()
            .ok_or_else(|| KnownError::CannotGetOwnUserWithoutUser.into())
    }

    /// Whether it is the signed-in user who is meant.
    pub fn is_self(&self, id: UserId) -> bool {
        self.user.as_ref().is_some_and(|user| user.profile.id == id)
    }

    /// Whether a client means somebody else than its own user. Servers may mean anybody.
    pub fn is_client_meaning_another(&self, id: UserId) -> bool {
        self.access == AccessType::Client && !self.is_self(id)
    }
}

impl<S: Storage> Core<S> {
    /// Checks an access token, whosesoever it is.
    ///
    /// # Errors
    ///
    /// `UNPARSABLE_ACCESS_TOKEN`, `ACCESS_TOKEN_EXPIRED`.
    pub(crate) async fn read_access_token(&self, token: &Secret) -> DomainResult<Arc<AccessToken>> {
        self.verify_token(token).await?.map_err(|error| match error {
            TokenError::Unparsable => KnownError::UnparsableAccessToken.into(),
            TokenError::Expired(token) => known::access_token_expired(
                Some(token.expires_at),
                Some(&token.project_id),
                Some(token.user_id),
                Some(token.session_id),
            ),
        })
    }
}

/// Finds out who is calling.
pub struct Access<S>(pub(crate) Arc<Core<S>>);

impl<S: Storage> Access<S> {
    /// Checks credentials, in the order in which the wire promises its errors: access token, project, override key or
    /// admin access token or key, branch.
    ///
    /// # Errors
    ///
    /// `UNPARSABLE_ACCESS_TOKEN`, `ACCESS_TOKEN_EXPIRED`, `INVALID_PROJECT_FOR_ACCESS_TOKEN`,
    /// `ANONYMOUS_AUTHENTICATION_NOT_ALLOWED`, `RESTRICTED_USER_NOT_ALLOWED`; `CURRENT_PROJECT_NOT_FOUND`; the errors
    /// of the admin access token or of the key; `BRANCH_DOES_NOT_EXIST`.
    pub async fn authenticate(&self, credentials: &Credentials) -> DomainResult<Caller> {
        let token = self.check_access_token(credentials).await?;
        let tenant = self
            .0
            .find_tenant(&credentials.project_id)
            .await?
            .ok_or_else(|| known::current_project_not_found(&credentials.project_id))?;
        self.check_authority(credentials, &tenant).await?;
        match credentials.branch_id.as_deref() {
            None | Some(MAIN_BRANCH) => {}
            Some(other) => return Err(known::branch_does_not_exist(other)),
        }
        let user = match &token {
            Some(token) => {
                self.0
                    .storage
                    .read()
                    .await?
                    .find_user(tenant.id(), token.user_id)
                    .await?
            }
            None => None,
        };
        let session_id = token.map(|token| token.session_id);
        Ok(Caller {
            access: credentials.access_type,
            tenant,
            user,
            session_id,
        })
    }

    async fn check_access_token(&self, credentials: &Credentials) -> DomainResult<Option<Arc<AccessToken>>> {
        let Some(token) = &credentials.access_token else {
            return Ok(None);
        };
        let token = self.0.read_access_token(token).await?;
        if token.project_id != credentials.project_id {
            return Err(known::invalid_project_for_access_token(
                &credentials.project_id,
                &token.project_id,
            ));
        }
        let (anonymous_allowed, restricted_allowed) = (
            credentials.allow_anonymous_user,
            credentials.allow_restricted_user || credentials.allow_anonymous_user,
        );
        match (token.user_type(), token.restricted_reason) {
            (UserType::Anonymous, _) if !anonymous_allowed => Err(KnownError::AnonymousAuthenticationNotAllowed.into()),
            (UserType::Restricted, Some(reason)) if !restricted_allowed => {
                Err(known::restricted_user_not_allowed(reason))
            }
            _ => Ok(Some(token)),
        }
    }

    /// Whether the caller may act as they claim.
    async fn check_authority(&self, credentials: &Credentials, tenant: &Tenant) -> DomainResult<()> {
        if let Some(key) = &credentials.development_override_key {
            return self.check_override(key).await;
        }
        if let Some(token) = &credentials.admin_access_token {
            return self.check_admin_access_token(token, tenant).await;
        }
        let (kind, key, missing) = match credentials.access_type {
            AccessType::Client => {
                return self
                    .0
                    .check_client_key(tenant, credentials.publishable_client_key.as_ref())
                    .await;
            }
            AccessType::Server => (
                ApiKeyKind::SecretServer,
                &credentials.secret_server_key,
                KnownError::ServerAuthenticationRequired,
            ),
            AccessType::Admin => (
                ApiKeyKind::SuperSecretAdmin,
                &credentials.super_secret_admin_key,
                KnownError::AdminAuthenticationRequired,
            ),
        };
        self.0.check_key(tenant.id(), kind, key.as_ref().ok_or(missing)?).await
    }

    async fn check_override(&self, key: &Secret) -> DomainResult<()> {
        let refused = || DomainError::unauthorized("The development override key isn't accepted.");
        if !self.0.allow_development_override {
            return Err(refused());
        }
        let internal = ProjectId::from(INTERNAL_PROJECT_ID);
        match self.0.check_key(&internal, ApiKeyKind::SuperSecretAdmin, key).await {
            Err(DomainError::Known(_)) => Err(refused()),
            other => other,
        }
    }

    async fn check_admin_access_token(&self, token: &Secret, tenant: &Tenant) -> DomainResult<()> {
        let token = self.0.verify_token(token).await?.map_err(|error| match error {
            TokenError::Unparsable => KnownError::UnparsableAdminAccessToken.into(),
            TokenError::Expired(token) => known::admin_access_token_expired(token.expires_at),
        })?;
        if token.user_type() != UserType::Normal {
            return Err(KnownError::UnparsableAdminAccessToken.into());
        }
        if token.project_id.as_str() != INTERNAL_PROJECT_ID {
            return Err(KnownError::AdminAccessTokenIsNotAdmin.into());
        }
        let mut reader = self.0.storage.read().await?;
        if is_owner(&mut reader, tenant, &token).await? {
            return Ok(());
        }
        match reader.find_user(&token.project_id, token.user_id).await? {
            Some(_) => Err(KnownError::AdminAccessTokenIsNotAdmin.into()),
            None => Err(DomainError::unauthorized(
                "The user of the admin access token doesn't exist any more.",
            )),
        }
    }
}

async fn is_owner(repositories: &mut impl Repositories, tenant: &Tenant, token: &AccessToken) -> DomainResult<bool> {
    let Some(team) = tenant.project.owner_team_id else {
        return Ok(false);
    };
    Ok(repositories
        .find_team_membership(&token.project_id, team, token.user_id)
        .await?
        .is_some())
}
