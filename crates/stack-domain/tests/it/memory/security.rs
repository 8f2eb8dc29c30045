//! Budgets and rotations of keys.

use super::*;

impl RateLimitRepository for Connection {
    async fn spend_rate_limit(
        &mut self,
        project: &ProjectId,
        key: &LimitKey,
        budget: Budget,
        now: Millis,
    ) -> StorageResult<Spent> {
        let (interval, capacity) = (budget.interval_millis(), budget.capacity_millis());
        let full_at = self
            .changed()?
            .rate_limits
            .entry((project.clone(), *key))
            .or_insert(now.get());
        let after = (*full_at).max(now.get()) + interval;
        if after > now.get() + capacity {
            let until = Millis(after - capacity);
            return Ok(Spent::Refused { until });
        }
        *full_at = after;
        Ok(Spent::Granted)
    }

    async fn delete_full_rate_limits(&mut self, before: Millis, _: u32) -> StorageResult<u64> {
        let rows = &mut self.changed()?.rate_limits;
        let count = rows.len();
        rows.retain(|_, full_at| *full_at >= before.get());
        Ok(u64::try_from(count - rows.len()).unwrap())
    }
}

impl SigningKeyRepository for Connection {
    async fn list_key_rotations(&mut self, project: &ProjectId) -> StorageResult<Vec<KeyRotation>> {
        Ok(of(&self.seen().key_rotations, project).copied().collect())
    }

    async fn insert_key_rotation(&mut self, project: &ProjectId, rotation: &KeyRotation) -> StorageResult<()> {
        let state = self.changed()?;
        let taken = of(&state.key_rotations, project).any(|other| other.generation == rotation.generation);
        unique(taken, UniqueRule::KeyRotation)?;
        state.key_rotations.push((project.clone(), *rotation));
        Ok(())
    }

    async fn list_project_ids(&mut self, after: Option<&ProjectId>, limit: u32) -> StorageResult<Vec<ProjectId>> {
        let ids = self.seen().projects.keys();
        let later = ids.filter(|id| after.is_none_or(|after| *id > after));
        Ok(later.take(usize::try_from(limit).unwrap()).cloned().collect())
    }
}
