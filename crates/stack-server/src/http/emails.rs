//! Tag `emails`.

use stack_domain::{
    access::Caller,
    mail::{Audience, BOOST, Boost, Dress, EmailSource, Kept, SendEmail},
    models::{self, NotificationCategory, ThemeChoice, User},
};
use stack_server_api::{
    AdminAccess, ApiError, ClientAccess, EmailsApi, Principal, ServerAccess,
    emails::{
        CreateEmailCapacityBoostRequest, GetEmailDeliveryInfoRequest, ListNotificationPreferencesRequest,
        RenderEmailRequest, SendEmailRequest, UnsubscribeByLinkRequest, UpdateNotificationPreferenceRequest,
    },
};
use stack_types::{
    EmailCapacity, EmailCapacityBoost, EmailDeliveryCounts, EmailDeliveryInfo, EmailDeliveryStats, EmailThemeChoice,
    EmailToRender, EmailToSend, KnownError, Millis, NotificationPreference, NotificationPreferenceList, Patch,
    RenderedEmail, SendEmailResult, SendEmailResults, UserId,
};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    cli_auth::iso_8601,
    error::api_error,
    limits::oauth_origin,
};

type AsClient = Principal<ClientAccess, Tenant, User>;
type AsServer = Principal<ServerAccess, Tenant, Option<User>>;

const HOUR_SECS: f64 = 60.0 * 60.0;

impl EmailsApi for Server {
    async fn send_email(&self, who: AsServer, request: SendEmailRequest) -> Result<SendEmailResults, ApiError> {
        let email = email_to_send(request.body)?;
        let sent = self.domain.emails.send(&who.tenant.project, email).await;
        let results = sent.map_err(api_error)?.into_iter();
        Ok(SendEmailResults {
            results: results.map(|user_id| SendEmailResult { user_id }).collect(),
        })
    }

    async fn render_email(
        &self,
        who: Principal<AdminAccess, Tenant, Option<User>>,
        request: RenderEmailRequest,
    ) -> Result<RenderedEmail, ApiError> {
        let usual = |theme: Option<EmailThemeChoice>| theme.map_or(Dress::Usual, |theme| Dress::Chosen(choice(theme)));
        let (template, dress) = match request.body {
            EmailToRender::RenderTemplate(body) => (Kept::Id(body.template_id), usual(body.theme_id)),
            EmailToRender::RenderTemplateInThemeSource(body) => {
                (Kept::Id(body.template_id), Dress::Source(body.theme_tsx_source))
            }
            EmailToRender::RenderSource(body) => (Kept::Source(body.template_tsx_source), usual(body.theme_id)),
            EmailToRender::RenderSourceInThemeSource(body) => (
                Kept::Source(body.template_tsx_source),
                Dress::Source(body.theme_tsx_source),
            ),
        };
        let look = self.domain.email_designs.look(&who.tenant.project, &template, &dress);
        let look = look.map_err(api_error)?;
        Ok(RenderedEmail {
            html: look.html,
            subject: look.subject,
            notification_category: look.category.map(str::to_owned),
            editable_regions: Patch::Absent,
        })
    }

    async fn get_email_delivery_info(
        &self,
        who: AsServer,
        _: GetEmailDeliveryInfoRequest,
    ) -> Result<EmailDeliveryInfo, ApiError> {
        let info = self.domain.emails.delivery_info(&who.tenant.project).await;
        let info = info.map_err(api_error)?;
        let is_boost_active = info.boost_expires_at.is_some();
        Ok(EmailDeliveryInfo {
            stats: EmailDeliveryStats {
                hour: counts(info.sent.hour),
                day: counts(info.sent.day),
                week: counts(info.sent.week),
                month: counts(info.sent.month),
            },
            capacity: EmailCapacity {
                rate_per_second: f64::from(info.per_hour) / HOUR_SECS,
                boost_multiplier: if is_boost_active { f64::from(BOOST) } else { 1.0 },
                penalty_factor: 1.0,
                is_boost_active,
                boost_expires_at: info.boost_expires_at.map(iso_8601),
            },
        })
    }

    async fn create_email_capacity_boost(
        &self,
        who: AsServer,
        _: CreateEmailCapacityBoostRequest,
    ) -> Result<EmailCapacityBoost, ApiError> {
        match self.domain.emails.boost(&who.tenant.project).await {
            Ok(Boost::Begun(ends)) => Ok(EmailCapacityBoost {
                expires_at: iso_8601(ends),
            }),
            Ok(Boost::GoesOn(ends)) => {
                let expires_at = iso_8601(ends);
                Err(KnownError::EmailCapacityBoostAlreadyActive { expires_at }.into())
            }
            Err(error) => Err(api_error(error)),
        }
    }

    async fn list_notification_preferences_as_client(
        &self,
        who: AsClient,
        request: ListNotificationPreferencesRequest,
    ) -> Result<NotificationPreferenceList, ApiError> {
        self.list_notification_preferences(&signed_in(who), request).await
    }

    async fn list_notification_preferences_as_server(
        &self,
        who: AsServer,
        request: ListNotificationPreferencesRequest,
    ) -> Result<NotificationPreferenceList, ApiError> {
        self.list_notification_preferences(&caller(who), request).await
    }

    async fn update_notification_preference_as_client(
        &self,
        who: AsClient,
        request: UpdateNotificationPreferenceRequest,
    ) -> Result<NotificationPreference, ApiError> {
        self.update_notification_preference(&signed_in(who), request).await
    }

