//! Taking what is due, sending it, and noting what became of it.
//!
//! A mail that is claimed is leased: until the lease ends nobody else takes it up. A process that dies leaves its
//! leases behind; when they end, the mail waits for its next attempt, and says that it may have been sent already.

use std::{collections::HashMap, sync::Arc, time::Duration};

use stack_types::{EmailId, Millis, ProjectId};
use uuid::Uuid;

use super::{
    settings::{FIRST_RETRY, FULL_HOUR_RETRY, LEASE, MAX_AT_ONCE, MAX_ATTEMPTS, PATIENCE},
    unsubscribe::wants,
};
use crate::{
    core::{Core, Tenant},
    error::DomainResult,
    models::{Email, EmailRecipient, EmailSkipReason, EmailState, NotificationCategory, SendFailure},
    ports::{
        EmailRepository, Mailer, OutgoingMail, ProjectRepository, Rng, SendError, Storage, Transaction, UserRepository,
    },
    secrets::random,
};

/// What is noted of an attempt whose process never said what became of it.
const LOST: &str = "The server stopped while it was sending this mail. It may have been sent, and is sent once more.";

/// What is noted if the mailer takes too long.
pub(super) const TOO_SLOW: &str = "The mail server takes too long. It may have taken the mail.";

/// Sends what is in the outbox. Any number of processes may do so at once.
pub struct Delivery<S>(pub(crate) Arc<Core<S>>);

/// A mail that this process alone may send until its lease ends.
#[derive(Debug)]
pub struct Claimed {
    project: ProjectId,
    email: Email,
    lease: Uuid,
}

impl Claimed {
    /// Whose mail it is.
    pub const fn project(&self) -> &ProjectId {
        &self.project
    }

    /// Which mail it is.
    pub const fn id(&self) -> EmailId {
        self.email.id
    }
}

/// A mail that was tried, and how that went.
#[derive(Debug)]
pub struct Attempt {
    claimed: Claimed,
    result: Result<(), Unsent>,
}

/// Why an attempt didn't send a mail.
#[derive(Debug)]
enum Unsent {
    /// It isn't to be sent.
    Skip(EmailSkipReason),
    /// It couldn't be sent.
    Failed(SendError),
}

/// What becomes of a mail after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was sent.
    Sent,
    /// It isn't sent, on purpose.
    Skipped(EmailSkipReason),
    /// It is tried again.
    Retried {
        /// When.
        at: Millis,
    },
    /// It was given up.
    Failed,
    /// It isn't ours any more: its lease had ended, or its project is gone.
    Lost,
}

impl<S: Storage> Delivery<S> {
    /// Waits until this process puts a mail into the outbox. The transaction that does may take a moment to end.
    pub async fn woken(&self) {
        self.0.mail_wake.heard().await;
    }

    /// Claims at most `limit` mails that are due. `busy` says how many of each project are being sent already.
    ///
    /// # Errors
    ///
    /// Only those of the storage; what was claimed before is left to its leases then.
    pub async fn claim(&self, limit: usize, busy: &HashMap<ProjectId, usize>) -> DomainResult<Vec<Claimed>> {
        let projects = {
            let mut reader = self.0.storage.read().await?;
            reader.list_projects_with_due_emails(self.0.now()).await?
        };
        let mut claimed = Vec::new();
        for project in projects {
            let free = MAX_AT_ONCE.saturating_sub(busy.get(&project).copied().unwrap_or(0));
            let limit = free.min(limit - claimed.len());
            if limit > 0 {
                claimed.extend(self.claim_of(&project, limit).await?);
            }
        }
        Ok(claimed)
    }

    async fn claim_of(&self, project: &ProjectId, limit: usize) -> DomainResult<Vec<Claimed>> {
        let core = &*self.0;
        let mut writer = core.storage.write().await?;
        // One process at a time counts what the project has sent.
        if !writer.lock_project(project).await? {
            return Ok(Vec::new());
        }
        let (now, limit) = (core.now(), u32::try_from(limit).unwrap_or(u32::MAX));
        let mut room = core.mail_room(&mut writer, project, now).await?;
        let mut claimed = Vec::new();
        for mut email in writer.lock_due_emails(project, now, limit).await? {
            if email.state == EmailState::Sending {
                lose(project, &mut email, now);
            } else if room.all == 0 || (email.is_bulk && room.bulk == 0) {
                tracing::info!(%project, "the project has sent all that it may in an hour; its mails wait");
                email.due_at = now.saturating_add(FULL_HOUR_RETRY);
            } else {
                let lease = random::uuid(&*core.rng);
                room.all -= 1;
                room.bulk = room.bulk.saturating_sub(1);
                begin(&mut email, lease, now);
                claimed.push((email.clone(), lease));
            }
            writer.update_email(project, &email).await?;
        }
        writer.commit().await?;
        let claim = |(email, lease)| Claimed {
            project: project.clone(),
            email,
            lease,
        };
        Ok(claimed.into_iter().map(claim).collect())
    }

