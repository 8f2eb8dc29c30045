//! OAuth accounts beyond those of one user, and the providers' tokens.

use stack_domain::{
    models::{OAuthAccount, OAuthAccountId, OAuthToken, OAuthTokenId},
    ports::{OAuthRepository, StorageResult},
};
use stack_types::ProjectId;
use uuid::Uuid;

use super::users::read_oauth_account;
use crate::db::{Mode, Row, Session, args};

macro_rules! select_accounts {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, provider_id, account_id, email, allow_sign_in, allow_connected_accounts, created_at
             FROM oauth_accounts WHERE project_id = $1 ",
            $rest
        )
    };
}

const LIST_ALL: &str = select_accounts!("ORDER BY created_at, id");
const LIST_AT: &str = select_accounts!("AND provider_id = $2 AND account_id = $3 ORDER BY created_at, id");
const IS_USED_FOR_SIGN_IN: &str = "
    SELECT 1 FROM oauth_accounts
    WHERE project_id = $1 AND account_id = $2 AND allow_sign_in AND ($3 IS NULL OR id <> $3) LIMIT 1";

const UPDATE: &str = "
    UPDATE oauth_accounts SET account_id = $4, email = $5, allow_sign_in = $6, allow_connected_accounts = $7
    WHERE project_id = $1 AND id = $2 AND user_id = $3";

const DELETE: &str = "DELETE FROM oauth_accounts WHERE project_id = $1 AND id = $2";

const LIST_TOKENS: &str = "
    SELECT id, account_id, scopes, access_token_expires_at, updated_at, access_token, refresh_token
    FROM oauth_tokens WHERE project_id = $1 AND account_id = $2 ORDER BY updated_at DESC, id";

const SAVE_TOKEN: &str = "
    INSERT INTO oauth_tokens (
        project_id, id, account_id, scopes, access_token_expires_at, updated_at, access_token, refresh_token
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (project_id, account_id, scopes) DO UPDATE SET
        access_token_expires_at = excluded.access_token_expires_at,
        updated_at = excluded.updated_at,
        access_token = excluded.access_token,
        refresh_token = COALESCE(excluded.refresh_token, oauth_tokens.refresh_token)";

const DELETE_TOKEN: &str = "DELETE FROM oauth_tokens WHERE project_id = $1 AND id = $2";

impl<M: Mode> OAuthRepository for Session<M> {
    async fn list_all_oauth_accounts(&mut self, project: &ProjectId) -> StorageResult<Vec<OAuthAccount>> {
        let rows = self.fetch_all(LIST_ALL, args![project]).await?;
        rows.iter().map(read_oauth_account).collect()
    }

    async fn list_oauth_accounts_at(
        &mut self,
        project: &ProjectId,
        provider_id: &str,
        account_id: &str,
    ) -> StorageResult<Vec<OAuthAccount>> {
        let rows = self.fetch_all(LIST_AT, args![project, provider_id, account_id]).await?;
        rows.iter().map(read_oauth_account).collect()
    }

    async fn is_account_id_used_for_sign_in(
        &mut self,
        project: &ProjectId,
        account_id: &str,
        except: Option<OAuthAccountId>,
    ) -> StorageResult<bool> {
        let args = args![project, account_id, except];
        Ok(self.fetch_optional(IS_USED_FOR_SIGN_IN, args).await?.is_some())
    }

    async fn update_oauth_account(&mut self, project: &ProjectId, account: &OAuthAccount) -> StorageResult<bool> {
        let args = args![
            project,
            account.id,
            account.user_id,
            &account.account_id,
            account.email.as_deref(),
            account.allow_sign_in,
            account.allow_connected_accounts,
        ];
        Ok(self.write(UPDATE, args).await? > 0)
    }

    async fn delete_oauth_account(&mut self, project: &ProjectId, id: OAuthAccountId) -> StorageResult<bool> {
        Ok(self.write(DELETE, args![project, id]).await? > 0)
    }

    async fn list_oauth_tokens(
        &mut self,
        project: &ProjectId,
        account: OAuthAccountId,
    ) -> StorageResult<Vec<OAuthToken>> {
        let rows = self.fetch_all(LIST_TOKENS, args![project, account]).await?;
        rows.iter().map(read_token).collect()
    }

    async fn save_oauth_token(&mut self, project: &ProjectId, token: &OAuthToken) -> StorageResult<()> {
        let args = args![
            project,
            token.id,
            token.account_id,
            &token.scopes,
            token.access_token_expires_at,
            token.updated_at,
            &token.access_token,
            token.refresh_token.as_deref(),
        ];
        self.write(SAVE_TOKEN, args).await.map(drop)
    }

    async fn delete_oauth_token(&mut self, project: &ProjectId, id: OAuthTokenId) -> StorageResult<bool> {
        Ok(self.write(DELETE_TOKEN, args![project, id]).await? > 0)
    }
}

fn read_token(row: &Row) -> StorageResult<OAuthToken> {
    Ok(OAuthToken {
        id: OAuthTokenId(row.get::<Uuid>("id")?),
        account_id: row.get("account_id")?,
        scopes: row.get("scopes")?,
        access_token: row.get("access_token")?,
        access_token_expires_at: row.get("access_token_expires_at")?,
        refresh_token: row.get("refresh_token")?,
        updated_at: row.get("updated_at")?,
    })
}
