//! Mails.

use std::{collections::BTreeSet, time::Duration};

use stack_domain::{
    models::{Email, EmailFilter, EmailSkipReason, EmailState, MailTemplate, SendFailure, SentCounts},
    ports::{EmailRepository, StorageError, StorageResult},
};
use stack_types::{EmailId, Millis, ProjectId};

use crate::{
    db::{Mode, Row, Session, Value, args, corrupt},
    dialect::Sql,
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, template, state, is_bulk, is_paused, skip_deliverability_check, may_have_been_sent, attempts, created_at,
                 updated_at, rendered_at, scheduled_at, due_at, started_sending_at, finished_at, lease_id, skip_reason, failures,
                 content
             FROM emails WHERE project_id = $1 ",
            $rest
        )
    };
}

/// A page; `$2` is the status that is wanted, `$3` the progress, `$4` the instant at which they hold.
macro_rules! page {
    ($from:literal, $limit:literal) => {
        concat!(
            select!(
                "AND ($2 IS NULL OR $2 = CASE state
                         WHEN 'waiting' THEN
                             CASE WHEN is_paused THEN 'paused' WHEN scheduled_at > $4 THEN 'scheduled' ELSE 'queued' END
                         WHEN 'failed' THEN 'server-error'
                         ELSE state
                     END)
                 AND ($3 IS NULL OR $3 = CASE state
                         WHEN 'waiting' THEN 'in-progress'
                         WHEN 'sending' THEN 'in-progress'
                         WHEN 'failed' THEN 'error'
                         ELSE 'ok'
                     END) "
            ),
            $from,
            " ORDER BY created_at DESC, id DESC LIMIT ",
            $limit
        )
    };
}

const FIND: &str = select!("AND id = $2");
const LOCK: Sql = Sql {
    sqlite: FIND,
    postgres: select!("AND id = $2 FOR NO KEY UPDATE"),
};
const FIRST_PAGE: &str = page!("", "$5");
const PAGE: &str = page!(
    "AND (created_at, id) <= (SELECT created_at, id FROM emails WHERE project_id = $1 AND id = $5)",
    "$6"
);

/// SQLite's one writer has all rows locked; PostgreSQL passes over those of other workers. The plus keeps SQLite to the
/// index in whose order the mails are wanted.
const LOCK_DUE: Sql = Sql {
    sqlite: select!(
        "AND finished_at IS NULL AND NOT is_paused AND +due_at <= $2 ORDER BY is_bulk, due_at, id LIMIT $3"
    ),
    postgres: select!(
        "AND finished_at IS NULL AND NOT is_paused AND due_at <= $2 ORDER BY is_bulk, due_at, id LIMIT $3
         FOR NO KEY UPDATE SKIP LOCKED"
    ),
};

const COUNT_UNFINISHED: &str = "
    SELECT COUNT(*) AS counted FROM (
        SELECT 1 FROM emails WHERE project_id = $1 AND finished_at IS NULL LIMIT $2
    ) AS found";

const COUNT_SENT: &str = "
    SELECT COUNT(*) AS counted FROM (
        SELECT 1 FROM emails WHERE project_id = $1 AND started_sending_at > $2 LIMIT $3
    ) AS found";

const COUNT_BY_SPAN: &str = "
    SELECT COUNT(CASE WHEN started_sending_at > $2 THEN 1 END) AS hour,
        COUNT(CASE WHEN started_sending_at > $3 THEN 1 END) AS day,
        COUNT(CASE WHEN started_sending_at > $4 THEN 1 END) AS week,
        COUNT(*) AS month
    FROM emails WHERE project_id = $1 AND state = 'sent' AND started_sending_at > $5";

const SETTLED: &str = select!(
    "AND state IN ('sent', 'failed') AND started_sending_at IS NOT NULL ORDER BY started_sending_at DESC LIMIT $2"
);

