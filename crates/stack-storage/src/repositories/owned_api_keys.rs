//! The API keys of users and teams.

use stack_domain::{
    models::{ApiKeyOwner, KeyDigest, OwnedApiKey},
    ports::{OwnedApiKeyRepository, StorageResult},
};
use stack_types::{ApiKeyId, Millis, ProjectId};
use uuid::Uuid;

use crate::db::{Mode, Row, Session, args, corrupt};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, team_id, hash, is_public, created_at, expires_at, revoked_at, last_four, description
             FROM owned_api_keys WHERE project_id = $1 ",
            $rest
        )
    };
}

const FIND: &str = select!("AND id = $2");
const FIND_BY_HASH: &str = select!("AND hash = $2");

/// Makes the text of a query for users and that for teams.
macro_rules! of_owner {
    ($before:literal, $after:literal) => {
        [
            concat!($before, " WHERE project_id = $1 AND user_id = $2 ", $after),
            concat!($before, " WHERE project_id = $1 AND team_id = $2 ", $after),
        ]
    };
}

const LIST: [&str; 2] = of_owner!(
    "SELECT id, user_id, team_id, hash, is_public, created_at, expires_at, revoked_at, last_four, description
     FROM owned_api_keys",
    "ORDER BY created_at DESC, id DESC LIMIT $3"
);
const COUNT: [&str; 2] = of_owner!("SELECT COUNT(*) AS keys FROM owned_api_keys", "");
const DELETE_OLDEST_DEAD: [&str; 2] = of_owner!(
    "DELETE FROM owned_api_keys WHERE project_id = $1 AND id = (SELECT id FROM owned_api_keys",
    "AND (revoked_at IS NOT NULL OR expires_at <= $3) ORDER BY created_at, id LIMIT 1)"
);

const INSERT: &str = "
    INSERT INTO owned_api_keys (
        project_id, id, user_id, team_id, hash, is_public, created_at, expires_at, revoked_at, last_four, description
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

const UPDATE: &str = "
    UPDATE owned_api_keys SET description = COALESCE($3, description), revoked_at = COALESCE(revoked_at, $4)
    WHERE project_id = $1 AND id = $2";

impl<M: Mode> OwnedApiKeyRepository for Session<M> {
    async fn find_owned_api_key(&mut self, project: &ProjectId, id: ApiKeyId) -> StorageResult<Option<OwnedApiKey>> {
        self.fetch_optional(FIND, args![project, id])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn find_owned_api_key_by_hash(
        &mut self,
        project: &ProjectId,
        hash: &[u8; 32],
    ) -> StorageResult<Option<OwnedApiKey>> {
        self.fetch_optional(FIND_BY_HASH, args![project, hash])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn list_owned_api_keys(
        &mut self,
        project: &ProjectId,
        owner: ApiKeyOwner,
        limit: u32,
    ) -> StorageResult<Vec<OwnedApiKey>> {
        let (sql, id) = of(LIST, owner);
        self.fetch_all(sql, args![project, id, limit])
            .await?
            .iter()
            .map(read)
            .collect()
    }

    async fn insert_owned_api_key(&mut self, project: &ProjectId, key: &OwnedApiKey) -> StorageResult<()> {
        let args = args![
            project,
            key.id,
            key.owner.user(),
            key.owner.team(),
            &key.digest.hash,
            key.is_public,
            key.created_at,
            key.expires_at,
            key.revoked_at,
            &key.digest.last_four,
            &key.description,
        ];
        self.write(INSERT, args).await.map(drop)
    }

    async fn update_owned_api_key(
        &mut self,
        project: &ProjectId,
        id: ApiKeyId,
        description: Option<&str>,
        revoked_at: Option<Millis>,
    ) -> StorageResult<bool> {
        Ok(self.write(UPDATE, args![project, id, description, revoked_at]).await? > 0)
    }

    async fn count_owned_api_keys(&mut self, project: &ProjectId, owner: ApiKeyOwner) -> StorageResult<u32> {
        let (sql, id) = of(COUNT, owner);
        let row = self.fetch_optional(sql, args![project, id]).await?;
        row.map_or(Ok(0), |row| row.get("keys"))
    }

    async fn delete_oldest_dead_api_key(
        &mut self,
        project: &ProjectId,
        owner: ApiKeyOwner,
        now: Millis,
    ) -> StorageResult<bool> {
        let (sql, id) = of(DELETE_OLDEST_DEAD, owner);
        Ok(self.write(sql, args![project, id, now]).await? > 0)
    }
}

/// The text for this kind of owner, and the owner's id.
fn of([users, teams]: [&'static str; 2], owner: ApiKeyOwner) -> (&'static str, Uuid) {
    match owner {
        ApiKeyOwner::User(id) => (users, id.0),
        ApiKeyOwner::Team(id) => (teams, id.0),
    }
}

fn read(row: &Row) -> StorageResult<OwnedApiKey> {
    Ok(OwnedApiKey {
        id: row.get("id")?,
        owner: match (row.get("user_id")?, row.get("team_id")?) {
            (Some(user), None) => ApiKeyOwner::User(user),
            (None, Some(team)) => ApiKeyOwner::Team(team),
            _ => return Err(corrupt("owned_api_keys", "a key belongs to a user or to a team")),
        },
        description: row.get("description")?,
        is_public: row.get("is_public")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        revoked_at: row.get("revoked_at")?,
        digest: KeyDigest {
            hash: row.get("hash")?,
            last_four: row.get("last_four")?,
        },
    })
}
