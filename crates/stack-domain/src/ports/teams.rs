//! Where teams, memberships and the profiles of members are kept.

use std::future::Future;

use stack_types::{ProjectId, TeamId, UserId};

use super::StorageResult;
use crate::models::{Team, TeamMemberProfile, TeamMembership, TeamMembershipsOf};

/// The tables of teams and of memberships.
pub trait TeamRepository {
    /// Reads a team.
    fn find_team(
        &mut self,
        project: &ProjectId,
        id: TeamId,
    ) -> impl Future<Output = StorageResult<Option<Team>>> + Send;

    /// Keeps others from changing or deleting this team, and from locking it, until the transaction ends. Gives whether
    /// there is such a team.
    fn lock_team(&mut self, project: &ProjectId, id: TeamId) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Lists at most `limit` teams, oldest first, then by id.
    fn list_teams(&mut self, project: &ProjectId, limit: u32) -> impl Future<Output = StorageResult<Vec<Team>>> + Send;

    /// Lists at most `limit` teams of which a user is a member, oldest first, then by id.
    fn list_teams_of_user(
        &mut self,
        project: &ProjectId,
        user: UserId,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<Team>>> + Send;

    /// Whether a team of the project `internal` owns projects.
    fn owns_projects(&mut self, team: TeamId) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Writes a new team without members.
    ///
    /// # Errors
    ///
    /// `Conflict(TeamId)` if the id is taken; `MissingReference` if there is no such project.
    fn insert_team(&mut self, project: &ProjectId, team: &Team) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes all columns of an existing team but `created_at`. Gives whether there was such a team.
    fn update_team(&mut self, project: &ProjectId, team: &Team) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes a team with its memberships, their permissions and its open invitations. Gives whether there was one.
    fn delete_team(&mut self, project: &ProjectId, id: TeamId) -> impl Future<Output = StorageResult<bool>> + Send;

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

    /// Writes the name and the picture that a member has in a team. Gives whether there was such a membership.
    fn update_team_membership(
        &mut self,
        project: &ProjectId,
        membership: &TeamMembership,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes a membership with its permissions. Gives whether there was one.
    fn delete_team_membership(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Reads how a member is shown in a team.
    fn find_team_member_profile(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<Option<TeamMemberProfile>>> + Send;

    /// Lists how at most `limit` members are shown: those of the oldest memberships first, then by team and user.
    fn list_team_member_profiles(
        &mut self,
        project: &ProjectId,
        of: TeamMembershipsOf,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<TeamMemberProfile>>> + Send;

    /// Makes `team` the user's only selected team, or none. Gives whether the user is a member of `team`; if not,
    /// nothing was changed.
    fn select_team(
        &mut self,
        project: &ProjectId,
        user: UserId,
        team: Option<TeamId>,
    ) -> impl Future<Output = StorageResult<bool>> + Send;
}
