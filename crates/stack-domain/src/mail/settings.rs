//! The bounds of mail, and the bell that rings when there is some.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

/// How often a mail is tried.
pub const MAX_ATTEMPTS: u8 = 5;

/// How long to wait after the first attempt that failed; twice as long after each further one.
pub(super) const FIRST_RETRY: Duration = Duration::from_secs(20);

/// How long an attempt may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// How long after its beginning an attempt counts as lost, with its process. What it is longer than [`PATIENCE`], the
/// clocks of processes may differ.
pub(super) const LEASE: Duration = Duration::from_secs(180);

/// For how long a project that has sent all it may in an hour is let alone.
pub(super) const FULL_HOUR_RETRY: Duration = Duration::from_secs(30);

/// How many mails of one project a process sends at once, so that one slow mail server doesn't keep all others waiting.
pub(super) const MAX_AT_ONCE: usize = 4;

/// How many unsent mails a project may have.
pub(super) const MAX_UNFINISHED: u32 = 10_000;

/// How many unsent mails a project may have for another one in bulk; the rest is for mails that follow from what users do.
pub(super) const MAX_UNFINISHED_BULK: u32 = 9_000;

/// How many bytes HTML or text of a mail have at most.
pub(super) const MAX_BODY_BYTES: usize = 256 * 1024;

/// How many addresses one mail goes to at most.
pub(super) const MAX_ADDRESSES: usize = 50;

/// What a deployment decides about mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailSettings {
    /// How many mails of one project are sent in any hour; more wait.
    pub per_hour: u32,
    /// How long a mail that was sent, given up or skipped can still be read.
    pub kept_for: Duration,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            per_hour: 200,
            kept_for: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}

/// Rings when this process has put a mail into the outbox. Its transaction may not have ended then.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wake(Arc<Notify>);

impl Wake {
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn heard(&self) {
        self.0.notified().await;
    }
}
