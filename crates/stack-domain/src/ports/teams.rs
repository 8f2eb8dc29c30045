//! Where teams, memberships and granted permissions are kept.

use std::future::Future;

use stack_types::{ProjectId, TeamId, UserId};

use super::StorageResult;
use crate::models::{Team, TeamMembership};

/// The tables of teams, of memberships and of granted permissions.
pub trait TeamRepository {
    /// Reads a team.
    fn find_team(
        &mut self,
        project: &ProjectId,
        id: TeamId,
    ) -> impl Future<Output = StorageResult<Option<Team>>> + Send;

    /// Lists the teams of which a user is a member, oldest first, then by id.
    fn list_teams_of_user(
        &mut self,
        project: &ProjectId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<Vec<Team>>> + Send;

    /// Writes a new team without members.
    ///
    /// # Errors
    ///
    /// `Conflict(TeamId)` if the id is taken; `MissingReference` if there is no such project.
    fn insert_team(&mut self, project: &ProjectId, team: &Team) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes all columns of an existing team but `created_at`. Gives whether there was such a team.
    fn update_team(&mut self, project: &ProjectId, team: &Team) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Reads a membership.
    fn find_team_membership(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<Option<TeamMembership>>> + Send;

    /// Writes a new membership.
    ///
    /// # Errors
    ///
    /// `Conflict(TeamMembership)` if the user is a member already, `Conflict(SelectedTeam)` if it is selected beside
    /// another; `MissingReference` if team or user aren't there.
    fn insert_team_membership(
        &mut self,
        project: &ProjectId,
        membership: &TeamMembership,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Makes `team` the user's only selected team, or none. Gives whether the user is a member of `team`; if not,
    /// nothing was changed.
    fn select_team(
        &mut self,
        project: &ProjectId,
        user: UserId,
        team: Option<TeamId>,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Lists the permissions that are granted to a member directly, by id.
    fn list_team_permissions(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<Vec<String>>> + Send;

    /// Grants a member a permission; it does no harm to grant it again.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such membership.
    fn insert_team_permission(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
        permission_id: &str,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Lists the project permissions that are granted to a user directly, by id.
    fn list_project_permissions(
        &mut self,
        project: &ProjectId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<Vec<String>>> + Send;

    /// Grants a user a project permission; it does no harm to grant it again.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such user.
    fn insert_project_permission(
        &mut self,
        project: &ProjectId,
        user: UserId,
        permission_id: &str,
    ) -> impl Future<Output = StorageResult<()>> + Send;
}
