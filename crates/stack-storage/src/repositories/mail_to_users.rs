//! What users want of mail, drafts, and boosts.

use stack_domain::{
    models::{EmailDraft, NotificationCategory, NotificationPreference, ThemeChoice},
    ports::{MailToUsersRepository, StorageResult},
};
use stack_types::{EmailDraftId, EmailThemeId, Millis, ProjectId, UserId};

use crate::db::{Mode, Row, Session, args, corrupt};

/// How "no theme" is written where a theme's id could stand.
const NO_THEME: &str = "none";

const PREFERENCES: &str = "
    SELECT category, is_enabled FROM notification_preferences
    WHERE project_id = $1 AND user_id = $2 ORDER BY category";

const SAVE_PREFERENCE: &str = "
    INSERT INTO notification_preferences (project_id, user_id, category, is_enabled) VALUES ($1, $2, $3, $4)
    ON CONFLICT (project_id, user_id, category) DO UPDATE SET is_enabled = excluded.is_enabled";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, display_name, source, theme, created_at, sent_at FROM email_drafts WHERE project_id = $1 ",
            $rest
        )
    };
}

const DRAFTS: &str = select!("ORDER BY created_at DESC, id DESC LIMIT $2");
const DRAFT: &str = select!("AND id = $2");

const COUNT_DRAFTS: &str = "SELECT COUNT(*) AS counted FROM email_drafts WHERE project_id = $1";

const INSERT_DRAFT: &str = "
    INSERT INTO email_drafts (project_id, id, display_name, source, theme, created_at, sent_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

const UPDATE_DRAFT: &str = "
    UPDATE email_drafts SET display_name = $3, source = $4, theme = $5 WHERE project_id = $1 AND id = $2";

const MARK_SENT: &str = "UPDATE email_drafts SET sent_at = $3 WHERE project_id = $1 AND id = $2";

const DELETE_DRAFT: &str = "DELETE FROM email_drafts WHERE project_id = $1 AND id = $2";

const BOOST: &str = "SELECT expires_at FROM email_boosts WHERE project_id = $1";

/// Of two at once the second finds the first's row, whose boost goes on, and changes nothing.
const BEGIN_BOOST: &str = "
    INSERT INTO email_boosts (project_id, expires_at) VALUES ($1, $3)
    ON CONFLICT (project_id) DO UPDATE SET expires_at = excluded.expires_at WHERE email_boosts.expires_at <= $2";

impl<M: Mode> MailToUsersRepository for Session<M> {
    async fn list_notification_preferences(
        &mut self,
        project: &ProjectId,
        user: UserId,
    ) -> StorageResult<Vec<NotificationPreference>> {
        let rows = self.fetch_all(PREFERENCES, args![project, user]).await?;
        let preference = |row: &Row| {
            let category = NotificationCategory::from_name(row.get("category")?);
            Ok(NotificationPreference {
                category: category.ok_or_else(|| corrupt("category", "no such name"))?,
                is_enabled: row.get("is_enabled")?,
            })
        };
        rows.iter().map(preference).collect()
    }

    async fn save_notification_preference(
        &mut self,
        project: &ProjectId,
        user: UserId,
        category: NotificationCategory,
        is_enabled: bool,
    ) -> StorageResult<()> {
        let args = args![project, user, category.as_str(), is_enabled];
        self.write(SAVE_PREFERENCE, args).await.map(drop)
    }

    async fn list_email_drafts(&mut self, project: &ProjectId, limit: u32) -> StorageResult<Vec<EmailDraft>> {
        let rows = self.fetch_all(DRAFTS, args![project, limit]).await?;
        rows.iter().map(draft).collect()
    }

    async fn count_email_drafts(&mut self, project: &ProjectId, at_most: u32) -> StorageResult<u32> {
        let counted: u32 = match self.fetch_optional(COUNT_DRAFTS, args![project]).await? {
            Some(row) => row.get("counted")?,
            None => 0,
        };
        Ok(counted.min(at_most))
    }

    async fn find_email_draft(&mut self, project: &ProjectId, id: EmailDraftId) -> StorageResult<Option<EmailDraft>> {
        let found = self.fetch_optional(DRAFT, args![project, id.0]).await?;
        found.as_ref().map(draft).transpose()
    }

    async fn insert_email_draft(&mut self, project: &ProjectId, draft: &EmailDraft) -> StorageResult<()> {
        let theme = theme_text(draft.theme);
        let args = args![
            project,
            draft.id.0,
            &draft.display_name,
            &draft.source,
            theme.as_deref(),
            draft.created_at,
            draft.sent_at,
        ];
        self.write(INSERT_DRAFT, args).await.map(drop)
    }

    async fn update_email_draft(&mut self, project: &ProjectId, draft: &EmailDraft) -> StorageResult<bool> {
        let theme = theme_text(draft.theme);
        let args = args![
            project,
            draft.id.0,
            &draft.display_name,
            &draft.source,
            theme.as_deref(),
        ];
        Ok(self.write(UPDATE_DRAFT, args).await? > 0)
    }

    async fn mark_email_draft_sent(
        &mut self,
        project: &ProjectId,
        id: EmailDraftId,
        at: Millis,
    ) -> StorageResult<bool> {
        Ok(self.write(MARK_SENT, args![project, id.0, at]).await? > 0)
    }

    async fn delete_email_draft(&mut self, project: &ProjectId, id: EmailDraftId) -> StorageResult<bool> {
        Ok(self.write(DELETE_DRAFT, args![project, id.0]).await? > 0)
    }

    async fn find_email_boost(&mut self, project: &ProjectId) -> StorageResult<Option<Millis>> {
        let found = self.fetch_optional(BOOST, args![project]).await?;
        found.map(|row| row.get("expires_at")).transpose()
    }

    async fn begin_email_boost(&mut self, project: &ProjectId, now: Millis, expires_at: Millis) -> StorageResult<bool> {
        Ok(self.write(BEGIN_BOOST, args![project, now, expires_at]).await? > 0)
    }
}

fn theme_text(theme: Option<ThemeChoice>) -> Option<String> {
    theme.map(|theme| match theme {
        ThemeChoice::None => NO_THEME.to_owned(),
        ThemeChoice::Theme(id) => id.to_string(),
    })
}

fn theme_of(text: &str) -> StorageResult<ThemeChoice> {
    if text == NO_THEME {
        return Ok(ThemeChoice::None);
    }
    let id = text.parse::<EmailThemeId>();
    id.map(ThemeChoice::Theme)
        .map_err(|_| corrupt("theme", "neither an id nor none"))
}

fn draft(row: &Row) -> StorageResult<EmailDraft> {
    let theme: Option<String> = row.get("theme")?;
    Ok(EmailDraft {
        id: EmailDraftId(row.get("id")?),
        display_name: row.get("display_name")?,
        source: row.get("source")?,
        theme: theme.as_deref().map(theme_of).transpose()?,
        created_at: row.get("created_at")?,
        sent_at: row.get("sent_at")?,
    })
}
