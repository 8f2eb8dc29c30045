//! Who was given which permission.

use stack_domain::{
    models::{ProjectPermission, TeamMembershipsOf, TeamPermission},
    ports::{PermissionRepository, StorageResult},
};
use stack_types::{ProjectId, TeamId, UserId};

use crate::db::{Mode, Row, Session, args};

/// A member without permissions is one row without an id.
const OF_MEMBER: &str = "
    SELECT p.permission_id FROM team_memberships m LEFT JOIN team_permissions p
        ON p.project_id = m.project_id AND p.team_id = m.team_id AND p.user_id = m.user_id
    WHERE m.project_id = $1 AND m.team_id = $2 AND m.user_id = $3 ORDER BY p.permission_id";

const OF_USER: &str =
    "SELECT permission_id FROM project_permissions WHERE project_id = $1 AND user_id = $2 ORDER BY permission_id";

macro_rules! list_team {
    ($from_where:literal, $id:literal, $limit:literal) => {
        concat!(
            "SELECT p.team_id, p.user_id, p.permission_id FROM ",
            $from_where,
            " AND p.permission_id = COALESCE(",
            $id,
            ", p.permission_id) ORDER BY p.team_id, p.user_id, p.permission_id LIMIT ",
            $limit
        )
    };
}

const LIST_OF_EVERYBODY: &str = list_team!("team_permissions p WHERE p.project_id = $1", "$2", "$3");
const LIST_OF_TEAM: &str = list_team!(
    "team_permissions p WHERE p.project_id = $1 AND p.team_id = $2",
    "$3",
    "$4"
);
/// By way of the memberships, which have an index by user.
const LIST_OF_USER: &str = list_team!(
    "team_memberships m JOIN team_permissions p
        ON p.project_id = m.project_id AND p.team_id = m.team_id AND p.user_id = m.user_id
     WHERE m.project_id = $1 AND m.user_id = $2",
    "$3",
    "$4"
);

const LIST_PROJECT: &str = "
    SELECT user_id, permission_id FROM project_permissions
    WHERE project_id = $1 AND permission_id = COALESCE($2, permission_id) ORDER BY user_id, permission_id LIMIT $3";

const INSERT_TEAM: &str = "
    INSERT INTO team_permissions (project_id, team_id, user_id, permission_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING";

const INSERT_PROJECT: &str =
    "INSERT INTO project_permissions (project_id, user_id, permission_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

const DELETE_TEAM: &str =
    "DELETE FROM team_permissions WHERE project_id = $1 AND team_id = $2 AND user_id = $3 AND permission_id = $4";

const DELETE_PROJECT: &str =
    "DELETE FROM project_permissions WHERE project_id = $1 AND user_id = $2 AND permission_id = $3";

const RENAME: [&str; 2] = [
    "UPDATE team_permissions SET permission_id = $3 WHERE project_id = $1 AND permission_id = $2",
    "UPDATE project_permissions SET permission_id = $3 WHERE project_id = $1 AND permission_id = $2",
];

const DELETE_EVERYWHERE: [&str; 2] = [
    "DELETE FROM team_permissions WHERE project_id = $1 AND permission_id = $2",
    "DELETE FROM project_permissions WHERE project_id = $1 AND permission_id = $2",
];

impl<M: Mode> PermissionRepository for Session<M> {
    async fn list_permissions_of_member(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> StorageResult<Option<Vec<String>>> {
        let rows = self.fetch_all(OF_MEMBER, args![project, team, user]).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let ids = rows.iter().map(|row| row.get::<Option<String>>("permission_id"));
        ids.filter_map(Result::transpose)
            .collect::<StorageResult<_>>()
            .map(Some)
    }

    async fn list_permissions_of_user(&mut self, project: &ProjectId, user: UserId) -> StorageResult<Vec<String>> {
        let rows = self.fetch_all(OF_USER, args![project, user]).await?;
        rows.iter().map(|row| row.get("permission_id")).collect()
    }

    async fn list_team_permissions(
        &mut self,
        project: &ProjectId,
        of: TeamMembershipsOf,
        permission_id: Option<&str>,
        limit: u32,
    ) -> StorageResult<Vec<TeamPermission>> {
        let limit = i64::from(limit);
        let rows = match of {
            TeamMembershipsOf::Everybody => {
                self.fetch_all(LIST_OF_EVERYBODY, args![project, permission_id, limit])
                    .await?
            }
            TeamMembershipsOf::Team(team) => {
                self.fetch_all(LIST_OF_TEAM, args![project, team, permission_id, limit])
                    .await?
            }
            TeamMembershipsOf::User(user) => {
                self.fetch_all(LIST_OF_USER, args![project, user, permission_id, limit])
                    .await?
            }
        };
        rows.iter().map(read_team_permission).collect()
    }

    async fn list_project_permissions(
        &mut self,
        project: &ProjectId,
        permission_id: Option<&str>,
        limit: u32,
    ) -> StorageResult<Vec<ProjectPermission>> {
        let args = args![project, permission_id, i64::from(limit)];
        self.fetch_all(LIST_PROJECT, args)
            .await?
            .iter()
            .map(read_project_permission)
            .collect()
    }

    async fn insert_team_permission(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
        permission_id: &str,
    ) -> StorageResult<()> {
        let args = args![project, team, user, permission_id];
        self.write(INSERT_TEAM, args).await.map(drop)
    }

    async fn insert_project_permission(
        &mut self,
        project: &ProjectId,
        user: UserId,
        permission_id: &str,
    ) -> StorageResult<()> {
        let args = args![project, user, permission_id];
        self.write(INSERT_PROJECT, args).await.map(drop)
    }

    async fn delete_team_permission(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
        permission_id: &str,
    ) -> StorageResult<bool> {
        let args = args![project, team, user, permission_id];
        Ok(self.write(DELETE_TEAM, args).await? > 0)
    }

    async fn delete_project_permission(
        &mut self,
        project: &ProjectId,
        user: UserId,
        permission_id: &str,
    ) -> StorageResult<bool> {
        let args = args![project, user, permission_id];
        Ok(self.write(DELETE_PROJECT, args).await? > 0)
    }

    async fn rename_permission(&mut self, project: &ProjectId, permission_id: &str, new_id: &str) -> StorageResult<()> {
        self.delete_permission_everywhere(project, new_id).await?;
        for text in RENAME {
            self.write(text, args![project, permission_id, new_id]).await?;
        }
        Ok(())
    }

    async fn delete_permission_everywhere(&mut self, project: &ProjectId, permission_id: &str) -> StorageResult<()> {
        for text in DELETE_EVERYWHERE {
            self.write(text, args![project, permission_id]).await?;
        }
        Ok(())
    }
}

fn read_team_permission(row: &Row) -> StorageResult<TeamPermission> {
    Ok(TeamPermission {
        team_id: row.get("team_id")?,
        user_id: row.get("user_id")?,
        permission_id: row.get("permission_id")?,
    })
}

fn read_project_permission(row: &Row) -> StorageResult<ProjectPermission> {
    Ok(ProjectPermission {
        user_id: row.get("user_id")?,
        permission_id: row.get("permission_id")?,
    })
}
