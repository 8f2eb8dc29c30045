//! Tag `email-outbox`.

use std::collections::BTreeMap;

use http::StatusCode;
use stack_domain::{
    mail::{EmailChange, ShownEmail},
    models::{
        self, EmailFilter, EmailProgress, EmailSkipReason, EmailStatus, NotificationCategory, SendFailure, ThemeChoice,
        User, WrittenEmail,
    },
};
use stack_server_api::{
    ApiError, EmailOutboxApi, Principal, ServerAccess,
    email_outbox::{GetOutboxEmailRequest, ListOutboxEmailsQuery, ListOutboxEmailsRequest, UpdateOutboxEmailRequest},
};
use stack_types::{
    CustomEmailsRecipient, EmailDraftId, EmailId, EmailOrigin, EmailRecipient, EmailTemplateId, NotificationCategoryId,
    OutboxEmail, OutboxEmailList, OutboxEmailUpdate, Pagination, Patch, SendAttemptError, UserCustomEmailsRecipient,
    UserPrimaryEmailRecipient,
};

use super::{Server, authenticate::Tenant, cli_auth::iso_8601, error::api_error};

type Caller = Principal<ServerAccess, Tenant, Option<User>>;

/// How many mails a page has unless the caller says otherwise.
const USUAL_PAGE: i64 = 100;

impl EmailOutboxApi for Server {
    async fn list_outbox_emails(
        &self,
        who: Caller,
        request: ListOutboxEmailsRequest,
    ) -> Result<OutboxEmailList, ApiError> {
        let query = request.query;
        let next_cursor = |id: Option<EmailId>| id.map(|id| id.to_string());
        let Some(filter) = filter(&query) else {
            // No mail of this server is ever so.
            return Ok(page(Vec::new(), None));
        };
        let limit = query.limit.unwrap_or(USUAL_PAGE);
        let listed = self
            .domain
            .outbox
            .list(&who.tenant.project, filter, query.cursor.map(EmailId), limit)
            .await
            .map_err(api_error)?;
        Ok(page(
            listed.items.into_iter().map(outbox_email).collect(),
            next_cursor(listed.next),
        ))
    }

    async fn get_outbox_email(&self, who: Caller, request: GetOutboxEmailRequest) -> Result<OutboxEmail, ApiError> {
        let found = self.domain.outbox.get(&who.tenant.project, request.path.id).await;
        found.map(outbox_email).map_err(api_error)
    }

    async fn update_outbox_email(
        &self,
        who: Caller,
        request: UpdateOutboxEmailRequest,
    ) -> Result<OutboxEmail, ApiError> {
        let change = change(request.body)?;
        let updated = self
            .domain
            .outbox
            .update(&who.tenant.project, request.path.id, change)
            .await;
        updated.map(outbox_email).map_err(api_error)
    }
}

fn page(items: Vec<OutboxEmail>, next_cursor: Option<String>) -> OutboxEmailList {
    OutboxEmailList {
        items,
        is_paginated: true,
        pagination: Some(Pagination { next_cursor }),
    }
}

fn filter(query: &ListOutboxEmailsQuery) -> Option<EmailFilter> {
    let status = match &query.status {
        Some(status) => Some(EmailStatus::from_name(status.as_str())?),
        None => None,
    };
    let progress = match &query.simple_status {
        Some(status) => Some(EmailProgress::from_name(status.as_str())?),
        None => None,
    };
    Some(EmailFilter { status, progress })
}

fn change(body: OutboxEmailUpdate) -> Result<EmailChange, ApiError> {
    Ok(EmailChange {
        tsx_source: body.tsx_source,
        theme_id: theme_choice(body.theme_id)?,
        to: body.to.and_then(domain_recipient),
        variables: body.variables.map(|variables| variables.into_iter().collect()),
        skip_deliverability_check: body.skip_deliverability_check,
        scheduled_at: body.scheduled_at_millis,
        is_paused: body.is_paused,
        cancel: body.cancel == Some(true),
    })
}

