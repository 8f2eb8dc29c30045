//! Where drafts, wishes of users and boosts are kept.

use std::future::Future;

use stack_types::{EmailDraftId, Millis, ProjectId, UserId};

use super::StorageResult;
use crate::models::{EmailDraft, NotificationCategory, NotificationPreference};

/// The tables of notification preferences, drafts of mails, and boosts.
pub trait MailToUsersRepository {
    /// What a user has said about kinds of mail; nothing of those about which nobody has said anything.
    fn list_notification_preferences(
        &mut self,
        project: &ProjectId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<Vec<NotificationPreference>>> + Send;

    /// Writes whether a user wants a kind of mail, whatever was said before.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such user.
    fn save_notification_preference(
        &mut self,
        project: &ProjectId,
        user: UserId,
        category: NotificationCategory,
        is_enabled: bool,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Lists at most `limit` drafts, the newest first.
    fn list_email_drafts(
        &mut self,
        project: &ProjectId,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<EmailDraft>>> + Send;

    /// Counts drafts, but no further than to `at_most`.
    fn count_email_drafts(
        &mut self,
        project: &ProjectId,
        at_most: u32,
    ) -> impl Future<Output = StorageResult<u32>> + Send;

    /// Reads a draft.
    fn find_email_draft(
        &mut self,
        project: &ProjectId,
        id: EmailDraftId,
    ) -> impl Future<Output = StorageResult<Option<EmailDraft>>> + Send;

    /// Writes a new draft.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such project.
    fn insert_email_draft(
        &mut self,
        project: &ProjectId,
        draft: &EmailDraft,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes all of a draft but the times. Gives whether there was such a draft.
    fn update_email_draft(
        &mut self,
        project: &ProjectId,
        draft: &EmailDraft,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Notes when a draft was sent. Gives whether there was such a draft.
    fn mark_email_draft_sent(
        &mut self,
        project: &ProjectId,
        id: EmailDraftId,
        at: Millis,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes a draft. Gives whether there was one.
    fn delete_email_draft(
        &mut self,
        project: &ProjectId,
        id: EmailDraftId,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// When the project's last boost ends or ended.
    fn find_email_boost(&mut self, project: &ProjectId) -> impl Future<Output = StorageResult<Option<Millis>>> + Send;

    /// Begins a boost that ends at `expires_at`, if none goes on at `now`. Gives whether it did: of several callers at
    /// once, one gets `true`.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such project.
    fn begin_email_boost(
        &mut self,
        project: &ProjectId,
        now: Millis,
        expires_at: Millis,
    ) -> impl Future<Output = StorageResult<bool>> + Send;
}
