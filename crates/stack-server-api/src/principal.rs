//! Who is calling, in the types: a method that takes a [`Principal`] can't be reached by anybody else.
//!
//! Its access is [`Access`] where an operation is the same for all three.

use stack_types::Access;

/// The access of an operation, or of a part of one, that only clients reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAccess;

/// The access of an operation that servers and admins reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServerAccess {
    /// The secret key.
    Server,
    /// The super secret key, which may do all that the secret key may.
    Admin,
}

/// The access of an operation that only admins reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AdminAccess;

impl From<ClientAccess> for Access {
    fn from(_: ClientAccess) -> Self {
        Self::Client
    }
}

impl From<ServerAccess> for Access {
    fn from(access: ServerAccess) -> Self {
        match access {
            ServerAccess::Server => Self::Server,
            ServerAccess::Admin => Self::Admin,
        }
    }
}

impl From<AdminAccess> for Access {
    fn from(_: AdminAccess) -> Self {
        Self::Admin
    }
}

/// An access that can be told from the header; implemented by the four of this module.
pub trait FromAccess: Sized {
    /// The access as this type, if it is one of those that the type stands for.
    fn from_access(access: Access) -> Option<Self>;
}

impl FromAccess for Access {
    fn from_access(access: Access) -> Option<Self> {
        Some(access)
    }
}

impl FromAccess for ClientAccess {
    fn from_access(access: Access) -> Option<Self> {
        (access == Access::Client).then_some(Self)
    }
}

impl FromAccess for ServerAccess {
    fn from_access(access: Access) -> Option<Self> {
        match access {
            Access::Client => None,
            Access::Server => Some(Self::Server),
            Access::Admin => Some(Self::Admin),
        }
    }
}

impl FromAccess for AdminAccess {
    fn from_access(access: Access) -> Option<Self> {
        (access == Access::Admin).then_some(Self)
    }
}

/// A caller who was let in: `A` is the access, `T` what the server knows of the project, `U` the signed-in user
/// (`Option<U>` where the contract doesn't ask for one).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Principal<A, T, U> {
    /// With which access.
    pub access: A,
    /// What [`Authenticate`](crate::Authenticate) found out about project and session.
    pub tenant: T,
    /// Who is signed in.
    pub user: U,
}

impl<A: Into<Access>, T, U> Principal<A, T, U> {
    /// The same caller with an access that the types no longer limit, for code that several operations share.
    pub fn widen(self) -> Principal<Access, T, U> {
        Principal {
            access: self.access.into(),
            tenant: self.tenant,
            user: self.user,
        }
    }
}

impl<A, T, U> Principal<A, T, U> {
    /// The same caller where nobody needs to be signed in, for code that several operations share.
    pub fn with_optional_user(self) -> Principal<A, T, Option<U>> {
        Principal {
            access: self.access,
            tenant: self.tenant,
            user: Some(self.user),
        }
    }
}
