//! The signing keys: derived when they are needed, remembered for a while.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use hkdf::Hkdf;
use jsonwebtoken::{DecodingKey, EncodingKey};
use moka::sync::Cache;
use p256::{SecretKey, pkcs8::EncodePrivateKey};
use serde::Serialize;
use sha2::{Digest, Sha256};
use stack_types::Secret;

/// How many pairs of keys are remembered. Deriving one again costs about a tenth of a millisecond.
const REMEMBERED: u64 = 20_000;
const KID_LENGTH: usize = 12;

/// A public key as it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jwk {
    /// Always `EC`.
    pub kty: &'static str,
    /// Always `ES256`.
    pub alg: &'static str,
    /// Always `P-256`.
    pub crv: &'static str,
    /// First coordinate, base64url.
    pub x: String,
    /// Second coordinate, base64url.
    pub y: String,
    /// By which id tokens name it; 12 characters.
    pub kid: String,
}

/// The document that publishes a project's keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    /// The keys; the first of each audience signs.
    pub keys: Vec<Jwk>,
}

/// All keys of a deployment.
pub(super) struct KeyRing {
    derivation: Hkdf<Sha256>,
    /// By audience and generation.
    remembered: Cache<(String, u32), Arc<KeyPair>>,
}

pub(super) struct KeyPair {
    pub(super) kid: String,
    pub(super) private: EncodingKey,
    pub(super) public: DecodingKey,
    pub(super) jwk: Jwk,
}

impl KeyRing {
    pub(super) fn new(server_secret: &Secret) -> Self {
        Self {
            derivation: Hkdf::new(Some(b"stack-auth/access-tokens"), server_secret.expose().as_bytes()),
            remembered: Cache::new(REMEMBERED),
        }
    }

    /// The keys of an audience in one generation.
    pub(super) fn of(&self, audience: &str, generation: u32) -> Arc<KeyPair> {
        let name = (audience.to_owned(), generation);
        self.remembered.get(&name).unwrap_or_else(|| {
            self.remembered
                .get_with(name, || Arc::new(KeyPair::new(&self.derive(audience, generation))))
        })
    }

    fn derive(&self, audience: &str, generation: u32) -> SecretKey {
        // One in 2³² outputs is no P-256 key; the next one is tried then.
        (0_u32..)
            .find_map(|attempt| {
                let mut bytes = [0; 32];
                let info = format!("ES256/{generation}/{attempt}/{audience}");
                self.derivation
                    .expand(info.as_bytes(), &mut bytes)
                    .expect("32 bytes are a possible length");
                SecretKey::from_slice(&bytes).ok()
            })
            .expect("some output is a key")
    }
}

impl KeyPair {
    fn new(key: &SecretKey) -> Self {
        let point = key.public_key().to_sec1_bytes();
        let (x, y) = point[1..].split_at(32);
        let mut kid = BASE64.encode(Sha256::digest(&point));
        kid.truncate(KID_LENGTH);
        let jwk = Jwk {
            kty: "EC",
            alg: "ES256",
            crv: "P-256",
            x: BASE64.encode(x),
            y: BASE64.encode(y),
            kid: kid.clone(),
        };
        let der = key.to_pkcs8_der().expect("a key has a DER form");
        Self {
            kid,
            private: EncodingKey::from_ec_der(der.as_bytes()),
            public: DecodingKey::from_ec_components(&jwk.x, &jwk.y).expect("the coordinates are base64url"),
            jwk,
        }
    }
}
