//! Public keys of passkeys, and their signatures.
//!
//! Source: RFC 9053 (algorithms), RFC 8230 (RSA) and RFC 9052 (`COSE_Key`).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use ciborium::Value as Cbor;

use super::ceremony::Fault;

const EDDSA: i64 = -8;
const ES256: i64 = -7;
const RS256: i64 = -257;

/// What a passkey may sign with, the best first.
pub(super) const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];

const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
const OCTET_KEY_PAIR: i64 = 1;
const ELLIPTIC_CURVE: i64 = 2;
const RSA: i64 = 3;
const P256: i64 = 1;
const ED25519_CURVE: i64 = 6;

/// 2048 to 4096 bits: more would only cost time.
const RSA_MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
const RSA_EXPONENT_BYTES: std::ops::RangeInclusive<usize> = 1..=4;

/// A public key.
#[derive(Debug)]
pub(super) enum PublicKey {
    /// On a curve.
    Curve(Box<ParsedPublicKey>),
    /// RSA.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
}

impl PublicKey {
    /// Reads a `COSE_Key` of one of the algorithms that were asked for.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let key = Key::read(bytes)?;
        match (key.int(KEY_TYPE), key.int(ALGORITHM)) {
            (Some(OCTET_KEY_PAIR), Some(EDDSA)) if key.int(-1) == Some(ED25519_CURVE) => {
                Self::on_curve(ParsedPublicKey::new(&ED25519, key.bytes(-2)?))
            }
            (Some(ELLIPTIC_CURVE), Some(ES256)) if key.int(-1) == Some(P256) => {
                let (x, y) = (key.bytes(-2)?, key.bytes(-3)?);
                // SEC 1, 2.3.3: a point that isn't compressed.
                Self::on_curve(ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, [&[4], x, y].concat()))
            }
            (Some(RSA), Some(RS256)) => {
                let [modulus, exponent] = [key.bytes(-1)?, key.bytes(-2)?].map(without_leading_zeros);
                if !RSA_MODULUS_BYTES.contains(&modulus.len()) || !RSA_EXPONENT_BYTES.contains(&exponent.len()) {
                    return Err(Fault("the RSA key is too short or too long"));
                }
                Ok(Self::Rsa {
                    modulus: modulus.to_vec(),
                    exponent: exponent.to_vec(),
                })
            }
            _ => Err(Fault("the key is of an algorithm that wasn't asked for")),
        }
    }

    /// Checks a signature.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Fault> {
        let verified = match self {
            Self::Curve(key) => key.verify_sig(message, signature),
            Self::Rsa { modulus, exponent } => RsaPublicKeyComponents {
                n: modulus,
                e: exponent,
            }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        };
        verified.map_err(|_| Fault("the signature is wrong"))
    }

    fn on_curve<E>(key: Result<ParsedPublicKey, E>) -> Result<Self, Fault> {
        let key = key.map_err(|_| Fault("the key isn't on its curve"))?;
        Ok(Self::Curve(Box::new(key)))
    }
}

/// A `COSE_Key`.
struct Key(Vec<(Cbor, Cbor)>);

