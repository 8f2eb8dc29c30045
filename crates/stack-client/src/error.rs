//! Everything that can go wrong with a call.

use std::fmt;

use bytes::Bytes;
use progenitor_client::{Error as RawError, ResponseValue};
use reqwest::{StatusCode, header::HeaderMap};
use stack_types::{ErrorBody, KnownError};

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed.
///
/// # Examples
///
/// ```
/// use stack_client::{Error, types::KnownError};
///
/// fn hint(error: &Error) -> &'static str {
///     match error.known() {
///         Some(KnownError::EmailPasswordMismatch) => "wrong e-mail or password",
///         Some(_) => "refused",
///         None => "try again later",
///     }
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server answered with a known error.
    #[error("{} ({status}): {}{}", .error.code(), .error.message(), shown(.request_id))]
    Known {
        /// Which one, with its details.
        error: Box<KnownError>,
        /// The status of the answer.
        status: StatusCode,
        /// The server's name for the request, for questions to whoever runs it.
        request_id: Option<String>,
    },

    /// The server answered with an error that has no code.
    #[error("{status}: {text}{}", shown(.request_id))]
    Plain {
        /// The status of the answer.
        status: StatusCode,
        /// The text of the answer.
        text: String,
        /// The server's name for the request, for questions to whoever runs it.
        request_id: Option<String>,
    },

    /// An argument is missing or doesn't fit; nothing was sent.
    #[error("the call can't be sent: {0}")]
    Invalid(String),

    /// The server wasn't reached, or the connection broke, or it took too long.
    #[error("the server can't be reached")]
    Transport(#[source] reqwest::Error),

    /// The answer says success but isn't what the contract promises.
    #[error("the answer can't be read")]
    Decode {
        /// What is wrong with it.
        source: serde_json::Error,
        /// The body of the answer. It may hold secrets.
        body: Body,
    },

    /// The answer has a status that the contract doesn't know, for example of a redirect.
    #[error("unexpected status {status}")]
    Unexpected {
        /// The status of the answer.
        status: StatusCode,
        /// The headers of the answer.
        headers: Box<HeaderMap>,
    },
}

impl Error {
    /// The known error, if it is one.
    pub fn known(&self) -> Option<&KnownError> {
        match self {
            Self::Known { error, .. } => Some(error),
            _ => None,
        }
    }

    /// The code of the known error, if it is one.
    pub fn code(&self) -> Option<&str> {
        self.known().map(KnownError::code)
    }

    /// Whether the server wasn't reached, or had trouble of its own or too much to do: the same call may work later. What
    /// was asked for may have been done all the same.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Transport(_) => true,
            Self::Invalid(_) | Self::Decode { .. } => false,
            Self::Known { status, .. } | Self::Plain { status, .. } | Self::Unexpected { status, .. } => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
        }
    }

    /// The status of the answer, if one came and its status tells more than success.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Known { status, .. } | Self::Plain { status, .. } | Self::Unexpected { status, .. } => Some(*status),
            Self::Transport(error) => error.status(),
            Self::Invalid(_) | Self::Decode { .. } => None,
        }
    }

    /// The server's name for the request, if it answered with an error.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Known { request_id, .. } | Self::Plain { request_id, .. } => request_id.as_deref(),
            Self::Unexpected { headers, .. } => headers.get(REQUEST_ID)?.to_str().ok(),
            _ => None,
        }
    }
}

/// The body of an answer, hidden in debug output.
#[derive(Clone)]
pub struct Body(Bytes);

impl Body {
    /// The bytes. They may hold secrets.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

/// Names a request in the server's logs.
pub(crate) const REQUEST_ID: &str = "x-stack-request-id";

impl From<RawError<ErrorBody>> for Error {
    fn from(error: RawError<ErrorBody>) -> Self {
        match error {
            RawError::ErrorResponse(answer) => answer.into(),
            RawError::InvalidRequest(reason) | RawError::Custom(reason) => Self::Invalid(reason),
            RawError::CommunicationError(error) if error.is_builder() => Self::Invalid(error.to_string()),
            RawError::CommunicationError(error)
            | RawError::InvalidUpgrade(error)
            | RawError::ResponseBodyError(error) => Self::Transport(error),
            RawError::InvalidResponsePayload(body, source) => Self::Decode {
                source,
                body: Body(body),
            },
            RawError::UnexpectedResponse(response) => Self::Unexpected {
                status: response.status(),
                headers: Box::new(response.headers().clone()),
            },
        }
    }
}

impl From<ResponseValue<ErrorBody>> for Error {
    // An empty code marks a plain error: the transport writes it where the answer wasn't a known error.
    fn from(answer: ResponseValue<ErrorBody>) -> Self {
        let status = answer.status();
        let request_id = answer
            .headers()
            .get(REQUEST_ID)
            .and_then(|id| id.to_str().ok())
            .map(str::to_owned);
        let ErrorBody { code, details, error } = answer.into_inner();
        if code.is_empty() {
            return Self::Plain {
                status,
                text: error,
                request_id,
            };
        }
        let error = KnownError::from_wire(status.as_u16(), &code, details, &error);
        Self::Known {
            error: Box::new(error),
            status,
            request_id,
        }
    }
}

fn shown(request_id: &Option<String>) -> String {
    request_id
        .as_ref()
        .map(|id| format!(" (request {id})"))
        .unwrap_or_default()
}
