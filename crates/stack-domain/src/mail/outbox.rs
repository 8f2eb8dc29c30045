//! The outbox as those who run a project see it.

use std::sync::Arc;

use serde_json::{Map, Value};
use stack_types::{EmailId, Millis, Patch, ProjectId};

use super::settings::MAX_ADDRESSES;
use crate::{
    core::{Core, Tenant},
    emails,
    error::{DomainError, DomainResult},
    known,
    models::{Email, EmailContent, EmailFilter, EmailRecipient, EmailSkipReason, EmailState, EmailStatus, ThemeChoice},
    ports::{EmailRepository, Repositories, Storage, Transaction},
};

/// How many mails a page has at most.
const LONGEST_PAGE: u32 = 100;

/// The outbox.
pub struct Outbox<S>(pub(crate) Arc<Core<S>>);

/// A mail with what it says.
pub struct ShownEmail {
    /// The mail.
    pub email: Email,
    /// What it says.
    pub content: EmailContent,
    /// How far it has come.
    pub status: EmailStatus,
}

/// A page of mails.
pub struct EmailPage {
    /// The mails.
    pub items: Vec<ShownEmail>,
    /// Where the next page begins, if there is one.
    pub next: Option<EmailId>,
}

/// A change of a mail. What is absent stays as it is.
#[derive(Default)]
pub struct EmailChange {
    /// The source of its template.
    pub tsx_source: Option<String>,
    /// Its theme.
    pub theme_id: Patch<ThemeChoice>,
    /// Whom it goes to.
    pub to: Option<EmailRecipient>,
    /// What its template is given.
    pub variables: Option<Map<String, Value>>,
    /// Whether it is sent even if the address seems not to exist.
    pub skip_deliverability_check: Option<bool>,
    /// Before when it isn't sent.
    pub scheduled_at: Option<Millis>,
    /// Whether it is stopped.
    pub is_paused: Option<bool>,
    /// That it isn't sent at all.
    pub cancel: bool,
}

impl EmailChange {
    /// Whether the mail has to be made once more.
    const fn is_of_content(&self) -> bool {
        self.to.is_some()
            || self.variables.is_some()
            || self.tsx_source.is_some()
            || !matches!(self.theme_id, Patch::Absent)
    }
}

impl<S: Storage> Outbox<S> {
    /// A page of mails, the newest first, from the mail `from` on.
    ///
    /// # Errors
    ///
    /// Bad request if `limit` isn't between 1 and 100.
    pub async fn list(
        &self,
        tenant: &Tenant,
        filter: EmailFilter,
        from: Option<EmailId>,
        limit: i64,
    ) -> DomainResult<EmailPage> {
        let limit = u32::try_from(limit)
            .ok()
            .filter(|limit| (1..=LONGEST_PAGE).contains(limit))
            .ok_or_else(|| DomainError::bad_request(format!("limit must be from 1 to {LONGEST_PAGE}.")))?;
        let now = self.0.now();
        let mut reader = self.0.storage.read().await?;
        let mut emails = reader.list_emails(tenant.id(), filter, now, from, limit + 1).await?;
        let next = (emails.len() > limit as usize).then(|| emails.pop()).flatten();
        Ok(EmailPage {
            items: emails
                .into_iter()
                .map(|email| self.shown(tenant.id(), email))
                .collect::<DomainResult<_>>()?,
            next: next.map(|email| email.id),
        })
    }

    /// One mail.
    ///
    /// # Errors
    ///
    /// Not found if there is no such mail.
    pub async fn get(&self, tenant: &Tenant, id: EmailId) -> DomainResult<ShownEmail> {
        let email = self.0.storage.read().await?.find_email(tenant.id(), id).await?;
        self.shown(tenant.id(), email.ok_or_else(|| no_such_mail(id))?)
    }

