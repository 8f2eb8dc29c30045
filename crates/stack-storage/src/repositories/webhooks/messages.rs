//! What is said, to whom, and the log of attempts.

use stack_domain::{
    models::{
        NewWebhookDelivery, WebhookAttempt, WebhookAttemptFilter, WebhookAttemptId, WebhookDelivery, WebhookMessage,
        WebhookMessageFilter, WebhookMessageId, WebhookStatus,
    },
    ports::StorageResult,
};
use stack_types::{Millis, ProjectId};
use uuid::Uuid;

use super::{endpoint_id, json_column, json_text};
use crate::{
    db::{Mode, Row, Session, args, corrupt},
    dialect::Sql,
};

macro_rules! select_messages {
    ($($rest:literal),*) => {
        concat!(
            "SELECT id, event_id, event_type, channels, payload, created_at FROM webhook_messages WHERE project_id = $1 ",
            $($rest),*
        )
    };
}

macro_rules! list {
    ($channels:literal, $types:literal) => {
        select_messages!(
            "AND ($2 IS NULL OR id < $2) AND ($3 IS NULL OR created_at < $3) AND ($4 IS NULL OR created_at > $4)
             AND ($5 IS NULL OR $5 IN (",
            $channels,
            ")) AND ($6 = '[]' OR event_type IN (",
            $types,
            ")) ORDER BY id DESC LIMIT $7"
        )
    };
}

const FIND: &str = select_messages!("AND id = $2");
const FIND_BY_EVENT: &str = select_messages!("AND event_id = $2");
const LIST: Sql = Sql {
    sqlite: list!(
        "SELECT value FROM json_each(channels)",
        "SELECT value FROM json_each($6)"
    ),
    postgres: list!(
        "SELECT json_array_elements_text(CAST(channels AS JSON))",
        "SELECT json_array_elements_text(CAST($6 AS JSON))"
    ),
};

const INSERT: &str = "
    INSERT INTO webhook_messages (project_id, id, event_id, event_type, channels, payload, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

const INSERT_DELIVERY: &str = "
    INSERT INTO webhook_deliveries (
        project_id, message_id, endpoint_id, object, position, status, tries, is_tried, is_manual, is_paced, due_at
    ) VALUES (
        $1, $2, $3, $4,
        (
            SELECT COALESCE(MAX(position), 0) + 1 FROM webhook_deliveries
            WHERE project_id = $1 AND endpoint_id = $3 AND object = $4
        ),
        'pending', 0, FALSE, $5, FALSE, $6
    )";

const LIST_DELIVERIES: &str = "
    SELECT message_id, endpoint_id, status, due_at, lease_id FROM webhook_deliveries
    WHERE project_id = $1 AND message_id = $2 ORDER BY endpoint_id";

const DELETE_BEFORE: &str = "
    DELETE FROM webhook_messages WHERE (project_id, id) IN (
        SELECT project_id, id FROM webhook_messages WHERE created_at < $1 ORDER BY created_at LIMIT $2
    )";

macro_rules! select_attempts {
    ($rest:literal) => {
        concat!(
            "SELECT id, message_id, endpoint_id, at, duration_ms, succeeded, response_status, is_manual, url, response
             FROM webhook_attempts WHERE project_id = $1 ",
            $rest
        )
    };
}

const FIND_ATTEMPT: &str = select_attempts!("AND message_id = $2 AND id = $3");

/// A page of attempts; `$7` is 1 for those that succeeded, 0 for those that failed.
macro_rules! list_attempts {
    ($of:literal) => {
        concat!(
            select_attempts!(""),
            $of,
            " AND ($4 IS NULL OR id < $4) AND ($5 IS NULL OR at < $5) AND ($6 IS NULL OR at > $6)
             AND ($7 IS NULL OR $7 = CASE WHEN succeeded THEN 1 ELSE 0 END)
             AND ($8 IS NULL OR response_status BETWEEN $8 * 100 AND $8 * 100 + 99)
             ORDER BY id DESC LIMIT $9"
        )
    };
}

const LIST_ATTEMPTS_OF_MESSAGE: &str = list_attempts!("AND message_id = $2 AND ($3 IS NULL OR endpoint_id = $3)");
const LIST_ATTEMPTS: &str = list_attempts!("AND ($2 IS NULL OR message_id = $2) AND endpoint_id = $3");

pub(super) async fn insert<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    message: &WebhookMessage,
) -> StorageResult<()> {
    let channels = json_text(&message.channels)?;
    let args = args![
        project,
        message.id.as_str(),
        message.event_id.as_deref(),
        &message.event_type,
        &channels,
        &message.payload,
        message.created_at
    ];
    session.write(INSERT, args).await.map(drop)
}

pub(super) async fn find<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    id_or_event_id: &str,
) -> StorageResult<Option<WebhookMessage>> {
    let mut row = session.fetch_optional(FIND, args![project, id_or_event_id]).await?;
    if row.is_none() {
        row = session
            .fetch_optional(FIND_BY_EVENT, args![project, id_or_event_id])
            .await?;
    }
    row.as_ref().map(read).transpose()
}

pub(super) async fn list<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    filter: &WebhookMessageFilter,
    limit: u32,
) -> StorageResult<Vec<WebhookMessage>> {
    let types = json_text(&filter.event_types)?;
    let args = args![
        project,
        filter.before_id.as_ref().map(WebhookMessageId::as_str),
        filter.before,
        filter.after,
        filter.channel.as_deref(),
        &types,
        limit
    ];
    let rows = session.fetch_all(LIST, args).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn insert_delivery<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    delivery: NewWebhookDelivery<'_>,
) -> StorageResult<()> {
    let args = args![
        project,
        delivery.message.as_str(),
        delivery.endpoint.as_str(),
        delivery.object,
        delivery.is_manual,
        delivery.due_at
    ];
    session.write(INSERT_DELIVERY, args).await.map(drop)
}

