//! Putting mails into the outbox.

use serde_json::{Map, Value};
use stack_types::{EmailId, Secret, UserId};

use super::{
    render::{self, Rendered},
    settings::MAX_UNFINISHED,
};
use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::{Email, EmailContent, EmailRecipient, EmailState, MailTemplate},
    ports::{Repositories, Storage},
    secrets::random,
};

/// How long to wait before a project whose outbox is full may try again.
const FULL_RETRY: std::time::Duration = std::time::Duration::from_secs(60);

/// Whom a mail goes to.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// The address, as it is stored.
    pub address: String,
    /// Whose it is, if it is a user's. A mail to a user who is gone before it is sent isn't sent.
    pub user_id: Option<UserId>,
}

/// A mail that the server writes by itself. Links hold codes.
#[derive(Debug, Clone)]
pub enum SystemMail {
    /// To sign in.
    MagicLink {
        /// The six characters to type.
        otp: Secret,
        /// The link to follow instead.
        link: Secret,
    },
    /// To verify an address.
    EmailVerification {
        /// The link that does so.
        link: Secret,
    },
    /// To choose a new password.
    PasswordReset {
        /// The link to where that is done.
        link: Secret,
    },
    /// To join a team.
    TeamInvitation {
        /// The link to where that is done.
        link: Secret,
        /// What people call the team.
        team_display_name: String,
    },
    /// To sign in for the first time, in order to join a team.
    SignInInvitation {
        /// The link to where that is done.
        link: Secret,
        /// What people call the team.
        team_display_name: String,
    },
}

impl SystemMail {
    /// Which templates it is rendered with.
    pub const fn template(&self) -> MailTemplate {
        match self {
            Self::MagicLink { .. } => MailTemplate::MagicLink,
            Self::EmailVerification { .. } => MailTemplate::EmailVerification,
            Self::PasswordReset { .. } => MailTemplate::PasswordReset,
            Self::TeamInvitation { .. } => MailTemplate::TeamInvitation,
            Self::SignInInvitation { .. } => MailTemplate::SignInInvitation,
        }
    }

    /// What its templates are given, under the names that the wire shows.
    fn variables(&self) -> Map<String, Value> {
        let pairs: Vec<(&str, &str)> = match self {
            Self::MagicLink { otp, link } => vec![("otp", otp.expose()), ("magicLink", link.expose())],
            Self::EmailVerification { link } => vec![("emailVerificationLink", link.expose())],
            Self::PasswordReset { link } => vec![("passwordResetLink", link.expose())],
            Self::TeamInvitation {
                link,
                team_display_name,
            } => {
                vec![
                    ("teamInvitationLink", link.expose()),
                    ("teamDisplayName", team_display_name),
                ]
            }
            Self::SignInInvitation {
                link,
                team_display_name,
            } => {
                vec![
                    ("signInInvitationLink", link.expose()),
                    ("teamDisplayName", team_display_name),
                ]
            }
        };
        let entry = |(name, value): (&str, &str)| (name.to_owned(), Value::from(value));
        pairs.into_iter().map(entry).collect()
    }
}

impl<S: Storage> Core<S> {
    /// Puts a mail into the outbox, and gives its id. It is sent once the transaction is committed.
    ///
    /// # Errors
    ///
    /// [`DomainError::Busy`] if the project has too many unsent mails already.
    pub(crate) async fn send_system_mail<W: Repositories>(
        &self,
        writer: &mut W,
        tenant: &Tenant,
        to: Recipient,
        mail: SystemMail,
    ) -> DomainResult<EmailId> {
        let project = tenant.id();
        if writer.count_unfinished_emails(project, MAX_UNFINISHED).await? >= MAX_UNFINISHED {
            tracing::warn!(%project, "the outbox is full; a mail was refused");
            return Err(DomainError::Busy {
                retry_after: FULL_RETRY,
            });
        }
        let (template, variables) = (mail.template(), mail.variables());
        let Rendered { subject, html, text } = render::render(&tenant.project, template, &variables)?;
        let emails = vec![to.address];
        let content = EmailContent {
            to: match to.user_id {
                Some(user_id) => EmailRecipient::UserCustomEmails { user_id, emails },
                None => EmailRecipient::CustomEmails { emails },
            },
            variables,
            subject,
            html,
            text,
        };
        let (id, now) = (EmailId(random::uuid(&*self.rng)), self.now());
        let email = Email {
            id,
            template,
            state: EmailState::Waiting,
            is_paused: false,
            skip_deliverability_check: false,
            may_have_been_sent: false,
            attempts: 0,
            created_at: now,
            updated_at: now,
            rendered_at: now,
            scheduled_at: now,
            due_at: now,
            started_sending_at: None,
            finished_at: None,
            lease: None,
            skip_reason: None,
            failures: Vec::new(),
            content: self.seal_email(project, id, &content)?,
        };
        writer.insert_email(project, &email).await?;
        self.mail_wake.ring();
        Ok(id)
    }
}
