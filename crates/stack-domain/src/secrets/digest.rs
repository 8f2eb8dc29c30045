//! Hashes of tokens.
//!
//! Tokens are long and random, so SHA-256 without salt is enough: it can't be turned round, and the row is found by
//! it. Looking a hash up in an index tells an attacker nothing about the token either, since they can't steer the hash.

use sha2::{Digest, Sha256};
use stack_types::Secret;

use crate::models::{KeyDigest, TokenHash};

/// SHA-256 of a text.
pub fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// What is remembered of a refresh token.
pub fn token_hash(token: &Secret) -> TokenHash {
    TokenHash(sha256(token.expose()))
}

/// What is remembered of a project key.
pub fn key_digest(key: &Secret) -> KeyDigest {
    let text = key.expose();
    let start = text.char_indices().rev().nth(3).map_or(0, |(index, _)| index);
    KeyDigest {
        hash: sha256(text),
        last_four: text[start..].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_four_characters_of_a_key_are_remembered() {
        assert_eq!(key_digest(&Secret::new("pck_abcdef")).last_four, "cdef");
        assert_eq!(key_digest(&Secret::new("päß")).last_four, "päß");
    }
}
