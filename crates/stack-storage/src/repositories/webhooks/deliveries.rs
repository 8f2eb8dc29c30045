//! Messages on their way: what workers claim, and what they note. Many at once go through one statement, as JSON.

use serde::Serialize;
use stack_domain::{
    models::{DueWebhook, SettledWebhook, WebhookKey, WebhookMessageId, WebhookStatus},
    ports::StorageResult,
};
use stack_types::{Millis, ProjectId, WebhookEndpointId};
use uuid::Uuid;

use super::{endpoint_id, json_text};
use crate::{
    db::{Mode, Row, Session, args},
    dialect::Sql,
};

/// `$2` holds the endpoints that are busy.
macro_rules! due {
    ($busy:literal, $lock:literal) => {
        concat!(
            "SELECT d.project_id, d.message_id, d.endpoint_id, d.tries, d.is_manual, d.is_paced, m.event_type, m.payload
             FROM webhook_deliveries d
             JOIN webhook_messages m ON m.project_id = d.project_id AND m.id = d.message_id
             WHERE d.finished_at IS NULL AND d.due_at <= $1 AND d.endpoint_id NOT IN (",
            $busy,
            ") AND (d.is_tried OR NOT EXISTS (
                 SELECT 1 FROM webhook_deliveries e
                 WHERE e.project_id = d.project_id AND e.endpoint_id = d.endpoint_id AND e.object = d.object
                     AND e.position < d.position AND NOT e.is_tried
             ))
             ORDER BY d.due_at, d.message_id LIMIT $3",
            $lock
        )
    };
}

/// SQLite's one writer has all rows locked; PostgreSQL passes over those of other workers.
const LOCK_DUE: Sql = Sql {
    sqlite: due!("SELECT value FROM json_each($2)", ""),
    postgres: due!(
        "SELECT json_array_elements_text(CAST($2 AS JSON))",
        " FOR NO KEY UPDATE OF d SKIP LOCKED"
    ),
};

/// An update of the deliveries that the JSON array `$1` names, with further members of its items.
macro_rules! update_many {
    ($sqlite:literal, $postgres:literal, $columns:literal $(, $condition:literal, $also:literal)?) => {
        Sql {
            sqlite: concat!(
                "UPDATE webhook_deliveries AS d SET ",
                $sqlite,
                " FROM json_each($1) AS k
                 WHERE d.project_id = k.value ->> 'project' AND d.message_id = k.value ->> 'message'
                     AND d.endpoint_id = k.value ->> 'endpoint'"
                $(, $condition)?
            ),
            postgres: concat!(
                "UPDATE webhook_deliveries AS d SET ",
                $postgres,
                " FROM json_to_recordset(CAST($1 AS JSON)) AS k (project TEXT, message TEXT, endpoint TEXT",
                $columns,
                ") WHERE d.project_id = k.project AND d.message_id = k.message AND d.endpoint_id = k.endpoint"
                $(, $also)?
            ),
        }
    };
}

const LEASE: Sql = update_many!("lease_id = $2, due_at = $3", "lease_id = $2, due_at = $3", "");

const PUT_OFF: Sql = update_many!(
    "is_paced = $2, lease_id = NULL, due_at = k.value ->> 'due_at'",
    "is_paced = $2, lease_id = NULL, due_at = k.due_at",
    ", due_at BIGINT"
);

const SETTLE: Sql = update_many!(
    "status = k.value ->> 'status', tries = k.value ->> 'tries', is_tried = TRUE, is_manual = FALSE, is_paced = FALSE,
     due_at = k.value ->> 'due_at', lease_id = NULL, finished_at = k.value ->> 'finished_at'",
    "status = k.status, tries = k.tries, is_tried = TRUE, is_manual = FALSE, is_paced = FALSE, due_at = k.due_at,
     lease_id = NULL, finished_at = k.finished_at",
    ", lease TEXT, status TEXT, tries BIGINT, due_at BIGINT, finished_at BIGINT",
    " AND d.lease_id = k.value ->> 'lease'",
    " AND d.lease_id = k.lease"
);

macro_rules! log {
    ($values:literal, $from:literal, $join:literal) => {
        concat!(
            "INSERT INTO webhook_attempts (
                 project_id, message_id, endpoint_id, id, at, duration_ms, succeeded, response_status, is_manual, url,
                 response
             ) SELECT d.project_id, d.message_id, d.endpoint_id, ",
            $values,
            " FROM ",
            $from,
            " JOIN webhook_deliveries d ON ",
            $join
        )
    };
}

/// Logs the attempts of those deliveries that are still leased so.
const LOG: Sql = Sql {
    sqlite: log!(
        "k.value ->> 'id', k.value ->> 'at', k.value ->> 'duration_ms', k.value ->> 'succeeded',
         k.value ->> 'response_status', k.value ->> 'is_manual', k.value ->> 'url', k.value ->> 'response'",
        "json_each($1) AS k",
        "d.project_id = k.value ->> 'project' AND d.message_id = k.value ->> 'message'
             AND d.endpoint_id = k.value ->> 'endpoint' AND d.lease_id = k.value ->> 'lease'"
    ),
    postgres: log!(
        "k.id, k.at, k.duration_ms, k.succeeded, k.response_status, k.is_manual, k.url, k.response",
        "json_to_recordset(CAST($1 AS JSON)) AS k (
             project TEXT, lease TEXT, message TEXT, endpoint TEXT, id TEXT, at BIGINT, duration_ms BIGINT, succeeded BOOLEAN,
             response_status BIGINT, is_manual BOOLEAN, url TEXT, response TEXT
         )",
        "d.project_id = k.project AND d.message_id = k.message AND d.endpoint_id = k.endpoint
             AND d.lease_id = k.lease"
    ),
};

