//! Deleting what nobody needs any more.
//!
//! Nothing depends on it: what has expired is refused, swept or not. It keeps tables small. Each batch is a short
//! transaction of its own, so nobody waits long for it, and any number of processes may sweep at once.

use std::{sync::Arc, time::Duration};

use crate::{
    core::Core,
    error::DomainResult,
    ports::{
        CliLoginRepository, EmailRepository, OneTimeCodeRepository, RateLimitRepository, SessionRepository,
        SignUpRuleRepository, Storage, StorageResult, Transaction, WebhookRepository,
    },
    webhooks,
};

/// How long what has expired is kept, so that whoever comes late hears that it expired.
pub const KEPT_AFTER_EXPIRY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long it is known of each hour how often sign-up rules matched: a little longer than anybody is told.
const RULE_HOURS_KEPT: Duration = Duration::from_secs(49 * 60 * 60);
/// How many rows one transaction deletes at most.
pub const BATCH: u32 = 500;
/// How many batches of each kind one sweep takes at most; the rest is for the next.
pub const MAX_BATCHES: u32 = 20;

/// Sweeps.
pub struct Sweeper<S>(pub(crate) Arc<Core<S>>);

/// How many rows a sweep has deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Sessions.
    pub sessions: u64,
    /// One-time codes.
    pub codes: u64,
    /// Logins of command line tools.
    pub cli_logins: u64,
    /// Budgets of tries that are full again.
    pub budgets: u64,
    /// Mails that were sent, given up or skipped.
    pub mails: u64,
    /// Messages of webhooks, with the log of their attempts.
    pub webhooks: u64,
    /// Hours of which it was counted how often sign-up rules matched.
    pub rule_hours: u64,
}

impl Swept {
    /// All of them.
    pub const fn total(&self) -> u64 {
        self.sessions + self.codes + self.cli_logins + self.budgets + self.mails + self.webhooks + self.rule_hours
    }
}

/// Deletes in batches until one of them isn't full.
macro_rules! in_batches {
    ($core:expr, $before:expr, $method:ident) => {{
        let mut total = 0;
        for _ in 0..MAX_BATCHES {
            let mut writer = $core.storage.write().await?;
            let deleted: StorageResult<u64> = writer.$method($before, BATCH).await;
            let deleted = deleted?;
            writer.commit().await?;
            total += deleted;
            if deleted < u64::from(BATCH) {
                break;
            }
        }
        total
    }};
}

impl<S: Storage> Sweeper<S> {
    /// Deletes what has expired more than a day ago, budgets that are full again, and mails that were finished as long
    /// ago as the settings say; at most [`MAX_BATCHES`] times [`BATCH`] rows of each kind.
    ///
    /// # Errors
    ///
    /// Only those of the storage; what was deleted before stays deleted.
    pub async fn sweep(&self) -> DomainResult<Swept> {
        let core = &*self.0;
        let now = core.now();
        let before = now.saturating_sub(KEPT_AFTER_EXPIRY);
        Ok(Swept {
            sessions: in_batches!(core, before, delete_expired_sessions),
            codes: in_batches!(core, before, delete_expired_one_time_codes),
            cli_logins: in_batches!(core, before, delete_expired_cli_logins),
            budgets: in_batches!(core, now, delete_full_rate_limits),
            webhooks: in_batches!(
                core,
                now.saturating_sub(webhooks::KEPT_FOR),
                delete_webhook_messages_before
            ),
            mails: in_batches!(
                core,
                now.saturating_sub(core.mail.kept_for),
                delete_emails_finished_before
            ),
            rule_hours: in_batches!(
                core,
                now.saturating_sub(RULE_HOURS_KEPT),
                delete_sign_up_rule_hours_before
            ),
        })
    }
}