const INSERT: &str = "
    INSERT INTO emails (
        project_id, id, state, is_paused, skip_deliverability_check, may_have_been_sent, attempts, updated_at,
        scheduled_at, due_at, started_sending_at, finished_at, lease_id, skip_reason, failures, template, created_at,
        rendered_at, content, is_bulk
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";

const UPDATE: &str = "
    UPDATE emails SET
        state = $3, is_paused = $4, skip_deliverability_check = $5, may_have_been_sent = $6, attempts = $7,
        updated_at = $8, scheduled_at = $9, due_at = $10, started_sending_at = $11, finished_at = $12, lease_id = $13,
        skip_reason = $14, failures = $15
    WHERE project_id = $1 AND id = $2";

const UPDATE_CONTENT: &str = "UPDATE emails SET rendered_at = $3, content = $4 WHERE project_id = $1 AND id = $2";

const DELETE: &str = "DELETE FROM emails WHERE project_id = $1 AND id = $2";

const PROJECTS_WITH_DUE: &str = "
    SELECT project_id FROM emails WHERE finished_at IS NULL AND NOT is_paused AND due_at <= $1
    GROUP BY project_id ORDER BY MIN(due_at), project_id";

/// A project comes as often as it has such mails: sorting them out here would have SQLite read the whole table.
const PROJECTS_WITH_FAILED: &str = "SELECT project_id FROM emails WHERE finished_at > $1 AND state = 'failed'";

const NEWEST: &str = "SELECT project_id, id FROM emails ORDER BY created_at DESC, id DESC LIMIT $1";

const DELETE_FINISHED: &str = "
    DELETE FROM emails WHERE (project_id, id) IN (
        SELECT project_id, id FROM emails WHERE finished_at < $1 ORDER BY finished_at LIMIT $2
    )";

impl<M: Mode> EmailRepository for Session<M> {
    async fn find_email(&mut self, project: &ProjectId, id: EmailId) -> StorageResult<Option<Email>> {
        self.fetch_optional(FIND, args![project, id])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn lock_email(&mut self, project: &ProjectId, id: EmailId) -> StorageResult<Option<Email>> {
        self.fetch_locked(LOCK, args![project, id])
            .await?
            .first()
            .map(read)
            .transpose()
    }

    async fn list_emails(
        &mut self,
        project: &ProjectId,
        filter: EmailFilter,
        now: Millis,
        from: Option<EmailId>,
        limit: u32,
    ) -> StorageResult<Vec<Email>> {
        let status = filter.status.map(|status| status.as_str());
        let progress = filter.progress.map(|progress| progress.as_str());
        let rows = match from {
            None => {
                self.fetch_all(FIRST_PAGE, args![project, status, progress, now, limit])
                    .await?
            }
            Some(from) => {
                self.fetch_all(PAGE, args![project, status, progress, now, from, limit])
                    .await?
            }
        };
        rows.iter().map(read).collect()
    }

    async fn count_unfinished_emails(&mut self, project: &ProjectId, at_most: u32) -> StorageResult<u32> {
        self.count_emails(COUNT_UNFINISHED, args![project, at_most]).await
    }

    async fn count_emails_sent_since(
        &mut self,
        project: &ProjectId,
        since: Millis,
        at_most: u32,
    ) -> StorageResult<u32> {
        self.count_emails(COUNT_SENT, args![project, since, at_most]).await
    }

    async fn count_sent_emails(&mut self, project: &ProjectId, now: Millis) -> StorageResult<SentCounts> {
        let since = |hours: u64| now.saturating_sub(Duration::from_secs(hours * 60 * 60));
        let args = args![project, since(1), since(24), since(7 * 24), since(30 * 24)];
        let Some(row) = self.fetch_optional(COUNT_BY_SPAN, args).await? else {
            return Ok(SentCounts::default());
        };
        Ok(SentCounts {
            hour: row.get("hour")?,
            day: row.get("day")?,
            week: row.get("week")?,
            month: row.get("month")?,
        })
    }

    async fn list_settled_emails(&mut self, project: &ProjectId, limit: u32) -> StorageResult<Vec<Email>> {
        let rows = self.fetch_all(SETTLED, args![project, limit]).await?;
        rows.iter().map(read).collect()
    }

    async fn list_projects_with_failed_emails(&mut self, since: Millis) -> StorageResult<Vec<ProjectId>> {
        let rows = self.fetch_all(PROJECTS_WITH_FAILED, args![since]).await?;
        let projects: StorageResult<BTreeSet<ProjectId>> = rows.iter().map(|row| row.get("project_id")).collect();
        Ok(projects?.into_iter().collect())
    }

    async fn lock_due_emails(&mut self, project: &ProjectId, now: Millis, limit: u32) -> StorageResult<Vec<Email>> {
        self.fetch_locked(LOCK_DUE, args![project, now, limit])
            .await?
            .iter()
            .map(read)
            .collect()
    }

    async fn insert_email(&mut self, project: &ProjectId, email: &Email) -> StorageResult<()> {
        let failures = failures_text(&email.failures)?;
        let args = [
            state(project, email, &failures).as_slice(),
            args![
                email.template.as_str(),
                email.created_at,
                email.rendered_at,
                &email.content,
                email.is_bulk
            ],
        ]
        .concat();
        self.write(INSERT, &args).await.map(drop)
    }

    async fn update_email(&mut self, project: &ProjectId, email: &Email) -> StorageResult<bool> {
        let failures = failures_text(&email.failures)?;
        Ok(self.write(UPDATE, &state(project, email, &failures)).await? > 0)
    }

    async fn update_email_content(&mut self, project: &ProjectId, email: &Email) -> StorageResult<bool> {
        let args = args![project, email.id, email.rendered_at, &email.content];
        Ok(self.write(UPDATE_CONTENT, args).await? > 0)
    }

    async fn delete_email(&mut self, project: &ProjectId, id: EmailId) -> StorageResult<bool> {
        Ok(self.write(DELETE, args![project, id]).await? > 0)
    }

    async fn list_projects_with_due_emails(&mut self, now: Millis) -> StorageResult<Vec<ProjectId>> {
        self.fetch_all(PROJECTS_WITH_DUE, args![now])
            .await?
            .iter()
            .map(|row| row.get("project_id"))
            .collect()
    }

    async fn list_newest_email_ids(&mut self, limit: u32) -> StorageResult<Vec<(ProjectId, EmailId)>> {
        self.fetch_all(NEWEST, args![limit])
            .await?
            .iter()
            .map(|row| Ok((row.get("project_id")?, row.get("id")?)))
            .collect()
    }

    async fn delete_emails_finished_before(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        self.write(DELETE_FINISHED, args![before, limit]).await
    }
}

impl<M: Mode> Session<M> {
    async fn count_emails(&mut self, sql: &'static str, args: &[Value<'_>]) -> StorageResult<u32> {
        match self.fetch_optional(sql, args).await? {
            Some(row) => row.get("counted"),
            None => Ok(0),
        }
    }
}

/// The arguments that a new mail and a changed one have in common.
fn state<'a>(project: &'a ProjectId, email: &'a Email, failures: &'a str) -> [Value<'a>; 15] {
    *args![
        project,
        email.id,
        email.state.as_str(),
        email.is_paused,
        email.skip_deliverability_check,
        email.may_have_been_sent,
        email.attempts,
        email.updated_at,
        email.scheduled_at,
        email.due_at,
        email.started_sending_at,
        email.finished_at,
        email.lease,
        email.skip_reason.map(EmailSkipReason::as_str),
        failures,
    ]
}

