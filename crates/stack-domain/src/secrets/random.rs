//! Random tokens and ids.

use stack_types::Secret;
use uuid::{Builder, Uuid};

use crate::ports::Rng;

/// Crockford's base 32 in lower case: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TOKEN_BYTES: usize = 28;

/// A token of 224 random bits, 45 characters long.
pub fn token(rng: &dyn Rng) -> Secret {
    prefixed_token("", rng)
}

/// A [`token`] after `prefix`.
pub fn prefixed_token(prefix: &str, rng: &dyn Rng) -> Secret {
    let mut bytes = [0; TOKEN_BYTES];
    rng.fill(&mut bytes);
    Secret::new(format!("{prefix}{}", base32(&bytes)))
}

/// A random UUID of version 4.
pub fn uuid(rng: &dyn Rng) -> Uuid {
    let mut bytes = [0; 16];
    rng.fill(&mut bytes);
    Builder::from_random_bytes(bytes).into_uuid()
}

/// Base 32 of `bytes`, five bits a character, the last one filled up with zeros.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity((bytes.len() * 8).div_ceil(5));
    let (mut buffer, mut bits) = (0_u16, 0);
    for &byte in bytes {
        buffer = (buffer << 8) | u16::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[usize::from(buffer >> bits) & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[usize::from(buffer << (5 - bits)) & 31]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRng;

    #[test]
    fn a_token_has_45_characters_of_crockfords_alphabet() {
        let token = token(&SeededRng::new(1));
        assert_eq!(token.expose().len(), 45);
        assert!(token.expose().bytes().all(|byte| ALPHABET.contains(&byte)));
    }

    #[test]
    fn base32_keeps_every_bit() {
        assert_eq!(base32(&[0xff; 5]), "zzzzzzzz");
        assert_eq!(base32(&[0x00, 0x01]), "000g");
    }

    #[test]
    fn tokens_and_ids_differ_from_each_other() {
        let rng = SeededRng::new(1);
        assert_ne!(token(&rng), token(&rng));
        assert_ne!(uuid(&rng), uuid(&rng));
    }
}
