//! Where limits are asked: before what costs work or could be guessed, and after what was guessed wrong.

use std::sync::Arc;

use stack_domain::{DomainError, Refusal, Tenant as Project, access::AccessType, limits::Origin};
use stack_server_api::{Access, ApiError, Principal, RequestInfo};
use stack_types::{KnownError, ProjectId, UserId};

use super::{
    Server,
    authenticate::{Tenant, access_type},
    error::api_error,
};

/// Who tries something.
pub(super) fn origin<A: Copy + Into<Access>, U>(who: &Principal<A, Tenant, U>, info: &RequestInfo) -> Origin {
    Origin {
        access: access_type(who.access.into()),
        address: info.ip(),
    }
}

/// Who tries something at an endpoint of OAuth, which only clients call.
pub(super) fn oauth_origin(info: &RequestInfo) -> Origin {
    Origin {
        access: AccessType::Client,
        address: info.ip(),
    }
}

impl Server {
    /// The project of an OAuth client's id, `project` or `project#branch`. Without one there is nothing to guess.
    pub(super) async fn oauth_project(&self, client_id: Option<&str>) -> Option<Arc<Project>> {
        let id = client_id?.split('#').next()?;
        self.domain.projects.find(&ProjectId::from(id)).await.ok().flatten()
    }

    /// Somebody shows a first factor; for an account, if they say for which.
    pub(super) async fn limit_sign_in(
        &self,
        project: &Project,
        origin: Origin,
        email: Option<&str>,
    ) -> Result<(), ApiError> {
        let allowed = self.domain.limits.sign_in(project, origin, email).await;
        allowed.map_err(api_error)
    }

    /// A signed-in user shows their password once more.
    pub(super) async fn limit_password(&self, project: &Project, origin: Origin, user: UserId) -> Result<(), ApiError> {
        let allowed = self.domain.limits.show_password(project, origin, user).await;
        allowed.map_err(api_error)
    }

    /// Somebody wants to become a user.
    pub(super) async fn limit_sign_up(&self, project: &Project, origin: Origin) -> Result<(), ApiError> {
        self.domain.limits.sign_up(project, origin).await.map_err(api_error)
    }

    /// Somebody wants a mail to be sent.
    pub(super) async fn limit_mail(&self, project: &Project, origin: Origin, email: &str) -> Result<(), ApiError> {
        let allowed = self.domain.limits.send_mail(project, origin, email).await;
        allowed.map_err(api_error)
    }

    /// Somebody wants a mail to be sent to one of a user's addresses.
    pub(super) async fn limit_mail_to_user(
        &self,
        project: &Project,
        origin: Origin,
        user: UserId,
    ) -> Result<(), ApiError> {
        let allowed = self.domain.limits.send_mail_to_user(project, origin, user).await;
        allowed.map_err(api_error)
    }

    /// The answer to a token or a code that isn't accepted. Whoever guesses hears to stop instead.
    pub(super) async fn refused_token(&self, project: &Project, origin: Origin, error: DomainError) -> ApiError {
        if is_wrong_guess(&error)
            && let Err(too_many) = self.domain.limits.wrong_token(project, origin).await
        {
            return api_error(too_many);
        }
        api_error(error)
    }
}

/// Whether somebody who guesses tokens or codes would hear this. An answer that asks for a second factor isn't one.
fn is_wrong_guess(error: &DomainError) -> bool {
    let is_bad_request = |kind: &Refusal| *kind == Refusal::BadRequest;
    match error {
        DomainError::Refused { kind, .. } => is_bad_request(kind),
        DomainError::Known(known) => matches!(
            **known,
            KnownError::RefreshTokenNotFoundOrExpired
                | KnownError::VerificationCodeNotFound
                | KnownError::InvalidTotpCode
                | KnownError::InvalidPollingCode
                | KnownError::InvalidAuthorizationCode
                | KnownError::PasskeyAuthenticationFailed
        ),
        _ => false,
    }
}
