//! Where mails are kept, and how they leave.

use std::future::Future;

use stack_types::{EmailId, Millis, ProjectId};

use super::StorageResult;
use crate::{
    config::EmailServer,
    models::{Email, EmailContent, EmailFilter, SentCounts},
};

/// The table of mails.
///
/// Workers look at all projects: the methods without a project give ids, or delete what is over.
pub trait EmailRepository {
    /// Reads a mail.
    fn find_email(
        &mut self,
        project: &ProjectId,
        id: EmailId,
    ) -> impl Future<Output = StorageResult<Option<Email>>> + Send;

    /// Reads a mail and locks it until the transaction ends.
    fn lock_email(
        &mut self,
        project: &ProjectId,
        id: EmailId,
    ) -> impl Future<Output = StorageResult<Option<Email>>> + Send;

    /// Lists at most `limit` mails that `filter` lets pass at `now`, the newest first, from the mail `from` on; none if
    /// there is no such mail.
    fn list_emails(
        &mut self,
        project: &ProjectId,
        filter: EmailFilter,
        now: Millis,
        from: Option<EmailId>,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<Email>>> + Send;

    /// Counts the mails that aren't finished, but no further than to `at_most`.
    fn count_unfinished_emails(
        &mut self,
        project: &ProjectId,
        at_most: u32,
    ) -> impl Future<Output = StorageResult<u32>> + Send;

    /// Counts the mails whose last attempt began after `since`, but no further than to `at_most`.
    fn count_emails_sent_since(
        &mut self,
        project: &ProjectId,
        since: Millis,
        at_most: u32,
    ) -> impl Future<Output = StorageResult<u32>> + Send;

    /// Counts the mails that were sent, by when their last attempt began.
    fn count_sent_emails(
        &mut self,
        project: &ProjectId,
        now: Millis,
    ) -> impl Future<Output = StorageResult<SentCounts>> + Send;

    /// Lists at most `limit` mails that were sent or given up, the one whose last attempt began last first.
    fn list_settled_emails(
        &mut self,
        project: &ProjectId,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<Email>>> + Send;

    /// The projects of which a mail was given up after `since`, by id.
    fn list_projects_with_failed_emails(
        &mut self,
        since: Millis,
    ) -> impl Future<Output = StorageResult<Vec<ProjectId>>> + Send;

    /// Reads at most `limit` mails that are due at `now` and locks them until the transaction ends; those in bulk after
    /// all others, and else the one that has been due for longest first. Those that somebody else has locked are passed over.
    fn lock_due_emails(
        &mut self,
        project: &ProjectId,
        now: Millis,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<Email>>> + Send;

    /// Writes a new mail.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such project.
    fn insert_email(&mut self, project: &ProjectId, email: &Email) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes how far a mail has come: all but its id, template, content, whether it goes in bulk, and the times of its creation and rendering.
    /// Gives whether there was such a mail.
    fn update_email(&mut self, project: &ProjectId, email: &Email) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Writes what a mail says and when it was rendered. Gives whether there was such a mail.
    fn update_email_content(
        &mut self,
        project: &ProjectId,
        email: &Email,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes a mail. Gives whether there was one.
    fn delete_email(&mut self, project: &ProjectId, id: EmailId) -> impl Future<Output = StorageResult<bool>> + Send;

    /// The projects that have mails due at `now`; that whose mail has been due for longest first.
    fn list_projects_with_due_emails(
        &mut self,
        now: Millis,
    ) -> impl Future<Output = StorageResult<Vec<ProjectId>>> + Send;

    /// The ids of the newest mails of all projects, the newest first.
    fn list_newest_email_ids(
        &mut self,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<(ProjectId, EmailId)>>> + Send;

    /// Deletes at most `limit` mails of any project that were finished before `before`. Gives how many.
    fn delete_emails_finished_before(
        &mut self,
        before: Millis,
        limit: u32,
    ) -> impl Future<Output = StorageResult<u64>> + Send;
}

/// Hands mails to a mail server.
pub trait Mailer: Send + Sync + 'static {
    /// Sends a mail to all of `to`.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from being sent; [`SendError::may_have_been_sent`] if that isn't known for sure.
    fn send(&self, mail: &OutgoingMail<'_>) -> impl Future<Output = Result<(), SendError>> + Send;
}

/// A mail on its way out.
pub struct OutgoingMail<'a> {
    /// Its id; the same at every attempt, so that a recipient who gets it twice can tell.
    pub id: EmailId,
    /// The mail server of the project, if it has one of its own.
    pub server: Option<&'a EmailServer>,
    /// The name of the project.
    pub project_name: &'a str,
    /// The addresses; at least one.
    pub to: &'a [String],
    /// What it says.
    pub content: &'a EmailContent,
    /// Where its recipient can turn off this kind of mail.
    pub unsubscribe_link: Option<&'a str>,
}

/// Why a mail couldn't be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendError {
    /// Whether trying again is in vain.
    pub is_permanent: bool,
    /// Whether the server may have taken the mail all the same.
    pub may_have_been_sent: bool,
    /// What to tell those who run the project. Without an address or a password.
    pub external: String,
    /// What to tell those who run the server. Without an address or a password.
    pub internal: String,
}
