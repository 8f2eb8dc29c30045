//! Tag `project-permissions`.

use stack_domain::{
    access::Caller,
    models::{self, User},
    permissions::ListPermissions,
};
use stack_server_api::{
    ApiError, ClientAccess, Principal, ProjectPermissionsApi, ServerAccess,
    project_permissions::{
        CreateProjectPermissionRequest, DeleteProjectPermissionRequest, ListProjectPermissionsQuery,
        ListProjectPermissionsRequest,
    },
};
use stack_types::{PermissionId, ProjectPermission, ProjectPermissionList, Success};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
    server::SUCCESS,
};

type AsServer = Principal<ServerAccess, Tenant, Option<User>>;

impl ProjectPermissionsApi for Server {
    async fn list_project_permissions_as_client(
        &self,
        who: Principal<ClientAccess, Tenant, User>,
        request: ListProjectPermissionsRequest,
    ) -> Result<ProjectPermissionList, ApiError> {
        self.list_project_permissions(&signed_in(who), request.query).await
    }

    async fn list_project_permissions_as_server(
        &self,
        who: AsServer,
        request: ListProjectPermissionsRequest,
    ) -> Result<ProjectPermissionList, ApiError> {
        self.list_project_permissions(&caller(who), request.query).await
    }

    async fn create_project_permission(
        &self,
        who: AsServer,
        request: CreateProjectPermissionRequest,
    ) -> Result<ProjectPermission, ApiError> {
        let (caller, path) = (caller(who), request.path);
        let (user_id, permissions) = (
            caller.resolve(path.user_id).map_err(api_error)?,
            &self.domain.project_permissions,
        );
        let granted = permissions.grant(&caller.tenant, user_id, path.permission_id.as_str());
        granted.await.map_err(api_error)?;
        Ok(ProjectPermission {
            id: path.permission_id,
            user_id,
        })
    }

    async fn delete_project_permission(
        &self,
        who: AsServer,
        request: DeleteProjectPermissionRequest,
    ) -> Result<Success, ApiError> {
        let (caller, path) = (caller(who), request.path);
        let (user, permissions) = (
            caller.resolve(path.user_id).map_err(api_error)?,
            &self.domain.project_permissions,
        );
        let revoked = permissions.revoke(&caller.tenant, user, path.permission_id.as_str());
        revoked.await.map(|()| SUCCESS).map_err(api_error)
    }
}

/// What is the same for clients and servers.
impl Server {
    async fn list_project_permissions(
        &self,
        caller: &Caller,
        query: ListProjectPermissionsQuery,
    ) -> Result<ProjectPermissionList, ApiError> {
        let user = query.user_id.map(|user| caller.resolve(user)).transpose();
        let which = ListPermissions {
            team_id: None,
            user_id: user.map_err(api_error)?,
            permission_id: query.permission_id.map(|id| id.0),
            recursive: query.recursive.unwrap_or(false),
        };
        let listed = self.domain.project_permissions.list(caller, which).await;
        Ok(ProjectPermissionList {
            items: listed.map_err(api_error)?.into_iter().map(project_permission).collect(),
            is_paginated: false,
            pagination: None,
        })
    }
}

fn project_permission(permission: models::ProjectPermission) -> ProjectPermission {
    ProjectPermission {
        id: PermissionId(permission.permission_id),
        user_id: permission.user_id,
    }
}