fn failures_text(failures: &[SendFailure]) -> StorageResult<String> {
    serde_json::to_string(failures).map_err(|error| StorageError::Other(Box::new(error)))
}

fn read(row: &Row) -> StorageResult<Email> {
    let unknown = |what| corrupt(what, "no such name");
    let skip_reason: Option<String> = row.get("skip_reason")?;
    let failures: &str = row.get("failures")?;
    Ok(Email {
        id: row.get("id")?,
        template: MailTemplate::from_name(row.get("template")?).ok_or_else(|| unknown("template"))?,
        state: EmailState::from_name(row.get("state")?).ok_or_else(|| unknown("state"))?,
        is_bulk: row.get("is_bulk")?,
        is_paused: row.get("is_paused")?,
        skip_deliverability_check: row.get("skip_deliverability_check")?,
        may_have_been_sent: row.get("may_have_been_sent")?,
        attempts: row.get("attempts")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        rendered_at: row.get("rendered_at")?,
        scheduled_at: row.get("scheduled_at")?,
        due_at: row.get("due_at")?,
        started_sending_at: row.get("started_sending_at")?,
        finished_at: row.get("finished_at")?,
        lease: row.get("lease_id")?,
        skip_reason: skip_reason
            .map(|name| EmailSkipReason::from_name(&name).ok_or_else(|| unknown("skip_reason")))
            .transpose()?,
        failures: serde_json::from_str(failures).map_err(|_| corrupt("failures", "not a list of failures"))?,
        content: row.get("content")?,
    })
}
