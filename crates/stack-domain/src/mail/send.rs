//! Mails that a project sends to its users.
//!
//! Each mail is rendered for its reader and put into the outbox with the code of its unsubscribe link. A mail to
//! everybody goes in batches, each a transaction of its own, so nobody waits long for it.

use std::{collections::HashSet, sync::Arc};

use serde_json::{Map, Value};
use stack_types::{EmailDraftId, EmailTemplateId, Millis, Secret, UserId};
use url::Url;

use super::{
    builtin,
    compose::FULL_RETRY,
    designs::{NO_TEMPLATE, check_theme, find_template, require_own_server},
    settings::{MAX_BODY_BYTES, MAX_UNFINISHED, MAX_UNFINISHED_BULK},
    template::{self, Body, Design, Made, Missing, Reader},
    unsubscribe::Unsubscribe,
};
use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    models::{
        AnonymousFilter, CodeKind, Email, EmailContent, EmailRecipient, MailTemplate, NotificationCategory,
        ThemeChoice, User, UserFilter, WrittenEmail,
    },
    one_time_codes::with_project,
    ports::{EmailRepository, MailToUsersRepository, Repositories, Storage, Transaction, UserRepository},
    secrets::random,
};

/// How many users a request may name.
pub const MAX_NAMED_USERS: usize = 1_000;

/// How many users are read, and how many mails are written, in one go.
const BATCH: u32 = 100;

/// How many bytes the variables of a mail have at most.
const MAX_VARIABLES_BYTES: usize = 64 * 1024;

/// Mails to users.
pub struct Emails<S>(pub(crate) Arc<Core<S>>);

/// A mail to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct SendEmail {
    /// What it says.
    pub what: EmailSource,
    /// Whom it goes to.
    pub to: Audience,
    /// Its subject; that of the template if absent.
    pub subject: Option<String>,
    /// The name of its kind; that of the template if absent.
    pub category_name: Option<String>,
    /// Its theme; that of the template or draft, or else of the project, if absent.
    pub theme: Option<ThemeChoice>,
    /// Whether it goes before those in bulk.
    pub is_high_priority: bool,
    /// Before when it isn't sent.
    pub scheduled_at: Option<Millis>,
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq)]
pub enum EmailSource {
    /// HTML as it is.
    Html(String),
    /// A template of the project, and its variables.
    Template(EmailTemplateId, Map<String, Value>),
    /// A draft.
    Draft(EmailDraftId),
}

/// Whom a mail goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// These users; each gets one, however often they are named.
    Users(Vec<UserId>),
    /// Everybody who has signed up.
    Everybody,
}

/// A mail before it is made for somebody.
struct Letter {
    written: WrittenEmail,
    variables: Map<String, Value>,
    is_bulk: bool,
    scheduled_at: Option<Millis>,
}

/// Somebody who gets a mail.
struct To {
    id: UserId,
    reader: Reader,
}

impl From<User> for To {
    fn from(user: User) -> Self {
        Self {
            id: user.profile.id,
            reader: reader_of(&user),
        }
    }
}

/// A user as templates know them.
pub(super) fn reader_of(user: &User) -> Reader {
    Reader {
        display_name: user.profile.display_name.clone().unwrap_or_default(),
        primary_email: user
            .primary_email
            .as_ref()
            .map(|email| email.value.clone())
            .unwrap_or_default(),
    }
}

impl<S: Storage> Emails<S> {
    /// Puts a mail to users into the outbox; gives whom there is one for.
    ///
    /// # Errors
    ///
    /// In this order: `REQUIRES_CUSTOM_EMAIL_SERVER`; bad request if too many users are named or meant;
    /// `USER_ID_DOES_NOT_EXIST`; bad request if there is no such template, draft, category or theme;
    /// `EMAIL_RENDERING_ERROR`; [`DomainError::Busy`] if the outbox is full. After the last two some mails may be there
    /// already, if they can't be made for just some of the users.
    pub async fn send(&self, tenant: &Tenant, email: SendEmail) -> DomainResult<Vec<UserId>> {
        require_own_server(&tenant.config)?;
        let users = self.readers(tenant, &email.to).await?;
        let letter = self.letter(tenant, email).await?;
        let draft = letter.written.draft_id;
        let design = compile(tenant, &letter)?;
        for batch in users.chunks(BATCH as usize) {
            self.send_batch(tenant, &letter, &design, batch).await?;
            self.0.mail_wake.ring();
        }
        if let Some(draft) = draft {
            let mut writer = self.0.storage.write().await?;
            writer.mark_email_draft_sent(tenant.id(), draft, self.0.now()).await?;
            writer.commit().await?;
        }
        Ok(users.into_iter().map(|to| to.id).collect())
    }

