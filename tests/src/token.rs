//! Access tokens as a relying party sees them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::Value;

/// The claims of an access token, all of them, sorted.
pub const CLAIMS: [&str; 18] = [
    "aud",
    "branch_id",
    "email",
    "email_verified",
    "exp",
    "iat",
    "is_anonymous",
    "is_restricted",
    "iss",
    "name",
    "project_id",
    "refresh_token_id",
    "requires_totp_mfa",
    "restricted_reason",
    "role",
    "selected_team_id",
    "signed_up_at",
    "sub",
];

/// What a token says, unchecked.
///
/// # Panics
///
/// If it isn't a JWT.
#[track_caller]
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a token, unchecked.
///
/// # Panics
///
/// If it isn't a JWT.
#[track_caller]
pub fn header(token: &str) -> Value {
    part(token, 0)
}

/// What a token says, if one of `keys` signed it for `audience`. Time isn't looked at: it is the test's.
pub fn verified_claims(token: &str, keys: &Value, audience: &str) -> Option<Value> {
    let keys: JwkSet = serde_json::from_value(keys.clone()).expect("a set of keys");
    let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
    let key = DecodingKey::from_jwk(keys.find(&kid)?).expect("the key can be used");
    let mut rules = Validation::new(Algorithm::ES256);
    rules.validate_exp = false;
    rules.set_audience(&[audience]);
    jsonwebtoken::decode(token, &key, &rules).ok().map(|token| token.claims)
}

#[track_caller]
fn part(token: &str, index: usize) -> Value {
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "a JWT has three parts");
    let bytes = BASE64.decode(parts[index]).expect("base64url without padding");
    serde_json::from_slice(&bytes).expect("JSON")
}