    /// Tries to send a mail. Whatever comes of it is to be noted by [`Self::settle`].
    ///
    /// # Errors
    ///
    /// Only those of the storage and of what is stored; the mail stays leased then.
    pub async fn attempt(&self, claimed: Claimed, mailer: &impl Mailer) -> DomainResult<Attempt> {
        let result = match self.0.find_tenant(&claimed.project).await? {
            Some(tenant) => self.send(&tenant, &claimed.email, mailer).await?,
            // The project and its mails are gone; there is nothing to settle.
            None => Err(Unsent::Skip(EmailSkipReason::UserAccountDeleted)),
        };
        Ok(Attempt { claimed, result })
    }

    async fn send(&self, tenant: &Tenant, email: &Email, mailer: &impl Mailer) -> DomainResult<Result<(), Unsent>> {
        let content = self.0.open_email(tenant.id(), email)?;
        let category = content.written.as_ref().map(|written| written.category);
        let to = match self.addresses(tenant, &content.to, category).await? {
            Ok(addresses) => addresses,
            Err(reason) => return Ok(Err(Unsent::Skip(reason))),
        };
        let server = &tenant.config.emails.server;
        let outgoing = OutgoingMail {
            id: email.id,
            server: (!server.is_shared).then_some(server),
            project_name: &tenant.project.display_name,
            to: &to,
            content: &content,
            unsubscribe_link: content
                .written
                .as_ref()
                .and_then(|written| written.unsubscribe_link.as_deref()),
        };
        let sent = match tokio::time::timeout(PATIENCE, mailer.send(&outgoing)).await {
            Ok(sent) => sent,
            Err(_) => Err(SendError {
                is_permanent: false,
                may_have_been_sent: true,
                external: TOO_SLOW.to_owned(),
                internal: TOO_SLOW.to_owned(),
            }),
        };
        Ok(sent.map_err(Unsent::Failed))
    }

    /// Where a mail goes now, or why nowhere.
    async fn addresses(
        &self,
        tenant: &Tenant,
        to: &EmailRecipient,
        category: Option<NotificationCategory>,
    ) -> DomainResult<Result<Vec<String>, EmailSkipReason>> {
        let emails = match to {
            EmailRecipient::CustomEmails { emails } => emails.clone(),
            EmailRecipient::UserPrimaryEmail { user_id } | EmailRecipient::UserCustomEmails { user_id, .. } => {
                let mut reader = self.0.storage.read().await?;
                let Some(user) = reader.find_user(tenant.id(), *user_id).await? else {
                    return Ok(Err(EmailSkipReason::UserAccountDeleted));
                };
                if let Some(category) = category
                    && !wants(&mut reader, tenant, *user_id, category).await?
                {
                    return Ok(Err(EmailSkipReason::UserUnsubscribed));
                }
                match (to, user.primary_email) {
                    (EmailRecipient::UserCustomEmails { emails, .. }, _) => emails.clone(),
                    (_, Some(primary)) => vec![primary.value],
                    (_, None) => return Ok(Err(EmailSkipReason::UserHasNoPrimaryEmail)),
                }
            }
        };
        Ok(if emails.is_empty() {
            Err(EmailSkipReason::NoEmailProvided)
        } else {
            Ok(emails)
        })
    }

    /// Notes what became of an attempt. May be tried again if it fails.
    ///
    /// # Errors
    ///
    /// Only those of the storage; once its lease ends, the mail counts as one that may have been sent.
    pub async fn settle(&self, attempt: &Attempt) -> DomainResult<Outcome> {
        let core = &*self.0;
        let Claimed { project, lease, .. } = &attempt.claimed;
        let mut writer = core.storage.write().await?;
        let Some(mut email) = writer.lock_email(project, attempt.claimed.id()).await? else {
            return Ok(Outcome::Lost);
        };
        if email.lease != Some(*lease) {
            tracing::warn!(%project, email = %email.id, "a mail was taken over while it was being sent");
            return Ok(Outcome::Lost);
        }
        let now = core.now();
        let outcome = match &attempt.result {
            Ok(()) => finish(&mut email, EmailState::Sent, now),
            Err(Unsent::Skip(reason)) => {
                email.skip_reason = Some(*reason);
                finish(&mut email, EmailState::Skipped, now)
            }
            Err(Unsent::Failed(error)) => {
                email.may_have_been_sent |= error.may_have_been_sent;
                let retry_at = now.saturating_add(back_off(email.attempts, &*core.rng));
                fail(&mut email, error.external.clone(), error.internal.clone(), now);
                if error.is_permanent || email.attempts >= MAX_ATTEMPTS {
                    finish(&mut email, EmailState::Failed, now)
                } else {
                    wait(&mut email, retry_at, now);
                    Outcome::Retried { at: retry_at }
                }
            }
        };
        writer.update_email(project, &email).await?;
        writer.commit().await?;
        log(project, &email, &outcome);
        Ok(outcome)
    }

