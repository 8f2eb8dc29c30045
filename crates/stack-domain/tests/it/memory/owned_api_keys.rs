//! The API keys of users and teams.

use super::*;

impl OwnedApiKeyRepository for Connection {
    async fn find_owned_api_key(&mut self, project: &ProjectId, id: ApiKeyId) -> StorageResult<Option<OwnedApiKey>> {
        Ok(of(&self.seen().owned_keys, project).find(|key| key.id == id).cloned())
    }

    async fn find_owned_api_key_by_hash(
        &mut self,
        project: &ProjectId,
        hash: &[u8; 32],
    ) -> StorageResult<Option<OwnedApiKey>> {
        let mut keys = of(&self.seen().owned_keys, project);
        Ok(keys.find(|key| key.digest.hash == *hash).cloned())
    }

    async fn list_owned_api_keys(
        &mut self,
        project: &ProjectId,
        owner: ApiKeyOwner,
        limit: u32,
    ) -> StorageResult<Vec<OwnedApiKey>> {
        let keys = of(&self.seen().owned_keys, project).filter(|key| key.owner == owner);
        let mut keys: Vec<_> = keys.cloned().collect();
        keys.sort_by_key(|key| std::cmp::Reverse((key.created_at, key.id.0)));
        keys.truncate(usize::try_from(limit).unwrap());
        Ok(keys)
    }

    async fn insert_owned_api_key(&mut self, project: &ProjectId, key: &OwnedApiKey) -> StorageResult<()> {
        let state = self.changed()?;
        match key.owner {
            ApiKeyOwner::User(user) => state.require_user(project, user)?,
            ApiKeyOwner::Team(team) if of(&state.teams, project).all(|it| it.id != team) => {
                return Err(StorageError::MissingReference);
            }
            ApiKeyOwner::Team(_) => {}
        }
        let taken =
            of(&state.owned_keys, project).any(|other| other.id == key.id || other.digest.hash == key.digest.hash);
        unique(taken, UniqueRule::OwnedApiKey)?;
        state.owned_keys.push((project.clone(), key.clone()));
        Ok(())
    }

    async fn update_owned_api_key(
        &mut self,
        project: &ProjectId,
        id: ApiKeyId,
        description: Option<&str>,
        revoked_at: Option<Millis>,
    ) -> StorageResult<bool> {
        let Some(key) = find(&mut self.changed()?.owned_keys, project, |key| key.id == id) else {
            return Ok(false);
        };
        if let Some(description) = description {
            key.description = description.to_owned();
        }
        key.revoked_at = key.revoked_at.or(revoked_at);
        Ok(true)
    }

    async fn count_owned_api_keys(&mut self, project: &ProjectId, owner: ApiKeyOwner) -> StorageResult<u32> {
        let keys = of(&self.seen().owned_keys, project).filter(|key| key.owner == owner);
        Ok(u32::try_from(keys.count()).unwrap())
    }

    async fn delete_oldest_dead_api_key(
        &mut self,
        project: &ProjectId,
        owner: ApiKeyOwner,
        now: Millis,
    ) -> StorageResult<bool> {
        let keys = &mut self.changed()?.owned_keys;
        let is_dead = |key: &&OwnedApiKey| key.owner == owner && (key.revoked_at.is_some() || key.is_expired_at(now));
        let oldest = of(keys, project)
            .filter(is_dead)
            .min_by_key(|key| (key.created_at, key.id.0));
        let oldest = oldest.map(|key| key.id);
        Ok(oldest.is_some_and(|id| remove(keys, project, |key| key.id == id) > 0))
    }
}
