//! Projects and their configuration: one row each.

use stack_domain::{
    models::{ConfigLevel, Project, StoredConfig, StoredProject},
    ports::{ProjectRepository, StorageResult},
};
use stack_types::{ProjectId, UserId};

use crate::{
    db::{Mode, Row, Session, Value, args},
    dialect,
};

const FIND: &str = "SELECT * FROM projects WHERE id = $1";

const LIST_OF_USER: &str = "
    SELECT p.* FROM team_memberships m JOIN projects p ON p.owner_team_id = m.team_id
    WHERE m.project_id = $1 AND m.user_id = $2
    ORDER BY p.created_at, p.id";

const INSERT: &str = "
    INSERT INTO projects (
        id, display_name, description, is_production_mode, owner_team_id, onboarding_status,
        logo_url, logo_full_url, logo_dark_mode_url, logo_full_dark_mode_url, created_at,
        config_project, config_branch, config_environment, config_branch_source
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

const UPDATE: &str = "
    UPDATE projects SET
        display_name = $2, description = $3, is_production_mode = $4, owner_team_id = $5, onboarding_status = $6,
        logo_url = $7, logo_full_url = $8, logo_dark_mode_url = $9, logo_full_dark_mode_url = $10
    WHERE id = $1";

const DELETE: &str = "DELETE FROM projects WHERE id = $1";

const UPDATE_CONFIG_PROJECT: &str = "UPDATE projects SET config_project = $2 WHERE id = $1";
const UPDATE_CONFIG_BRANCH: &str = "UPDATE projects SET config_branch = $2 WHERE id = $1";
const UPDATE_CONFIG_ENVIRONMENT: &str = "UPDATE projects SET config_environment = $2 WHERE id = $1";
const UPDATE_CONFIG_SOURCE: &str = "UPDATE projects SET config_branch_source = $2 WHERE id = $1";

impl<M: Mode> ProjectRepository for Session<M> {
    async fn find_project(&mut self, id: &ProjectId) -> StorageResult<Option<StoredProject>> {
        self.fetch_optional(FIND, args![id])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn list_projects_of_user(&mut self, internal: &ProjectId, user: UserId) -> StorageResult<Vec<StoredProject>> {
        self.fetch_all(LIST_OF_USER, args![internal, user])
            .await?
            .iter()
            .map(read)
            .collect()
    }

    async fn insert_project(&mut self, StoredProject { project, config }: &StoredProject) -> StorageResult<()> {
        let only_here = args![
            project.created_at,
            config.project.as_deref(),
            config.branch.as_deref(),
            config.environment.as_deref(),
            config.branch_source.as_deref(),
        ];
        let args = [&project_args(project)[..], only_here].concat();
        self.write(INSERT, &args).await.map(drop)
    }

    async fn update_project(&mut self, project: &Project) -> StorageResult<bool> {
        Ok(self.write(UPDATE, &project_args(project)).await? > 0)
    }

    async fn update_config(
        &mut self,
        project: &ProjectId,
        level: ConfigLevel,
        text: Option<&str>,
    ) -> StorageResult<bool> {
        let sql = match level {
            ConfigLevel::Project => UPDATE_CONFIG_PROJECT,
            ConfigLevel::Branch => UPDATE_CONFIG_BRANCH,
            ConfigLevel::Environment => UPDATE_CONFIG_ENVIRONMENT,
        };
        Ok(self.write(sql, args![project, text]).await? > 0)
    }

    async fn update_config_source(&mut self, project: &ProjectId, source: Option<&str>) -> StorageResult<bool> {
        Ok(self.write(UPDATE_CONFIG_SOURCE, args![project, source]).await? > 0)
    }

    async fn delete_project(&mut self, id: &ProjectId) -> StorageResult<bool> {
        Ok(self.write(DELETE, args![id]).await? > 0)
    }

    async fn lock_project(&mut self, id: &ProjectId) -> StorageResult<bool> {
        self.lock(dialect::LOCK_PROJECT, args![id]).await
    }
}

/// The arguments `$1` to `$10` of `INSERT` and `UPDATE`.
fn project_args(project: &Project) -> [Value<'_>; 10] {
    *args![
        &project.id,
        &project.display_name,
        &project.description,
        project.is_production_mode,
        project.owner_team_id,
        &project.onboarding_status,
        project.logo_url.as_deref(),
        project.logo_full_url.as_deref(),
        project.logo_dark_mode_url.as_deref(),
        project.logo_full_dark_mode_url.as_deref(),
    ]
}

fn read(row: &Row) -> StorageResult<StoredProject> {
    Ok(StoredProject {
        project: Project {
            id: row.get("id")?,
            display_name: row.get("display_name")?,
            description: row.get("description")?,
            is_production_mode: row.get("is_production_mode")?,
            owner_team_id: row.get("owner_team_id")?,
            onboarding_status: row.get("onboarding_status")?,
            logo_url: row.get("logo_url")?,
            logo_full_url: row.get("logo_full_url")?,
            logo_dark_mode_url: row.get("logo_dark_mode_url")?,
            logo_full_dark_mode_url: row.get("logo_full_dark_mode_url")?,
            created_at: row.get("created_at")?,
        },
        config: StoredConfig {
            project: row.get("config_project")?,
            branch: row.get("config_branch")?,
            environment: row.get("config_environment")?,
            branch_source: row.get("config_branch_source")?,
        },
    })
}
