//! Counts of sign-up rules, and users whom a rule of onboarding would restrict.

use stack_domain::{
    models::{RuleMatches, UnverifiedUser},
    ports::{SignUpRuleRepository, StorageResult},
};
use stack_types::{Millis, ProjectId};

use crate::db::{Mode, Row, Session, args};

const COUNT_IN_ALL: &str = "
    INSERT INTO sign_up_rule_totals (project_id, rule_id, matches) VALUES ($1, $2, 1)
    ON CONFLICT (project_id, rule_id) DO UPDATE SET matches = sign_up_rule_totals.matches + 1";

const COUNT_IN_HOUR: &str = "
    INSERT INTO sign_up_rule_hours (project_id, rule_id, hour, action, matches) VALUES ($1, $2, $3, $4, 1)
    ON CONFLICT (project_id, rule_id, hour, action) DO UPDATE SET matches = sign_up_rule_hours.matches + 1";

const HOURS: &str = "
    SELECT rule_id, hour, action, matches FROM sign_up_rule_hours
    WHERE project_id = $1 AND hour >= $2 ORDER BY rule_id, hour, action";

const TOTALS: &str = "SELECT rule_id, matches FROM sign_up_rule_totals WHERE project_id = $1 ORDER BY rule_id";

const DELETE_HOURS: &str = "
    DELETE FROM sign_up_rule_hours WHERE (project_id, rule_id, hour, action) IN (
        SELECT project_id, rule_id, hour, action FROM sign_up_rule_hours WHERE hour < $1 ORDER BY hour LIMIT $2
    )";

/// Users whom asking for a verified primary address would restrict.
macro_rules! unverified {
    ($select:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $select,
            " FROM users u LEFT JOIN contact_channels c
                 ON c.project_id = u.project_id AND c.user_id = u.id AND c.kind = 'email' AND c.is_primary
             WHERE u.project_id = $1 AND NOT u.is_anonymous AND NOT u.is_restricted
                 AND NOT COALESCE(c.is_verified, FALSE) ",
            $rest
        )
    };
}

const COUNT_UNVERIFIED: &str = unverified!("COUNT(*) AS counted", "");
const UNVERIFIED: &str = unverified!(
    "u.id, u.display_name, c.value AS primary_email",
    "ORDER BY u.signed_up_at DESC, u.id DESC LIMIT $2"
);

impl<M: Mode> SignUpRuleRepository for Session<M> {
    async fn count_sign_up_rule(
        &mut self,
        project: &ProjectId,
        rule_id: &str,
        action: &str,
        hour: Millis,
    ) -> StorageResult<()> {
        self.write(COUNT_IN_ALL, args![project, rule_id]).await?;
        let args = args![project, rule_id, hour, action];
        self.write(COUNT_IN_HOUR, args).await.map(drop)
    }

    async fn list_sign_up_rule_hours(&mut self, project: &ProjectId, since: Millis) -> StorageResult<Vec<RuleMatches>> {
        let rows = self.fetch_all(HOURS, args![project, since]).await?;
        let matches = |row: &Row| {
            Ok(RuleMatches {
                rule_id: row.get("rule_id")?,
                hour: row.get("hour")?,
                action: row.get("action")?,
                matches: row.get("matches")?,
            })
        };
        rows.iter().map(matches).collect()
    }

    async fn list_sign_up_rule_totals(&mut self, project: &ProjectId) -> StorageResult<Vec<(String, i64)>> {
        let rows = self.fetch_all(TOTALS, args![project]).await?;
        rows.iter()
            .map(|row| Ok((row.get("rule_id")?, row.get("matches")?)))
            .collect()
    }

    async fn delete_sign_up_rule_hours_before(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        self.write(DELETE_HOURS, args![before, limit]).await
    }

    async fn count_users_without_verified_email(&mut self, project: &ProjectId) -> StorageResult<u32> {
        match self.fetch_optional(COUNT_UNVERIFIED, args![project]).await? {
            Some(row) => row.get("counted"),
            None => Ok(0),
        }
    }

    async fn list_users_without_verified_email(
        &mut self,
        project: &ProjectId,
        limit: u32,
    ) -> StorageResult<Vec<UnverifiedUser>> {
        let rows = self.fetch_all(UNVERIFIED, args![project, limit]).await?;
        let user = |row: &Row| {
            Ok(UnverifiedUser {
                id: row.get("id")?,
                display_name: row.get("display_name")?,
                primary_email: row.get("primary_email")?,
            })
        };
        rows.iter().map(user).collect()
    }
}
