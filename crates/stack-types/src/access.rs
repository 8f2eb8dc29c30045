//! The kinds of access, as the header `x-stack-access-type` names them.

use std::fmt;

/// A kind of access: what the caller's key entitles to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// The publishable key; acts as the signed-in user.
    Client,
    /// The secret key; acts on everything of the project.
    Server,
    /// The super secret key; acts on the project itself.
    Admin,
}

impl Access {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Client, Self::Server, Self::Admin];

    /// The value of `x-stack-access-type`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Admin => "admin",
        }
    }

    /// The access of this name; letters in another case don't fit.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|access| access.name() == name)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
