//! Who may manage a project's webhooks: whoever has a token for it, or a super secret admin key of the project.

use std::{sync::Arc, time::Duration};

use stack_types::{Millis, ProjectId, Secret};

use super::Webhooks;
use crate::{
    core::Tenant,
    error::{DomainError, DomainResult},
    models::ApiKeyKind,
    ports::Storage,
};

/// How long a token holds.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

const PREFIX: &str = "whtok_";
/// To what sealed tokens are bound.
const OWNER: &str = "webhook-token";

/// What a caller shows, and of which project they speak if they say so.
#[derive(Debug, Clone)]
pub struct WebhookCaller {
    /// The token or the key.
    pub bearer: Secret,
    /// The project; a token knows its own.
    pub project: Option<ProjectId>,
}

impl<S: Storage> Webhooks<S> {
    /// A token with which a dashboard manages the webhooks of a project for a day. It holds as it is: it can't be taken
    /// back.
    pub fn issue_token(&self, project: &ProjectId) -> Secret {
        let core = &*self.0;
        let expires_at = core.now().saturating_add(TOKEN_LIFETIME);
        let text = format!("{expires_at} {project}", expires_at = expires_at.get());
        Secret::new(format!("{PREFIX}{}", core.sealer.seal(OWNER, &text, &*core.rng)))
    }

    /// Whose webhooks a caller may manage.
    ///
    /// # Errors
    ///
    /// Unauthorized for a token or a key that doesn't hold; not found if it is of another project than the caller names.
    pub async fn authenticate(&self, caller: &WebhookCaller) -> DomainResult<Arc<Tenant>> {
        let bearer = &caller.bearer;
        let project = match bearer.expose().strip_prefix(PREFIX) {
            Some(sealed) => self.project_of_token(sealed)?,
            None => {
                let project = caller.project.clone().ok_or_else(invalid)?;
                let checked = self.0.check_key(&project, ApiKeyKind::SuperSecretAdmin, bearer);
                checked.await.map_err(|error| match error {
                    DomainError::Known(_) => invalid(),
                    other => other,
                })?;
                project
            }
        };
        if caller.project.as_ref().is_some_and(|named| *named != project) {
            return Err(super::endpoints::not_found("application"));
        }
        self.0.find_tenant(&project).await?.ok_or_else(invalid)
    }

    fn project_of_token(&self, sealed: &str) -> DomainResult<ProjectId> {
        let text = self.0.sealer.open(OWNER, sealed).map_err(|_| invalid())?;
        let (expires_at, project) = text.split_once(' ').ok_or_else(invalid)?;
        let expires_at = expires_at.parse().map(Millis).map_err(|_| invalid())?;
        if expires_at <= self.0.now() {
            return Err(DomainError::unauthorized("The token has expired. Get another one."));
        }
        Ok(ProjectId(project.to_owned()))
    }
}

fn invalid() -> DomainError {
    DomainError::unauthorized("Send a token of `POST /webhooks/svix-token` or a super secret admin key as bearer.")
}
