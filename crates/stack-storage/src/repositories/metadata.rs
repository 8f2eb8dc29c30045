//! Three columns of JSON that users and teams have alike.

use serde_json::Value;
use stack_domain::{
    models::Metadata,
    ports::{StorageError, StorageResult},
};

use crate::db::Row;

/// The columns' texts: `None` for JSON's null.
pub(super) struct MetadataTexts {
    pub(super) client: Option<String>,
    pub(super) client_read_only: Option<String>,
    pub(super) server: Option<String>,
}

impl MetadataTexts {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let text = |value: &Value| (!value.is_null()).then(|| value.to_string());
        Self {
            client: text(&metadata.client),
            client_read_only: text(&metadata.client_read_only),
            server: text(&metadata.server),
        }
    }
}

/// Reads the columns by these names.
pub(super) fn read_metadata(
    row: &Row,
    [client, client_read_only, server]: [&'static str; 3],
) -> StorageResult<Metadata> {
    let value = |column| -> Result<Value, StorageError> { Ok(row.get::<Option<Value>>(column)?.unwrap_or_default()) };
    Ok(Metadata {
        client: value(client)?,
        client_read_only: value(client_read_only)?,
        server: value(server)?,
    })
}
