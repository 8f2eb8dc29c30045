//! Granted permissions.

use super::*;

impl PermissionRepository for Connection {
    async fn list_permissions_of_member(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> StorageResult<Option<Vec<String>>> {
        let state = self.seen();
        if !of(&state.memberships, project).any(|m| m.team_id == team && m.user_id == user) {
            return Ok(None);
        }
        let granted = state.team_permissions.iter();
        let own = granted.filter(|(owner, of_team, member, _)| (owner, *of_team, *member) == (project, team, user));
        Ok(Some(own.map(|(.., id)| id.clone()).collect()))
    }

    async fn list_permissions_of_user(&mut self, project: &ProjectId, user: UserId) -> StorageResult<Vec<String>> {
        let granted = self.seen().project_permissions.iter();
        Ok(granted
            .filter(|(owner, of, _)| (owner, *of) == (project, user))
            .map(|(.., id)| id.clone())
            .collect())
    }

    async fn list_team_permissions(
        &mut self,
        project: &ProjectId,
        of: TeamMembershipsOf,
        permission_id: Option<&str>,
        limit: u32,
    ) -> StorageResult<Vec<TeamPermission>> {
        let meant = |team, user| match of {
            TeamMembershipsOf::Everybody => true,
            TeamMembershipsOf::Team(of) => team == of,
            TeamMembershipsOf::User(of) => user == of,
        };
        let granted = self.seen().team_permissions.iter();
        Ok(granted
            .filter(|(owner, team, user, id)| {
                owner == project && meant(*team, *user) && permission_id.is_none_or(|wanted| wanted == id)
            })
            .map(|(_, team, user, id)| TeamPermission {
                team_id: *team,
                user_id: *user,
                permission_id: id.clone(),
            })
            .take(limit as usize)
            .collect())
    }

    async fn list_project_permissions(
        &mut self,
        project: &ProjectId,
        permission_id: Option<&str>,
        limit: u32,
    ) -> StorageResult<Vec<ProjectPermission>> {
        let granted = self.seen().project_permissions.iter();
        Ok(granted
            .filter(|(owner, _, id)| owner == project && permission_id.is_none_or(|wanted| wanted == id))
            .map(|(_, user, id)| ProjectPermission {
                user_id: *user,
                permission_id: id.clone(),
            })
            .take(limit as usize)
            .collect())
    }

    async fn insert_team_permission(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
        permission_id: &str,
    ) -> StorageResult<()> {
        let granted = (project.clone(), team, user, permission_id.to_owned());
        self.changed()?.team_permissions.insert(granted);
        Ok(())
    }

    async fn insert_project_permission(
        &mut self,
        project: &ProjectId,
        user: UserId,
        permission_id: &str,
    ) -> StorageResult<()> {
        let granted = (project.clone(), user, permission_id.to_owned());
        self.changed()?.project_permissions.insert(granted);
        Ok(())
    }

    async fn delete_team_permission(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
        permission_id: &str,
    ) -> StorageResult<bool> {
        let granted = (project.clone(), team, user, permission_id.to_owned());
        Ok(self.changed()?.team_permissions.remove(&granted))
    }

    async fn delete_project_permission(
        &mut self,
        project: &ProjectId,
        user: UserId,
        permission_id: &str,
    ) -> StorageResult<bool> {
        let granted = (project.clone(), user, permission_id.to_owned());
        Ok(self.changed()?.project_permissions.remove(&granted))
    }

    async fn rename_permission(&mut self, project: &ProjectId, permission_id: &str, new_id: &str) -> StorageResult<()> {
        self.delete_permission_everywhere(project, new_id).await?;
        let state = self.changed()?;
        let renamed = |owner: &ProjectId, id: String| {
            if owner == project && id == permission_id {
                new_id.to_owned()
            } else {
                id
            }
        };
        state.team_permissions = std::mem::take(&mut state.team_permissions)
            .into_iter()
            .map(|(owner, team, user, id)| {
                let id = renamed(&owner, id);
                (owner, team, user, id)
            })
            .collect();
        state.project_permissions = std::mem::take(&mut state.project_permissions)
            .into_iter()
            .map(|(owner, user, id)| {
                let id = renamed(&owner, id);
                (owner, user, id)
            })
            .collect();
        Ok(())
    }

    async fn delete_permission_everywhere(&mut self, project: &ProjectId, permission_id: &str) -> StorageResult<()> {
        let state = self.changed()?;
        let other = |owner: &ProjectId, id: &String| owner != project || id != permission_id;
        state.team_permissions.retain(|(owner, .., id)| other(owner, id));
        state.project_permissions.retain(|(owner, _, id)| other(owner, id));
        Ok(())
    }
}