    async fn update_notification_preference_as_server(
        &self,
        who: AsServer,
        request: UpdateNotificationPreferenceRequest,
    ) -> Result<NotificationPreference, ApiError> {
        self.update_notification_preference(&caller(who), request).await
    }

    async fn unsubscribe_by_link(&self, request: UnsubscribeByLinkRequest) -> Result<String, ApiError> {
        let emails = &self.domain.emails;
        let (project, code) = emails.read_link(&request.query.code).await.map_err(api_error)?;
        match emails.unsubscribe(&project, &code).await {
            Ok(category) => Ok(unsubscribed_page(&project.project.display_name, category)),
            Err(error) => Err(self.refused_token(&project, oauth_origin(&request.info), error).await),
        }
    }
}

impl Server {
    async fn list_notification_preferences(
        &self,
        caller: &Caller,
        request: ListNotificationPreferencesRequest,
    ) -> Result<NotificationPreferenceList, ApiError> {
        let user = caller.resolve(request.path.user_id).map_err(api_error)?;
        let listed = self.domain.emails.preferences(caller, user).await;
        let items = listed.map_err(api_error)?.into_iter().map(preference).collect();
        Ok(NotificationPreferenceList {
            items,
            is_paginated: false,
            pagination: None,
        })
    }

    async fn update_notification_preference(
        &self,
        caller: &Caller,
        request: UpdateNotificationPreferenceRequest,
    ) -> Result<NotificationPreference, ApiError> {
        let path = request.path;
        let user = caller.resolve(path.user_id).map_err(api_error)?;
        let category = NotificationCategory::from_id(path.notification_category_id.0);
        let emails = &self.domain.emails;
        let set = emails
            .set_preference(caller, user, category, request.body.enabled)
            .await;
        set.map(preference).map_err(api_error)
    }
}

fn preference(preference: models::NotificationPreference) -> NotificationPreference {
    let category = preference.category;
    NotificationPreference {
        notification_category_id: category.id().into(),
        notification_category_name: category.as_str().to_owned(),
        enabled: preference.is_enabled,
        can_disable: category.can_be_disabled(),
    }
}

/// Nobody tells a server that sends by SMTP what bounced or was marked as spam.
fn counts(sent: u32) -> EmailDeliveryCounts {
    EmailDeliveryCounts {
        sent: sent.into(),
        bounced: 0,
        marked_as_spam: 0,
    }
}

/// A theme as the rules know it.
pub(super) fn choice(theme: EmailThemeChoice) -> ThemeChoice {
    match theme {
        EmailThemeChoice::EmailThemeId(id) => ThemeChoice::Theme(id),
        EmailThemeChoice::NoEmailTheme(_) => ThemeChoice::None,
    }
}

/// What the three forms of a mail have in common.
struct Options {
    user_ids: Option<Vec<UserId>>,
    all_users: Option<bool>,
    subject: Option<String>,
    notification_category_name: Option<String>,
    theme_id: Patch<EmailThemeChoice>,
    is_high_priority: Option<bool>,
    scheduled_at_millis: Option<Millis>,
}

/// The options of one of the forms.
macro_rules! options {
    ($body:ident) => {
        Options {
            user_ids: $body.user_ids,
            all_users: $body.all_users,
            subject: $body.subject,
            notification_category_name: $body.notification_category_name,
            theme_id: $body.theme_id,
            is_high_priority: $body.is_high_priority,
            scheduled_at_millis: $body.scheduled_at_millis,
        }
    };
}

fn email_to_send(body: EmailToSend) -> Result<SendEmail, ApiError> {
    let (what, options) = match body {
        EmailToSend::HtmlEmail(body) => (EmailSource::Html(body.html), options!(body)),
        EmailToSend::TemplateEmail(body) => {
            let variables = body.variables.unwrap_or_default().into_iter().collect();
            (EmailSource::Template(body.template_id, variables), options!(body))
        }
        EmailToSend::DraftEmail(body) => (EmailSource::Draft(body.draft_id), options!(body)),
    };
    let to = match (options.user_ids, options.all_users) {
        (Some(ids), None) => Audience::Users(ids),
        (None, Some(_)) => Audience::Everybody,
        _ => {
            let message =
                "POST /emails/send-email doesn't fit:\n- /body: either user_ids or all_users has to be there, \
                           and not both"
                    .to_owned();
            return Err(KnownError::SchemaError { message }.into());
        }
    };
    Ok(SendEmail {
        what,
        to,
        subject: options.subject,
        category_name: options.notification_category_name,
        theme: match options.theme_id {
            Patch::Value(theme) => Some(choice(theme)),
            Patch::Null | Patch::Absent => None,
        },
        is_high_priority: options.is_high_priority.unwrap_or(false),
        scheduled_at: options.scheduled_at_millis,
    })
}

/// What somebody sees who has followed an unsubscribe link.
fn unsubscribed_page(project: &str, category: NotificationCategory) -> String {
    let project: String = project.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let project = project.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let kind = category.as_str();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>Unsubscribed</title>\n</head>\n<body>\n\
         <h1>Unsubscribed</h1>\n<p>{project} sends you no more mails of the kind {kind}.</p>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_escapes_the_name_of_the_project() {
        let page = unsubscribed_page("<b>Ada</b> & Co", NotificationCategory::Marketing);
        assert!(page.contains("&lt;b&gt;Ada&lt;/b&gt; &amp; Co sends you"), "{page}");
    }
}
