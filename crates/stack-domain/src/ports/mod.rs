//! What the rules need from outside: a storage, a clock, a source of randomness.
//!
//! Traits only, with the promises that an implementation has to keep; the tiny production clock and randomness and
//! the fixed ones for tests stand here too.

mod api_keys;
mod clock;
mod contact_channels;
mod projects;
mod rng;
mod sessions;
mod storage;
mod teams;
mod users;

pub use api_keys::ApiKeyRepository;
pub use clock::{Clock, FixedClock, SystemClock};
pub use contact_channels::ContactChannelRepository;
pub use projects::ProjectRepository;
pub use rng::{Rng, SeededRng, SystemRng};
pub use sessions::SessionRepository;
pub use storage::{Repositories, Storage, StorageError, StorageResult, Transaction, UniqueRule};
pub use teams::TeamRepository;
pub use users::UserRepository;