    /// Gives a mail back that wasn't tried, as if it had never been claimed.
    ///
    /// # Errors
    ///
    /// Only those of the storage; once its lease ends, the mail counts as one that may have been sent.
    pub async fn give_back(&self, claimed: Claimed) -> DomainResult<()> {
        let mut writer = self.0.storage.write().await?;
        let Some(mut email) = writer.lock_email(&claimed.project, claimed.id()).await? else {
            return Ok(());
        };
        if email.lease == Some(claimed.lease) {
            let now = self.0.now();
            email.attempts = email.attempts.saturating_sub(1);
            email.started_sending_at = None;
            wait(&mut email, now, now);
            writer.update_email(&claimed.project, &email).await?;
            writer.commit().await?;
        }
        Ok(())
    }
}

/// An attempt begins.
fn begin(email: &mut Email, lease: Uuid, now: Millis) {
    email.state = EmailState::Sending;
    email.attempts += 1;
    email.started_sending_at = Some(now);
    email.lease = Some(lease);
    email.due_at = now.saturating_add(LEASE);
    email.updated_at = now;
}

/// An attempt ended without a word.
fn lose(project: &ProjectId, email: &mut Email, now: Millis) {
    email.may_have_been_sent = true;
    fail(email, LOST.to_owned(), LOST.to_owned(), now);
    if email.attempts >= MAX_ATTEMPTS {
        finish(email, EmailState::Failed, now);
    } else {
        wait(email, now, now);
    }
    tracing::warn!(
        %project, email = %email.id, attempt = email.attempts,
        "an attempt to send a mail ended without a word; the mail may be sent twice"
    );
}

fn fail(email: &mut Email, external: String, internal: String, now: Millis) {
    email.failures.push(SendFailure {
        attempt: email.attempts,
        at: now,
        external,
        internal,
    });
}

fn wait(email: &mut Email, until: Millis, now: Millis) {
    email.state = EmailState::Waiting;
    email.lease = None;
    email.due_at = until;
    email.updated_at = now;
}

fn finish(email: &mut Email, state: EmailState, now: Millis) -> Outcome {
    email.state = state;
    email.lease = None;
    email.finished_at = Some(now);
    email.updated_at = now;
    match (state, email.skip_reason) {
        (EmailState::Sent, _) => Outcome::Sent,
        (EmailState::Skipped, Some(reason)) => Outcome::Skipped(reason),
        _ => Outcome::Failed,
    }
}

fn log(project: &ProjectId, email: &Email, outcome: &Outcome) {
    let (email_id, attempt, template) = (email.id, email.attempts, email.template.as_str());
    let why = email.failures.last().map(|failure| failure.internal.as_str());
    match outcome {
        Outcome::Sent if email.may_have_been_sent => {
            tracing::warn!(%project, email = %email_id, attempt, template, "a mail was sent, perhaps not for the first time");
        }
        Outcome::Sent => tracing::info!(%project, email = %email_id, attempt, template, "a mail was sent"),
        Outcome::Skipped(reason) => {
            tracing::info!(%project, email = %email_id, template, reason = reason.as_str(), "a mail isn't sent");
        }
        Outcome::Retried { .. } => {
            tracing::warn!(%project, email = %email_id, attempt, template, why, "a mail couldn't be sent; it is tried again");
        }
        Outcome::Failed => {
            tracing::error!(%project, email = %email_id, attempt, template, why, "a mail was given up");
        }
        Outcome::Lost => {}
    }
}

/// How long to wait after this many attempts: 20 s, 40 s, 80 s, …, each a quarter more or less, so that mails that
/// failed together don't come back together.
fn back_off(attempts: u8, rng: &dyn Rng) -> Duration {
    let mut byte = [0; 1];
    rng.fill(&mut byte);
    let factor = 0.75 + f64::from(byte[0]) / 255.0 / 2.0;
    let doubled = FIRST_RETRY * 2_u32.saturating_pow(u32::from(attempts.saturating_sub(1)));
    doubled.mul_f64(factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRng;

    #[test]
    fn each_wait_is_about_twice_as_long() {
        let rng = SeededRng::new(1);
        for (attempts, secs) in [(1, 20), (2, 40), (3, 80), (4, 160)] {
            for _ in 0..50 {
                let wait = back_off(attempts, &rng);
                let about = Duration::from_secs(secs);
                assert!(wait >= about.mul_f64(0.75) && wait <= about.mul_f64(1.25), "{wait:?}");
            }
        }
    }
}
