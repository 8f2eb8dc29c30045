//! The signature: HMAC-SHA256 of `{id}.{timestamp}.{body}`.
//!
//! Source: Standard Webhooks 1.0.0, "Signature scheme".

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::SigningSecret;

/// The version that a symmetric signature is marked with.
const VERSION: &str = "v1,";

/// The state from which a signature is made or checked.
pub(crate) struct Signature(Hmac<Sha256>);

impl Signature {
    /// Of a message; `timestamp` is the text of its header.
    pub fn of(secret: &SigningSecret, id: &str, timestamp: &str, body: &[u8]) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.bytes()).expect("HMAC takes keys of any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        Self(mac)
    }

    /// As it stands in the header.
    pub fn to_text(&self) -> String {
        let bytes = self.0.clone().finalize().into_bytes();
        format!("{VERSION}{}", STANDARD.encode(bytes))
    }

    /// Whether `candidate`, the bytes of a signature, is this one. Takes the same time whatever differs.
    pub fn is(&self, candidate: &[u8]) -> bool {
        self.0.clone().verify_slice(candidate).is_ok()
    }
}

/// The bytes of the symmetric signatures that a header lists. Other versions and what can't be one are skipped.
pub(crate) fn candidates(header: &str) -> impl Iterator<Item = Vec<u8>> {
    let listed = header.split(' ').filter_map(|one| one.strip_prefix(VERSION));
    listed.filter_map(|encoded| STANDARD.decode(encoded).ok())
}
