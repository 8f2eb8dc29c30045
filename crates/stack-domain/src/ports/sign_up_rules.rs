//! Where it is counted what sign-up rules did, and how it is found out whom a rule of onboarding would restrict.

use std::future::Future;

use stack_types::{Millis, ProjectId};

use super::StorageResult;
use crate::models::{RuleMatches, UnverifiedUser};

/// The counts of sign-up rules, and questions about all users of a project.
pub trait SignUpRuleRepository {
    /// Counts that a rule did something, in the hour that began at `hour` and in all.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such project.
    fn count_sign_up_rule(
        &mut self,
        project: &ProjectId,
        rule_id: &str,
        action: &str,
        hour: Millis,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// How often rules did something in each hour from `since` on, by rule and hour.
    fn list_sign_up_rule_hours(
        &mut self,
        project: &ProjectId,
        since: Millis,
    ) -> impl Future<Output = StorageResult<Vec<RuleMatches>>> + Send;

    /// How often each rule did something in all, by rule.
    fn list_sign_up_rule_totals(
        &mut self,
        project: &ProjectId,
    ) -> impl Future<Output = StorageResult<Vec<(String, i64)>>> + Send;

    /// Deletes at most `limit` counts of any project for hours that began before `before`; those in all stay. Gives how
    /// many.
    fn delete_sign_up_rule_hours_before(
        &mut self,
        before: Millis,
        limit: u32,
    ) -> impl Future<Output = StorageResult<u64>> + Send;

    /// Counts the users who would be restricted if a verified primary address were asked for: neither anonymous nor
    /// restricted by an admin, and without one.
    fn count_users_without_verified_email(
        &mut self,
        project: &ProjectId,
    ) -> impl Future<Output = StorageResult<u32>> + Send;

    /// Lists at most `limit` of them, those who signed up last first.
    fn list_users_without_verified_email(
        &mut self,
        project: &ProjectId,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<UnverifiedUser>>> + Send;
}
