//! One-time codes.

use stack_domain::{
    models::{CodeKind, OneTimeCode, OneTimeCodeId, TokenHash},
    ports::{OneTimeCodeRepository, StorageResult},
};
use stack_types::{Millis, ProjectId};

use crate::db::{Mode, Row, Session, args, corrupt};

const FIND: &str = "
    SELECT id, kind, hash, tail_hash, created_at, expires_at, used_at, attempts, data FROM one_time_codes
    WHERE project_id = $1 AND kind = $2 AND hash = $3";

const INSERT: &str = "
    INSERT INTO one_time_codes (
        project_id, id, kind, hash, tail_hash, created_at, expires_at, used_at, attempts, data
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const COUNT_ATTEMPT: &str = "
    UPDATE one_time_codes SET attempts = attempts + 1 WHERE project_id = $1 AND tail_hash = $2";

const USE: &str = "UPDATE one_time_codes SET used_at = $3 WHERE project_id = $1 AND id = $2 AND used_at IS NULL";

const DELETE_EXPIRED: &str = "
    DELETE FROM one_time_codes WHERE (project_id, id) IN (
        SELECT project_id, id FROM one_time_codes WHERE expires_at < $1 ORDER BY expires_at LIMIT $2
    )";

impl<M: Mode> OneTimeCodeRepository for Session<M> {
    async fn insert_one_time_code(&mut self, project: &ProjectId, code: &OneTimeCode) -> StorageResult<()> {
        let args = args![
            project,
            code.id,
            code.kind.as_str(),
            &code.hash.0,
            &code.tail_hash.0,
            code.created_at,
            code.expires_at,
            code.used_at,
            code.attempts,
            &code.data,
        ];
        self.write(INSERT, args).await.map(drop)
    }

    async fn find_one_time_code(
        &mut self,
        project: &ProjectId,
        kind: CodeKind,
        hash: &TokenHash,
    ) -> StorageResult<Option<OneTimeCode>> {
        self.fetch_optional(FIND, args![project, kind.as_str(), &hash.0])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn count_one_time_code_attempt(&mut self, project: &ProjectId, tail_hash: &TokenHash) -> StorageResult<()> {
        self.write(COUNT_ATTEMPT, args![project, &tail_hash.0]).await.map(drop)
    }

    async fn use_one_time_code(&mut self, project: &ProjectId, id: OneTimeCodeId, at: Millis) -> StorageResult<bool> {
        Ok(self.write(USE, args![project, id, at]).await? > 0)
    }

    async fn delete_expired_one_time_codes(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        self.write(DELETE_EXPIRED, args![before, limit]).await
    }
}

fn read(row: &Row) -> StorageResult<OneTimeCode> {
    Ok(OneTimeCode {
        id: row.get("id")?,
        kind: kind(row.get("kind")?)?,
        hash: TokenHash(row.get("hash")?),
        tail_hash: TokenHash(row.get("tail_hash")?),
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        used_at: row.get("used_at")?,
        attempts: row.get("attempts")?,
        data: row.get("data")?,
    })
}

fn kind(text: &str) -> StorageResult<CodeKind> {
    let known = CodeKind::ALL.into_iter().find(|kind| kind.as_str() == text);
    known.ok_or_else(|| corrupt("kind", "no such kind of code"))
}
