//! Projects and keys.

use super::*;

impl ProjectRepository for Connection {
    async fn find_project(&mut self, id: &ProjectId) -> StorageResult<Option<StoredProject>> {
        Ok(self.seen().projects.get(id).cloned())
    }

    async fn list_projects_of_user(&mut self, internal: &ProjectId, user: UserId) -> StorageResult<Vec<StoredProject>> {
        let state = self.seen();
        let teams: Vec<_> = of(&state.memberships, internal)
            .filter(|membership| membership.user_id == user)
            .map(|membership| Some(membership.team_id))
            .collect();
        let mut owned: Vec<_> = state
            .projects
            .values()
            .filter(|stored| teams.contains(&stored.project.owner_team_id))
            .cloned()
            .collect();
        owned.sort_by_key(|stored| (stored.project.created_at, stored.project.id.clone()));
        Ok(owned)
    }

    async fn insert_project(&mut self, project: &StoredProject) -> StorageResult<()> {
        let state = self.changed()?;
        unique(state.projects.contains_key(&project.project.id), UniqueRule::ProjectId)?;
        state.projects.insert(project.project.id.clone(), project.clone());
        Ok(())
    }

    async fn update_project(&mut self, project: &Project) -> StorageResult<bool> {
        let found = self.changed()?.projects.get_mut(&project.id);
        Ok(found.map(|stored| stored.project = project.clone()).is_some())
    }

    async fn update_config(
        &mut self,
        project: &ProjectId,
        level: ConfigLevel,
        text: Option<&str>,
    ) -> StorageResult<bool> {
        let Some(stored) = self.changed()?.projects.get_mut(project) else {
            return Ok(false);
        };
        let text = text.map(str::to_owned);
        match level {
            ConfigLevel::Project => stored.config.project = text,
            ConfigLevel::Branch => stored.config.branch = text,
            ConfigLevel::Environment => stored.config.environment = text,
        }
        Ok(true)
    }

    async fn update_config_source(&mut self, project: &ProjectId, source: Option<&str>) -> StorageResult<bool> {
        let found = self.changed()?.projects.get_mut(project);
        Ok(found
            .map(|stored| stored.config.branch_source = source.map(str::to_owned))
            .is_some())
    }

    async fn delete_project(&mut self, id: &ProjectId) -> StorageResult<bool> {
        let state = self.changed()?;
        remove(&mut state.keys, id, |_| true);
        remove(&mut state.users, id, |_| true);
        remove(&mut state.sessions, id, |_| true);
        Ok(state.projects.remove(id).is_some())
    }

    async fn lock_project(&mut self, id: &ProjectId) -> StorageResult<bool> {
        Ok(self.changed()?.projects.contains_key(id))
    }
}

impl ApiKeyRepository for Connection {
    async fn find_api_key_set(&mut self, project: &ProjectId, id: ApiKeySetId) -> StorageResult<Option<ApiKeySet>> {
        Ok(of(&self.seen().keys, project).find(|set| set.id == id).cloned())
    }

    async fn find_api_key_set_by_hash(
        &mut self,
        project: &ProjectId,
        kind: ApiKeyKind,
        hash: &[u8; 32],
    ) -> StorageResult<Option<ApiKeySet>> {
        let is = |set: &&ApiKeySet| set.key(kind).is_some_and(|key| key.hash == *hash);
        Ok(of(&self.seen().keys, project).find(is).cloned())
    }

    async fn list_api_key_sets(&mut self, project: &ProjectId) -> StorageResult<Vec<ApiKeySet>> {
        Ok(of(&self.seen().keys, project).cloned().collect())
    }

    async fn insert_api_key_set(&mut self, project: &ProjectId, keys: &ApiKeySet) -> StorageResult<()> {
        let state = self.changed()?;
        unique(
            of(&state.keys, project).any(|set| set.id == keys.id),
            UniqueRule::ApiKey,
        )?;
        state.keys.push((project.clone(), keys.clone()));
        Ok(())
    }

    async fn update_api_key_set(&mut self, project: &ProjectId, keys: &ApiKeySet) -> StorageResult<bool> {
        let found = find(&mut self.changed()?.keys, project, |set| set.id == keys.id);
        Ok(found.map(|set| *set = keys.clone()).is_some())
    }
}