/// The id of a theme, or `null` for none.
fn theme_choice(theme: Patch<String>) -> Result<Patch<ThemeChoice>, ApiError> {
    Ok(match theme {
        Patch::Absent => Patch::Absent,
        Patch::Null => Patch::Null,
        Patch::Value(id) => {
            let id = id.parse().map_err(|_| {
                ApiError::text(
                    StatusCode::BAD_REQUEST,
                    "theme_id is no id of a theme, which is a UUID.",
                )
            })?;
            Patch::Value(ThemeChoice::Theme(id))
        }
    })
}

/// The recipient of the rules; forms that the contract doesn't know are refused before.
fn domain_recipient(to: EmailRecipient) -> Option<models::EmailRecipient> {
    match to {
        EmailRecipient::UserPrimaryEmail(to) => Some(models::EmailRecipient::UserPrimaryEmail { user_id: to.user_id }),
        EmailRecipient::UserCustomEmails(to) => Some(models::EmailRecipient::UserCustomEmails {
            user_id: to.user_id,
            emails: to.emails,
        }),
        EmailRecipient::CustomEmails(to) => Some(models::EmailRecipient::CustomEmails { emails: to.emails }),
        EmailRecipient::Unknown(_) => None,
    }
}

fn wire_recipient(to: models::EmailRecipient) -> EmailRecipient {
    match to {
        models::EmailRecipient::UserPrimaryEmail { user_id } => UserPrimaryEmailRecipient { user_id }.into(),
        models::EmailRecipient::UserCustomEmails { user_id, emails } => {
            UserCustomEmailsRecipient { user_id, emails }.into()
        }
        models::EmailRecipient::CustomEmails { emails } => CustomEmailsRecipient { emails }.into(),
    }
}

/// A mail of the wire: what all have in common, and what this kind has beside.
macro_rules! email {
    ($kind:ident of $shown:ident, $simple:literal, { $($field:ident: $value:expr,)* }) => {{
        let retries = i64::from($shown.email.attempts.saturating_sub(1));
        let facts = facts($shown.content.written.as_deref());
        let is_retried = $shown.email.attempts > 0 && $shown.email.state == models::EmailState::Waiting;
        OutboxEmail::from(stack_types::$kind {
            simple_status: $simple.to_owned(),
            id: $shown.email.id,
            created_at_millis: $shown.email.created_at,
            updated_at_millis: $shown.email.updated_at,
            tsx_source: facts.source,
            theme_id: facts.theme_id,
            to: wire_recipient($shown.content.to),
            variables: $shown.content.variables.into_iter().collect(),
            skip_deliverability_check: $shown.email.skip_deliverability_check,
            scheduled_at_millis: $shown.email.scheduled_at,
            created_with: facts.created_with,
            email_draft_id: facts.draft_id,
            email_programmatic_call_template_id: facts.template_id,
            send_retries: retries,
            next_send_retry_at_millis: is_retried.then_some($shown.email.due_at),
            send_attempt_errors: attempt_errors(&$shown.email.failures),
            $($field: $value,)*
        })
    }};
}

/// A mail that the wire shows with what it says.
macro_rules! rendered {
    ($kind:ident of $shown:ident as $category:ident, $simple:literal, { $($field:ident: $value:expr,)* }) => {
        email!($kind of $shown, $simple, {
            is_paused: false,
            has_rendered: true,
            started_rendering_at_millis: $shown.email.rendered_at,
            rendered_at_millis: $shown.email.rendered_at,
            subject: $shown.content.subject,
            html: Some($shown.content.html),
            text: Some($shown.content.text),
            is_transactional: $category == NotificationCategory::Transactional,
            is_high_priority: !$shown.email.is_bulk,
            notification_category_id: Some(category_id($category)),
            $($field: $value,)*
        })
    };
}

/// What is told of a mail that its project wrote, and of others as if they had been.
struct Facts {
    source: String,
    theme_id: Option<String>,
    created_with: EmailOrigin,
    draft_id: Option<EmailDraftId>,
    template_id: Option<EmailTemplateId>,
}

