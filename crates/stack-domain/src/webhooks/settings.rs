//! The bounds of webhooks.

use std::time::Duration;

/// How many endpoints a project has at most.
pub(super) const MAX_ENDPOINTS: usize = 50;

/// How many replaced secrets still sign at once, at most.
pub(super) const MAX_EARLIER_SECRETS: usize = 10;

/// How long a replaced secret still signs if nothing else is said.
pub(super) const ROTATION_GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest that it can be told to.
pub(super) const MAX_ROTATION_GRACE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How many messages a second an endpoint's rate limit lets through at most.
pub(super) const MAX_RATE: u32 = 1000;

/// How many bytes the body of a message has at most.
pub(super) const MAX_PAYLOAD_BYTES: usize = 256 * 1024;

/// How many bytes of an answer are kept.
pub const RESPONSE_KEPT: usize = 4096;

/// How long after its beginning an attempt counts as lost, with its process. An attempt may take a minute at most; what
/// the lease is longer, the clocks of processes may differ.
pub(super) const LEASE: Duration = Duration::from_secs(120);

/// How long an endpoint may fail before it is disabled.
pub(super) const DISABLED_AFTER: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// How often it is looked at what waits for an endpoint that is disabled.
pub(super) const PARKED_FOR: Duration = Duration::from_secs(10 * 60);

/// How long messages and their attempts are kept.
pub const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How many messages to one endpoint a process sends at once.
pub(super) const AT_ONCE_PER_ENDPOINT: usize = 128;

/// The same while the endpoint fails, so that one that hangs keeps nobody waiting.
pub(super) const AT_ONCE_WHILE_FAILING: usize = 8;

/// How many messages or attempts a page has at most.
pub(super) const LONGEST_PAGE: u32 = 250;
