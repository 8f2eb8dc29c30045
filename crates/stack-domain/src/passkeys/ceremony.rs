//! What registering and signing in share: a challenge that is good once, and why an answer isn't.

use base64::Engine;
use serde::{Deserialize, Serialize};
use stack_types::{KnownError, UserId};

use super::answer::BASE64URL;
use crate::{error::DomainError, ports::Rng};

const CHALLENGE_LENGTH: usize = 32;

/// What is wrong with a browser's answer. The log tells; the caller doesn't hear it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault(pub(super) &'static str);

impl Fault {
    pub(super) fn of_registration(self) -> DomainError {
        tracing::debug!(why = self.0, "a passkey was not registered");
        KnownError::PasskeyRegistrationFailed.into()
    }

    pub(super) fn of_sign_in(self) -> DomainError {
        tracing::debug!(why = self.0, "a passkey was not accepted");
        KnownError::PasskeyAuthenticationFailed.into()
    }
}

/// What a code of a ceremony was made for.
#[derive(Serialize, Deserialize)]
pub(super) struct Challenge {
    /// In base64url without padding.
    pub(super) text: String,
    /// Who may register a passkey with it.
    pub(super) user_id: Option<UserId>,
}

impl Challenge {
    pub(super) fn new(rng: &dyn Rng, user_id: Option<UserId>) -> Self {
        let mut bytes = [0; CHALLENGE_LENGTH];
        rng.fill(&mut bytes);
        Self {
            text: BASE64URL.encode(bytes),
            user_id,
        }
    }
}

/// How authenticators know a user: the bytes of the id's text.
pub(super) fn user_handle(user: UserId) -> Vec<u8> {
    user.to_string().into_bytes()
}
