//! Where webhooks go.

use stack_domain::{models::WebhookEndpoint, ports::StorageResult};
use stack_types::{Millis, ProjectId, WebhookEndpointId};

use super::{endpoint_id, json_column, json_text};
use crate::{
    db::{Mode, Row, Session, args},
    dialect::Sql,
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT project_id, id, uid, url, description, is_disabled, event_types, channels, metadata, rate_limit, secrets,
                 paced_until, failing_since, created_at, updated_at
             FROM webhook_endpoints ",
            $rest
        )
    };
}

const LIST: &str = select!("WHERE project_id = $1 ORDER BY created_at, id");
const FIND: &str = select!("WHERE project_id = $1 AND (id = $2 OR uid = $2)");
const LOCK: Sql = Sql {
    sqlite: FIND,
    postgres: select!("WHERE project_id = $1 AND (id = $2 OR uid = $2) FOR NO KEY UPDATE"),
};
const LIST_BY_ID: Sql = Sql {
    sqlite: select!("WHERE id IN (SELECT value FROM json_each($1))"),
    postgres: select!("WHERE id IN (SELECT json_array_elements_text(CAST($1 AS JSON)))"),
};
const LOCK_FREE: Sql = Sql {
    sqlite: "SELECT paced_until FROM webhook_endpoints WHERE project_id = $1 AND id = $2",
    postgres: "SELECT paced_until FROM webhook_endpoints WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE SKIP LOCKED",
};

const INSERT: &str = "
    INSERT INTO webhook_endpoints (
        project_id, id, uid, url, description, is_disabled, event_types, channels, metadata, rate_limit, secrets,
        paced_until, failing_since, updated_at, created_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

const UPDATE: &str = "
    UPDATE webhook_endpoints SET
        uid = $3, url = $4, description = $5, is_disabled = $6, event_types = $7, channels = $8, metadata = $9,
        rate_limit = $10, secrets = $11, paced_until = $12, failing_since = $13, updated_at = $14
    WHERE project_id = $1 AND id = $2";

const DELETE: &str = "DELETE FROM webhook_endpoints WHERE project_id = $1 AND id = $2";
const PACE: &str = "UPDATE webhook_endpoints SET paced_until = $3 WHERE project_id = $1 AND id = $2";
const NOTE_FAILING: &str = "UPDATE webhook_endpoints SET failing_since = $3 WHERE project_id = $1 AND id = $2";

pub(super) async fn list<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
) -> StorageResult<Vec<WebhookEndpoint>> {
    let rows = session.fetch_all(LIST, args![project]).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn find<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    id_or_uid: &str,
) -> StorageResult<Option<WebhookEndpoint>> {
    let row = session.fetch_optional(FIND, args![project, id_or_uid]).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn lock<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    id_or_uid: &str,
) -> StorageResult<Option<WebhookEndpoint>> {
    let rows = session.fetch_locked(LOCK, args![project, id_or_uid]).await?;
    rows.first().map(read).transpose()
}

pub(super) async fn list_by_id<M: Mode>(
    session: &mut Session<M>,
    ids: &[WebhookEndpointId],
) -> StorageResult<Vec<(ProjectId, WebhookEndpoint)>> {
    let ids = json_text(ids)?;
    let rows = session.fetch_all(LIST_BY_ID, args![&ids]).await?;
    rows.iter()
        .map(|row| Ok((row.get("project_id")?, read(row)?)))
        .collect()
}

pub(super) async fn lock_free<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    id: &WebhookEndpointId,
) -> StorageResult<Option<Millis>> {
    let rows = session.fetch_locked(LOCK_FREE, args![project, id.as_str()]).await?;
    rows.first().map(|row| row.get("paced_until")).transpose()
}

pub(super) async fn pace<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    id: &WebhookEndpointId,
    until: Millis,
) -> StorageResult<()> {
    session.write(PACE, args![project, id.as_str(), until]).await.map(drop)
}

pub(super) async fn note_failing_since<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    id: &WebhookEndpointId,
    since: Option<Millis>,
) -> StorageResult<bool> {
    Ok(session.write(NOTE_FAILING, args![project, id.as_str(), since]).await? > 0)
}

pub(super) async fn insert<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    endpoint: &WebhookEndpoint,
) -> StorageResult<()> {
    write(session, project, endpoint, true).await.map(drop)
}

pub(super) async fn update<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    endpoint: &WebhookEndpoint,
) -> StorageResult<bool> {
    Ok(write(session, project, endpoint, false).await? > 0)
}

pub(super) async fn delete<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    id: &WebhookEndpointId,
) -> StorageResult<bool> {
    Ok(session.write(DELETE, args![project, id.as_str()]).await? > 0)
}

async fn write<M: Mode>(
    session: &mut Session<M>,
    project: &ProjectId,
    endpoint: &WebhookEndpoint,
    is_new: bool,
) -> StorageResult<u64> {
    let event_types = json_text(&endpoint.event_types)?;
    let channels = json_text(&endpoint.channels)?;
    let metadata = json_text(&endpoint.metadata)?;
    let args = args![
        project,
        endpoint.id.as_str(),
        endpoint.uid.as_deref(),
        &endpoint.url,
        &endpoint.description,
        endpoint.is_disabled,
        &event_types,
        &channels,
        &metadata,
        endpoint.rate_limit,
        &endpoint.secrets,
        endpoint.paced_until,
        endpoint.failing_since,
        endpoint.updated_at,
        endpoint.created_at,
    ];
    if is_new {
        session.write(INSERT, args).await
    } else {
        session.write(UPDATE, &args[..args.len() - 1]).await
    }
}

fn read(row: &Row) -> StorageResult<WebhookEndpoint> {
    Ok(WebhookEndpoint {
        id: endpoint_id(row, "id")?,
        uid: row.get("uid")?,
        url: row.get("url")?,
        description: row.get("description")?,
        is_disabled: row.get("is_disabled")?,
        event_types: json_column(row, "event_types")?,
        channels: json_column(row, "channels")?,
        metadata: json_column(row, "metadata")?,
        rate_limit: row.get("rate_limit")?,
        secrets: row.get("secrets")?,
        paced_until: row.get("paced_until")?,
        failing_since: row.get("failing_since")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}
