//! Tag `teams`.

use stack_domain::{
    DomainError,
    access::Caller,
    models::{self, User},
    teams::{TeamCreate, TeamFields, server_team},
};
use stack_server_api::{
    ApiError, ClientAccess, Principal, ServerAccess, TeamsApi,
    teams::{
        CreateTeamAsClientRequest, CreateTeamAsServerRequest, DeleteTeamRequest, GetTeamRequest, ListTeamsRequest,
        UpdateTeamAsClientRequest, UpdateTeamAsServerRequest,
    },
};
use stack_types::{Patch, Success, TeamId, UserId, UserIdOrMe, client, server};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
    server::SUCCESS,
};

type AsClient = Principal<ClientAccess, Tenant, User>;
type AsServer = Principal<ServerAccess, Tenant, Option<User>>;

impl TeamsApi for Server {
    async fn list_teams_as_client(
        &self,
        who: AsClient,
        request: ListTeamsRequest,
    ) -> Result<client::TeamList, ApiError> {
        let teams = self.list_teams(&signed_in(who), request.query.user_id).await?;
        Ok(client::TeamList::new(
            teams.into_iter().map(client_team).collect::<Vec<_>>(),
            false,
        ))
    }

    async fn list_teams_as_server(
        &self,
        who: AsServer,
        request: ListTeamsRequest,
    ) -> Result<server::TeamList, ApiError> {
        let teams = self.list_teams(&caller(who), request.query.user_id).await?;
        Ok(server::TeamList::new(
            teams.into_iter().map(server_team).collect::<Vec<_>>(),
            false,
        ))
    }

    async fn create_team_as_client(
        &self,
        who: AsClient,
        request: CreateTeamAsClientRequest,
    ) -> Result<client::Team, ApiError> {
        let (caller, body) = (signed_in(who), request.body);
        let command = TeamCreate {
            display_name: body.display_name,
            creator: creator(&caller, body.creator_user_id, false).map_err(api_error)?,
            fields: TeamFields {
                profile_image_url: body.profile_image_url,
                client_metadata: body.client_metadata,
                ..TeamFields::default()
            },
        };
        let created = self.domain.teams.create(&caller, command).await;
        created.map(client_team).map_err(api_error)
    }

    async fn create_team_as_server(
        &self,
        who: AsServer,
        request: CreateTeamAsServerRequest,
    ) -> Result<server::Team, ApiError> {
        let (caller, body) = (caller(who), request.body);
        let adds_current_user = request.query.add_current_user == Some(true);
        let command = TeamCreate {
            display_name: body.display_name,
            creator: creator(&caller, body.creator_user_id, adds_current_user).map_err(api_error)?,
            fields: TeamFields {
                display_name: None,
                profile_image_url: body.profile_image_url,
                client_metadata: body.client_metadata,
                client_read_only_metadata: body.client_read_only_metadata,
                server_metadata: body.server_metadata,
            },
        };
        let created = self.domain.teams.create(&caller, command).await;
        created.map(server_team).map_err(api_error)
    }

    async fn get_team_as_client(&self, who: AsClient, request: GetTeamRequest) -> Result<client::Team, ApiError> {
        let found = self.domain.teams.get(&signed_in(who), request.path.team_id).await;
        found.map(client_team).map_err(api_error)
    }

    async fn get_team_as_server(&self, who: AsServer, request: GetTeamRequest) -> Result<server::Team, ApiError> {
        let found = self.domain.teams.get(&caller(who), request.path.team_id).await;
        found.map(server_team).map_err(api_error)
    }

    async fn update_team_as_client(
        &self,
        who: AsClient,
        request: UpdateTeamAsClientRequest,
    ) -> Result<client::Team, ApiError> {
        let (id, body) = (request.path.team_id, request.body);
        let fields = TeamFields {
            display_name: body.display_name,
            profile_image_url: body.profile_image_url,
            client_metadata: body.client_metadata,
            ..TeamFields::default()
        };
        let updated = self.domain.teams.update(&signed_in(who), id, fields).await;
        updated.map(client_team).map_err(api_error)
    }

    async fn update_team_as_server(
        &self,
        who: AsServer,
        request: UpdateTeamAsServerRequest,
    ) -> Result<server::Team, ApiError> {
        let (id, body) = (request.path.team_id, request.body);
        let fields = TeamFields {
            display_name: body.display_name,
            profile_image_url: body.profile_image_url,
            client_metadata: body.client_metadata,
            client_read_only_metadata: body.client_read_only_metadata,
            server_metadata: body.server_metadata,
        };
        let updated = self.domain.teams.update(&caller(who), id, fields).await;
        updated.map(server_team).map_err(api_error)
    }

    async fn delete_team_as_client(&self, who: AsClient, request: DeleteTeamRequest) -> Result<Success, ApiError> {
        self.delete_team(&signed_in(who), request.path.team_id).await
    }

    async fn delete_team_as_server(&self, who: AsServer, request: DeleteTeamRequest) -> Result<Success, ApiError> {
        self.delete_team(&caller(who), request.path.team_id).await
    }
}

/// What is the same for clients and servers.
impl Server {
    async fn list_teams(&self, caller: &Caller, user: Option<UserIdOrMe>) -> Result<Vec<models::Team>, ApiError> {
        let user = user.map(|user| caller.resolve(user)).transpose().map_err(api_error)?;
        self.domain.teams.list(caller, user).await.map_err(api_error)
    }

    async fn delete_team(&self, caller: &Caller, team: TeamId) -> Result<Success, ApiError> {
        let deleted = self.domain.teams.delete(caller, team).await;
        deleted.map(|()| SUCCESS).map_err(api_error)
    }
}

/// Who is named as the creator, in the body or in the old way.
fn creator(caller: &Caller, named: Option<UserIdOrMe>, adds_current_user: bool) -> Result<Option<UserId>, DomainError> {
    if adds_current_user {
        let user = caller
            .user
            .as_ref()
            .ok_or_else(|| DomainError::unauthorized("add_current_user needs somebody to be signed in."))?;
        return Ok(Some(user.profile.id));
    }
    named.map(|user| caller.resolve(user)).transpose()
}

fn client_team(team: models::Team) -> client::Team {
    client::Team {
        id: team.id,
        display_name: team.display_name,
        profile_image_url: team.profile_image_url,
        client_metadata: Patch::Value(team.metadata.client),
        client_read_only_metadata: Patch::Value(team.metadata.client_read_only),
    }
}
