//! Tag `team-memberships`.

use stack_domain::{access::Caller, models::User};
use stack_server_api::{
    ApiError, ClientAccess, Principal, ServerAccess, TeamMembershipsApi,
    team_memberships::{CreateTeamMembershipRequest, DeleteTeamMembershipPath, DeleteTeamMembershipRequest},
};
use stack_types::{Success, TeamMembership};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
    server::SUCCESS,
};

impl TeamMembershipsApi for Server {
    async fn create_team_membership(
        &self,
        who: Principal<ServerAccess, Tenant, Option<User>>,
        request: CreateTeamMembershipRequest,
    ) -> Result<TeamMembership, ApiError> {
        let (caller, team_id) = (caller(who), request.path.team_id);
        let user_id = caller.resolve(request.path.user_id).map_err(api_error)?;
        let added = self.domain.team_memberships.add(&caller.tenant, team_id, user_id).await;
        added.map(|()| TeamMembership { team_id, user_id }).map_err(api_error)
    }

    async fn delete_team_membership_as_client(
        &self,
        who: Principal<ClientAccess, Tenant, User>,
        request: DeleteTeamMembershipRequest,
    ) -> Result<Success, ApiError> {
        self.delete_team_membership(&signed_in(who), request.path).await
    }

    async fn delete_team_membership_as_server(
        &self,
        who: Principal<ServerAccess, Tenant, Option<User>>,
        request: DeleteTeamMembershipRequest,
    ) -> Result<Success, ApiError> {
        self.delete_team_membership(&caller(who), request.path).await
    }
}

/// What is the same for clients and servers.
impl Server {
    async fn delete_team_membership(
        &self,
        caller: &Caller,
        path: DeleteTeamMembershipPath,
    ) -> Result<Success, ApiError> {
        let user = caller.resolve(path.user_id).map_err(api_error)?;
        let removed = self.domain.team_memberships.remove(caller, path.team_id, user).await;
        removed.map(|()| SUCCESS).map_err(api_error)
    }
}
