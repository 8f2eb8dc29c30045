//! Where it is kept who was given which permission.
//!
//! A storage knows nothing of definitions: it keeps ids, also such as nothing defines (any more).

use std::future::Future;

use stack_types::{ProjectId, TeamId, UserId};

use super::StorageResult;
use crate::models::{ProjectPermission, TeamMembershipsOf, TeamPermission};

/// The tables of granted permissions.
pub trait PermissionRepository {
    /// Lists the permissions that a member was given in a team, by id; `None` if the user is no member. One query.
    fn list_permissions_of_member(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<Option<Vec<String>>>> + Send;

    /// Lists the project permissions that a user was given, by id.
    fn list_permissions_of_user(
        &mut self,
        project: &ProjectId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<Vec<String>>> + Send;

    /// Lists at most `limit` permissions in teams, by team, user and id: all, or `permission_id` only.
    fn list_team_permissions(
        &mut self,
        project: &ProjectId,
        of: TeamMembershipsOf,
        permission_id: Option<&str>,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<TeamPermission>>> + Send;

    /// Lists at most `limit` project permissions, by user and id: all, or `permission_id` only.
    fn list_project_permissions(
        &mut self,
        project: &ProjectId,
        permission_id: Option<&str>,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<ProjectPermission>>> + Send;

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

    /// Takes a permission from a member. Gives whether the member had been given it.
    fn delete_team_permission(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
        permission_id: &str,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Takes a project permission from a user. Gives whether the user had been given it.
    fn delete_project_permission(
        &mut self,
        project: &ProjectId,
        user: UserId,
        permission_id: &str,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Gives whoever was given a permission, in a team or in the project, the permission `new_id` instead. Who had
    /// been given `new_id` before loses it.
    fn rename_permission(
        &mut self,
        project: &ProjectId,
        permission_id: &str,
        new_id: &str,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Takes a permission from everybody, in teams and in the project.
    fn delete_permission_everywhere(
        &mut self,
        project: &ProjectId,
        permission_id: &str,
    ) -> impl Future<Output = StorageResult<()>> + Send;
}
