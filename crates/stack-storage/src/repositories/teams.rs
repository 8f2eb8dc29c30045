//! Teams, memberships and the profiles of members.

use stack_domain::{
    models::{Team, TeamMemberProfile, TeamMembership, TeamMembershipsOf},
    ports::{StorageResult, TeamRepository, UserRepository as _},
};
use stack_types::{ProjectId, TeamId, UserId};

use super::metadata::{MetadataTexts, read_metadata};
use crate::{
    db::{Mode, Row, Session, args},
    dialect,
};

const FIND: &str = "SELECT * FROM teams WHERE project_id = $1 AND id = $2";

const LIST: &str = "SELECT * FROM teams WHERE project_id = $1 ORDER BY created_at, id LIMIT $2";

const LIST_OF_USER: &str = "
    SELECT t.* FROM teams t JOIN team_memberships tm ON tm.project_id = t.project_id AND tm.team_id = t.id
    WHERE tm.project_id = $1 AND tm.user_id = $2 ORDER BY t.created_at, t.id LIMIT $3";

const OWNS_PROJECTS: &str = "SELECT 1 FROM projects WHERE owner_team_id = $1 LIMIT 1";

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

const DELETE: &str = "DELETE FROM teams WHERE project_id = $1 AND id = $2";

const FIND_MEMBERSHIP: &str = "SELECT * FROM team_memberships WHERE project_id = $1 AND team_id = $2 AND user_id = $3";

const INSERT_MEMBERSHIP: &str = "
    INSERT INTO team_memberships (
        project_id, team_id, user_id, is_selected, display_name, profile_image_url, created_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7)";

const UPDATE_MEMBERSHIP: &str = "
    UPDATE team_memberships SET display_name = $4, profile_image_url = $5
    WHERE project_id = $1 AND team_id = $2 AND user_id = $3";

const DELETE_MEMBERSHIP: &str = "DELETE FROM team_memberships WHERE project_id = $1 AND team_id = $2 AND user_id = $3";

macro_rules! select_profiles {
    ($rest:literal) => {
        concat!(
            "SELECT
                 m.team_id, m.user_id, COALESCE(m.display_name, u.display_name) AS display_name,
                 COALESCE(m.profile_image_url, u.profile_image_url) AS profile_image_url
             FROM team_memberships m JOIN users u ON u.project_id = m.project_id AND u.id = m.user_id
             WHERE m.project_id = $1 ",
            $rest
        )
    };
}

const FIND_PROFILE: &str = select_profiles!("AND m.team_id = $2 AND m.user_id = $3");

const LIST_PROFILES: &str = select_profiles!("ORDER BY m.created_at, m.team_id, m.user_id LIMIT $2");

const LIST_PROFILES_OF_TEAM: &str =
    select_profiles!("AND m.team_id = $2 ORDER BY m.created_at, m.team_id, m.user_id LIMIT $3");

const LIST_PROFILES_OF_USER: &str =
    select_profiles!("AND m.user_id = $2 ORDER BY m.created_at, m.team_id, m.user_id LIMIT $3");

const UNSELECT: &str = "
    UPDATE team_memberships SET is_selected = FALSE WHERE project_id = $1 AND user_id = $2 AND is_selected";

const SELECT: &str = "
    UPDATE team_memberships SET is_selected = TRUE WHERE project_id = $1 AND user_id = $2 AND team_id = $3";

impl<M: Mode> TeamRepository for Session<M> {
    async fn find_team(&mut self, project: &ProjectId, id: TeamId) -> StorageResult<Option<Team>> {
        self.fetch_optional(FIND, args![project, id])
            .await?
            .as_ref()
            .map(read_team)
            .transpose()
    }

    async fn lock_team(&mut self, project: &ProjectId, id: TeamId) -> StorageResult<bool> {
        self.lock(dialect::LOCK_TEAM, args![project, id]).await
    }

    async fn list_teams(&mut self, project: &ProjectId, limit: u32) -> StorageResult<Vec<Team>> {
        let rows = self.fetch_all(LIST, args![project, limit]).await?;
        rows.iter().map(read_team).collect()
    }

    async fn list_teams_of_user(&mut self, project: &ProjectId, user: UserId, limit: u32) -> StorageResult<Vec<Team>> {
        let rows = self.fetch_all(LIST_OF_USER, args![project, user, limit]).await?;
        rows.iter().map(read_team).collect()
    }

    async fn owns_projects(&mut self, team: TeamId) -> StorageResult<bool> {
        Ok(self.fetch_optional(OWNS_PROJECTS, args![team]).await?.is_some())
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

    async fn delete_team(&mut self, project: &ProjectId, id: TeamId) -> StorageResult<bool> {
        Ok(self.write(DELETE, args![project, id]).await? > 0)
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

    async fn update_team_membership(
        &mut self,
        project: &ProjectId,
        membership: &TeamMembership,
    ) -> StorageResult<bool> {
        let args = args![
            project,
            membership.team_id,
            membership.user_id,
            membership.display_name.as_deref(),
            membership.profile_image_url.as_deref(),
        ];
        Ok(self.write(UPDATE_MEMBERSHIP, args).await? > 0)
    }

    async fn delete_team_membership(&mut self, project: &ProjectId, team: TeamId, user: UserId) -> StorageResult<bool> {
        Ok(self.write(DELETE_MEMBERSHIP, args![project, team, user]).await? > 0)
    }

    async fn find_team_member_profile(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> StorageResult<Option<TeamMemberProfile>> {
        let row = self.fetch_optional(FIND_PROFILE, args![project, team, user]).await?;
        row.as_ref().map(read_profile).transpose()
    }

    async fn list_team_member_profiles(
        &mut self,
        project: &ProjectId,
        of: TeamMembershipsOf,
        limit: u32,
    ) -> StorageResult<Vec<TeamMemberProfile>> {
        let rows = match of {
            TeamMembershipsOf::Everybody => self.fetch_all(LIST_PROFILES, args![project, limit]).await?,
            TeamMembershipsOf::Team(team) => {
                self.fetch_all(LIST_PROFILES_OF_TEAM, args![project, team, limit])
                    .await?
            }
            TeamMembershipsOf::User(user) => {
                self.fetch_all(LIST_PROFILES_OF_USER, args![project, user, limit])
                    .await?
            }
        };
        rows.iter().map(read_profile).collect()
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

fn read_profile(row: &Row) -> StorageResult<TeamMemberProfile> {
    Ok(TeamMemberProfile {
        team_id: row.get("team_id")?,
        user_id: row.get("user_id")?,
        display_name: row.get("display_name")?,
        profile_image_url: row.get("profile_image_url")?,
    })
}
