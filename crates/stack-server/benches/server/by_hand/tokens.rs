//! Access tokens: checked with the server's key, signed with one of our own.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::show::Person;

/// A key as a JWK.
#[derive(Deserialize)]
pub(super) struct PublicKey {
    kid: String,
    x: String,
    y: String,
}

/// What a token says.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: String,
    iat: i64,
    exp: i64,
    iss: String,
    aud: String,
    project_id: String,
    branch_id: String,
    refresh_token_id: String,
    role: String,
    name: Option<String>,
    email: Option<String>,
    email_verified: bool,
    selected_team_id: Option<String>,
    signed_up_at: i64,
    is_anonymous: bool,
    is_restricted: bool,
    requires_totp_mfa: bool,
}

pub(super) struct Tokens {
    project: String,
    key_id: String,
    public: DecodingKey,
    private: EncodingKey,
    validation: Validation,
    /// By the hash of the token, as the server does.
    verified: Cache<[u8; 32], Claims>,
}

impl Tokens {
    pub(super) fn new(key: &PublicKey, project: String) -> Result<Self> {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[&project]);
        Ok(Self {
            key_id: key.kid.clone(),
            public: DecodingKey::from_ec_components(&key.x, &key.y)?,
            private: EncodingKey::from_ec_der(pkcs8.ok().context("no key")?.as_ref()),
            validation,
            verified: Cache::new(20_000),
            project,
        })
    }

    /// Whose token it is.
    pub(super) fn verify(&self, token: &str) -> Option<Claims> {
        let hash = sha256(token);
        if let Some(claims) = self.verified.get(&hash) {
            return (now() / 1000 < claims.exp).then_some(claims);
        }
        let claims = jsonwebtoken::decode::<Claims>(token, &self.public, &self.validation)
            .ok()?
            .claims;
        self.verified.insert(hash, claims.clone());
        Some(claims)
    }

    pub(super) fn mint(&self, session: &str, person: Person) -> Option<String> {
        let iat = now() / 1000;
        let claims = Claims {
            iat,
            exp: iat + 600,
            iss: format!("http://localhost:8102/api/v1/projects/{}", self.project),
            aud: self.project.clone(),
            project_id: self.project.clone(),
            branch_id: "main".to_owned(),
            refresh_token_id: session.to_owned(),
            role: "authenticated".to_owned(),
            name: person.display_name,
            email: person.email,
            email_verified: person.email_is_verified.unwrap_or(false),
            selected_team_id: person.team_id,
            signed_up_at: person.signed_up_at / 1000,
            is_anonymous: person.is_anonymous,
            is_restricted: person.is_restricted,
            requires_totp_mfa: person.requires_totp_mfa,
            sub: person.id,
        };
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, &claims, &self.private).ok()
    }
}

pub(super) fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Milliseconds since 1970.
pub(super) fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
