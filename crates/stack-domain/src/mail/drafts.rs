//! Mails that are being written.

use stack_types::EmailDraftId;

use super::{
    EmailDesigns, builtin,
    designs::{check_name, check_theme},
    source::MAX_SOURCE_BYTES,
};
use crate::{
    core::Tenant,
    error::{DomainError, DomainResult},
    models::{EmailDraft, ThemeChoice},
    ports::{MailToUsersRepository, Storage, Transaction},
    secrets::random,
};

/// How many drafts a project has at most, so that all can be listed.
const MAX_DRAFTS: u32 = 500;

/// A new draft.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DraftCreate {
    /// What it is called.
    pub display_name: String,
    /// Its source; a few words to begin with if absent.
    pub source: Option<String>,
    /// Its theme; that of the project if absent.
    pub theme: Option<ThemeChoice>,
}

/// A change of a draft. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DraftUpdate {
    /// What it is called.
    pub display_name: Option<String>,
    /// Its source.
    pub source: Option<String>,
    /// Its theme.
    pub theme: Option<ThemeChoice>,
}

impl<S: Storage> EmailDesigns<S> {
    /// The drafts of a project, the newest first.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn drafts(&self, tenant: &Tenant) -> DomainResult<Vec<EmailDraft>> {
        let mut reader = self.0.storage.read().await?;
        Ok(reader.list_email_drafts(tenant.id(), MAX_DRAFTS).await?)
    }

    /// A draft.
    ///
    /// # Errors
    ///
    /// Not found.
    pub async fn draft(&self, tenant: &Tenant, id: EmailDraftId) -> DomainResult<EmailDraft> {
        let mut reader = self.0.storage.read().await?;
        let found = reader.find_email_draft(tenant.id(), id).await?;
        found.ok_or_else(no_such_draft)
    }

    /// Begins a draft. Its source isn't tried before it is looked at or sent.
    ///
    /// # Errors
    ///
    /// Bad request if there is no such theme, something is too long, or the project has too many.
    pub async fn create_draft(&self, tenant: &Tenant, draft: DraftCreate) -> DomainResult<EmailDraftId> {
        check_name(&draft.display_name)?;
        check_source(draft.source.as_deref())?;
        check_theme(&tenant.config.emails, draft.theme)?;
        let core = &*self.0;
        let draft = EmailDraft {
            id: EmailDraftId(random::uuid(&*core.rng)),
            display_name: draft.display_name,
            source: draft.source.unwrap_or_else(|| builtin::NEW.to_owned()),
            theme: draft.theme,
            created_at: core.now(),
            sent_at: None,
        };
        let mut writer = core.storage.write().await?;
        if writer.count_email_drafts(tenant.id(), MAX_DRAFTS).await? >= MAX_DRAFTS {
            return Err(DomainError::bad_request(format!(
                "A project has at most {MAX_DRAFTS} drafts. Delete one first."
            )));
        }
        writer.insert_email_draft(tenant.id(), &draft).await?;
        writer.commit().await?;
        Ok(draft.id)
    }

    /// Changes a draft. Its source isn't tried.
    ///
    /// # Errors
    ///
    /// Not found; bad request if there is no such theme or something is too long.
    pub async fn update_draft(&self, tenant: &Tenant, id: EmailDraftId, change: DraftUpdate) -> DomainResult<()> {
        let mut writer = self.0.storage.write().await?;
        let found = writer.find_email_draft(tenant.id(), id).await?;
        let mut draft = found.ok_or_else(no_such_draft)?;
        check_name(change.display_name.as_deref().unwrap_or_default())?;
        check_source(change.source.as_deref())?;
        check_theme(&tenant.config.emails, change.theme)?;
        draft.display_name = change.display_name.unwrap_or(draft.display_name);
        draft.source = change.source.unwrap_or(draft.source);
        draft.theme = change.theme.or(draft.theme);
        writer.update_email_draft(tenant.id(), &draft).await?;
        Ok(writer.commit().await?)
    }

    /// Deletes a draft. Mails that were sent from it stay.
    ///
    /// # Errors
    ///
    /// Not found.
    pub async fn delete_draft(&self, tenant: &Tenant, id: EmailDraftId) -> DomainResult<()> {
        let mut writer = self.0.storage.write().await?;
        if !writer.delete_email_draft(tenant.id(), id).await? {
            return Err(no_such_draft());
        }
        Ok(writer.commit().await?)
    }
}

fn check_source(source: Option<&str>) -> DomainResult<()> {
    match source {
        Some(source) if source.len() > MAX_SOURCE_BYTES => Err(DomainError::bad_request(format!(
            "The source has {} bytes; at most {MAX_SOURCE_BYTES} are allowed.",
            source.len()
        ))),
        _ => Ok(()),
    }
}

fn no_such_draft() -> DomainError {
    DomainError::not_found("There is no such draft.")
}
