//! Logins of command line tools.

use super::*;

impl Connection {
    /// Writes a login without looking for others like it, which takes long if there are many.
    pub fn put_cli_login(&mut self, project: &ProjectId, login: CliLogin) {
        self.state.cli_logins.push((project.clone(), login));
    }
}

impl CliLoginRepository for Connection {
    async fn insert_cli_login(&mut self, project: &ProjectId, login: &CliLogin) -> StorageResult<()> {
        let state = self.changed()?;
        let taken = of(&state.cli_logins, project).any(|other| {
            other.polling_code_hash == login.polling_code_hash || other.login_code_hash == login.login_code_hash
        });
        unique(taken, UniqueRule::CliLogin)?;
        state.cli_logins.push((project.clone(), login.clone()));
        Ok(())
    }

    async fn find_cli_login_by_polling_code(
        &mut self,
        project: &ProjectId,
        hash: &TokenHash,
    ) -> StorageResult<Option<CliLogin>> {
        let found = of(&self.seen().cli_logins, project).find(|login| login.polling_code_hash == *hash);
        Ok(found.cloned())
    }

    async fn find_cli_login_by_login_code(
        &mut self,
        project: &ProjectId,
        hash: &TokenHash,
    ) -> StorageResult<Option<CliLogin>> {
        let found = of(&self.seen().cli_logins, project).find(|login| login.login_code_hash == *hash);
        Ok(found.cloned())
    }

    async fn confirm_cli_login(
        &mut self,
        project: &ProjectId,
        login_code: &TokenHash,
        sealed_token: &str,
    ) -> StorageResult<bool> {
        let found = find(&mut self.changed()?.cli_logins, project, |login| {
            login.login_code_hash == *login_code && login.used_at.is_none() && login.refresh_token.is_none()
        });
        Ok(found
            .map(|login| login.refresh_token = Some(sealed_token.to_owned()))
            .is_some())
    }

    async fn use_cli_login(
        &mut self,
        project: &ProjectId,
        polling_code: &TokenHash,
        at: Millis,
    ) -> StorageResult<bool> {
        let Some(login) = find(&mut self.changed()?.cli_logins, project, |login| {
            login.polling_code_hash == *polling_code && login.used_at.is_none() && login.refresh_token.is_some()
        }) else {
            return Ok(false);
        };
        login.used_at = Some(at);
        login.refresh_token = None;
        login.anonymous_refresh_token = None;
        Ok(true)
    }

    async fn claim_cli_anonymous_session(
        &mut self,
        project: &ProjectId,
        login_code: &TokenHash,
    ) -> StorageResult<bool> {
        let found = find(&mut self.changed()?.cli_logins, project, |login| {
            login.login_code_hash == *login_code
        });
        Ok(found.is_some_and(|login| login.anonymous_refresh_token.take().is_some()))
    }

    async fn delete_expired_cli_logins(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        Ok(sweep(&mut self.changed()?.cli_logins, limit, |login| {
            login.expires_at < before
        }))
    }
}
