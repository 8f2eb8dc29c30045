//! Telling those who run projects which mails of theirs failed.

use std::time::Duration;

use stack_types::{Millis, ProjectId};

use super::{Delivery, Recipient, SystemMail, render::one_line};
use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::{EmailContent, EmailFilter, EmailRecipient, EmailStatus, MailTemplate, UserFilter},
    ports::{EmailRepository, Storage, Transaction, UserRepository},
    projects::INTERNAL_PROJECT_ID,
};

/// How far back a digest reaches.
const SPAN: Duration = Duration::from_secs(24 * 60 * 60);

/// How many failed mails a digest lists, and how many owners it goes to.
const MAX_LISTED: u32 = 100;
const MAX_OWNERS: u32 = 20;

/// The failed mails of all projects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Digest {
    /// Those of each project that has some.
    pub projects: Vec<ProjectDigest>,
    /// How many owners couldn't be told.
    pub untold: u32,
}

/// The failed mails of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectDigest {
    /// The project.
    pub project_id: ProjectId,
    /// The verified addresses of those who own it.
    pub owners: Vec<String>,
    /// At most a hundred mails, the newest first.
    pub failed: Vec<FailedEmail>,
}

/// A mail that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedEmail {
    /// Its subject, without a code that stands in it.
    pub subject: String,
    /// The addresses that it was for.
    pub to: Vec<String>,
}

impl<S: Storage> Delivery<S> {
    /// Lists the mails of all projects that failed during the last day, and mails each list to those who own the project,
    /// unless it is only `dry_run`.
    ///
    /// # Errors
    ///
    /// Only those of the storage. Owners who can't be told are counted.
    pub async fn digest(&self, dry_run: bool) -> DomainResult<Digest> {
        let core = &*self.0;
        let since = core.now().saturating_sub(SPAN);
        let projects = {
            let mut reader = core.storage.read().await?;
            reader.list_projects_with_failed_emails(since).await?
        };
        let mut digest = Digest::default();
        for project in projects {
            let Some(tenant) = core.find_tenant(&project).await? else {
                continue;
            };
            let of_project = core.digest_of(&tenant, since).await?;
            if of_project.failed.is_empty() {
                continue;
            }
            if !dry_run {
                digest.untold += core.tell_owners(&tenant, &of_project).await;
            }
            digest.projects.push(of_project);
        }
        Ok(digest)
    }
}

impl<S: Storage> Core<S> {
    async fn digest_of(&self, tenant: &Tenant, since: Millis) -> DomainResult<ProjectDigest> {
        let (project, now) = (tenant.id(), self.now());
        let filter = EmailFilter {
            status: Some(EmailStatus::ServerError),
            progress: None,
        };
        let mut reader = self.storage.read().await?;
        let emails = reader.list_emails(project, filter, now, None, MAX_LISTED).await?;
        let mut failed = Vec::new();
        for email in emails.iter().filter(|email| email.finished_at > Some(since)) {
            let content = self.open_email(project, email)?;
            let to = match &content.to {
                EmailRecipient::UserPrimaryEmail { user_id } => {
                    let user = reader.find_user(project, *user_id).await?;
                    user.and_then(|user| user.primary_email)
                        .map(|email| vec![email.value])
                        .unwrap_or_default()
                }
                EmailRecipient::UserCustomEmails { emails, .. } | EmailRecipient::CustomEmails { emails } => {
                    emails.clone()
                }
            };
            failed.push(FailedEmail {
                subject: harmless_subject(email.template, content),
                to,
            });
        }
        let owners = match tenant.project.owner_team_id {
            Some(team) => {
                let filter = UserFilter {
                    team_id: Some(team),
                    limit: Some(MAX_OWNERS),
                    ..UserFilter::default()
                };
                let internal = ProjectId::from(INTERNAL_PROJECT_ID);
                reader.list_users(&internal, &filter).await?.items
            }
            None => Vec::new(),
        };
        let verified = owners.into_iter().filter_map(|user| user.primary_email);
        Ok(ProjectDigest {
            project_id: project.clone(),
            owners: verified
                .filter(|email| email.is_verified)
                .map(|email| email.value)
                .collect(),
            failed,
        })
    }

    /// Mails a digest to each owner; gives how many couldn't be told.
    async fn tell_owners(&self, tenant: &Tenant, digest: &ProjectDigest) -> u32 {
        let mut untold = 0;
        for owner in &digest.owners {
            if let Err(error) = self.tell_owner(tenant, digest, owner).await {
                tracing::error!(project = %tenant.id(), error = ?error, "an owner couldn't be told about failed mails");
                untold += 1;
            }
        }
        untold
    }

    async fn tell_owner(&self, tenant: &Tenant, digest: &ProjectDigest, owner: &str) -> DomainResult<()> {
        let internal = self.find_tenant(&ProjectId::from(INTERNAL_PROJECT_ID)).await?;
        let internal = internal.ok_or_else(|| DomainError::internal("there is no project internal"))?;
        let listed = digest.failed.iter();
        let mail = SystemMail::FailedEmailsDigest {
            project_display_name: one_line(&tenant.project.display_name),
            failed: listed
                .map(|failed| (failed.subject.clone(), failed.to.join(", ")))
                .collect(),
        };
        let to = Recipient {
            address: owner.to_owned(),
            user_id: None,
        };
        let mut writer = self.storage.write().await?;
        self.send_system_mail(&mut writer, &internal, to, mail).await?;
        Ok(writer.commit().await?)
    }
}

/// The subject of a mail. That of a mail to sign in has a code in it, which still works.
fn harmless_subject(template: MailTemplate, content: EmailContent) -> String {
    match (template, content.variables.get("otp").and_then(|otp| otp.as_str())) {
        (MailTemplate::MagicLink, Some(otp)) if !otp.is_empty() => content.subject.replace(otp, "…"),
        _ => content.subject,
    }
}
