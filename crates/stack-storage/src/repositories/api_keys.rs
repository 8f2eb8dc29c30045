//! Sets of project keys.

use stack_domain::{
    models::{ApiKeyKind, ApiKeySet, KeyDigest},
    ports::{ApiKeyRepository, StorageResult},
};
use stack_types::{ApiKeySetId, ProjectId};

use crate::db::{Mode, Row, Session, args, corrupt};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, description, created_at, expires_at, revoked_at,
                 publishable_client_key_hash, publishable_client_key_last_four,
                 secret_server_key_hash, secret_server_key_last_four,
                 super_secret_admin_key_hash, super_secret_admin_key_last_four
             FROM api_key_sets WHERE project_id = $1 ",
            $rest
        )
    };
}

const FIND: &str = select!("AND id = $2");
const FIND_BY_PUBLISHABLE_CLIENT_KEY: &str = select!("AND publishable_client_key_hash = $2");
const FIND_BY_SECRET_SERVER_KEY: &str = select!("AND secret_server_key_hash = $2");
const FIND_BY_SUPER_SECRET_ADMIN_KEY: &str = select!("AND super_secret_admin_key_hash = $2");
const LIST: &str = select!("ORDER BY created_at DESC, id");

const INSERT: &str = "
    INSERT INTO api_key_sets (
        project_id, id, description, created_at, expires_at, revoked_at,
        publishable_client_key_hash, publishable_client_key_last_four,
        secret_server_key_hash, secret_server_key_last_four,
        super_secret_admin_key_hash, super_secret_admin_key_last_four
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const UPDATE: &str = "
    UPDATE api_key_sets SET description = $3, expires_at = $4, revoked_at = COALESCE(revoked_at, $5)
    WHERE project_id = $1 AND id = $2";

impl<M: Mode> ApiKeyRepository for Session<M> {
    async fn find_api_key_set(&mut self, project: &ProjectId, id: ApiKeySetId) -> StorageResult<Option<ApiKeySet>> {
        self.fetch_optional(FIND, args![project, id])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn find_api_key_set_by_hash(
        &mut self,
        project: &ProjectId,
        kind: ApiKeyKind,
        hash: &[u8; 32],
    ) -> StorageResult<Option<ApiKeySet>> {
        let sql = match kind {
            ApiKeyKind::PublishableClient => FIND_BY_PUBLISHABLE_CLIENT_KEY,
            ApiKeyKind::SecretServer => FIND_BY_SECRET_SERVER_KEY,
            ApiKeyKind::SuperSecretAdmin => FIND_BY_SUPER_SECRET_ADMIN_KEY,
        };
        self.fetch_optional(sql, args![project, hash])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn list_api_key_sets(&mut self, project: &ProjectId) -> StorageResult<Vec<ApiKeySet>> {
        self.fetch_all(LIST, args![project]).await?.iter().map(read).collect()
    }

    async fn insert_api_key_set(&mut self, project: &ProjectId, keys: &ApiKeySet) -> StorageResult<()> {
        let hash = |kind| keys.key(kind).map(|key| &key.hash);
        let last_four = |kind| keys.key(kind).map(|key| &key.last_four);
        let args = args![
            project,
            keys.id,
            &keys.description,
            keys.created_at,
            keys.expires_at,
            keys.revoked_at,
            hash(ApiKeyKind::PublishableClient),
            last_four(ApiKeyKind::PublishableClient),
            hash(ApiKeyKind::SecretServer),
            last_four(ApiKeyKind::SecretServer),
            hash(ApiKeyKind::SuperSecretAdmin),
            last_four(ApiKeyKind::SuperSecretAdmin),
        ];
        self.write(INSERT, args).await.map(drop)
    }

    async fn update_api_key_set(&mut self, project: &ProjectId, keys: &ApiKeySet) -> StorageResult<bool> {
        let args = args![project, keys.id, &keys.description, keys.expires_at, keys.revoked_at];
        Ok(self.write(UPDATE, args).await? > 0)
    }
}

fn read(row: &Row) -> StorageResult<ApiKeySet> {
    let key = |hash: &'static str, last_four: &'static str| match (row.get(hash)?, row.get(last_four)?) {
        (Some(hash), Some(last_four)) => Ok(Some(KeyDigest { hash, last_four })),
        (None, None) => Ok(None),
        _ => Err(corrupt(hash, "a hash and its last four characters come together")),
    };
    Ok(ApiKeySet {
        id: row.get("id")?,
        description: row.get("description")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        revoked_at: row.get("revoked_at")?,
        publishable_client_key: key("publishable_client_key_hash", "publishable_client_key_last_four")?,
        secret_server_key: key("secret_server_key_hash", "secret_server_key_last_four")?,
        super_secret_admin_key: key("super_secret_admin_key_hash", "super_secret_admin_key_last_four")?,
    })
}
