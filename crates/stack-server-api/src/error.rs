//! Everything that can go wrong with a request, and how it goes over the wire. Which to use where:
//!
//! | situation | use | on the wire |
//! |---|---|---|
//! | the contract has a code for it | `Err(KnownError::UserNotFound.into())` | its status, `x-stack-known-error`, JSON |
//! | the operation documents a plain-text error (`x-text-errors`) | [`ApiError::text`] | that status, plain text |
//! | OAuth 2 wants an error of its own (RFC 6749, section 5.2) | [`ApiError::oauth`] | 400, `{"error", "error_description"}` |
//! | too much at once | [`ApiError::busy`] | 429 or 503 with `retry-after` |
//! | an operation that this server leaves out | [`ApiError::NotBuilt`] | 501, plain text |
//! | anything else: a bug, a broken disk, a lost database | [`ApiError::internal`] | bare 500; the cause goes to the log |
//!
//! SCHEMA_ERROR and BODY_PARSING_ERROR are the router's: a method has no reason to make them, save for a rule that
//! the contract can't express ([`ApiError::schema`]).

use std::{borrow::Cow, error::Error, fmt};

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header::RETRY_AFTER};
use stack_types::KnownError;

use crate::{operation::Operation, respond, wire::RequestId};

/// Why a request failed. The module says which variant to use where.
#[derive(Debug)]
pub enum ApiError {
    /// An error of the contract.
    Known(Box<KnownError>),
    /// An error without a code.
    Text {
        /// 4xx.
        status: StatusCode,
        /// A sentence for the caller.
        message: Cow<'static, str>,
    },
    /// The body couldn't be parsed: BODY_PARSING_ERROR with what is wrong with it.
    UnreadableBody(String),
    /// An error of the OAuth 2 protocol (RFC 6749, section 5.2).
    Oauth {
        /// The protocol's code, for example `invalid_grant`.
        error: &'static str,
        /// A sentence for the developer.
        description: String,
    },
    /// More than the server can or wants to do at present.
    Busy {
        /// 429 if it is this caller's doing, 503 otherwise.
        status: StatusCode,
        /// After how many seconds another try makes sense.
        retry_after_secs: u64,
        /// A sentence for the caller.
        message: Cow<'static, str>,
    },
    /// An operation that this server doesn't have; the text names what is missing.
    NotBuilt(&'static str),
    /// What the caller can't act on, with its cause.
    Internal(Box<dyn Error + Send + Sync>),
}

impl ApiError {
    /// An error without a code.
    pub fn text(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Text {
            status,
            message: message.into(),
        }
    }

    /// A SCHEMA_ERROR of one sentence, for a rule that the contract can't express.
    pub fn schema(message: impl Into<String>) -> Self {
        KnownError::SchemaError {
            message: message.into(),
        }
        .into()
    }

    /// An error of the OAuth 2 protocol (RFC 6749, section 5.2).
    pub fn oauth(error: &'static str, description: impl Into<String>) -> Self {
        Self::Oauth {
            error,
            description: description.into(),
        }
    }

    /// More than the server can do at present: 503.
    pub fn busy(retry_after_secs: u64, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Busy {
            status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after_secs,
            message: message.into(),
        }
    }

    /// More than this caller may do at present: 429.
    pub fn too_many(retry_after_secs: u64, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Busy {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after_secs,
            message: message.into(),
        }
    }

    /// What the caller can't act on. The cause is logged and never sent.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The known error, if it is one.
    pub fn known(&self) -> Option<&KnownError> {
        match self {
            Self::Known(error) => Some(error),
            _ => None,
        }
    }

    /// The status of its answer, before any override.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Known(error) => status_of(error),
            Self::Text { status, .. } | Self::Busy { status, .. } => *status,
            Self::UnreadableBody(_) | Self::Oauth { .. } => StatusCode::BAD_REQUEST,
            Self::NotBuilt(_) => StatusCode::NOT_IMPLEMENTED,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Its answer. An internal error is logged here, and only here.
    pub(crate) fn answer(self, operation: Option<&Operation>, request_id: Option<RequestId>) -> Response {
        let status = self.status();
        match self {
            Self::Known(error) => respond::known_error(status, &error, error.message().as_ref()),
            Self::UnreadableBody(reason) => respond::known_error(status, &KnownError::BodyParsingError, &reason),
            Self::Text { message, .. } => respond::text(status, message.into_owned()),
            Self::Oauth { error, description } => respond::oauth_error(status, error, &description),
            Self::Busy {
                retry_after_secs,
                message,
                ..
            } => respond::with_header(
                respond::text(status, message.into_owned()),
                RETRY_AFTER,
                retry_after_secs.into(),
            ),
            Self::NotBuilt(what) => respond::text(status, format!("This server doesn't have {what}.")),
            Self::Internal(cause) => {
                let operation = operation.map(|operation| operation.id);
                let request_id = request_id.as_ref().map(RequestId::as_str);
                tracing::error!(operation, request_id, error = %Chain(cause.as_ref()), "a request failed");
                respond::text(status, bare_text(request_id))
            }
        }
    }
}

/// What a caller hears of an internal error: enough to find it in the log, nothing about it.
fn bare_text(request_id: Option<&str>) -> String {
    match request_id {
        Some(id) => format!("Something went wrong on the server. If you report it, name the request: {id}"),
        None => "Something went wrong on the server.".to_owned(),
    }
}

/// The status of a known error, which a peer may have sent with a number that isn't one.
fn status_of(error: &KnownError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST)
}

/// An error with its causes, in one line.
struct Chain<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl From<KnownError> for ApiError {
    fn from(error: KnownError) -> Self {
        Self::Known(Box::new(error))
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(error) => write!(f, "{}: {}", error.code(), error.message()),
            Self::Text { status, message } | Self::Busy { status, message, .. } => write!(f, "{status}: {message}"),
            Self::UnreadableBody(reason) => write!(f, "BODY_PARSING_ERROR: {reason}"),
            Self::Oauth { error, description } => write!(f, "{error}: {description}"),
            Self::NotBuilt(what) => write!(f, "not built: {what}"),
            Self::Internal(cause) => write!(f, "internal: {}", Chain(cause.as_ref())),
        }
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Internal(cause) => Some(cause.as_ref()),
            _ => None,
        }
    }
}

/// For handlers that aren't generated; the generated ones also know operation and request id.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.answer(None, None)
    }
}
