//! What a rule answers when it says no, or when it can't answer.
//!
//! | the caller | use |
//! |---|---|
//! | can act on it and the contract has a code for it | [`DomainError::Known`] |
//! | did something wrong for which there is no code | [`DomainError::Refused`], through [`DomainError::bad_request`] and its kin |
//! | should come back in a moment | [`DomainError::Busy`] |
//! | has tried too often | [`DomainError::TooMany`] |
//! | can't do anything about it | [`DomainError::Storage`], [`DomainError::Internal`] |

use std::{error::Error, time::Duration};

use stack_types::KnownError;

use crate::ports::StorageError;

/// What a rule gives back.
pub type DomainResult<T> = Result<T, DomainError>;

/// Why a rule didn't do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DomainError {
    /// An error of the contract, with its code and details.
    #[error("{}", .0.code())]
    Known(Box<KnownError>),
    /// An error that the wire tells in plain text.
    #[error("{message}")]
    Refused {
        /// Which kind of plain-text error.
        kind: Refusal,
        /// What is wrong and what would be right, for people.
        message: String,
    },
    /// Too much work of this kind is under way.
    #[error("too busy")]
    Busy {
        /// When it may be worth trying again.
        retry_after: Duration,
    },
    /// The caller, or somebody in their stead, has tried too often.
    #[error("too many tries")]
    TooMany {
        /// When another try may be granted.
        retry_after: Duration,
    },
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Something that must not happen did.
    #[error("internal error")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

/// The kinds of plain-text errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The request makes no sense as it is.
    BadRequest,
    /// The caller isn't who they would have to be.
    Unauthorized,
    /// The caller may not do this.
    Forbidden,
    /// There is no such thing, or none that the caller may see.
    NotFound,
}

impl DomainError {
    /// A plain-text error for a request that makes no sense.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::refused(Refusal::BadRequest, message)
    }

    /// A plain-text error for a caller who isn't who they would have to be.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::refused(Refusal::Unauthorized, message)
    }

    /// A plain-text error for a caller who may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::refused(Refusal::Forbidden, message)
    }

    /// A plain-text error for something that isn't there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::refused(Refusal::NotFound, message)
    }

    /// An error that only we can do something about.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The known error, if it is one.
    pub fn known(&self) -> Option<&KnownError> {
        match self {
            Self::Known(known) => Some(known),
            _ => None,
        }
    }

    fn refused(kind: Refusal, message: impl Into<String>) -> Self {
        Self::Refused {
            kind,
            message: message.into(),
        }
    }
}

impl From<KnownError> for DomainError {
    fn from(known: KnownError) -> Self {
        Self::Known(Box::new(known))
    }
}
