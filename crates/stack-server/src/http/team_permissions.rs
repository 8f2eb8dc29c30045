//! Tag `team-permissions`.

use stack_domain::{
    access::Caller,
    models::{self, User},
    permissions::ListPermissions,
};
use stack_server_api::{
    ApiError, ClientAccess, Principal, ServerAccess, TeamPermissionsApi,
    team_permissions::{
        CreateTeamPermissionRequest, DeleteTeamPermissionRequest, ListTeamPermissionsQuery, ListTeamPermissionsRequest,
    },
};
use stack_types::{PermissionId, Success, TeamPermission, TeamPermissionList};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
    server::SUCCESS,
};

type AsServer = Principal<ServerAccess, Tenant, Option<User>>;

impl TeamPermissionsApi for Server {
    async fn list_team_permissions_as_client(
        &self,
        who: Principal<ClientAccess, Tenant, User>,
        request: ListTeamPermissionsRequest,
    ) -> Result<TeamPermissionList, ApiError> {
        self.list_team_permissions(&signed_in(who), request.query).await
    }

    async fn list_team_permissions_as_server(
        &self,
        who: AsServer,
        request: ListTeamPermissionsRequest,
    ) -> Result<TeamPermissionList, ApiError> {
        self.list_team_permissions(&caller(who), request.query).await
    }

    async fn create_team_permission(
        &self,
        who: AsServer,
        request: CreateTeamPermissionRequest,
    ) -> Result<TeamPermission, ApiError> {
        let (caller, path) = (caller(who), request.path);
        let (user_id, permissions) = (
            caller.resolve(path.user_id).map_err(api_error)?,
            &self.domain.team_permissions,
        );
        let granted = permissions.grant(&caller.tenant, path.team_id, user_id, path.permission_id.as_str());
        granted.await.map_err(api_error)?;
        Ok(TeamPermission {
            id: path.permission_id,
            user_id,
            team_id: path.team_id,
        })
    }

    async fn delete_team_permission(
        &self,
        who: AsServer,
        request: DeleteTeamPermissionRequest,
    ) -> Result<Success, ApiError> {
        let (caller, path) = (caller(who), request.path);
        let (user, permissions) = (
            caller.resolve(path.user_id).map_err(api_error)?,
            &self.domain.team_permissions,
        );
        let revoked = permissions.revoke(&caller.tenant, path.team_id, user, path.permission_id.as_str());
        revoked.await.map(|()| SUCCESS).map_err(api_error)
    }
}

/// What is the same for clients and servers.
impl Server {
    async fn list_team_permissions(
        &self,
        caller: &Caller,
        query: ListTeamPermissionsQuery,
    ) -> Result<TeamPermissionList, ApiError> {
        let user = query.user_id.map(|user| caller.resolve(user)).transpose();
        let which = ListPermissions {
            team_id: query.team_id,
            user_id: user.map_err(api_error)?,
            permission_id: query.permission_id.map(|id| id.0),
            recursive: query.recursive.unwrap_or(false),
        };
        let listed = self.domain.team_permissions.list(caller, which).await;
        Ok(TeamPermissionList {
            items: listed.map_err(api_error)?.into_iter().map(team_permission).collect(),
            is_paginated: false,
            pagination: None,
        })
    }
}

fn team_permission(permission: models::TeamPermission) -> TeamPermission {
    TeamPermission {
        id: PermissionId(permission.permission_id),
        user_id: permission.user_id,
        team_id: permission.team_id,
    }
}
