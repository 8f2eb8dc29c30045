//! A message: an event on its way to an endpoint.

use std::{fmt, str::FromStr, time::SystemTime};

use crate::Event;

/// The id of a message. All attempts to deliver it have the same, so it tells what was handled already.
///
/// It has 1 to 256 characters of visible ASCII and no dot: the signature puts a dot between it and what follows, and
/// nobody shall be able to move that boundary.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(String);

impl MessageId {
    /// The most characters that an id has.
    pub const MAX_LENGTH: usize = 256;

    /// Takes `text` if it is an id.
    ///
    /// # Errors
    ///
    /// If it is empty, too long, or has a dot, a blank or anything else that isn't visible ASCII.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidMessageId> {
        let text = text.into();
        let is_right = |byte: u8| byte.is_ascii_graphic() && byte != b'.';
        if text.is_empty() || text.len() > Self::MAX_LENGTH || !text.bytes().all(is_right) {
            return Err(InvalidMessageId(()));
        }
        Ok(Self(text))
    }

    /// The id as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MessageId {
    type Err = InvalidMessageId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl AsRef<str> for MessageId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageId({})", self.0)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The text is no id of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a message's id has 1 to {} visible ASCII characters and no dot",
    MessageId::MAX_LENGTH
)]
pub struct InvalidMessageId(());

/// What the headers of a message say, once its signature is found to be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Its id, the same in every attempt.
    pub id: MessageId,
    /// When this attempt was made, in whole seconds.
    pub sent_at: SystemTime,
}

/// A message that was verified, with its event.
#[derive(Debug, Clone, PartialEq)]
pub struct Message<E = Event> {
    /// Its id, the same in every attempt.
    pub id: MessageId,
    /// When this attempt was made, in whole seconds.
    pub sent_at: SystemTime,
    /// What happened.
    pub event: E,
}
