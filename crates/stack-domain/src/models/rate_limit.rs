//! Budgets of tries.

use std::time::Duration;

use stack_types::Millis;

/// What a budget belongs to: a keyed hash of the limit's name and of an address or an account, so that the database
/// tells neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimitKey(pub [u8; 32]);

/// So many tries at once, and each of them back after a while: a bucket that fills steadily.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// How many tries a full budget holds; at least one.
    pub tries: u32,
    /// How long an empty budget takes to be full again.
    pub period: Duration,
}

impl Budget {
    /// How long one try takes to come back, in milliseconds; at least one.
    pub fn interval_millis(self) -> i64 {
        let period = i64::try_from(self.period.as_millis()).unwrap_or(i64::MAX / 4);
        (period / i64::from(self.tries.max(1))).clamp(1, i64::MAX / 4)
    }

    /// How long an empty budget takes to be full again, in milliseconds: whole intervals.
    pub fn capacity_millis(self) -> i64 {
        self.interval_millis().saturating_mul(i64::from(self.tries.max(1)))
    }
}

/// What came of spending a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// There was one.
    Granted,
    /// There was none; there will be one at this instant, unless others take it.
    Refused {
        /// When.
        until: Millis,
    },
}
