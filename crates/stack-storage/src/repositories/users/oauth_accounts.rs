//! OAuth accounts.

use std::collections::HashMap;

use stack_domain::{
    models::{OAuthAccount, User},
    ports::{StorageError, StorageResult},
};
use stack_types::{ProjectId, UserId};

use super::read::{HasOAuthAccounts, read_oauth_account};
use crate::{
    db::{Mode, Session, args},
    dialect,
};

const LIST: &str = "
    SELECT id, user_id, provider_id, account_id, email, allow_sign_in, allow_connected_accounts, created_at
    FROM oauth_accounts WHERE project_id = $1 AND user_id = $2 ORDER BY created_at, id";

const INSERT: &str = "
    INSERT INTO oauth_accounts (
        project_id, user_id, id, provider_id, account_id, email, allow_sign_in, allow_connected_accounts, created_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

impl<M: Mode> Session<M> {
    /// The accounts of one user, oldest first.
    pub(super) async fn oauth_accounts_of(
        &mut self,
        project: &ProjectId,
        user: UserId,
    ) -> StorageResult<Vec<OAuthAccount>> {
        self.fetch_all(LIST, args![project, user])
            .await?
            .iter()
            .map(read_oauth_account)
            .collect()
    }

    /// Writes a new account.
    pub(super) async fn write_oauth_account(
        &mut self,
        project: &ProjectId,
        account: &OAuthAccount,
    ) -> StorageResult<()> {
        let args = args![
            project,
            account.user_id,
            account.id,
            &account.provider_id,
            &account.account_id,
            account.email.as_deref(),
            account.allow_sign_in,
            account.allow_connected_accounts,
            account.created_at,
        ];
        self.write(INSERT, args).await.map(drop)
    }

    /// Gives those users their accounts that have some, all of them in one query.
    pub(super) async fn with_oauth_accounts(
        &mut self,
        project: &ProjectId,
        users: Vec<(User, HasOAuthAccounts)>,
    ) -> StorageResult<Vec<User>> {
        let having: Vec<UserId> = users
            .iter()
            .filter(|(_, has)| has.0)
            .map(|(user, _)| user.profile.id)
            .collect();
        let mut accounts = self.oauth_accounts_by_user(project, &having).await?;
        let fill = |(mut user, _): (User, _)| {
            user.oauth_accounts = accounts.remove(&user.profile.id).unwrap_or_default();
            user
        };
        Ok(users.into_iter().map(fill).collect())
    }

    async fn oauth_accounts_by_user(
        &mut self,
        project: &ProjectId,
        users: &[UserId],
    ) -> StorageResult<HashMap<UserId, Vec<OAuthAccount>>> {
        let mut found: HashMap<UserId, Vec<OAuthAccount>> = HashMap::new();
        if users.is_empty() {
            return Ok(found);
        }
        let ids = serde_json::to_string(users).map_err(|error| StorageError::Other(Box::new(error)))?;
        for row in self
            .fetch_all(dialect::OAUTH_ACCOUNTS_OF_USERS, args![project, &ids])
            .await?
        {
            let account = read_oauth_account(&row)?;
            found.entry(account.user_id).or_default().push(account);
        }
        Ok(found)
    }
}