    /// Everybody who gets the mail, if the outbox has room for all.
    async fn readers(&self, tenant: &Tenant, audience: &Audience) -> DomainResult<Vec<To>> {
        let project = tenant.id();
        let mut reader = self.0.storage.read().await?;
        let unfinished = reader.count_unfinished_emails(project, MAX_UNFINISHED).await?;
        let room = MAX_UNFINISHED_BULK.saturating_sub(unfinished) as usize;
        let mut found = Vec::new();
        match audience {
            Audience::Users(ids) => {
                if ids.len() > MAX_NAMED_USERS {
                    return Err(DomainError::bad_request(format!(
                        "user_ids names {} users; at most {MAX_NAMED_USERS} can be named in one request.",
                        ids.len()
                    )));
                }
                let mut seen = HashSet::new();
                for id in ids.iter().filter(|id| seen.insert(**id)) {
                    let user = reader.find_user(project, *id).await?;
                    found.push(To::from(user.ok_or_else(|| known::user_id_does_not_exist(*id))?));
                }
            }
            Audience::Everybody => {
                let mut cursor = None;
                loop {
                    let filter = UserFilter {
                        anonymous: AnonymousFilter::Exclude,
                        include_restricted: true,
                        limit: Some(BATCH),
                        cursor,
                        ..UserFilter::default()
                    };
                    let page = reader.list_users(project, &filter).await?;
                    found.extend(page.items.into_iter().map(To::from));
                    cursor = page.next_cursor;
                    if cursor.is_none() || found.len() > room {
                        break;
                    }
                }
            }
        }
        if found.len() > room {
            return Err(DomainError::bad_request(format!(
                "The outbox has room for {room} more mails of this kind, and the project has more users than that. \
                 Nothing was sent. Name some of them in user_ids, and the others when those have got theirs."
            )));
        }
        Ok(found)
    }

    async fn letter(&self, tenant: &Tenant, email: SendEmail) -> DomainResult<Letter> {
        let config = &tenant.config.emails;
        let (mut template_id, mut draft_id, mut is_html) = (None, None, false);
        let (source, theme, variables) = match email.what {
            EmailSource::Html(html) => {
                is_html = true;
                if html.len() > MAX_BODY_BYTES {
                    return Err(DomainError::bad_request(format!(
                        "html has {} bytes; at most {MAX_BODY_BYTES} are allowed.",
                        html.len()
                    )));
                }
                (html, None, Map::new())
            }
            EmailSource::Template(id, variables) => {
                template_id = Some(id);
                let found = find_template(config, id);
                let template = found.ok_or_else(|| DomainError::bad_request(NO_TEMPLATE))?;
                (template.source, template.theme, variables)
            }
            EmailSource::Draft(id) => {
                draft_id = Some(id);
                let found = self.0.storage.read().await?.find_email_draft(tenant.id(), id).await?;
                let draft = found.ok_or_else(|| DomainError::bad_request("There is no such draft."))?;
                (draft.source, draft.theme, Map::new())
            }
        };
        let category = |name: String| {
            NotificationCategory::from_name(&name).ok_or_else(|| {
                let names = NotificationCategory::ALL
                    .map(NotificationCategory::as_str)
                    .join(" and ");
                DomainError::bad_request(format!(
                    "There is no notification category {name:?}; there are {names}."
                ))
            })
        };
        let wanted_category = email.category_name.map(category).transpose()?;
        check_theme(config, email.theme)?;
        check_variables(&variables)?;
        Ok(Letter {
            written: WrittenEmail {
                source,
                is_html,
                theme: email.theme.or(theme),
                subject: email.subject.map(|subject| template::shortened(&subject)),
                wanted_category,
                category: wanted_category.unwrap_or_default(),
                template_id,
                draft_id,
                unsubscribe_link: None,
            },
            variables,
            is_bulk: !email.is_high_priority,
            scheduled_at: email.scheduled_at,
        })
    }

