//! The signing keys: derived when they are needed, remembered for a while.

use std::{array, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use hkdf::Hkdf;
use jsonwebtoken::{DecodingKey, EncodingKey};
use moka::sync::Cache;
use p256::{SecretKey, pkcs8::EncodePrivateKey};
use serde::Serialize;
use sha2::{Digest, Sha256};
use stack_types::Secret;

/// How many audiences' keys are remembered. Deriving them again costs about a tenth of a millisecond.
const REMEMBERED: u64 = 10_000;
const GENERATIONS: usize = 2;
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
    remembered: Cache<String, Arc<KeyPairs>>,
}

/// The keys of one audience, one pair per generation.
pub(super) struct KeyPairs([KeyPair; GENERATIONS]);

pub(super) struct KeyPair {
    pub(super) kid: String,
    pub(super) private: EncodingKey,
    pub(super) public: DecodingKey,
    jwk: Jwk,
}

impl KeyRing {
    pub(super) fn new(server_secret: &Secret) -> Self {
        Self {
            derivation: Hkdf::new(Some(b"stack-auth/access-tokens"), server_secret.expose().as_bytes()),
            remembered: Cache::new(REMEMBERED),
        }
    }

    /// The keys of an audience.
    pub(super) fn of(&self, audience: &str) -> Arc<KeyPairs> {
        self.remembered.get(audience).unwrap_or_else(|| {
            self.remembered.get_with(audience.to_owned(), || {
                Arc::new(KeyPairs(array::from_fn(|generation| {
                    KeyPair::new(&self.derive(audience, generation))
                })))
            })
        })
    }

    fn derive(&self, audience: &str, generation: usize) -> SecretKey {
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

impl KeyPairs {
    /// The pair that signs.
    pub(super) fn signing(&self) -> &KeyPair {
        &self.0[0]
    }

    pub(super) fn find(&self, kid: &str) -> Option<&KeyPair> {
        self.0.iter().find(|pair| pair.kid == kid)
    }

    pub(super) fn public(&self) -> Vec<Jwk> {
        self.0.iter().map(|pair| pair.jwk.clone()).collect()
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
