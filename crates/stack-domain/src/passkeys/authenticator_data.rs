//! What the authenticator says: for which host it acted, whether somebody was there, how often it was used, and the
//! public key of a new credential.
//!
//! Source: <https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data>.

use ciborium::Value as Cbor;
use sha2::{Digest, Sha256};

use super::ceremony::Fault;

const USER_PRESENT: u8 = 1 << 0;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

const TOO_SHORT: Fault = Fault("the authenticator data is too short");

/// Authenticator data.
#[derive(Debug, PartialEq)]
pub(super) struct AuthenticatorData<'a> {
    rp_id_hash: [u8; 32],
    flags: u8,
    /// How often the credential was used; 0 if the authenticator doesn't count.
    pub(super) sign_count: u32,
    /// The new credential, in a registration.
    pub(super) credential: Option<AttestedCredential<'a>>,
}

/// A new credential.
#[derive(Debug, PartialEq)]
pub(super) struct AttestedCredential<'a> {
    pub(super) id: &'a [u8],
    /// A `COSE_Key`.
    pub(super) public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    /// Takes it apart; nothing may be left over.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or(TOO_SHORT)?;
        let (&[flags], rest) = rest.split_first_chunk::<1>().ok_or(TOO_SHORT)?;
        let (sign_count, mut rest) = rest.split_first_chunk::<4>().ok_or(TOO_SHORT)?;
        let credential = if flags & HAS_CREDENTIAL != 0 {
            Some(AttestedCredential::read(&mut rest)?)
        } else {
            None
        };
        if flags & HAS_EXTENSIONS != 0 {
            skip_cbor(&mut rest)?;
        }
        if !rest.is_empty() {
            return Err(Fault("the authenticator data is too long"));
        }
        Ok(Self {
            rp_id_hash: *rp_id_hash,
            flags,
            sign_count: u32::from_be_bytes(*sign_count),
            credential,
        })
    }

    /// Checks that it is for this host, and that somebody was there.
    pub(super) fn check(&self, rp_id: &str) -> Result<(), Fault> {
        if self.rp_id_hash[..] != Sha256::digest(rp_id)[..] {
            return Err(Fault("the authenticator acted for another host"));
        }
        if self.flags & USER_PRESENT == 0 {
            return Err(Fault("nobody was present"));
        }
        if self.flags & (BACKUP_ELIGIBLE | BACKED_UP) == BACKED_UP {
            return Err(Fault("what can't be backed up is"));
        }
        Ok(())
    }
}

impl<'a> AttestedCredential<'a> {
    fn read(rest: &mut &'a [u8]) -> Result<Self, Fault> {
        // The model of the authenticator comes first.
        let (_, after) = rest.split_first_chunk::<16>().ok_or(TOO_SHORT)?;
        let (length, after) = after.split_first_chunk::<2>().ok_or(TOO_SHORT)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (id, after) = after.split_at_checked(length).ok_or(TOO_SHORT)?;
        *rest = after;
        skip_cbor(rest)?;
        let public_key = &after[..after.len() - rest.len()];
        Ok(Self { id, public_key })
    }
}

/// The authenticator data in an attestation object. What the authenticator's maker attests isn't asked for, and not
/// looked at.
pub(super) fn of_attestation_object(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let object: Cbor = ciborium::from_reader(bytes).map_err(|_| Fault("the attestation object isn't CBOR"))?;
    let entries = object.into_map().unwrap_or_default();
    let data = entries.into_iter().find(|(key, _)| key.as_text() == Some("authData"));
    data.and_then(|(_, data)| data.into_bytes().ok())
        .ok_or(Fault("the attestation object has no authenticator data"))
}

fn skip_cbor(rest: &mut &[u8]) -> Result<(), Fault> {
    let skipped: Result<Cbor, _> = ciborium::from_reader(rest);
    skipped
        .map(drop)
        .map_err(|_| Fault("the authenticator data holds bad CBOR"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOST: &str = "example.com";

    fn data(flags: u8, rest: &[u8]) -> Vec<u8> {
        [&Sha256::digest(HOST), &[flags][..], &[0, 0, 1, 2], rest].concat()
    }

    #[test]
    fn a_signature_comes_with_host_presence_and_counter() {
        let bytes = data(USER_PRESENT, &[]);
        let read = AuthenticatorData::read(&bytes).unwrap();
        assert_eq!((read.sign_count, &read.credential), (258, &None));
        assert_eq!(read.check(HOST), Ok(()));
        assert!(read.check("www.example.com").is_err());
        for (flags, fine) in [
            (0, false),
            (USER_PRESENT | BACKED_UP, false),
            (USER_PRESENT | BACKUP_ELIGIBLE, true),
        ] {
            let bytes = data(flags, &[]);
            assert_eq!(
                AuthenticatorData::read(&bytes).unwrap().check(HOST).is_ok(),
                fine,
                "{flags:b}"
            );
        }
    }

    #[test]
    fn a_new_credential_comes_with_id_and_key_and_extensions_after_it() {
        // An id of two bytes; a key {1: 2}; extensions {}.
        let credential = [&[9; 16][..], &[0, 2], b"id", &[0xa1, 1, 2]].concat();
        for (flags, rest) in [(HAS_CREDENTIAL, vec![]), (HAS_CREDENTIAL | HAS_EXTENSIONS, vec![0xa0])] {
            let bytes = data(flags, &[credential.clone(), rest].concat());
            let new = AuthenticatorData::read(&bytes).unwrap().credential.unwrap();
            assert_eq!((new.id, new.public_key), (&b"id"[..], &[0xa1, 1, 2][..]));
        }
        for (flags, rest) in [
            (0, credential.clone()),
            (HAS_CREDENTIAL, credential[..19].to_vec()),
            (HAS_CREDENTIAL, credential[..20].to_vec()),
            (HAS_CREDENTIAL, [&credential[..], &[0]].concat()),
            (HAS_CREDENTIAL | HAS_EXTENSIONS, credential.clone()),
            (HAS_EXTENSIONS, vec![]),
        ] {
            assert!(
                AuthenticatorData::read(&data(flags, &rest)).is_err(),
                "{flags:b} {rest:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = AuthenticatorData::read(&bytes);
            let _ = AuthenticatorData::read(&data(HAS_CREDENTIAL | HAS_EXTENSIONS, &bytes));
            let _ = of_attestation_object(&bytes);
        }
    }
}
