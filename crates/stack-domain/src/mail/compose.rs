//! Putting mails into the outbox.

use serde_json::{Map, Value, json};
use stack_types::{EmailId, Secret, UserId};

use super::{
    builtin,
    designs::{Template, find_template},
    render::{self, Rendered},
    send::reader_of,
    settings::MAX_UNFINISHED,
    template::{self, Body, Design, Fault, Missing, Reader},
};
use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::{Email, EmailContent, EmailRecipient, EmailState, MailTemplate},
    ports::{Repositories, Storage},
    secrets::random,
};

/// How long to wait before a project whose outbox is full may try again.
pub(super) const FULL_RETRY: std::time::Duration = std::time::Duration::from_secs(60);

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
    /// To those who run a project, about its mails that failed.
    FailedEmailsDigest {
        /// What people call the project.
        project_display_name: String,
        /// Subject and addresses of each.
        failed: Vec<(String, String)>,
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
            Self::FailedEmailsDigest { .. } => MailTemplate::FailedEmailsDigest,
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
            Self::FailedEmailsDigest {
                project_display_name,
                failed,
            } => {
                let failed = failed
                    .iter()
                    .map(|(subject, to)| json!({ "subject": subject, "to": to }));
                let values = json!({
                    "projectDisplayName": project_display_name,
                    "failedEmails": failed.collect::<Vec<_>>(),
                });
                return values.as_object().cloned().unwrap_or_default();
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
        let Rendered { subject, html, text } = self
            .render_system_mail(writer, tenant, to.user_id, template, &variables)
            .await?;
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
            written: None,
        };
        let email = self.new_email(tenant, template, &content)?;
        writer.insert_email(project, &email).await?;
        self.mail_wake.ring();
        Ok(email.id)
    }

    /// A mail for the outbox, whose turn comes at once.
    pub(super) fn new_email(
        &self,
        tenant: &Tenant,
        template: MailTemplate,
        content: &EmailContent,
    ) -> DomainResult<Email> {
        let (id, now) = (EmailId(random::uuid(&*self.rng)), self.now());
        Ok(Email {
            id,
            template,
            state: EmailState::Waiting,
            is_bulk: false,
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
            content: self.seal_email(tenant.id(), id, content)?,
        })
    }

    /// A mail that the server writes by itself, by the project's template for it if it has one. A template that can't be
    /// rendered must not keep anybody from signing in: then ours takes its place.
    pub(super) async fn render_system_mail(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        to: Option<UserId>,
        template: MailTemplate,
        variables: &Map<String, Value>,
    ) -> DomainResult<Rendered> {
        let emails = &tenant.config.emails;
        let own = builtin::template_of(template)
            .filter(|builtin| !emails.server.is_shared && emails.templates.contains_key(&builtin.id.to_string()))
            .and_then(|builtin| find_template(emails, builtin.id));
        if let Some(own) = own {
            let user = match to {
                Some(id) => repositories.find_user(tenant.id(), id).await?,
                None => None,
            };
            let reader = user.as_ref().map(reader_of).unwrap_or_default();
            match render_own(tenant, &own, &reader, variables) {
                Ok(rendered) => return Ok(rendered),
                // What is wrong could quote a code.
                Err(_) => tracing::warn!(
                    project = %tenant.id(), template = template.as_str(),
                    "the project's template of this mail can't be rendered; the usual one is sent"
                ),
            }
        }
        render::render(&tenant.project, template, variables)
    }
}

fn render_own(
    tenant: &Tenant,
    own: &Template,
    reader: &Reader,
    variables: &Map<String, Value>,
) -> Result<Rendered, Fault> {
    let theme = builtin::chosen_theme(&tenant.config.emails, own.theme);
    let theme = theme.as_ref().map(|theme| theme.source.as_str());
    let design = Design::compile(Body::Template(&own.source), theme, Missing::Refused)?;
    let made = design.render(&tenant.project, reader, variables, "")?;
    let usual = || template::shortened(&format!("A message from {}", tenant.project.display_name));
    Ok(Rendered {
        subject: made.subject.unwrap_or_else(usual),
        html: made.html,
        text: made.text,
    })
}
