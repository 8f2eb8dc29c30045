//! Where it is counted how often something was tried.

use std::future::Future;

use stack_types::{Millis, ProjectId};

use super::StorageResult;
use crate::models::{Budget, LimitKey, Spent};

/// The table of budgets.
pub trait RateLimitRepository {
    /// Spends one try of a budget at `now`, in one statement, so that any number of processes share it: a refused try
    /// costs nothing.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such project.
    fn spend_rate_limit(
        &mut self,
        project: &ProjectId,
        key: &LimitKey,
        budget: Budget,
        now: Millis,
    ) -> impl Future<Output = StorageResult<Spent>> + Send;

    /// Deletes at most `limit` budgets of all projects that were full again before `before`. Gives how many.
    fn delete_full_rate_limits(
        &mut self,
        before: Millis,
        limit: u32,
    ) -> impl Future<Output = StorageResult<u64>> + Send;
}
