//! One-time codes.

use super::*;

impl OneTimeCodeRepository for Connection {
    async fn insert_one_time_code(&mut self, project: &ProjectId, code: &OneTimeCode) -> StorageResult<()> {
        let state = self.changed()?;
        let taken = of(&state.codes, project)
            .any(|other| other.id == code.id || (other.kind, other.hash) == (code.kind, code.hash));
        unique(taken, UniqueRule::OneTimeCode)?;
        state.codes.push((project.clone(), code.clone()));
        Ok(())
    }

    async fn find_one_time_code(
        &mut self,
        project: &ProjectId,
        kind: CodeKind,
        hash: &TokenHash,
    ) -> StorageResult<Option<OneTimeCode>> {
        let state = self.seen();
        let found = of(&state.codes, project).find(|code| (code.kind, &code.hash) == (kind, hash));
        Ok(found.cloned())
    }

    async fn count_one_time_code_attempt(&mut self, project: &ProjectId, tail_hash: &TokenHash) -> StorageResult<()> {
        let rows = self.changed()?.codes.iter_mut();
        rows.filter(|(owner, code)| owner == project && code.tail_hash == *tail_hash)
            .for_each(|(_, code)| code.attempts += 1);
        Ok(())
    }

    async fn use_one_time_code(&mut self, project: &ProjectId, id: OneTimeCodeId, at: Millis) -> StorageResult<bool> {
        let unused = |code: &OneTimeCode| code.id == id && code.used_at.is_none();
        let found = find(&mut self.changed()?.codes, project, unused);
        Ok(found.map(|code| code.used_at = Some(at)).is_some())
    }

    async fn delete_expired_one_time_codes(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        let rows = &mut self.changed()?.codes;
        let (mut left, count) = (limit, rows.len());
        rows.retain(|(_, code)| {
            let gone = code.expires_at < before && left > 0;
            left -= u32::from(gone);
            !gone
        });
        Ok(u64::try_from(count - rows.len()).unwrap())
    }
}
