//! Random texts, and the challenge of one ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use sha2::{Digest, Sha256};
use stack_types::Secret;

use crate::Error;

/// 256 random bits in 43 characters.
pub(super) fn random_text() -> Result<String, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::Invalid(format!("there are no random numbers: {error}")))?;
    Ok(BASE64.encode(bytes))
}

/// The challenge `S256` of a verifier.
pub(super) fn challenge(verifier: &Secret) -> String {
    BASE64.encode(Sha256::digest(verifier.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_random_text_is_long_and_new_each_time() {
        let (one, other) = (random_text().unwrap(), random_text().unwrap());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
    }
}