    async fn send_batch(
        &self,
        tenant: &Tenant,
        letter: &Letter,
        design: &Design<'_>,
        batch: &[To],
    ) -> DomainResult<()> {
        let core = &*self.0;
        let mut made = Vec::with_capacity(batch.len());
        for to in batch {
            made.push(core.make_for(tenant, letter, design, to)?);
            // A rendering takes a moment of the processor; others want it too.
            tokio::task::yield_now().await;
        }
        let mut writer = core.storage.write().await?;
        let count = u32::try_from(made.len()).unwrap_or(u32::MAX);
        let unfinished = writer.count_unfinished_emails(tenant.id(), MAX_UNFINISHED).await?;
        if unfinished.saturating_add(count) > MAX_UNFINISHED {
            return Err(DomainError::Busy {
                retry_after: FULL_RETRY,
            });
        }
        for (email, code) in made {
            if let Some((code, data)) = code {
                core.keep_code(&mut writer, tenant, CodeKind::Unsubscribe, code, &data)
                    .await?;
            }
            writer.insert_email(tenant.id(), &email).await?;
        }
        Ok(writer.commit().await?)
    }
}

/// A mail for the outbox, and what its unsubscribe link is good for.
type MadeEmail = (Email, Option<(Secret, Unsubscribe)>);

impl<S: Storage> Core<S> {
    fn make_for(&self, tenant: &Tenant, letter: &Letter, design: &Design<'_>, to: &To) -> DomainResult<MadeEmail> {
        let code = random::token(&*self.rng);
        let link = self.unsubscribe_link(tenant, &code)?;
        let mut written = letter.written.clone();
        let made = dress(tenant, &mut written, design, &to.reader, &letter.variables, &link)?;
        let code = written.unsubscribe_link.is_some().then(|| {
            let data = Unsubscribe {
                user_id: to.id,
                category: written.category,
            };
            (code, data)
        });
        let content = EmailContent {
            to: EmailRecipient::UserPrimaryEmail { user_id: to.id },
            variables: letter.variables.clone(),
            subject: made.subject.unwrap_or_default(),
            html: made.html,
            text: made.text,
            written: Some(Box::new(written)),
        };
        let email = self.new_email(tenant, MailTemplate::Written, &content)?;
        let scheduled_at = letter
            .scheduled_at
            .map_or(email.created_at, |at| at.max(email.created_at));
        let email = Email {
            is_bulk: letter.is_bulk,
            scheduled_at,
            due_at: scheduled_at,
            ..email
        };
        Ok((email, code))
    }

    /// Where a code turns off a kind of mail.
    fn unsubscribe_link(&self, tenant: &Tenant, code: &Secret) -> DomainResult<String> {
        let base = format!("{}/api/v1/emails/unsubscribe-link", self.base_url);
        let code = with_project(code, tenant.id());
        let url = Url::parse_with_params(&base, [("code", code.expose())]).map_err(DomainError::internal)?;
        Ok(url.into())
    }