    /// The newest mails of all projects, for whoever develops on this machine. Not for callers of the API.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn newest_of_all_projects(&self, limit: u32) -> DomainResult<Vec<(ProjectId, ShownEmail)>> {
        let mut reader = self.0.storage.read().await?;
        let mut shown = Vec::new();
        for (project, id) in reader.list_newest_email_ids(limit).await? {
            if let Some(email) = reader.find_email(&project, id).await? {
                let email = self.shown(&project, email)?;
                shown.push((project, email));
            }
        }
        Ok(shown)
    }

    /// Changes, stops or cancels a mail.
    ///
    /// # Errors
    ///
    /// Not found if there is no such mail; `EMAIL_NOT_EDITABLE` if it has come too far; bad request if the change doesn't
    /// fit.
    pub async fn update(&self, tenant: &Tenant, id: EmailId, change: EmailChange) -> DomainResult<ShownEmail> {
        let project = tenant.id();
        let mut writer = self.0.storage.write().await?;
        let mut email = writer.lock_email(project, id).await?.ok_or_else(|| no_such_mail(id))?;
        let now = self.0.now();
        let status = email.status(now);
        if matches!(status, EmailStatus::Sending | EmailStatus::Sent | EmailStatus::Skipped) {
            return Err(known::email_not_editable(id, status));
        }
        if let Some(content) = self.changed_content(&mut writer, tenant, &email, &change).await? {
            email.content = self.0.seal_email(project, id, &content)?;
            email.rendered_at = now;
            writer.update_email_content(project, &email).await?;
        }
        apply(&mut email, &change, now);
        writer.update_email(project, &email).await?;
        let shown = self.shown(project, email)?;
        writer.commit().await?;
        self.0.mail_wake.ring();
        Ok(shown)
    }

    /// What the mail says after the change, if that isn't what it said before.
    async fn changed_content(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        email: &Email,
        change: &EmailChange,
    ) -> DomainResult<Option<EmailContent>> {
        let mut content = self.0.open_email(tenant.id(), email)?;
        check(change, content.written.is_some())?;
        if !change.is_of_content() {
            return Ok(None);
        }
        if let Some(to) = &change.to {
            content.to = checked(to)?;
        }
        if let Some(variables) = &change.variables {
            content.variables = variables.clone();
        }
        if let Some(mut written) = content.written.take() {
            if let Some(source) = &change.tsx_source {
                written.source.clone_from(source);
                written.is_html = false;
            }
            match change.theme_id {
                Patch::Absent => {}
                Patch::Null => written.theme = Some(ThemeChoice::None),
                Patch::Value(choice) => written.theme = Some(choice),
            }
            let made = self.0.make_again(writer, tenant, content, *written).await?;
            return Ok(Some(made));
        }
        let rendered = self
            .0
            .render_system_mail(writer, tenant, None, email.template, &content.variables)
            .await?;
        Ok(Some(EmailContent {
            subject: rendered.subject,
            html: rendered.html,
            text: rendered.text,
            ..content
        }))
    }

    pub(super) fn shown(&self, project: &ProjectId, email: Email) -> DomainResult<ShownEmail> {
        Ok(ShownEmail {
            content: self.0.open_email(project, &email)?,
            status: email.status(self.0.now()),
            email,
        })
    }
}

/// Refuses what the mail can't become.
fn check(change: &EmailChange, is_written: bool) -> DomainResult<()> {
    let is_edit = change.tsx_source.is_some()
        || !matches!(change.theme_id, Patch::Absent)
        || change.to.is_some()
        || change.variables.is_some()
        || change.skip_deliverability_check.is_some()
        || change.scheduled_at.is_some()
        || change.is_paused.is_some();
    if change.cancel && is_edit {
        return Err(DomainError::bad_request(
            "A mail that is cancelled can't be changed as well: send `cancel` alone.",
        ));
    }
    if is_written {
        return Ok(());
    }
    if change.tsx_source.as_deref().is_some_and(|source| !source.is_empty()) {
        return Err(DomainError::bad_request(
            "This mail comes from a template of the server. It has no source in TSX, and can't be given one.",
        ));
    }
    if matches!(change.theme_id, Patch::Value(_)) {
        return Err(DomainError::bad_request(
            "This mail comes from a template of the server, which has no theme: `theme_id` can only be null.",
        ));
    }
    Ok(())
}

/// A recipient to whom mail can be sent.
fn checked(to: &EmailRecipient) -> DomainResult<EmailRecipient> {
    let given = to.addresses();
    if given.len() > MAX_ADDRESSES {
        return Err(DomainError::bad_request(format!(
            "A mail goes to {MAX_ADDRESSES} addresses at most."
        )));
    }
    let addresses: Vec<String> = given.iter().map(|address| emails::normalize(address)).collect();
    if let Some(wrong) = addresses.iter().find(|address| !is_address(address)) {
        return Err(DomainError::bad_request(format!("{wrong:?} is no e-mail address.")));
    }
    let mut to = to.clone();
    match &mut to {
        EmailRecipient::UserPrimaryEmail { .. } => {}
        EmailRecipient::UserCustomEmails { emails, .. } | EmailRecipient::CustomEmails { emails } => {
            *emails = addresses
        }
    }
    Ok(to)
}

/// Whether a text can be an address: two parts, and none of the characters that mean something else in a header.
fn is_address(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "@<>()[],;:\"\\".contains(c))
    };
    text.len() <= 256
        && text
            .rsplit_once('@')
            .is_some_and(|(local, domain)| is_part(local) && is_part(domain))
}

/// Everything of a change but the content.
fn apply(email: &mut Email, change: &EmailChange, now: Millis) {
    email.updated_at = now;
    if change.cancel {
        email.state = EmailState::Skipped;
        email.skip_reason = Some(EmailSkipReason::ManuallyCancelled);
        email.finished_at = Some(now);
        return;
    }
    if let Some(skip) = change.skip_deliverability_check {
        email.skip_deliverability_check = skip;
    }
    if let Some(is_paused) = change.is_paused {
        email.is_paused = is_paused;
    }
    if let Some(at) = change.scheduled_at {
        email.scheduled_at = at;
        email.due_at = at;
    }
    let starts_anew = change.is_of_content()
        || change.scheduled_at.is_some()
        || (change.is_paused == Some(true) && email.state == EmailState::Failed);
    if starts_anew {
        email.state = EmailState::Waiting;
        email.attempts = 0;
        email.failures.clear();
        email.started_sending_at = None;
        email.finished_at = None;
        email.due_at = email.scheduled_at;
    }
}

fn no_such_mail(id: EmailId) -> DomainError {
    DomainError::not_found(format!("There is no mail \"{id}\"."))
}