impl Key {
    fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let key: Cbor = ciborium::from_reader(bytes).map_err(|_| Fault("the key isn't CBOR"))?;
        key.into_map().map(Self).map_err(|_| Fault("the key isn't a map"))
    }

    fn get(&self, label: i64) -> Option<&Cbor> {
        let is_label = |key: &Cbor| key.as_integer() == Some(label.into());
        self.0.iter().find(|(key, _)| is_label(key)).map(|(_, value)| value)
    }

    fn int(&self, label: i64) -> Option<i64> {
        self.get(label)?.as_integer()?.try_into().ok()
    }

    fn bytes(&self, label: i64) -> Result<&[u8], Fault> {
        let bytes = self.get(label).and_then(Cbor::as_bytes);
        bytes.map(Vec::as_slice).ok_or(Fault("the key lacks a part"))
    }
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    &bytes[zeros..]
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{
        rand::SystemRandom,
        rsa::KeySize,
        signature::{
            ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
        },
    };

    use super::*;

    const MESSAGE: &[u8] = b"a message";

    fn cose(entries: Vec<(i64, Cbor)>) -> Vec<u8> {
        let map = entries
            .into_iter()
            .map(|(label, value)| (label.into(), value))
            .collect();
        let mut bytes = Vec::new();
        ciborium::into_writer(&Cbor::Map(map), &mut bytes).unwrap();
        bytes
    }

    fn bytes(bytes: &[u8]) -> Cbor {
        Cbor::Bytes(bytes.to_vec())
    }

    fn int(value: i64) -> Cbor {
        value.into()
    }

    /// A key and its signature of the message.
    fn signed_with_rsa() -> (Vec<u8>, Vec<u8>) {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let mut signature = vec![0; pair.public_modulus_len()];
        let random = SystemRandom::new();
        pair.sign(&RSA_PKCS1_SHA256, &random, MESSAGE, &mut signature).unwrap();
        // PKCS #1: a sequence of modulus and exponent, each after its length.
        let public = pair.public_key().as_ref();
        let (modulus, exponent) = (&public[9..265], &public[267..]);
        let key = vec![(1, int(3)), (3, int(-257)), (-1, bytes(modulus)), (-2, bytes(exponent))];
        (cose(key), signature)
    }

    fn signed_with_ec() -> (Vec<(i64, Cbor)>, Vec<u8>) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let signature = pair.sign(&SystemRandom::new(), MESSAGE).unwrap().as_ref().to_vec();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let key = vec![(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, bytes(x)), (-3, bytes(y))];
        (key, signature)
    }

    fn signed_with_ed() -> (Vec<(i64, Cbor)>, Vec<u8>) {
        let pair = Ed25519KeyPair::generate().unwrap();
        let key = vec![
            (1, int(1)),
            (3, int(-8)),
            (-1, int(6)),
            (-2, bytes(pair.public_key().as_ref())),
        ];
        (key, pair.sign(MESSAGE).as_ref().to_vec())
    }

    #[test]
    fn keys_of_every_algorithm_verify_their_own_signatures_only() {
        let (ec, ed) = (signed_with_ec(), signed_with_ed());
        let rsa = signed_with_rsa();
        let keys = [(cose(ec.0), ec.1), (cose(ed.0), ed.1), rsa];
        for (n, (key, _)) in keys.iter().enumerate() {
            let key = PublicKey::read(key).unwrap();
            for (m, (_, signature)) in keys.iter().enumerate() {
                assert_eq!(key.verify(MESSAGE, signature).is_ok(), n == m);
                assert!(key.verify(b"another", signature).is_err());
            }
        }
    }

    #[test]
    fn keys_of_other_forms_are_refused() {
        let changed = |mut key: Vec<(i64, Cbor)>, label: i64, value: Cbor| {
            key.iter_mut().find(|(own, _)| *own == label).unwrap().1 = value;
            cose(key)
        };
        let (ec, ed) = (signed_with_ec().0, signed_with_ed().0);
        let small = vec![
            (1, int(3)),
            (3, int(-257)),
            (-1, bytes(&[255; 128])),
            (-2, bytes(&[1, 0, 1])),
        ];
        let faults = [
            changed(ec.clone(), 3, int(-35)),
            changed(ec.clone(), -1, int(2)),
            changed(ec.clone(), -2, bytes(&[7; 32])),
            changed(ec.clone(), -2, bytes(&[0; 31])),
            changed(ec.clone(), -3, bytes(&[])),
            changed(ec, -3, int(1)),
            changed(ed.clone(), 1, int(2)),
            changed(ed, -2, bytes(&[1; 31])),
            cose(small),
            cose(vec![]),
            b"\xff".to_vec(),
            Vec::new(),
        ];
        for (n, key) in faults.iter().enumerate() {
            assert!(PublicKey::read(key).is_err(), "{n}");
        }
    }
}
