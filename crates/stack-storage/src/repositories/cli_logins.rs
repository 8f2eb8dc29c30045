//! Logins of command line tools.

use stack_domain::{
    models::{CliLogin, TokenHash},
    ports::{CliLoginRepository, StorageResult},
};
use stack_types::{Millis, ProjectId};

use crate::db::{Mode, Row, Session, args};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT polling_code_hash, login_code_hash, expires_at, used_at, refresh_token, anonymous_refresh_token
             FROM cli_logins WHERE project_id = $1 ",
            $rest
        )
    };
}

const FIND_BY_POLLING_CODE: &str = select!("AND polling_code_hash = $2");
const FIND_BY_LOGIN_CODE: &str = select!("AND login_code_hash = $2");

const INSERT: &str = "
    INSERT INTO cli_logins (
        project_id, polling_code_hash, login_code_hash, expires_at, used_at, refresh_token, anonymous_refresh_token
    ) VALUES ($1, $2, $3, $4, $5, $6, $7)";

const CONFIRM: &str = "
    UPDATE cli_logins SET refresh_token = $3
    WHERE project_id = $1 AND login_code_hash = $2 AND used_at IS NULL AND refresh_token IS NULL";

const USE: &str = "
    UPDATE cli_logins SET used_at = $3, refresh_token = NULL, anonymous_refresh_token = NULL
    WHERE project_id = $1 AND polling_code_hash = $2 AND used_at IS NULL AND refresh_token IS NOT NULL";

const CLAIM: &str = "
    UPDATE cli_logins SET anonymous_refresh_token = NULL
    WHERE project_id = $1 AND login_code_hash = $2 AND anonymous_refresh_token IS NOT NULL";

const DELETE_EXPIRED: &str = "
    DELETE FROM cli_logins WHERE (project_id, polling_code_hash) IN (
        SELECT project_id, polling_code_hash FROM cli_logins WHERE expires_at < $1 ORDER BY expires_at LIMIT $2
    )";

impl<M: Mode> CliLoginRepository for Session<M> {
    async fn insert_cli_login(&mut self, project: &ProjectId, login: &CliLogin) -> StorageResult<()> {
        let args = args![
            project,
            &login.polling_code_hash.0,
            &login.login_code_hash.0,
            login.expires_at,
            login.used_at,
            login.refresh_token.as_deref(),
            login.anonymous_refresh_token.as_deref(),
        ];
        self.write(INSERT, args).await.map(drop)
    }

    async fn find_cli_login_by_polling_code(
        &mut self,
        project: &ProjectId,
        hash: &TokenHash,
    ) -> StorageResult<Option<CliLogin>> {
        self.fetch_optional(FIND_BY_POLLING_CODE, args![project, &hash.0])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn find_cli_login_by_login_code(
        &mut self,
        project: &ProjectId,
        hash: &TokenHash,
    ) -> StorageResult<Option<CliLogin>> {
        self.fetch_optional(FIND_BY_LOGIN_CODE, args![project, &hash.0])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn confirm_cli_login(
        &mut self,
        project: &ProjectId,
        login_code: &TokenHash,
        sealed_token: &str,
    ) -> StorageResult<bool> {
        Ok(self.write(CONFIRM, args![project, &login_code.0, sealed_token]).await? > 0)
    }

    async fn use_cli_login(
        &mut self,
        project: &ProjectId,
        polling_code: &TokenHash,
        at: Millis,
    ) -> StorageResult<bool> {
        Ok(self.write(USE, args![project, &polling_code.0, at]).await? > 0)
    }

    async fn claim_cli_anonymous_session(
        &mut self,
        project: &ProjectId,
        login_code: &TokenHash,
    ) -> StorageResult<bool> {
        Ok(self.write(CLAIM, args![project, &login_code.0]).await? > 0)
    }

    async fn delete_expired_cli_logins(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        self.write(DELETE_EXPIRED, args![before, limit]).await
    }
}

fn read(row: &Row) -> StorageResult<CliLogin> {
    Ok(CliLogin {
        polling_code_hash: TokenHash(row.get("polling_code_hash")?),
        login_code_hash: TokenHash(row.get("login_code_hash")?),
        expires_at: row.get("expires_at")?,
        used_at: row.get("used_at")?,
        refresh_token: row.get("refresh_token")?,
        anonymous_refresh_token: row.get("anonymous_refresh_token")?,
    })
}
