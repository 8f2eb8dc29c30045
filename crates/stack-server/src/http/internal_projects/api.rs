//! The trait of the tag.

use stack_domain::models::User;
use stack_server_api::{
    Access, AdminAccess, ApiError, InternalProjectsApi, Principal,
    internal_projects::{
        CreateProjectRequest, DeleteProjectRequest, GetWholeProjectRequest, ListProjectsRequest,
        TransferProjectRequest, UpdateProjectRequest,
    },
};
use stack_types::{Project, ProjectList, ProjectTransferred, Success};

use super::{
    change::{project_creation, project_update},
    shown::whole_project,
};
use crate::http::{
    Server,
    authenticate::{Tenant, signed_in},
    error::api_error,
    server::SUCCESS,
};

type SignedIn = Principal<Access, Tenant, User>;
type Admin = Principal<AdminAccess, Tenant, Option<User>>;

impl InternalProjectsApi for Server {
    async fn list_projects(&self, who: SignedIn, _: ListProjectsRequest) -> Result<ProjectList, ApiError> {
        let projects = self.domain.projects.list(&signed_in(who)).await.map_err(api_error)?;
        Ok(ProjectList {
            items: projects.iter().map(whole_project).collect(),
            is_paginated: false,
            pagination: None,
        })
    }

    async fn create_project(&self, who: SignedIn, request: CreateProjectRequest) -> Result<Project, ApiError> {
        let command = project_creation(request.body)?;
        let created = self.domain.projects.create(&signed_in(who), command).await;
        created.map(|project| whole_project(&project)).map_err(api_error)
    }

    async fn get_whole_project(&self, who: Admin, _: GetWholeProjectRequest) -> Result<Project, ApiError> {
        Ok(whole_project(&who.tenant.project))
    }

    async fn update_project(&self, who: Admin, request: UpdateProjectRequest) -> Result<Project, ApiError> {
        let command = project_update(request.body)?;
        let updated = self.domain.projects.update(who.tenant.project.id(), command).await;
        updated.map(|project| whole_project(&project)).map_err(api_error)
    }

    async fn delete_project(&self, who: Admin, _: DeleteProjectRequest) -> Result<Success, ApiError> {
        let deleted = self.domain.projects.delete(who.tenant.project.id()).await;
        deleted.map(|()| SUCCESS).map_err(api_error)
    }

    async fn transfer_project(
        &self,
        who: SignedIn,
        request: TransferProjectRequest,
    ) -> Result<ProjectTransferred, ApiError> {
        let (project, team) = (request.body.project_id, request.body.new_team_id);
        let transferred = self.domain.projects.transfer(&signed_in(who), &project, team).await;
        transferred.map(|()| project_transferred()).map_err(api_error)
    }
}

/// The wire has a text here where everything else has a boolean.
fn project_transferred() -> ProjectTransferred {
    ProjectTransferred {
        success: "true".to_owned(),
    }
}
