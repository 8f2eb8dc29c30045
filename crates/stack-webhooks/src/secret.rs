//! The secret that an endpoint shares with the sender.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use stack_types::Secret;
use zeroize::Zeroizing;

/// The key that messages to one endpoint are signed with: `whsec_` and the base64 of 24 to 75 random bytes.
///
/// It prints as `[secret]` and is wiped from memory when dropped.
#[derive(Clone)]
pub struct SigningSecret(Zeroizing<Vec<u8>>);

impl SigningSecret {
    /// What the text form starts with.
    pub const PREFIX: &'static str = "whsec_";
    /// The least bytes of a key. Shorter ones could be guessed.
    pub const MIN_BYTES: usize = 24;
    /// The most bytes of a key. Standard Webhooks allow 64, Svix a few more.
    pub const MAX_BYTES: usize = 75;

    /// Reads the text form. The prefix may be missing; blanks around are none of it.
    ///
    /// # Errors
    ///
    /// If it isn't such a secret. The error doesn't repeat the text.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        if text.starts_with("whsk_") || text.starts_with("whpk_") {
            return Err(SecretError::Asymmetric);
        }
        let encoded = text.strip_prefix(Self::PREFIX).unwrap_or(text);
        let bytes = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| SecretError::NotBase64)?);
        Self::checked(bytes)
    }

    /// Takes random bytes, for who makes a new secret.
    ///
    /// # Errors
    ///
    /// If there are too few or too many.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        Self::checked(Zeroizing::new(bytes.into()))
    }

    /// The text form, to be shown to the owner of the endpoint.
    pub fn to_text(&self) -> Secret {
        let mut text = Self::PREFIX.to_owned();
        STANDARD.encode_string(&*self.0, &mut text);
        Secret::new(text)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn checked(bytes: Zeroizing<Vec<u8>>) -> Result<Self, SecretError> {
        match bytes.len() {
            length if length < Self::MIN_BYTES => Err(SecretError::TooShort),
            length if length > Self::MAX_BYTES => Err(SecretError::TooLong),
            _ => Ok(Self(bytes)),
        }
    }
}

impl FromStr for SigningSecret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Why a text is no signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// There is nothing.
    #[error("there is no signing secret; it looks like `whsec_…` and stands with the endpoint on the dashboard")]
    Missing,
    /// What follows the prefix isn't base64.
    #[error(
        "a signing secret is `whsec_` and base64 with the usual alphabet and padding; this isn't: was it copied whole?"
    )]
    NotBase64,
    /// Fewer bytes than any sender uses.
    #[error(
        "a signing secret has at least {} bytes; this has fewer: was it copied whole?",
        SigningSecret::MIN_BYTES
    )]
    TooShort,
    /// More bytes than any sender uses.
    #[error("a signing secret has at most {} bytes; this has more", SigningSecret::MAX_BYTES)]
    TooLong,
    /// A key pair's half.
    #[error("this is a key of asymmetric signatures, which aren't supported; a signing secret starts with `whsec_`")]
    Asymmetric,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_text_form_goes_in_and_out_with_or_without_its_prefix() {
        for text in [TEXT, &TEXT["whsec_".len()..], &format!(" {TEXT}\n")] {
            let secret = SigningSecret::parse(text).expect("it is one");
            assert_eq!(secret.to_text().expose(), TEXT);
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_with_a_hint_and_without_a_quote() {
        let long = format!("whsec_{}", STANDARD.encode([7; 76]));
        for (text, error) in [
            ("", SecretError::TooShort),
            ("whsec_AAAA", SecretError::TooShort),
            (&TEXT[..TEXT.len() - 2], SecretError::NotBase64),
            (&long, SecretError::TooLong),
            ("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Asymmetric),
        ] {
            assert_eq!(SigningSecret::parse(text).expect_err("it is none"), error);
        }
        assert!(!SecretError::NotBase64.to_string().contains("MfKQ"));
    }

    #[test]
    fn debug_output_hides_the_key() {
        let secret = SigningSecret::from_bytes([7; 24]).expect("24 bytes will do");
        assert_eq!(format!("{secret:?}"), "[secret]");
    }
}
