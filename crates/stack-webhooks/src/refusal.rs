//! How a message is refused over HTTP, and how its body is read.

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};

#[cfg(feature = "axum")]
use crate::ReceiveError;
use crate::VerifyError;

/// A refusal: a status, and a sentence that tells the sender's operator what is wrong and nobody what is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: StatusCode,
    pub message: &'static str,
}

impl Refusal {
    pub const BROKEN_BODY: Self = Self::new(StatusCode::BAD_REQUEST, "the body couldn't be read to its end");
    pub const LARGE_BODY: Self = Self::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
    const HEADERS: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "the headers of the signature are missing or have a wrong form",
    );
    const TIME: Self = Self::new(StatusCode::UNAUTHORIZED, "the timestamp is too far off");
    const SIGNATURE: Self = Self::new(StatusCode::UNAUTHORIZED, "no signature is right");
    #[cfg(feature = "axum")]
    const EVENT: Self = Self::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "the body isn't an event that is understood here",
    );

    pub const fn new(status: StatusCode, message: &'static str) -> Self {
        Self { status, message }
    }

    pub const fn of_verification(error: VerifyError) -> Self {
        match error {
            VerifyError::MissingHeader(_) | VerifyError::MalformedHeader(_) => Self::HEADERS,
            VerifyError::TooOld | VerifyError::TooNew => Self::TIME,
            VerifyError::NoSignature | VerifyError::WrongSignature => Self::SIGNATURE,
        }
    }

    #[cfg(feature = "axum")]
    pub const fn of(error: &ReceiveError) -> Self {
        match error {
            ReceiveError::Refused(error) => Self::of_verification(*error),
            ReceiveError::Unreadable(_) => Self::EVENT,
        }
    }
}

/// All of a body, which has `limit` bytes at most.
pub(crate) async fn read<B>(body: B, limit: usize) -> Result<Bytes, Refusal>
where
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::LARGE_BODY),
        Err(_) => Err(Refusal::BROKEN_BODY),
    }
}
