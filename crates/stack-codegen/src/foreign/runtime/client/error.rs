//! Why a call failed.

use bytes::Bytes;
use progenitor_client::Error as RawError;
use reqwest::{StatusCode, header::HeaderMap};
use serde::de::DeserializeOwned;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server answered with none of the documented successes.
    #[error("the server answered {status}: {}", String::from_utf8_lossy(&body[..body.len().min(512)]))]
    Status {
        /// The status.
        status: StatusCode,
        /// The headers.
        headers: Box<HeaderMap>,
        /// The body.
        body: Bytes,
    },

    /// An argument is missing or doesn't fit; nothing was sent.
    #[error("the call can't be sent: {0}")]
    Invalid(String),

    /// The server wasn't reached, or the connection broke.
    #[error("the server can't be reached")]
    Transport(#[source] reqwest::Error),

    /// The answer says success but isn't what the document promises.
    #[error("the answer can't be read")]
    Decode {
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
        /// The body.
        body: Bytes,
    },
}

impl Error {
    /// The status of the answer, if there was one and it told of no success.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The body of the answer as the type that the document gives for this status; `None` if it doesn't fit.
    pub fn body<T: DeserializeOwned>(&self) -> Option<T> {
        match self {
            Self::Status { body, .. } => serde_json::from_slice(body).ok(),
            _ => None,
        }
    }
}

impl From<RawError<()>> for Error {
    fn from(error: RawError<()>) -> Self {
        match error {
            RawError::InvalidRequest(reason) | RawError::Custom(reason) => Self::Invalid(reason),
            RawError::CommunicationError(error)
            | RawError::InvalidUpgrade(error)
            | RawError::ResponseBodyError(error) => Self::Transport(error),
            RawError::InvalidResponsePayload(body, source) => Self::Decode { source, body },
            RawError::ErrorResponse(answer) => Self::Status {
                status: answer.status(),
                headers: Box::new(answer.headers().clone()),
                body: Bytes::new(),
            },
            RawError::UnexpectedResponse(answer) => Self::Status {
                status: answer.status(),
                headers: Box::new(answer.headers().clone()),
                body: Bytes::new(),
            },
        }
    }
}
