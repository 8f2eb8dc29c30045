//! The keys with which apps and back ends speak for a project.

use stack_types::{ApiKeySetId, Millis};

/// A set of up to three project keys that expire and are revoked together.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiKeySet {
    /// The set's id.
    pub id: ApiKeySetId,
    /// What the set is for, in its owner's words.
    pub description: String,
    /// When it was created.
    pub created_at: Millis,
    /// From when on its keys are refused.
    pub expires_at: Millis,
    /// When it was revoked; never taken back.
    pub revoked_at: Option<Millis>,
    /// The key for client access.
    pub publishable_client_key: Option<KeyDigest>,
    /// The key for server access.
    pub secret_server_key: Option<KeyDigest>,
    /// The key for admin access.
    pub super_secret_admin_key: Option<KeyDigest>,
}

impl ApiKeySet {
    /// Whether the set's keys are accepted at `now`.
    pub fn is_valid_at(&self, now: Millis) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// The key of one kind.
    pub fn key(&self, kind: ApiKeyKind) -> Option<&KeyDigest> {
        match kind {
            ApiKeyKind::PublishableClient => self.publishable_client_key.as_ref(),
            ApiKeyKind::SecretServer => self.secret_server_key.as_ref(),
            ApiKeyKind::SuperSecretAdmin => self.super_secret_admin_key.as_ref(),
        }
    }
}

/// What is remembered of a key: enough to recognise it and to show which one it is, not enough to use it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyDigest {
    /// SHA-256 of the key's text.
    pub hash: [u8; 32],
    /// The key's last four characters.
    pub last_four: String,
}

impl std::fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyDigest(…{})", self.last_four)
    }
}

/// Which of a set's three keys is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiKeyKind {
    /// `pck_…`: client access.
    PublishableClient,
    /// `ssk_…`: server access.
    SecretServer,
    /// `sak_…`: admin access.
    SuperSecretAdmin,
}
