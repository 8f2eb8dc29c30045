//! What the routes share.

use stack_domain::Domain;
use stack_storage::Database;
use stack_types::{Success, VerificationCodeChecked};

/// Answers every operation of the contract.
pub struct Server {
    pub(crate) domain: Domain<Database>,
    /// For the one question that isn't about any rule: whether the database answers.
    pub(super) database: Database,
}

impl Server {
    /// A server that answers by these rules, which remember in this database.
    pub const fn new(domain: Domain<Database>, database: Database) -> Self {
        Self { domain, database }
    }
}

/// The body of an answer that has nothing to say.
pub(super) const SUCCESS: Success = Success { success: true };

/// The answer to a code that can be used.
pub(super) const CODE_IS_VALID: VerificationCodeChecked = VerificationCodeChecked { is_code_valid: true };
