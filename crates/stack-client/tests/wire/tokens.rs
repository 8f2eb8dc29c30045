//! Makes access tokens and the keys that go with them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};

/// When tokens are made: 2026-01-02T03:04:05Z.
pub const NOW_SECS: u64 = 1_767_323_045;
pub const PROJECT: &str = "b2b7b3e8-7c39-4c8f-9f2e-0f7a5a3f0c11";
pub const USER: &str = "3241a285-8329-4d69-8f3d-316e08cf140c";
pub const SESSION: &str = "7b1c6f43-2b53-4b29-a9fb-3d3e2e7a2f10";

pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW_SECS)
}

/// A pair of keys and the id that it is published by.
pub struct Signer {
    pub kid: &'static str,
    pair: EcdsaKeyPair,
}

impl Signer {
    pub fn new(kid: &'static str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { kid, pair }
    }

    pub fn jwk(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        json!({
            "kty": "EC", "alg": "ES256", "crv": "P-256", "kid": self.kid, "x": BASE64.encode(x), "y": BASE64.encode(y),
        })
    }

    /// A token that says `claims`.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(json!({ "alg": "ES256", "kid": self.kid }), claims)
    }

    /// A token with this header that says `claims`.
    pub fn sign_as(&self, header: Value, claims: &Value) -> String {
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64.encode(signature))
    }
}

pub fn encode(part: &Value) -> String {
    BASE64.encode(part.to_string())
}

/// The document that publishes these keys.
pub fn key_set(signers: &[&Signer]) -> Value {
    json!({ "keys": signers.iter().map(|signer| signer.jwk()).collect::<Vec<_>>() })
}

/// What a token of an ordinary user says, made by the server at `url`.
pub fn claims(url: &str) -> Value {
    json!({
        "sub": USER,
        "iat": NOW_SECS,
        "exp": NOW_SECS + 600,
        "iss": format!("{url}/api/v1/projects/{PROJECT}"),
        "aud": PROJECT,
        "project_id": PROJECT,
        "branch_id": "main",
        "refresh_token_id": SESSION,
        "role": "authenticated",
        "name": "Ada",
        "email": "ada@example.com",
        "email_verified": true,
        "selected_team_id": null,
        "signed_up_at": NOW_SECS,
        "is_anonymous": false,
        "is_restricted": false,
        "restricted_reason": null,
        "requires_totp_mfa": false,
    })
}

/// What a token of another kind of user says.
pub fn claims_of(url: &str, kind: &str) -> Value {
    let (segment, suffix, reason) = match kind {
        "restricted" => ("projects-restricted-users", ":restricted", "email_not_verified"),
        _ => ("projects-anonymous-users", ":anon", "anonymous"),
    };
    let mut claims = claims(url);
    claims["iss"] = json!(format!("{url}/api/v1/{segment}/{PROJECT}"));
    claims["aud"] = json!(format!("{PROJECT}{suffix}"));
    claims["is_restricted"] = json!(true);
    claims["is_anonymous"] = json!(kind == "anonymous");
    claims["restricted_reason"] = json!({ "type": reason });
    claims
}
