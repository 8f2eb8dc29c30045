//! Contact channels.

use stack_domain::{
    models::{ContactChannel, ContactChannelId, ContactChannelType},
    ports::{ContactChannelRepository, StorageResult},
};
use stack_types::{ProjectId, UserId};

use super::search::fold;
use crate::db::{Mode, Row, Session, args, corrupt};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, kind, value, is_primary, is_verified, used_for_auth, created_at
             FROM contact_channels WHERE project_id = $1 ",
            $rest
        )
    };
}

const FIND_AUTH: &str = select!("AND kind = $2 AND value = $3 AND used_for_auth");
const FIND: &str = select!("AND id = $2");
const LIST_ALL: &str = select!("ORDER BY created_at, id");
const LIST: &str = select!("AND user_id = $2 ORDER BY created_at, id");

const INSERT: &str = "
    INSERT INTO contact_channels (
        project_id, user_id, id, kind, value, value_folded, is_primary, is_verified, used_for_auth, created_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const UPDATE: &str = "
    UPDATE contact_channels SET value = $4, value_folded = $5, is_primary = $6, is_verified = $7, used_for_auth = $8
    WHERE project_id = $1 AND user_id = $2 AND id = $3";

const DELETE: &str = "DELETE FROM contact_channels WHERE project_id = $1 AND user_id = $2 AND id = $3";

impl<M: Mode> ContactChannelRepository for Session<M> {
    async fn find_auth_contact_channel(
        &mut self,
        project: &ProjectId,
        kind: ContactChannelType,
        value: &str,
    ) -> StorageResult<Option<ContactChannel>> {
        let args = args![project, kind.as_str(), value];
        self.fetch_optional(FIND_AUTH, args)
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn find_contact_channel(
        &mut self,
        project: &ProjectId,
        id: ContactChannelId,
    ) -> StorageResult<Option<ContactChannel>> {
        self.fetch_optional(FIND, args![project, id])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    async fn list_contact_channels_of_project(&mut self, project: &ProjectId) -> StorageResult<Vec<ContactChannel>> {
        self.fetch_all(LIST_ALL, args![project])
            .await?
            .iter()
            .map(read)
            .collect()
    }

    async fn list_contact_channels(&mut self, project: &ProjectId, user: UserId) -> StorageResult<Vec<ContactChannel>> {
        self.fetch_all(LIST, args![project, user])
            .await?
            .iter()
            .map(read)
            .collect()
    }

    async fn insert_contact_channel(&mut self, project: &ProjectId, channel: &ContactChannel) -> StorageResult<()> {
        let folded = fold(&channel.value);
        let args = args![
            project,
            channel.user_id,
            channel.id,
            channel.kind.as_str(),
            &channel.value,
            &folded,
            channel.is_primary,
            channel.is_verified,
            channel.used_for_auth,
            channel.created_at,
        ];
        self.write(INSERT, args).await.map(drop)
    }

    async fn update_contact_channel(&mut self, project: &ProjectId, channel: &ContactChannel) -> StorageResult<bool> {
        let folded = fold(&channel.value);
        let args = args![
            project,
            channel.user_id,
            channel.id,
            &channel.value,
            &folded,
            channel.is_primary,
            channel.is_verified,
            channel.used_for_auth,
        ];
        Ok(self.write(UPDATE, args).await? > 0)
    }

    async fn delete_contact_channel(
        &mut self,
        project: &ProjectId,
        user: UserId,
        id: ContactChannelId,
    ) -> StorageResult<bool> {
        Ok(self.write(DELETE, args![project, user, id]).await? > 0)
    }
}

fn read(row: &Row) -> StorageResult<ContactChannel> {
    Ok(ContactChannel {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        kind: match row.get("kind")? {
            "email" => ContactChannelType::Email,
            _ => return Err(corrupt("kind", "no such type of channel")),
        },
        value: row.get("value")?,
        is_primary: row.get("is_primary")?,
        is_verified: row.get("is_verified")?,
        used_for_auth: row.get("used_for_auth")?,
        created_at: row.get("created_at")?,
    })
}
