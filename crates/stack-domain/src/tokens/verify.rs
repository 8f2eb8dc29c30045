//! Checking a token.
//!
//! The algorithm is pinned; the key is chosen by audience *and* key id; time is the server's clock; every claim is
//! required, typed and compared with the others. Only the public key operation is remembered, never the outcome:
//! expiry, and whether the key is still accepted, are looked at each time.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Validation};
use moka::sync::Cache;
use serde::Deserialize;
use stack_types::{Millis, ProjectId, Secret};

use super::{AccessToken, KeySchedule, TokenError, Tokens, UserType, claims::Claims};
use crate::secrets::digest::sha256;

/// Our own tokens have about 1000 bytes; names and addresses are limited.
const MAX_LENGTH: usize = 16 * 1024;
/// A project's id and a suffix are shorter. Keys are derived for it before anything of the token is trusted.
const MAX_AUDIENCE_LENGTH: usize = 128;
/// How many tokens are remembered, at about 300 bytes each.
const REMEMBERED: u64 = 20_000;

/// Tokens whose signature and claims were found good, by the hash of their whole text.
pub(super) struct VerifiedTokens(Cache<[u8; 32], Verified>);

#[derive(Clone)]
struct Verified {
    token: Arc<AccessToken>,
    /// Of the keys that signed it.
    generation: u32,
}

impl VerifiedTokens {
    pub(super) fn new() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Tokens {
    /// The project that a token names, whose schedule is needed to check it. Not trusted yet.
    pub(crate) fn project_of(&self, token: &Secret) -> Option<ProjectId> {
        if let Some(verified) = self.verified.0.get(&sha256(token.expose())) {
            return Some(verified.token.project_id.clone());
        }
        let audience = audience_of(token.expose())?;
        let suffix = user_type_of(&audience).audience_suffix();
        Some(ProjectId::from(audience.strip_suffix(suffix)?))
    }

    /// Checks a token at `now` by the schedule of its project.
    ///
    /// # Errors
    ///
    /// [`TokenError::Unparsable`] or [`TokenError::Expired`].
    pub fn verify(&self, token: &Secret, schedule: &KeySchedule, now: Millis) -> Result<Arc<AccessToken>, TokenError> {
        let hash = sha256(token.expose());
        let Verified { token, generation } = match self.verified.0.get(&hash) {
            Some(verified) => verified,
            None => {
                let verified = self
                    .check(token.expose(), schedule, now)
                    .ok_or(TokenError::Unparsable)?;
                if now < verified.token.expires_at {
                    self.verified.0.insert(hash, verified.clone());
                }
                verified
            }
        };
        if !schedule.accepts(generation, now) {
            return Err(TokenError::Unparsable);
        }
        if now < token.expires_at {
            Ok(token)
        } else {
            Err(TokenError::Expired(Box::new(AccessToken::clone(&token))))
        }
    }

    /// Everything but expiry.
    fn check(&self, token: &str, schedule: &KeySchedule, now: Millis) -> Option<Verified> {
        // It only chooses the key, and the claims are compared with it afterwards.
        let audience = audience_of(token)?;
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.alg != Algorithm::ES256 {
            return None;
        }
        let kid = header.kid.as_deref()?;
        let mut keys = schedule
            .published(now)
            .into_iter()
            .map(|generation| (generation, self.keys.of(&audience, generation)));
        let (generation, key) = keys.find(|(_, key)| key.kid == kid)?;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.public, &validation())
            .ok()?
            .claims;
        let token = claims.check(self, user_type_of(&audience))?;
        Some(Verified {
            token: Arc::new(token),
            generation,
        })
    }
}

/// The audience that a token names.
fn audience_of(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Audience {
        aud: String,
    }

    if token.len() > MAX_LENGTH {
        return None;
    }
    let claims = jsonwebtoken::dangerous::insecure_decode_claims::<Audience>(token).ok()?;
    (claims.aud.len() <= MAX_AUDIENCE_LENGTH).then_some(claims.aud)
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
