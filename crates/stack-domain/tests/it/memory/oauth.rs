//! OAuth accounts and their tokens.

use super::*;

impl OAuthRepository for Connection {
    async fn list_all_oauth_accounts(&mut self, project: &ProjectId) -> StorageResult<Vec<OAuthAccount>> {
        Ok(of(&self.seen().accounts, project).cloned().collect())
    }

    async fn list_oauth_accounts_at(
        &mut self,
        project: &ProjectId,
        provider_id: &str,
        account_id: &str,
    ) -> StorageResult<Vec<OAuthAccount>> {
        let is_it = |account: &&OAuthAccount| account.provider_id == provider_id && account.account_id == account_id;
        Ok(of(&self.seen().accounts, project).filter(is_it).cloned().collect())
    }

    async fn is_account_id_used_for_sign_in(
        &mut self,
        project: &ProjectId,
        account_id: &str,
        except: Option<OAuthAccountId>,
    ) -> StorageResult<bool> {
        let is_it = |account: &OAuthAccount| {
            account.account_id == account_id && account.allow_sign_in && Some(account.id) != except
        };
        Ok(of(&self.seen().accounts, project).any(is_it))
    }

    async fn update_oauth_account(&mut self, project: &ProjectId, account: &OAuthAccount) -> StorageResult<bool> {
        let state = self.changed()?;
        let taken = account.allow_sign_in
            && of(&state.accounts, project).any(|other| {
                other.allow_sign_in
                    && other.id != account.id
                    && (&other.provider_id, &other.account_id) == (&account.provider_id, &account.account_id)
            });
        unique(taken, UniqueRule::OAuthSignInAccount)?;
        let found = find(&mut state.accounts, project, |old| {
            (old.id, old.user_id) == (account.id, account.user_id)
        });
        Ok(found.map(|old| *old = account.clone()).is_some())
    }

    async fn delete_oauth_account(&mut self, project: &ProjectId, id: OAuthAccountId) -> StorageResult<bool> {
        let state = self.changed()?;
        remove(&mut state.oauth_tokens, project, |token| token.account_id == id);
        Ok(remove(&mut state.accounts, project, |account| account.id == id) > 0)
    }

    async fn list_oauth_tokens(
        &mut self,
        project: &ProjectId,
        account: OAuthAccountId,
    ) -> StorageResult<Vec<OAuthToken>> {
        let tokens = of(&self.seen().oauth_tokens, project).filter(|token| token.account_id == account);
        let mut tokens: Vec<_> = tokens.cloned().collect();
        tokens.sort_by_key(|token| (std::cmp::Reverse(token.updated_at), token.id));
        Ok(tokens)
    }

    async fn save_oauth_token(&mut self, project: &ProjectId, token: &OAuthToken) -> StorageResult<()> {
        let state = self.changed()?;
        if !of(&state.accounts, project).any(|account| account.id == token.account_id) {
            return Err(StorageError::MissingReference);
        }
        let same = |old: &OAuthToken| (old.account_id, &old.scopes) == (token.account_id, &token.scopes);
        match find(&mut state.oauth_tokens, project, same) {
            Some(old) => {
                *old = OAuthToken {
                    id: old.id,
                    refresh_token: token.refresh_token.clone().or(old.refresh_token.take()),
                    ..token.clone()
                }
            }
            None => state.oauth_tokens.push((project.clone(), token.clone())),
        }
        Ok(())
    }

    async fn delete_oauth_token(&mut self, project: &ProjectId, id: OAuthTokenId) -> StorageResult<bool> {
        Ok(remove(&mut self.changed()?.oauth_tokens, project, |token| token.id == id) > 0)
    }
}
