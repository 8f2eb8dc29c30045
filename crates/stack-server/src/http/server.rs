//! What the routes share.

use std::sync::Arc;

use stack_domain::Domain;
use stack_storage::Database;
use stack_types::{Secret, Success, VerificationCodeChecked};

use crate::mail::SmtpMailer;

/// Answers every operation of the contract.
pub struct Server {
    pub(crate) domain: Domain<Database>,
    /// For the one question that isn't about any rule: whether the database answers.
    pub(super) database: Database,
    /// For mails that somebody waits for; all others are the worker's.
    pub(super) mailer: Arc<SmtpMailer>,
    /// What the scheduler of the deployment shows.
    pub(super) cron_secret: Option<Secret>,
}

impl Server {
    /// A server that answers by these rules, which remember in this database.
    pub(crate) const fn new(
        domain: Domain<Database>,
        database: Database,
        mailer: Arc<SmtpMailer>,
        cron_secret: Option<Secret>,
    ) -> Self {
        Self {
            domain,
            database,
            mailer,
            cron_secret,
        }
    }
}

/// The body of an answer that has nothing to say.
pub(super) const SUCCESS: Success = Success { success: true };

/// The answer to a code that can be used.
pub(super) const CODE_IS_VALID: VerificationCodeChecked = VerificationCodeChecked { is_code_valid: true };
