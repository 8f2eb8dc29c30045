//! Tag `permission-definitions`.

use stack_domain::{
    config::PermissionScope,
    models::User,
    permissions::{DefinedPermission, PermissionUpdate},
};
use stack_server_api::{
    AdminAccess, ApiError, PermissionDefinitionsApi, Principal,
    permission_definitions::{
        CreateProjectPermissionDefinitionRequest, CreateTeamPermissionDefinitionRequest,
        DeleteProjectPermissionDefinitionRequest, DeleteTeamPermissionDefinitionRequest,
        ListProjectPermissionDefinitionsRequest, ListTeamPermissionDefinitionsRequest,
        UpdateProjectPermissionDefinitionRequest, UpdateTeamPermissionDefinitionRequest,
    },
};
use stack_types::{
    PermissionDefinition, PermissionDefinitionCreate, PermissionDefinitionList, PermissionDefinitionUpdate,
    PermissionId, Success,
};

use super::{Server, authenticate::Tenant, error::api_error, server::SUCCESS};

type Admin = Principal<AdminAccess, Tenant, Option<User>>;

impl PermissionDefinitionsApi for Server {
    async fn list_team_permission_definitions(
        &self,
        who: Admin,
        _: ListTeamPermissionDefinitionsRequest,
    ) -> Result<PermissionDefinitionList, ApiError> {
        Ok(self.list_definitions(&who, PermissionScope::Team))
    }

    async fn create_team_permission_definition(
        &self,
        who: Admin,
        request: CreateTeamPermissionDefinitionRequest,
    ) -> Result<PermissionDefinition, ApiError> {
        self.create_definition(&who, PermissionScope::Team, request.body).await
    }

    async fn update_team_permission_definition(
        &self,
        who: Admin,
        request: UpdateTeamPermissionDefinitionRequest,
    ) -> Result<PermissionDefinition, ApiError> {
        self.update_definition(&who, &request.path.permission_id, request.body)
            .await
    }

    async fn delete_team_permission_definition(
        &self,
        who: Admin,
        request: DeleteTeamPermissionDefinitionRequest,
    ) -> Result<Success, ApiError> {
        self.delete_definition(&who, PermissionScope::Team, &request.path.permission_id)
            .await
    }

    async fn list_project_permission_definitions(
        &self,
        who: Admin,
        _: ListProjectPermissionDefinitionsRequest,
    ) -> Result<PermissionDefinitionList, ApiError> {
        Ok(self.list_definitions(&who, PermissionScope::Project))
    }

    async fn create_project_permission_definition(
        &self,
        who: Admin,
        request: CreateProjectPermissionDefinitionRequest,
    ) -> Result<PermissionDefinition, ApiError> {
        self.create_definition(&who, PermissionScope::Project, request.body)
            .await
    }

    async fn update_project_permission_definition(
        &self,
        who: Admin,
        request: UpdateProjectPermissionDefinitionRequest,
    ) -> Result<PermissionDefinition, ApiError> {
        self.update_definition(&who, &request.path.permission_id, request.body)
            .await
    }

    async fn delete_project_permission_definition(
        &self,
        who: Admin,
        request: DeleteProjectPermissionDefinitionRequest,
    ) -> Result<Success, ApiError> {
        self.delete_definition(&who, PermissionScope::Project, &request.path.permission_id)
            .await
    }
}

/// What is the same for both scopes.
impl Server {
    fn list_definitions(&self, who: &Admin, scope: PermissionScope) -> PermissionDefinitionList {
        let listed = self.domain.permission_definitions.list(&who.tenant.project, scope);
        PermissionDefinitionList {
            items: listed.into_iter().map(permission_definition).collect(),
            is_paginated: false,
            pagination: None,
        }
    }

    async fn create_definition(
        &self,
        who: &Admin,
        scope: PermissionScope,
        body: PermissionDefinitionCreate,
    ) -> Result<PermissionDefinition, ApiError> {
        let permission = DefinedPermission {
            id: body.id,
            description: body.description,
            contained: contained(body.contained_permission_ids).collect(),
        };
        let (project, definitions) = (who.tenant.project.id(), &self.domain.permission_definitions);
        let created = definitions.create(project, scope, permission).await;
        created.map(permission_definition).map_err(api_error)
    }

    async fn update_definition(
        &self,
        who: &Admin,
        id: &PermissionId,
        body: PermissionDefinitionUpdate,
    ) -> Result<PermissionDefinition, ApiError> {
        let update = PermissionUpdate {
            new_id: body.id,
            description: body.description,
            contained: contained(body.contained_permission_ids).collect(),
        };
        let (project, definitions) = (who.tenant.project.id(), &self.domain.permission_definitions);
        let updated = definitions.update(project, id.as_str(), update).await;
        updated.map(permission_definition).map_err(api_error)
    }

    async fn delete_definition(
        &self,
        who: &Admin,
        scope: PermissionScope,
        id: &PermissionId,
    ) -> Result<Success, ApiError> {
        let (project, definitions) = (who.tenant.project.id(), &self.domain.permission_definitions);
        let deleted = definitions.delete(project, scope, id.as_str()).await;
        deleted.map(|()| SUCCESS).map_err(api_error)
    }
}

fn contained(ids: Option<Vec<PermissionId>>) -> impl Iterator<Item = String> {
    ids.unwrap_or_default().into_iter().map(|id| id.0)
}

fn permission_definition(permission: DefinedPermission) -> PermissionDefinition {
    PermissionDefinition {
        id: PermissionId(permission.id),
        description: permission.description,
        contained_permission_ids: permission.contained.into_iter().map(PermissionId).collect(),
    }
}