const RESEND: &str = "
    UPDATE webhook_deliveries SET
        status = 'pending', tries = 0, is_manual = TRUE, is_paced = FALSE, due_at = $4, finished_at = NULL
    WHERE project_id = $1 AND message_id = $2 AND endpoint_id = $3 AND lease_id IS NULL";

const RECOVER: &str = "
    UPDATE webhook_deliveries SET
        status = 'pending', tries = 0, is_manual = TRUE, is_paced = FALSE, due_at = $5, finished_at = NULL
    WHERE project_id = $1 AND endpoint_id = $2 AND status = 'fail' AND message_id IN (
        SELECT id FROM webhook_messages WHERE project_id = $1 AND created_at >= $3 AND created_at < $4
    )";

const HASTEN: &str = "
    UPDATE webhook_deliveries SET due_at = $3, is_paced = FALSE
    WHERE project_id = $1 AND endpoint_id = $2 AND finished_at IS NULL AND lease_id IS NULL AND due_at > $3";
const HASTEN_PACED: &str = "
    UPDATE webhook_deliveries SET due_at = $3, is_paced = FALSE
    WHERE project_id = $1 AND endpoint_id = $2 AND finished_at IS NULL AND lease_id IS NULL AND is_paced";

pub(super) async fn lock_due<M: Mode>(
    session: &mut Session<M>,
    now: Millis,
    busy: &[WebhookEndpointId],
    limit: u32,
) -> StorageResult<Vec<DueWebhook>> {
    let busy = json_text(busy)?;
    let rows = session.fetch_locked(LOCK_DUE, args![now, &busy, limit]).await?;
    let read = |row: &Row| {
        Ok(DueWebhook {
            key: WebhookKey {
                project: row.get("project_id")?,
                message: row.get::<String>("message_id").map(WebhookMessageId)?,
                endpoint: endpoint_id(row, "endpoint_id")?,
            },
            event_type: row.get("event_type")?,
            payload: row.get("payload")?,
            tries: row.get("tries")?,
            is_manual: row.get("is_manual")?,
            is_paced: row.get("is_paced")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn lease<M: Mode>(
    session: &mut Session<M>,
    deliveries: &[WebhookKey],
    lease: Uuid,
    until: Millis,
) -> StorageResult<()> {
    let keys = json_text(deliveries)?;
    session.write(LEASE, args![&keys, lease, until]).await.map(drop)
}

pub(super) async fn put_off<M: Mode>(
    session: &mut Session<M>,
    deliveries: &[(WebhookKey, Millis)],
    is_paced: bool,
) -> StorageResult<()> {
    #[derive(Serialize)]
    struct Item<'a> {
        #[serde(flatten)]
        key: &'a WebhookKey,
        due_at: Millis,
    }
    let items = deliveries.iter().map(|(key, due_at)| Item { key, due_at: *due_at });
    let items = json_text(&items.collect::<Vec<_>>())?;
    session.write(PUT_OFF, args![&items, is_paced]).await.map(drop)
}

pub(super) async fn settle<M: Mode>(session: &mut Session<M>, settled: &[SettledWebhook]) -> StorageResult<()> {
    #[derive(Serialize)]
    struct Attempt<'a> {
        project: &'a ProjectId,
        lease: Uuid,
        #[serde(flatten)]
        attempt: &'a stack_domain::models::WebhookAttempt,
    }
    #[derive(Serialize)]
    struct Item<'a> {
        #[serde(flatten)]
        key: &'a WebhookKey,
        lease: Uuid,
        status: &'static str,
        tries: u32,
        due_at: Millis,
        finished_at: Option<Millis>,
    }
    let attempts = settled.iter().map(|settled| Attempt {
        project: &settled.key.project,
        lease: settled.lease,
        attempt: &settled.attempt,
    });
    let attempts = json_text(&attempts.collect::<Vec<_>>())?;
    session.write(LOG, args![&attempts]).await?;
    let items = settled.iter().map(|settled| Item {
        key: &settled.key,
        lease: settled.lease,
        status: settled.status.as_str(),
        tries: settled.tries,
        due_at: settled.due_at,
        finished_at: (settled.status != WebhookStatus::Pending).then_some(settled.now),
    });
    let items = json_text(&items.collect::<Vec<_>>())?;
    session.write(SETTLE, args![&items]).await.map(drop)
}

pub(super) async fn resend<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    message: &WebhookMessageId,
    endpoint: &WebhookEndpointId,
    now: Millis,
) -> StorageResult<bool> {
    let args = args![project, message.as_str(), endpoint.as_str(), now];
    Ok(session.write(RESEND, args).await? > 0)
}

pub(super) async fn recover<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    endpoint: &WebhookEndpointId,
    since: Millis,
    until: Millis,
    now: Millis,
) -> StorageResult<u64> {
    let args = args![project, endpoint.as_str(), since, until, now];
    session.write(RECOVER, args).await
}

pub(super) async fn hasten<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    endpoint: &WebhookEndpointId,
    only_paced: bool,
    now: Millis,
) -> StorageResult<u64> {
    let sql = if only_paced { HASTEN_PACED } else { HASTEN };
    session.write(sql, args![project, endpoint.as_str(), now]).await
}
