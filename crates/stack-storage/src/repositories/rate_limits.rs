//! Budgets of tries.
//!
//! A budget is one number, the instant at which it will be full again (a bucket without a worker that fills it, known
//! as GCRA). A try moves the instant on by one interval; one that would move it further ahead than an empty budget takes
//! to fill is refused. Both happen in one statement, so processes can't overdraw it together.

use stack_domain::{
    models::{Budget, LimitKey, Spent},
    ports::{RateLimitRepository, StorageResult},
};
use stack_types::{Millis, ProjectId};

use crate::db::{Mode, Session, args};

const SPEND: &str = "
    INSERT INTO rate_limits (project_id, key_hash, full_at) VALUES ($1, $2, $3 + $4)
    ON CONFLICT (project_id, key_hash) DO UPDATE
    SET full_at = CASE WHEN rate_limits.full_at > $3 THEN rate_limits.full_at ELSE $3 END + $4
    WHERE rate_limits.full_at + $4 <= $3 + $5 OR rate_limits.full_at <= $3";

const FIND: &str = "SELECT full_at FROM rate_limits WHERE project_id = $1 AND key_hash = $2";

const DELETE_FULL: &str = "
    DELETE FROM rate_limits WHERE (project_id, key_hash) IN (
        SELECT project_id, key_hash FROM rate_limits WHERE full_at < $1 ORDER BY full_at LIMIT $2
    )";

impl<M: Mode> RateLimitRepository for Session<M> {
    async fn spend_rate_limit(
        &mut self,
        project: &ProjectId,
        key: &LimitKey,
        budget: Budget,
        now: Millis,
    ) -> StorageResult<Spent> {
        let (interval, capacity) = (budget.interval_millis(), budget.capacity_millis());
        let args = args![project, &key.0, now, interval, capacity];
        if self.write(SPEND, args).await? > 0 {
            return Ok(Spent::Granted);
        }
        // Whoever else spends meanwhile only makes the wait longer; whoever sweeps takes full ones only.
        let row = self.fetch_optional(FIND, args![project, &key.0]).await?;
        let full_at: Millis = row.map_or(Ok(now), |row| row.get("full_at"))?;
        let until = full_at.get().saturating_add(interval).saturating_sub(capacity);
        Ok(Spent::Refused { until: Millis(until) })
    }

    async fn delete_full_rate_limits(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        self.write(DELETE_FULL, args![before, limit]).await
    }
}
