//! Passkeys.

use super::*;

impl PasskeyRepository for Connection {
    async fn find_passkey(&mut self, project: &ProjectId, credential_id: &[u8]) -> StorageResult<Option<Passkey>> {
        let mut passkeys = of(&self.seen().passkeys, project);
        Ok(passkeys.find(|passkey| passkey.credential_id == credential_id).cloned())
    }

    async fn put_passkey(&mut self, project: &ProjectId, passkey: &Passkey) -> StorageResult<()> {
        let state = self.changed()?;
        state.require_user(project, passkey.user_id)?;
        remove(&mut state.passkeys, project, |old| old.user_id == passkey.user_id);
        let taken = of(&state.passkeys, project).any(|other| other.credential_id == passkey.credential_id);
        unique(taken, UniqueRule::PasskeyCredential)?;
        state.passkeys.push((project.clone(), passkey.clone()));
        Ok(())
    }

    async fn count_passkey_use(
        &mut self,
        project: &ProjectId,
        user: UserId,
        credential_id: &[u8],
        sign_count: u32,
    ) -> StorageResult<bool> {
        let found = find(&mut self.changed()?.passkeys, project, |passkey| {
            passkey.user_id == user
                && passkey.credential_id == credential_id
                && (passkey.sign_count < sign_count || (passkey.sign_count, sign_count) == (0, 0))
        });
        Ok(found.map(|passkey| passkey.sign_count = sign_count).is_some())
    }

    async fn delete_passkey(&mut self, project: &ProjectId, user: UserId) -> StorageResult<bool> {
        Ok(remove(&mut self.changed()?.passkeys, project, |passkey| {
            passkey.user_id == user
        }) > 0)
    }
}