    /// Makes a mail that a project wrote once more: with other variables, another source or another theme.
    pub(super) async fn make_again(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        content: EmailContent,
        mut written: WrittenEmail,
    ) -> DomainResult<EmailContent> {
        check_variables(&content.variables)?;
        check_theme(&tenant.config.emails, written.theme)?;
        let user = match &content.to {
            EmailRecipient::UserPrimaryEmail { user_id } | EmailRecipient::UserCustomEmails { user_id, .. } => {
                writer.find_user(tenant.id(), *user_id).await?
            }
            EmailRecipient::CustomEmails { .. } => None,
        };
        let reader = user.as_ref().map(reader_of).unwrap_or_default();
        let theme = builtin::chosen_theme(&tenant.config.emails, written.theme);
        let before = written.clone();
        let theme = theme.as_ref().map(|theme| theme.source.as_str());
        let design = Design::compile(body_of(&before), theme, Missing::Refused)?;
        // A link is one user's.
        let code = random::token(&*self.rng);
        let link = self.unsubscribe_link(tenant, &code)?;
        let made = dress(tenant, &mut written, &design, &reader, &content.variables, &link)?;
        if let (Some(user), Some(_)) = (&user, &written.unsubscribe_link) {
            let data = Unsubscribe {
                user_id: user.profile.id,
                category: written.category,
            };
            self.keep_code(writer, tenant, CodeKind::Unsubscribe, code, &data)
                .await?;
        }
        Ok(EmailContent {
            subject: made.subject.unwrap_or_default(),
            html: made.html,
            text: made.text,
            written: Some(Box::new(written)),
            ..content
        })
    }
}

fn compile<'a>(tenant: &Tenant, letter: &'a Letter) -> DomainResult<Design<'a>> {
    let body = body_of(&letter.written);
    let theme = builtin::chosen_theme(&tenant.config.emails, letter.written.theme);
    Ok(Design::compile(
        body,
        theme.as_ref().map(|theme| theme.source.as_str()),
        Missing::Refused,
    )?)
}

fn body_of(written: &WrittenEmail) -> Body<'_> {
    if written.is_html {
        Body::Html(&written.source)
    } else {
        Body::Template(&written.source)
    }
}

/// Makes a mail: with its subject, with the kind that the request or else the template says, and with the link by which
/// that kind is turned off if it can be.
fn dress(
    tenant: &Tenant,
    written: &mut WrittenEmail,
    design: &Design<'_>,
    reader: &Reader,
    variables: &Map<String, Value>,
    link: &str,
) -> DomainResult<Made> {
    let with = |link: &str| design.render(&tenant.project, reader, variables, link);
    let mut made = match written.wanted_category {
        Some(category) if !category.can_be_disabled() => with("")?,
        _ => with(link)?,
    };
    written.category = written.wanted_category.or(made.category).unwrap_or_default();
    written.unsubscribe_link = written.category.can_be_disabled().then(|| link.to_owned());
    if written.unsubscribe_link.is_some() {
        add_link(&mut made, link);
    } else if shows(&made, link) {
        // The template turned out to be of a kind that can't be turned off.
        made = with("")?;
    }
    let usual = || template::shortened(&format!("A message from {}", tenant.project.display_name));
    let subject = written.subject.clone().filter(|subject| !subject.is_empty());
    made.subject = Some(subject.or(made.subject).unwrap_or_else(usual));
    Ok(made)
}

/// Puts the link at the end of a mail that doesn't show it.
fn add_link(made: &mut Made, link: &str) {
    if shows(made, link) {
        return;
    }
    let escaped = link.replace('&', "&amp;");
    let note = format!("<p style=\"font-size:13px\"><a href=\"{escaped}\">Don't send me such mails any more</a></p>");
    let at = made.html.rfind("</body>").unwrap_or(made.html.len());
    made.html.insert_str(at, &note);
    made.text
        .push_str(&format!("\nDon't send me such mails any more: {link}\n"));
}

/// Whether a mail shows a link. However that was escaped, its code is letters and digits.
fn shows(made: &Made, link: &str) -> bool {
    link.rsplit_once("code=")
        .is_some_and(|(_, code)| made.html.contains(code))
}

fn check_variables(variables: &Map<String, Value>) -> DomainResult<()> {
    let length = serde_json::to_string(variables).map_or(usize::MAX, |text| text.len());
    if length > MAX_VARIABLES_BYTES {
        return Err(DomainError::bad_request(format!(
            "The variables have {length} bytes; at most {MAX_VARIABLES_BYTES} are allowed."
        )));
    }
    Ok(())
}