pub(super) async fn list_deliveries<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    message: &WebhookMessageId,
) -> StorageResult<Vec<WebhookDelivery>> {
    let rows = session
        .fetch_all(LIST_DELIVERIES, args![project, message.as_str()])
        .await?;
    let read = |row: &Row| {
        let lease: Option<Uuid> = row.get("lease_id")?;
        let status = WebhookStatus::from_name(row.get("status")?);
        Ok(WebhookDelivery {
            message: row.get::<String>("message_id").map(WebhookMessageId)?,
            endpoint: endpoint_id(row, "endpoint_id")?,
            status: status.ok_or_else(|| corrupt("status", "no such name"))?,
            due_at: row.get("due_at")?,
            is_leased: lease.is_some(),
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn find_attempt<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    message: &WebhookMessageId,
    id: &WebhookAttemptId,
) -> StorageResult<Option<WebhookAttempt>> {
    let args = args![project, message.as_str(), id.as_str()];
    let row = session.fetch_optional(FIND_ATTEMPT, args).await?;
    row.as_ref().map(read_attempt).transpose()
}

pub(super) async fn list_attempts<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    filter: &WebhookAttemptFilter,
    limit: u32,
) -> StorageResult<Vec<WebhookAttempt>> {
    let args = args![
        project,
        filter.message.as_ref().map(WebhookMessageId::as_str),
        filter.endpoint.as_ref().map(|id| id.as_str()),
        filter.before_id.as_ref().map(WebhookAttemptId::as_str),
        filter.before,
        filter.after,
        filter.succeeded.map(i64::from),
        filter.status_class,
        limit
    ];
    let sql = match filter.message {
        Some(_) => LIST_ATTEMPTS_OF_MESSAGE,
        None => LIST_ATTEMPTS,
    };
    let rows = session.fetch_all(sql, args).await?;
    rows.iter().map(read_attempt).collect()
}

pub(super) async fn delete_before<M: Mode>(session: &mut Session<M>, before: Millis, limit: u32) -> StorageResult<u64> {
    session.write(DELETE_BEFORE, args![before, limit]).await
}

fn read(row: &Row) -> StorageResult<WebhookMessage> {
    Ok(WebhookMessage {
        id: row.get::<String>("id").map(WebhookMessageId)?,
        event_id: row.get("event_id")?,
        event_type: row.get("event_type")?,
        channels: json_column(row, "channels")?,
        payload: row.get("payload")?,
        created_at: row.get("created_at")?,
    })
}

fn read_attempt(row: &Row) -> StorageResult<WebhookAttempt> {
    Ok(WebhookAttempt {
        id: row.get::<String>("id").map(WebhookAttemptId)?,
        message: row.get::<String>("message_id").map(WebhookMessageId)?,
        endpoint: endpoint_id(row, "endpoint_id")?,
        url: row.get("url")?,
        at: row.get("at")?,
        duration_ms: row.get("duration_ms")?,
        succeeded: row.get("succeeded")?,
        response_status: row.get("response_status")?,
        response: row.get("response")?,
        is_manual: row.get("is_manual")?,
    })
}
