//! The ways in which a user can be reached.

use stack_types::{Millis, UserId};
use uuid::Uuid;

/// The id of a contact channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactChannelId(pub Uuid);

/// One address of a user.
///
/// Three rules that the storage keeps:
/// - a user has at most one channel of a (type, value);
/// - a user has at most one primary channel of a type;
/// - among the channels of a project that are used for auth, (type, value) is unique.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactChannel {
    /// The channel's id.
    pub id: ContactChannelId,
    /// Whose it is.
    pub user_id: UserId,
    /// What kind of address it is.
    pub kind: ContactChannelType,
    /// The address, normalized.
    pub value: String,
    /// Whether it is the user's main address.
    pub is_primary: bool,
    /// Whether the user has shown that it is theirs.
    pub is_verified: bool,
    /// Whether the user signs in with it.
    pub used_for_auth: bool,
    /// When it was added.
    pub created_at: Millis,
}

/// The kind of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContactChannelType {
    /// An e-mail address.
    Email,
}

impl ContactChannelType {
    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
        }
    }
}
