//! Teams, memberships and what members may do.

use stack_domain::{
    models::{Team, TeamMembership},
    ports::{StorageResult, TeamRepository, UserRepository as _},
};
use stack_types::{ProjectId, TeamId, UserId};

use super::metadata::{MetadataTexts, read_metadata};
use crate::db::{Mode, Row, Session, args};

const FIND: &str = "SELECT * FROM teams WHERE project_id = $1 AND id = $2";

const LIST_OF_USER: &str = "
    SELECT t.* FROM team_memberships m JOIN teams t ON t.project_id = m.project_id AND t.id = m.team_id
    WHERE m.project_id = $1 AND m.user_id = $2 ORDER BY t.created_at, t.id";

const INSERT: &str = "
    INSERT INTO teams (
        project_id, id, display_name, profile_image_url,
        client_metadata, client_read_only_metadata, server_metadata, created_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

const UPDATE: &str = "
    UPDATE teams SET
        display_name = $3, profile_image_url = $4,
        client_metadata = $5, client_read_only_metadata = $6, server_metadata = $7
    WHERE project_id = $1 AND id = $2";

const FIND_MEMBERSHIP: &str = "SELECT * FROM team_memberships WHERE project_id = $1 AND team_id = $2 AND user_id = $3";

const INSERT_MEMBERSHIP: &str = "
    INSERT INTO team_memberships (
        project_id, team_id, user_id, is_selected, display_name, profile_image_url, created_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7)";

const UNSELECT: &str = "
    UPDATE team_memberships SET is_selected = FALSE WHERE project_id = $1 AND user_id = $2 AND is_selected";

const SELECT: &str = "
    UPDATE team_memberships SET is_selected = TRUE WHERE project_id = $1 AND user_id = $2 AND team_id = $3";

const LIST_TEAM_PERMISSIONS: &str = "
    SELECT permission_id FROM team_permissions WHERE project_id = $1 AND team_id = $2 AND user_id = $3
    ORDER BY permission_id";

const INSERT_TEAM_PERMISSION: &str = "
    INSERT INTO team_permissions (project_id, team_id, user_id, permission_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING";

const LIST_PROJECT_PERMISSIONS: &str =
    "SELECT permission_id FROM project_permissions WHERE project_id = $1 AND user_id = $2 ORDER BY permission_id";

const INSERT_PROJECT_PERMISSION: &str =
    "INSERT INTO project_permissions (project_id, user_id, permission_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

impl<M: Mode> TeamRepository for Session<M> {
    async fn find_team(&mut self, project: &ProjectId, id: TeamId) -> StorageResult<Option<Team>> {
        self.fetch_optional(FIND, args![project, id])
            .await?
            .as_ref()
            .map(read_team)
            .transpose()
    }

    async fn list_teams_of_user(&mut self, project: &ProjectId, user: UserId) -> StorageResult<Vec<Team>> {
        self.fetch_all(LIST_OF_USER, args![project, user])
            .await?
            .iter()
            .map(read_team)
            .collect()
    }

    async fn insert_team(&mut self, project: &ProjectId, team: &Team) -> StorageResult<()> {
        let metadata = MetadataTexts::of(&team.metadata);
        let args = args![
            project,
            team.id,
            &team.display_name,
            team.profile_image_url.as_deref(),
            metadata.client.as_deref(),
            metadata.client_read_only.as_deref(),
            metadata.server.as_deref(),
            team.created_at,
        ];
        self.write(INSERT, args).await.map(drop)
    }

    async fn update_team(&mut self, project: &ProjectId, team: &Team) -> StorageResult<bool> {
        let metadata = MetadataTexts::of(&team.metadata);
        let args = args![
            project,
            team.id,
            &team.display_name,
            team.profile_image_url.as_deref(),
            metadata.client.as_deref(),
            metadata.client_read_only.as_deref(),
            metadata.server.as_deref(),
        ];
        Ok(self.write(UPDATE, args).await? > 0)
    }

    async fn find_team_membership(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> StorageResult<Option<TeamMembership>> {
        let row = self.fetch_optional(FIND_MEMBERSHIP, args![project, team, user]).await?;
        row.as_ref().map(read_membership).transpose()
    }

    async fn insert_team_membership(&mut self, project: &ProjectId, membership: &TeamMembership) -> StorageResult<()> {
        let args = args![
            project,
            membership.team_id,
            membership.user_id,
            membership.is_selected,
            membership.display_name.as_deref(),
            membership.profile_image_url.as_deref(),
            membership.created_at,
        ];
        self.write(INSERT_MEMBERSHIP, args).await.map(drop)
    }

    /// The user is locked, so that of two who select different teams at once the second waits and then sees what the
    /// first has selected.
    async fn select_team(&mut self, project: &ProjectId, user: UserId, team: Option<TeamId>) -> StorageResult<bool> {
        self.lock_user(project, user).await?;
        let Some(team) = team else {
            self.write(UNSELECT, args![project, user]).await?;
            return Ok(true);
        };
        if self
            .fetch_optional(FIND_MEMBERSHIP, args![project, team, user])
            .await?
            .is_none()
        {
            return Ok(false);
        }
        self.write(UNSELECT, args![project, user]).await?;
        Ok(self.write(SELECT, args![project, user, team]).await? > 0)
    }

    async fn list_team_permissions(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> StorageResult<Vec<String>> {
        let rows = self
            .fetch_all(LIST_TEAM_PERMISSIONS, args![project, team, user])
            .await?;
        rows.iter().map(|row| row.get("permission_id")).collect()
    }

    async fn insert_team_permission(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
        permission_id: &str,
    ) -> StorageResult<()> {
        self.write(INSERT_TEAM_PERMISSION, args![project, team, user, permission_id])
            .await
            .map(drop)
    }

    async fn list_project_permissions(&mut self, project: &ProjectId, user: UserId) -> StorageResult<Vec<String>> {
        let rows = self.fetch_all(LIST_PROJECT_PERMISSIONS, args![project, user]).await?;
        rows.iter().map(|row| row.get("permission_id")).collect()
    }

    async fn insert_project_permission(
        &mut self,
        project: &ProjectId,
        user: UserId,
        permission_id: &str,
    ) -> StorageResult<()> {
        self.write(INSERT_PROJECT_PERMISSION, args![project, user, permission_id])
            .await
            .map(drop)
    }
}

fn read_team(row: &Row) -> StorageResult<Team> {
    Ok(Team {
        id: row.get("id")?,
        display_name: row.get("display_name")?,
        profile_image_url: row.get("profile_image_url")?,
        metadata: read_metadata(row, ["client_metadata", "client_read_only_metadata", "server_metadata"])?,
        created_at: row.get("created_at")?,
    })
}

fn read_membership(row: &Row) -> StorageResult<TeamMembership> {
    Ok(TeamMembership {
        team_id: row.get("team_id")?,
        user_id: row.get("user_id")?,
        is_selected: row.get("is_selected")?,
        display_name: row.get("display_name")?,
        profile_image_url: row.get("profile_image_url")?,
        created_at: row.get("created_at")?,
    })
}