fn facts(written: Option<&WrittenEmail>) -> Facts {
    let Some(written) = written else {
        return Facts {
            source: String::new(),
            theme_id: None,
            created_with: EmailOrigin::ProgrammaticCall,
            draft_id: None,
            template_id: None,
        };
    };
    Facts {
        source: written.source.clone(),
        theme_id: match written.theme {
            Some(ThemeChoice::Theme(id)) => Some(id.to_string()),
            Some(ThemeChoice::None) | None => None,
        },
        created_with: match written.draft_id {
            Some(_) => EmailOrigin::Draft,
            None => EmailOrigin::ProgrammaticCall,
        },
        draft_id: written.draft_id,
        template_id: written.template_id,
    }
}

fn category_id(category: NotificationCategory) -> NotificationCategoryId {
    category.id().into()
}

fn outbox_email(shown: ShownEmail) -> OutboxEmail {
    let updated_at = shown.email.updated_at;
    let started_at = shown.email.started_sending_at.unwrap_or(updated_at);
    let finished_at = shown.email.finished_at.unwrap_or(updated_at);
    let category = shown
        .content
        .written
        .as_ref()
        .map_or_else(NotificationCategory::default, |mail| mail.category);
    match shown.status {
        EmailStatus::Paused => email!(OutboxEmailPaused of shown, "in-progress", {
            is_paused: true,
            has_rendered: false,
            has_delivered: false,
        }),
        EmailStatus::Scheduled => {
            rendered!(OutboxEmailScheduled of shown as category, "in-progress", { has_delivered: false, })
        }
        EmailStatus::Queued => {
            rendered!(OutboxEmailQueued of shown as category, "in-progress", { has_delivered: false, })
        }
        EmailStatus::Sending => rendered!(OutboxEmailSending of shown as category, "in-progress", {
            has_delivered: false,
            started_sending_at_millis: started_at,
        }),
        EmailStatus::ServerError => {
            let why = shown.email.failures.last().map(|failure| failure.external.clone());
            rendered!(OutboxEmailServerError of shown as category, "error", {
                has_delivered: false,
                started_sending_at_millis: started_at,
                error_at_millis: finished_at,
                server_error: why.unwrap_or_default(),
            })
        }
        EmailStatus::Sent => rendered!(OutboxEmailSent of shown as category, "ok", {
            has_delivered: true,
            can_have_delivery_info: false,
            started_sending_at_millis: started_at,
            delivered_at_millis: finished_at,
        }),
        EmailStatus::Skipped => email!(OutboxEmailSkipped of shown, "ok", {
            is_paused: false,
            has_delivered: false,
            skipped_at_millis: finished_at,
            skipped_reason: shown.email.skip_reason.map(skip_reason).unwrap_or(stack_types::EmailSkipReason::ManuallyCancelled),
            skipped_details: BTreeMap::new(),
            has_rendered: true,
            started_rendering_at_millis: Some(shown.email.rendered_at),
            rendered_at_millis: Some(shown.email.rendered_at),
            subject: Some(shown.content.subject),
            html: Patch::Value(shown.content.html),
            text: Patch::Value(shown.content.text),
            is_transactional: Some(category == NotificationCategory::Transactional),
            is_high_priority: Some(!shown.email.is_bulk),
            notification_category_id: Patch::Value(category_id(category)),
            started_sending_at_millis: shown.email.started_sending_at,
        }),
    }
}

const fn skip_reason(reason: EmailSkipReason) -> stack_types::EmailSkipReason {
    use stack_types::EmailSkipReason as Wire;
    match reason {
        EmailSkipReason::UserAccountDeleted => Wire::UserAccountDeleted,
        EmailSkipReason::UserUnsubscribed => Wire::UserUnsubscribed,
        EmailSkipReason::UserHasNoPrimaryEmail => Wire::UserHasNoPrimaryEmail,
        EmailSkipReason::NoEmailProvided => Wire::NoEmailProvided,
        EmailSkipReason::ManuallyCancelled => Wire::ManuallyCancelled,
    }
}

fn attempt_errors(failures: &[SendFailure]) -> Option<Vec<SendAttemptError>> {
    let error = |failure: &SendFailure| SendAttemptError {
        attempt_number: failure.attempt.into(),
        timestamp: iso_8601(failure.at),
        external_message: failure.external.clone(),
        external_details: BTreeMap::new(),
        internal_message: failure.internal.clone(),
        internal_details: BTreeMap::new(),
    };
    (!failures.is_empty()).then(|| failures.iter().map(error).collect())
}
