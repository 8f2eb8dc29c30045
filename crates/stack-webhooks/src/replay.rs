//! Remembers which messages were handled, so that each is handled once.
//!
//! A sender repeats a message until it gets a 2xx, and an answer may get lost; and within the tolerance anybody who saw
//! a message can send it again. Both have the id of the first.

use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    error::Error,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use crate::MessageId;

/// What a store knows of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: it is now the caller's to handle.
    New,
    /// Somebody is handling it.
    Running,
    /// It was handled.
    Handled,
}

/// Remembers messages. Share one among all processes that serve an endpoint, for example as a table with the id as key.
///
/// Each method is one step of its own: of two that claim the same id at once, one gets [`Claim::New`].
pub trait ReplayStore: Send + Sync + 'static {
    /// Why the store couldn't tell. The message is then refused with a 503, so that it comes again.
    type Error: Error + Send + Sync + 'static;

    /// Claims a message. A claim that is neither finished nor given back lapses after a while, since its holder may have
    /// died.
    fn claim(&self, id: &MessageId, now: SystemTime) -> impl Future<Output = Result<Claim, Self::Error>> + Send;

    /// Notes that a claimed message was handled.
    fn finish(&self, id: &MessageId) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Gives a claim back: the message couldn't be handled and may come again.
    fn release(&self, id: &MessageId) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Remembers messages in memory: for one process, and until it ends.
#[derive(Debug)]
pub struct MemoryReplayStore {
    capacity: usize,
    lease: Duration,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    messages: HashMap<MessageId, State>,
    /// The ids of `messages` by age.
    order: VecDeque<MessageId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    RunningSince(SystemTime),
    Handled,
}

impl MemoryReplayStore {
    /// How many messages are remembered by default.
    pub const CAPACITY: usize = 10_000;
    /// How long a claim holds by default. Senders give up on an attempt after 15 to 30 seconds.
    pub const LEASE: Duration = Duration::from_secs(60);

    /// Remembers the last [`Self::CAPACITY`] messages.
    pub fn new() -> Self {
        Self::with_capacity(Self::CAPACITY)
    }

    /// Remembers the last `capacity` messages. It should be more than come in ten minutes, twice the usual tolerance.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            lease: Self::LEASE,
            seen: Mutex::default(),
        }
    }

    /// How long a claim holds.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        // No step leaves the maps half changed.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryReplayStore {
    fn default() -> Self {
        Self::new()
    }
}

impl ReplayStore for MemoryReplayStore {
    type Error = Infallible;

    async fn claim(&self, id: &MessageId, now: SystemTime) -> Result<Claim, Infallible> {
        let mut seen = self.lock();
        match seen.messages.get_mut(id) {
            Some(State::Handled) => return Ok(Claim::Handled),
            Some(State::RunningSince(since)) => {
                let lapsed = now.duration_since(*since).is_ok_and(|held| held >= self.lease);
                if !lapsed {
                    return Ok(Claim::Running);
                }
                *since = now;
                return Ok(Claim::New);
            }
            None => {}
        }
        while seen.order.len() >= self.capacity {
            let Some(oldest) = seen.order.pop_front() else { break };
            seen.messages.remove(&oldest);
        }
        seen.order.push_back(id.clone());
        seen.messages.insert(id.clone(), State::RunningSince(now));
        Ok(Claim::New)
    }

    async fn finish(&self, id: &MessageId) -> Result<(), Infallible> {
        if let Some(state) = self.lock().messages.get_mut(id) {
            *state = State::Handled;
        }
        Ok(())
    }

    async fn release(&self, id: &MessageId) -> Result<(), Infallible> {
        let mut seen = self.lock();
        // After the claim lapsed, another attempt may have handled the message.
        let is_running = matches!(seen.messages.get(id), Some(State::RunningSince(_)));
        if is_running && seen.messages.remove(id).is_some() {
            // Its attempt is among the youngest, so it is found soon.
            if let Some(at) = seen.order.iter().rposition(|other| other == id) {
                seen.order.remove(at);
            }
        }
        Ok(())
    }
}
