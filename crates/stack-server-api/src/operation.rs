//! What the router knows of an operation: one static per operation of the contract.

use stack_types::KnownError;

use crate::Access;

/// One operation of the contract.
#[derive(Debug)]
pub struct Operation {
    /// The `operationId`, which is also the method's name.
    pub id: &'static str,
    /// The tag it belongs to.
    pub tag: &'static str,
    /// In capitals, for example `GET`.
    pub method: &'static str,
    /// Below its base, with `{name}` placeholders.
    pub path: &'static str,
    /// What the path stands under.
    pub base: Base,
    /// Who may call it, the least first.
    pub accesses: &'static [Access],
    /// Whether credentials are needed.
    pub auth: Need,
    /// Who needs to be signed in.
    pub user: Option<UserRule>,
    /// Whether `x-stack-refresh-token` is read.
    pub refresh_token: Need,
    /// Query parameters that are allowed and never looked at.
    pub ignored_query: &'static [&'static str],
    /// What happens to query parameters that the contract doesn't mention.
    pub unknown_query: Unknown,
    /// How the header `authorization` is read, if it is.
    pub authorization: Option<Authorization>,
    /// The status of its success answer; of an operation that only redirects, of its first redirect.
    pub status: u16,
    /// The statuses of its other answers that are no errors.
    pub other_statuses: &'static [u16],
    /// `cache-control` of its success answer, where it isn't the usual one.
    pub cache_control: Option<&'static str>,
    /// The codes of the known errors that are particular to it.
    pub errors: &'static [&'static str],
    /// The statuses that are sent as plain text.
    pub text_errors: &'static [u16],
    /// The statuses that are sent in the form of RFC 6749, section 5.2.
    pub oauth_errors: &'static [u16],
}

impl Operation {
    /// The usual, for the statics to start from: every access, credentials needed, nothing else of note.
    pub const USUAL: Self = Self {
        id: "",
        tag: "",
        method: "GET",
        path: "/",
        base: Base::Api,
        accesses: &Access::ALL,
        auth: Need::Required,
        user: None,
        refresh_token: Need::None,
        ignored_query: &[],
        unknown_query: Unknown::Reject,
        authorization: None,
        status: 200,
        other_statuses: &[],
        cache_control: None,
        errors: &[],
        text_errors: &[],
        oauth_errors: &[],
    };

    /// Whether whoever calls with `access` needs to be signed in.
    pub fn needs_user(&self, access: Access) -> bool {
        self.user.as_ref().is_some_and(|rule| rule.accesses.contains(&access))
    }
}

/// How the header `authorization` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// A token.
    Bearer,
    /// A name and a password.
    Basic,
}

/// What a path stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// Below every version of the API: `/api/v1`, `/api/latest`, ….
    Api,
    /// Below `/api`: the path starts with the one version that it belongs to.
    Versions,
    /// At the root of the server.
    Root,
}

/// Whether something has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It has to.
    Required,
    /// It may.
    Optional,
    /// It is never looked at.
    None,
}

/// What to do with something that the contract doesn't mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Refuse the request with SCHEMA_ERROR.
    Reject,
    /// Act as if it weren't there.
    Ignore,
}

/// Who needs to be signed in, and what the others hear.
#[derive(Debug, Clone, Copy)]
pub struct UserRule {
    /// The accesses that need a user.
    pub accesses: &'static [Access],
    /// The answer to a request without one.
    pub error: WithoutUser,
}

/// The answer to a request that needs a user and has none.
#[derive(Debug, Clone, Copy)]
pub enum WithoutUser {
    /// One more violation of the request's schema.
    SchemaError,
    /// This error, once the request fits its schema.
    Error(fn() -> KnownError),
}
