//! Encryption of what is stored but must not be read in the database.
//!
//! XChaCha20-Poly1305 with a key that is derived from the server's secret. What a text belongs to (a project, a user)
//! is bound to it, so that a sealed text can't be moved to another row.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hkdf::Hkdf;
use sha2::Sha256;
use stack_types::Secret;

use crate::{
    error::{DomainError, DomainResult},
    ports::Rng,
};

/// Stands before every sealed text, so that another algorithm could follow one day.
const VERSION: &str = "v1.";
const NONCE_LENGTH: usize = 24;

/// Seals and opens texts.
pub struct Sealer(XChaCha20Poly1305);

impl Sealer {
    /// A sealer whose key comes from the server's secret.
    pub fn new(server_secret: &Secret) -> Self {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, server_secret.expose().as_bytes())
            .expand(b"stack-auth/seal/v1", &mut key)
            .expect("32 bytes are a possible length for HKDF-SHA256");
        Self(XChaCha20Poly1305::new(&key.into()))
    }

    /// Seals `text` for `owner`.
    pub fn seal(&self, owner: &str, text: &str, rng: &dyn Rng) -> String {
        let mut nonce = [0; NONCE_LENGTH];
        rng.fill(&mut nonce);
        let payload = Payload {
            msg: text.as_bytes(),
            aad: owner.as_bytes(),
        };
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a text fits into memory");
        format!("{VERSION}{}", BASE64.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what was sealed for `owner`.
    ///
    /// # Errors
    ///
    /// [`DomainError::Internal`] if it wasn't sealed for `owner` with this server's secret.
    pub fn open(&self, owner: &str, sealed: &str) -> DomainResult<String> {
        self.try_open(owner, sealed)
            .ok_or_else(|| DomainError::internal("a sealed text doesn't open: was the server's secret changed?"))
    }

    fn try_open(&self, owner: &str, sealed: &str) -> Option<String> {
        let bytes = BASE64.decode(sealed.strip_prefix(VERSION)?).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LENGTH>()?;
        let payload = Payload {
            msg: sealed,
            aad: owner.as_bytes(),
        };
        String::from_utf8(self.0.decrypt(&XNonce::from(*nonce), payload).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRng;

    #[test]
    fn a_sealed_text_opens_for_its_owner_only() {
        let sealer = Sealer::new(&Secret::new("one"));
        let sealed = sealer.seal("project-a", "hunter2", &SeededRng::new(1));
        assert!(!sealed.contains("hunter2"));
        assert_eq!(sealer.open("project-a", &sealed).unwrap(), "hunter2");
        assert!(sealer.open("project-b", &sealed).is_err());
        assert!(Sealer::new(&Secret::new("two")).open("project-a", &sealed).is_err());
    }

    #[test]
    fn a_changed_text_does_not_open() {
        let sealer = Sealer::new(&Secret::new("one"));
        let sealed = sealer.seal("a", "hunter2", &SeededRng::new(1));
        for index in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            assert!(
                sealer.open("a", &String::from_utf8(changed).unwrap()).is_err(),
                "byte {index}"
            );
        }
    }
}
