//! Sessions.

use stack_domain::{
    models::{IpInfo, Session as UserSession, TokenHash},
    ports::{SessionRepository, StorageError, StorageResult},
};
use stack_types::{Millis, ProjectId, SessionId, UserId};

use crate::db::{Mode, Row, Session, args};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, token_hash, created_at, expires_at, is_impersonation, last_used_at, last_used_ip_info
             FROM sessions WHERE project_id = $1 ",
            $rest
        )
    };
}

const FIND: &str = select!("AND id = $2");
const FIND_BY_TOKEN: &str = select!("AND token_hash = $2");
const LIST: &str = select!("AND user_id = $2 AND expires_at > $3 ORDER BY created_at DESC, id");

const INSERT: &str = "
    INSERT INTO sessions (
        project_id, id, user_id, token_hash, created_at, expires_at, is_impersonation, last_used_at, last_used_ip_info
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const TOUCH: &str = "
    UPDATE sessions SET
        last_used_at = CASE WHEN last_used_at < $3 THEN $3 ELSE last_used_at END,
        last_used_ip_info = COALESCE($4, last_used_ip_info)
    WHERE project_id = $1 AND id = $2";

const DELETE: &str = "DELETE FROM sessions WHERE project_id = $1 AND id = $2";

const DELETE_OF_USER: &str = "DELETE FROM sessions WHERE project_id = $1 AND user_id = $2 AND ($3 IS NULL OR id <> $3)";

const DELETE_EXPIRED: &str = "
    DELETE FROM sessions WHERE (project_id, id) IN (
        SELECT project_id, id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2
    )";

impl<M: Mode> SessionRepository for Session<M> {
    async fn find_session(&mut self, project: &ProjectId, id: SessionId) -> StorageResult<Option<UserSession>> {
        self.fetch_optional(FIND, args![project, id])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn find_session_by_token(
        &mut self,
        project: &ProjectId,
        hash: &TokenHash,
    ) -> StorageResult<Option<UserSession>> {
        self.fetch_optional(FIND_BY_TOKEN, args![project, &hash.0])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn list_sessions(
        &mut self,
        project: &ProjectId,
        user: UserId,
        now: Millis,
    ) -> StorageResult<Vec<UserSession>> {
        self.fetch_all(LIST, args![project, user, now])
            .await?
            .iter()
            .map(read)
            .collect()
    }

    async fn insert_session(&mut self, project: &ProjectId, session: &UserSession) -> StorageResult<()> {
        let ip_info = session.last_used_ip_info.as_ref().map(ip_info_text).transpose()?;
        let args = args![
            project,
            session.id,
            session.user_id,
            &session.token_hash.0,
            session.created_at,
            session.expires_at,
            session.is_impersonation,
            session.last_used_at,
            ip_info.as_deref(),
        ];
        self.write(INSERT, args).await.map(drop)
    }

    async fn touch_session(
        &mut self,
        project: &ProjectId,
        id: SessionId,
        at: Millis,
        ip_info: Option<&IpInfo>,
    ) -> StorageResult<bool> {
        let ip_info = ip_info.map(ip_info_text).transpose()?;
        Ok(self.write(TOUCH, args![project, id, at, ip_info.as_deref()]).await? > 0)
    }

    async fn delete_session(&mut self, project: &ProjectId, id: SessionId) -> StorageResult<bool> {
        Ok(self.write(DELETE, args![project, id]).await? > 0)
    }

    async fn delete_sessions_of_user(
        &mut self,
        project: &ProjectId,
        user: UserId,
        except: Option<SessionId>,
    ) -> StorageResult<u64> {
        self.write(DELETE_OF_USER, args![project, user, except]).await
    }

    async fn delete_expired_sessions(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        self.write(DELETE_EXPIRED, args![before, limit]).await
    }
}

fn ip_info_text(info: &IpInfo) -> StorageResult<String> {
    serde_json::to_string(info).map_err(|error| StorageError::Other(Box::new(error)))
}

fn read(row: &Row) -> StorageResult<UserSession> {
    Ok(UserSession {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        token_hash: TokenHash(row.get("token_hash")?),
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        is_impersonation: row.get("is_impersonation")?,
        last_used_at: row.get("last_used_at")?,
        last_used_ip_info: row.get("last_used_ip_info")?,
    })
}
