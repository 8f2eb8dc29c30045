//! Passkeys.

use stack_domain::{
    models::Passkey,
    ports::{PasskeyRepository, StorageResult},
};
use stack_types::{ProjectId, UserId};

use crate::db::{Mode, Row, Session, args};

const FIND: &str = "
    SELECT user_id, credential_id, sign_count, created_at, rp_id, public_key FROM passkeys
    WHERE project_id = $1 AND credential_id = $2";

const PUT: &str = "
    INSERT INTO passkeys (project_id, user_id, credential_id, sign_count, created_at, rp_id, public_key)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (project_id, user_id) DO UPDATE SET
        credential_id = excluded.credential_id, sign_count = excluded.sign_count, created_at = excluded.created_at,
        rp_id = excluded.rp_id, public_key = excluded.public_key";

const COUNT_USE: &str = "
    UPDATE passkeys SET sign_count = $4
    WHERE project_id = $1 AND user_id = $2 AND credential_id = $3
        AND (sign_count < $4 OR (sign_count = 0 AND $4 = 0))";

const DELETE: &str = "DELETE FROM passkeys WHERE project_id = $1 AND user_id = $2";

impl<M: Mode> PasskeyRepository for Session<M> {
    async fn find_passkey(&mut self, project: &ProjectId, credential_id: &[u8]) -> StorageResult<Option<Passkey>> {
        self.fetch_optional(FIND, args![project, credential_id])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn put_passkey(&mut self, project: &ProjectId, passkey: &Passkey) -> StorageResult<()> {
        let args = args![
            project,
            passkey.user_id,
            passkey.credential_id.as_slice(),
            passkey.sign_count,
            passkey.created_at,
            &passkey.rp_id,
            passkey.public_key.as_slice(),
        ];
        self.write(PUT, args).await.map(drop)
    }

    async fn count_passkey_use(
        &mut self,
        project: &ProjectId,
        user: UserId,
        credential_id: &[u8],
        sign_count: u32,
    ) -> StorageResult<bool> {
        Ok(self
            .write(COUNT_USE, args![project, user, credential_id, sign_count])
            .await?
            > 0)
    }

    async fn delete_passkey(&mut self, project: &ProjectId, user: UserId) -> StorageResult<bool> {
        Ok(self.write(DELETE, args![project, user]).await? > 0)
    }
}

fn read(row: &Row) -> StorageResult<Passkey> {
    Ok(Passkey {
        user_id: row.get("user_id")?,
        credential_id: row.get("credential_id")?,
        public_key: row.get("public_key")?,
        rp_id: row.get("rp_id")?,
        sign_count: row.get("sign_count")?,
        created_at: row.get("created_at")?,
    })
}
