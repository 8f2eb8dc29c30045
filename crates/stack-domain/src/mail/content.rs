//! Sealing and opening what a mail says.

use stack_types::{EmailId, ProjectId};

use crate::{
    core::Core,
    error::{DomainError, DomainResult},
    models::{Email, EmailContent, EmailRecipient},
    ports::Storage,
};

impl<S: Storage> Core<S> {
    /// What is stored of a mail's content.
    pub(super) fn seal_email(&self, project: &ProjectId, id: EmailId, content: &EmailContent) -> DomainResult<String> {
        let text = serde_json::to_string(content).map_err(DomainError::internal)?;
        Ok(self.sealer.seal(&owner(project, id), &text, &*self.rng))
    }

    /// What a stored mail says.
    pub(super) fn open_email(&self, project: &ProjectId, email: &Email) -> DomainResult<EmailContent> {
        let text = self.sealer.open(&owner(project, email.id), &email.content)?;
        // The fault of the parser could quote the text, which holds codes.
        serde_json::from_str(&text).map_err(|_| DomainError::internal("a stored mail isn't one"))
    }
}

fn owner(project: &ProjectId, id: EmailId) -> String {
    format!("email/{project}/{id}")
}

impl EmailRecipient {
    /// The addresses that are known before it is sent.
    pub fn addresses(&self) -> &[String] {
        match self {
            Self::UserPrimaryEmail { .. } => &[],
            Self::UserCustomEmails { emails, .. } | Self::CustomEmails { emails } => emails,
        }
    }
}
