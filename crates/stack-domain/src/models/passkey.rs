//! Passkeys: WebAuthn credentials to sign in with.

use stack_types::{Millis, UserId};

/// A passkey. Nothing of it is secret: the private key never leaves the authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Whose it is.
    pub user_id: UserId,
    /// The authenticator's name for it; at most 1023 bytes.
    pub credential_id: Vec<u8>,
    /// The public key as it came, a `COSE_Key`.
    pub public_key: Vec<u8>,
    /// The host of the pages on which it works.
    pub rp_id: String,
    /// How often it was used, as far as the authenticator counts; 0 if it doesn't.
    pub sign_count: u32,
    /// When it was registered.
    pub created_at: Millis,
}
