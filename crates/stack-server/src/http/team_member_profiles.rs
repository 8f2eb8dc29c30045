//! Tag `team-member-profiles`.

use stack_domain::{
    access::Caller,
    config::ProjectConfig,
    models::{TeamMemberProfile, User},
    team_member_profiles::TeamMemberProfileUpdate,
    users::server_user,
};
use stack_server_api::{
    ApiError, ClientAccess, Principal, ServerAccess, TeamMemberProfilesApi,
    team_member_profiles::{
        GetTeamMemberProfilePath, GetTeamMemberProfileRequest, ListTeamMemberProfilesQuery,
        ListTeamMemberProfilesRequest, UpdateTeamMemberProfileRequest,
    },
};
use stack_types::{KnownError, client, server};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
};

type AsClient = Principal<ClientAccess, Tenant, User>;
type AsServer = Principal<ServerAccess, Tenant, Option<User>>;

impl TeamMemberProfilesApi for Server {
    async fn list_team_member_profiles_as_client(
        &self,
        who: AsClient,
        request: ListTeamMemberProfilesRequest,
    ) -> Result<client::TeamMemberProfileList, ApiError> {
        let profiles = self.list_team_member_profiles(&signed_in(who), request.query).await?;
        let items: Vec<_> = profiles.into_iter().map(client_profile).collect();
        Ok(client::TeamMemberProfileList::new(items, false))
    }

    async fn list_team_member_profiles_as_server(
        &self,
        who: AsServer,
        request: ListTeamMemberProfilesRequest,
    ) -> Result<server::TeamMemberProfileList, ApiError> {
        let caller = caller(who);
        let profiles = self.list_team_member_profiles(&caller, request.query).await?;
        let items = self.server_profiles(&caller, profiles).await?;
        Ok(server::TeamMemberProfileList::new(items, false))
    }

    async fn get_team_member_profile_as_client(
        &self,
        who: AsClient,
        request: GetTeamMemberProfileRequest,
    ) -> Result<client::TeamMemberProfile, ApiError> {
        let profile = self.get_team_member_profile(&signed_in(who), request.path).await;
        profile.map(client_profile)
    }

    async fn get_team_member_profile_as_server(
        &self,
        who: AsServer,
        request: GetTeamMemberProfileRequest,
    ) -> Result<server::TeamMemberProfile, ApiError> {
        let caller = caller(who);
        let profile = self.get_team_member_profile(&caller, request.path).await?;
        self.server_profile(&caller, profile).await
    }

    async fn update_team_member_profile_as_client(
        &self,
        who: AsClient,
        request: UpdateTeamMemberProfileRequest,
    ) -> Result<client::TeamMemberProfile, ApiError> {
        let profile = self.update_team_member_profile(&signed_in(who), request).await;
        profile.map(client_profile)
    }

    async fn update_team_member_profile_as_server(
        &self,
        who: AsServer,
        request: UpdateTeamMemberProfileRequest,
    ) -> Result<server::TeamMemberProfile, ApiError> {
        let caller = caller(who);
        let profile = self.update_team_member_profile(&caller, request).await?;
        self.server_profile(&caller, profile).await
    }
}

/// What is the same for clients and servers.
impl Server {
    async fn list_team_member_profiles(
        &self,
        caller: &Caller,
        query: ListTeamMemberProfilesQuery,
    ) -> Result<Vec<TeamMemberProfile>, ApiError> {
        let user = query.user_id.map(|user| caller.resolve(user)).transpose();
        let (user, profiles) = (user.map_err(api_error)?, &self.domain.team_member_profiles);
        profiles.list(caller, query.team_id, user).await.map_err(api_error)
    }

    async fn get_team_member_profile(
        &self,
        caller: &Caller,
        path: GetTeamMemberProfilePath,
    ) -> Result<TeamMemberProfile, ApiError> {
        let user = caller.resolve(path.user_id).map_err(api_error)?;
        let found = self.domain.team_member_profiles.get(caller, path.team_id, user).await;
        found.map_err(api_error)
    }

    async fn update_team_member_profile(
        &self,
        caller: &Caller,
        request: UpdateTeamMemberProfileRequest,
    ) -> Result<TeamMemberProfile, ApiError> {
        let (path, body, profiles) = (request.path, request.body, &self.domain.team_member_profiles);
        let user = caller.resolve(path.user_id).map_err(api_error)?;
        let command = TeamMemberProfileUpdate {
            display_name: body.display_name,
            profile_image_url: body.profile_image_url,
        };
        let updated = profiles.update(caller, path.team_id, user, command).await;
        updated.map_err(api_error)
    }

    /// Profiles as servers see them: with the member as a user.
    async fn server_profiles(
        &self,
        caller: &Caller,
        profiles: Vec<TeamMemberProfile>,
    ) -> Result<Vec<server::TeamMemberProfile>, ApiError> {
        let (config, with_users) = (
            &caller.tenant.config,
            self.domain.team_member_profiles.with_users(caller, profiles),
        );
        let with_users = with_users.await.map_err(api_error)?;
        let shown = with_users
            .into_iter()
            .map(|(profile, user)| server_profile(profile, user, config));
        Ok(shown.collect())
    }

    async fn server_profile(
        &self,
        caller: &Caller,
        profile: TeamMemberProfile,
    ) -> Result<server::TeamMemberProfile, ApiError> {
        let shown = self.server_profiles(caller, vec![profile]).await?.pop();
        // The member was deleted just now.
        shown.ok_or_else(|| KnownError::UserNotFound.into())
    }
}

fn client_profile(profile: TeamMemberProfile) -> client::TeamMemberProfile {
    client::TeamMemberProfile {
        team_id: profile.team_id,
        user_id: profile.user_id,
        display_name: profile.display_name,
        profile_image_url: profile.profile_image_url,
    }
}

fn server_profile(profile: TeamMemberProfile, user: User, config: &ProjectConfig) -> server::TeamMemberProfile {
    server::TeamMemberProfile {
        user: server_user(user, config),
        team_id: profile.team_id,
        user_id: profile.user_id,
        display_name: profile.display_name,
        profile_image_url: profile.profile_image_url,
    }
}
