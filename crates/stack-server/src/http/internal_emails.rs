//! Tag `internal-emails`.

use std::time::Duration;

use http::StatusCode;
use stack_domain::{
    config::EmailServer,
    mail::{ProjectDigest, ShownEmail},
    models::{EmailRecipient, EmailState, User},
};
use stack_server_api::{
    Access, AdminAccess, ApiError, InternalEmailsApi, Principal,
    internal_emails::{
        ApplyManagedEmailDomainRequest, CheckManagedEmailDomainRequest, CreateManagedEmailDomainRequest,
        ListManagedEmailDomainsRequest, ListSentEmailsRequest, ProcessEmailQueueRequest, SendFailedEmailsDigestRequest,
        SendTestEmailRequest,
    },
};
use stack_types::{
    EmailQueueStep, FailedEmail, FailedEmailsDigest, ManagedEmailDomain, ManagedEmailDomainApplied,
    ManagedEmailDomainList, ManagedEmailDomainState, Patch, ProjectFailedEmails, Secret, SentEmail, SentEmailList,
    TestEmailResult,
};
use subtle::ConstantTimeEq;
use tokio::time::Instant;

use super::{Server, authenticate::Tenant, error::api_error, limits::origin};
use crate::mail;

type Admin = Principal<AdminAccess, Tenant, Option<User>>;

/// For how long one call works on the queue.
const QUEUE_PATIENCE: Duration = Duration::from_secs(30);

impl InternalEmailsApi for Server {
    async fn list_sent_emails(&self, who: Admin, _: ListSentEmailsRequest) -> Result<SentEmailList, ApiError> {
        let listed = self.domain.outbox.settled(&who.tenant.project).await;
        let items = listed.map_err(api_error)?.into_iter().map(sent_email).collect();
        Ok(SentEmailList {
            items,
            is_paginated: false,
            pagination: None,
        })
    }

    async fn create_managed_email_domain(
        &self,
        _: Admin,
        _: CreateManagedEmailDomainRequest,
    ) -> Result<ManagedEmailDomain, ApiError> {
        Err(hosts_no_domains())
    }

    async fn check_managed_email_domain(
        &self,
        _: Admin,
        _: CheckManagedEmailDomainRequest,
    ) -> Result<ManagedEmailDomainState, ApiError> {
        Err(hosts_no_domains())
    }

    async fn apply_managed_email_domain(
        &self,
        _: Admin,
        _: ApplyManagedEmailDomainRequest,
    ) -> Result<ManagedEmailDomainApplied, ApiError> {
        Err(hosts_no_domains())
    }

    async fn list_managed_email_domains(
        &self,
        _: Admin,
        _: ListManagedEmailDomainsRequest,
    ) -> Result<ManagedEmailDomainList, ApiError> {
        Ok(ManagedEmailDomainList { items: Vec::new() })
    }

    async fn send_test_email(&self, who: Admin, request: SendTestEmailRequest) -> Result<TestEmailResult, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, body) = (&who.tenant.project, request.body);
        self.limit_mail(project, origin, &body.recipient_email).await?;
        let server = body.email_config;
        let server = EmailServer {
            is_shared: false,
            host: Some(server.host),
            port: Some(u16::try_from(server.port).unwrap_or(u16::MAX)),
            username: Some(server.username),
            password: Some(server.password),
            sender_name: Some(server.sender_name),
            sender_email: Some(server.sender_email),
            ..EmailServer::default()
        };
        let delivery = &self.domain.delivery;
        let tried = delivery
            .try_server(project, &server, &body.recipient_email, &*self.mailer)
            .await;
        Ok(TestEmailResult {
            success: tried.is_ok(),
            error_message: tried.err(),
        })
    }

    async fn process_email_queue(
        &self,
        _: Option<Principal<Access, Tenant, Option<User>>>,
        request: ProcessEmailQueueRequest,
    ) -> Result<EmailQueueStep, ApiError> {
        self.require_scheduler(request.authorization.as_ref())?;
        let ends = Instant::now() + QUEUE_PATIENCE;
        loop {
            let sent = mail::work_once(&self.domain.delivery, &*self.mailer)
                .await
                .map_err(api_error)?;
            if sent == 0 || request.query.only_one_step == Some(true) || Instant::now() >= ends {
                return Ok(EmailQueueStep { ok: true });
            }
        }
    }

    async fn send_failed_emails_digest(
        &self,
        request: SendFailedEmailsDigestRequest,
    ) -> Result<FailedEmailsDigest, ApiError> {
        self.require_scheduler(request.authorization.as_ref())?;
        let dry_run = request.query.dry_run == Some(true);
        let digest = self.domain.delivery.digest(dry_run).await.map_err(api_error)?;
        let untold = digest.untold;
        Ok(FailedEmailsDigest {
            success: untold == 0,
            error_message: (untold > 0).then(|| format!("{untold} owners couldn't be told; the log says why.")),
            failed_emails_by_tenancy: Some(digest.projects.into_iter().map(project_digest).collect()),
        })
    }
}

impl Server {
    /// Lets only the scheduler of the deployment go on.
    fn require_scheduler(&self, token: Option<&Secret>) -> Result<(), ApiError> {
        let is_scheduler = match (&self.cron_secret, token) {
            (Some(secret), Some(token)) => secret.expose().as_bytes().ct_eq(token.expose().as_bytes()).into(),
            _ => false,
        };
        if is_scheduler {
            return Ok(());
        }
        Err(ApiError::text(
            StatusCode::UNAUTHORIZED,
            "Only the scheduler of this deployment may do this: it shows the setting `cron_secret` as a bearer token.",
        ))
    }
}

fn hosts_no_domains() -> ApiError {
    ApiError::text(
        StatusCode::BAD_REQUEST,
        "This deployment hosts no subdomains for mail. Give the project a mail server of its own in `emails.server`.",
    )
}

fn sent_email(shown: ShownEmail) -> SentEmail {
    let email = shown.email;
    let addresses = match shown.content.to {
        EmailRecipient::UserPrimaryEmail { .. } => None,
        EmailRecipient::UserCustomEmails { emails, .. } | EmailRecipient::CustomEmails { emails } => Some(emails),
    };
    let why = email.failures.last().map(|failure| failure.external.clone());
    let failed = email.state == EmailState::Failed;
    SentEmail {
        id: email.id,
        subject: shown.content.subject,
        sent_at_millis: email.started_sending_at.unwrap_or(email.updated_at),
        to: addresses,
        error: match why.filter(|_| failed) {
            Some(why) => Patch::Value(why.into()),
            None => Patch::Null,
        },
    }
}

fn project_digest(digest: ProjectDigest) -> ProjectFailedEmails {
    let failed = digest.failed.into_iter();
    ProjectFailedEmails {
        emails: failed
            .map(|email| FailedEmail {
                subject: email.subject,
                to: email.to,
            })
            .collect(),
        tenant_owner_emails: digest.owners,
        tenancy_id: digest.project_id.to_string(),
        project_id: digest.project_id,
    }
}
