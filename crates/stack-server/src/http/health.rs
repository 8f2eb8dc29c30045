//! Tag `health`.

use http::StatusCode;
use stack_domain::{
    ports::{ProjectRepository, Storage},
    projects::INTERNAL_PROJECT_ID,
};
use stack_server_api::{
    ApiError, HealthApi,
    health::{CheckEmailHealthRequest, FailForDebuggingRequest, GetHealthRequest},
};
use stack_types::{Health, ProjectId, Success};

use super::{Server, error::api_error};

impl HealthApi for Server {
    async fn get_health(&self, request: GetHealthRequest) -> Result<Health, ApiError> {
        if request.query.db.is_some_and(|db| !db.is_empty()) {
            self.ask_database().await?;
        }
        Ok(Health {
            status: "ok".to_owned(),
        })
    }

    /// This server knows of no monitor, since it sends no mail: no token is the right one.
    async fn check_email_health(&self, _: CheckEmailHealthRequest) -> Result<Success, ApiError> {
        Err(ApiError::text(
            StatusCode::UNAUTHORIZED,
            "This server has no monitor of its mail, so no token is the right one.",
        ))
    }

    async fn fail_for_debugging(&self, _: FailForDebuggingRequest) -> Result<Success, ApiError> {
        Err(ApiError::internal("somebody asked for a failure"))
    }
}

impl Server {
    /// Reads a row past all caches.
    async fn ask_database(&self) -> Result<(), ApiError> {
        let internal = ProjectId::from(INTERNAL_PROJECT_ID);
        let read = async { self.database.read().await?.find_project(&internal).await };
        match read.await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(ApiError::internal("the project \"internal\" is gone")),
            Err(error) => Err(api_error(error.into())),
        }
    }
}
