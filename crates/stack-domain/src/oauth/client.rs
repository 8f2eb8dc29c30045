//! The client of our own endpoints: an app of a project, by the project's id and its publishable key.

use std::sync::Arc;

use stack_types::{KnownError, ProjectId, Secret};

use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    ports::Storage,
    tokens::MAIN_BRANCH,
};

/// What a client of the token endpoint shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientCredentials {
    /// The project's id, with `#` and the branch's id behind it if it isn't the main branch.
    pub id: Option<String>,
    /// A publishable client key of the project, or what stands for none.
    pub secret: Option<Secret>,
}

impl<S: Storage> Core<S> {
    /// The project of a client id.
    ///
    /// # Errors
    ///
    /// `INVALID_OAUTH_CLIENT_ID_OR_SECRET`.
    pub(super) async fn oauth_project(&self, client_id: &str) -> DomainResult<Arc<Tenant>> {
        let invalid = || known::invalid_oauth_client(Some(client_id));
        let (project, branch) = client_id.split_once('#').unwrap_or((client_id, MAIN_BRANCH));
        if branch != MAIN_BRANCH {
            return Err(invalid());
        }
        self.find_tenant(&ProjectId::from(project)).await?.ok_or_else(invalid)
    }

    /// The project of a client of the token endpoint.
    ///
    /// # Errors
    ///
    /// `PUBLISHABLE_CLIENT_KEY_REQUIRED_FOR_PROJECT` without a key, if the project requires one;
    /// `INVALID_OAUTH_CLIENT_ID_OR_SECRET` for anything else that is wrong or missing. What the client shows besides may
    /// stand for the key where none is required.
    pub(super) async fn oauth_client(
        &self,
        client: &ClientCredentials,
        may_do_without_key: bool,
    ) -> DomainResult<Arc<Tenant>> {
        let invalid = || known::invalid_oauth_client(client.id.as_deref());
        let tenant = self.oauth_project(client.id.as_deref().ok_or_else(invalid)?).await?;
        match self.check_client_key(&tenant, client.secret.as_ref()).await {
            Err(DomainError::Known(error)) if matches!(*error, KnownError::InvalidPublishableClientKey { .. }) => {
                return Err(invalid());
            }
            other => other?,
        }
        if client.secret.is_none() && !may_do_without_key {
            return Err(invalid());
        }
        Ok(tenant)
    }
}
