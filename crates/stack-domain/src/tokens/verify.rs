//! Checking a token.
//!
//! The algorithm is pinned; the key is chosen by audience *and* key id; time is the server's clock; every claim is
//! required, typed and compared with the others. Only the public key operation is remembered, never the outcome:
//! expiry is looked at each time.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Validation};
use moka::sync::Cache;
use serde::Deserialize;
use stack_types::{Millis, Secret};

use super::{AccessToken, TokenError, Tokens, UserType, claims::Claims};
use crate::secrets::digest::sha256;

/// Our own tokens have about 1000 bytes; names and addresses are limited.
const MAX_LENGTH: usize = 16 * 1024;
/// A project's id and a suffix are shorter. Keys are derived for it before anything of the token is trusted.
const MAX_AUDIENCE_LENGTH: usize = 128;
/// How many tokens are remembered, at about 300 bytes each.
const REMEMBERED: u64 = 20_000;

/// Tokens whose signature and claims were found good, by the hash of their whole text.
pub(super) struct VerifiedTokens(Cache<[u8; 32], Arc<AccessToken>>);

impl VerifiedTokens {
    pub(super) fn new() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Tokens {
    /// Checks a token at `now`.
    ///
    /// # Errors
    ///
    /// [`TokenError::Unparsable`] or [`TokenError::Expired`].
    pub fn verify(&self, token: &Secret, now: Millis) -> Result<Arc<AccessToken>, TokenError> {
        let hash = sha256(token.expose());
        let verified = match self.verified.0.get(&hash) {
            Some(verified) => verified,
            None => {
                let verified = Arc::new(self.check(token.expose()).ok_or(TokenError::Unparsable)?);
                if now < verified.expires_at {
                    self.verified.0.insert(hash, Arc::clone(&verified));
                }
                verified
            }
        };
        if now < verified.expires_at {
            Ok(verified)
        } else {
            Err(TokenError::Expired(Box::new(AccessToken::clone(&verified))))
        }
    }

    /// Everything but expiry.
    fn check(&self, token: &str) -> Option<AccessToken> {
        #[derive(Deserialize)]
        struct Audience {
            aud: String,
        }

        if token.len() > MAX_LENGTH {
            return None;
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.alg != Algorithm::ES256 {
            return None;
        }
        // Not trusted yet: it only chooses the key, and the claims are compared with it afterwards.
        let audience = jsonwebtoken::dangerous::insecure_decode_claims::<Audience>(token)
            .ok()?
            .aud;
        if audience.len() > MAX_AUDIENCE_LENGTH {
            return None;
        }
        let user_type = user_type_of(&audience);
        let keys = self.keys.of(&audience);
        let key = keys.find(header.kid.as_deref()?)?;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.public, &validation())
            .ok()?
            .claims;
        claims.check(self, user_type)
    }
}

fn user_type_of(audience: &str) -> UserType {
    [UserType::Restricted, UserType::Anonymous]
        .into_iter()
        .find(|user_type| audience.ends_with(user_type.audience_suffix()))
        .unwrap_or(UserType::Normal)
}

/// Signature and algorithm only: [`Claims::check`] and the caller see to the claims, with the server's clock.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}
