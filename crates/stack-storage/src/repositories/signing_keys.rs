//! Rotations of signing keys.

use stack_domain::{
    models::KeyRotation,
    ports::{SigningKeyRepository, StorageResult},
};
use stack_types::ProjectId;

use crate::db::{Mode, Row, Session, args};

const LIST: &str = "
    SELECT generation, created_at, signs_from FROM key_rotations WHERE project_id = $1 ORDER BY generation";

const INSERT: &str = "
    INSERT INTO key_rotations (project_id, generation, created_at, signs_from) VALUES ($1, $2, $3, $4)";

const LIST_PROJECT_IDS: &str = "SELECT id FROM projects WHERE id > $1 ORDER BY id LIMIT $2";

impl<M: Mode> SigningKeyRepository for Session<M> {
    async fn list_key_rotations(&mut self, project: &ProjectId) -> StorageResult<Vec<KeyRotation>> {
        self.fetch_all(LIST, args![project]).await?.iter().map(read).collect()
    }

    async fn insert_key_rotation(&mut self, project: &ProjectId, rotation: &KeyRotation) -> StorageResult<()> {
        let args = args![project, rotation.generation, rotation.created_at, rotation.signs_from];
        self.write(INSERT, args).await.map(drop)
    }

    async fn list_project_ids(&mut self, after: Option<&ProjectId>, limit: u32) -> StorageResult<Vec<ProjectId>> {
        // Every id comes after the empty one.
        let after = after.map_or("", ProjectId::as_str);
        let rows = self.fetch_all(LIST_PROJECT_IDS, args![after, limit]).await?;
        rows.iter().map(|row| row.get("id")).collect()
    }
}

fn read(row: &Row) -> StorageResult<KeyRotation> {
    Ok(KeyRotation {
        generation: row.get("generation")?,
        created_at: row.get("created_at")?,
        signs_from: row.get("signs_from")?,
    })
}
