//! What an API key looks like: 102 characters that tell scanners for leaked credentials what they have found.
//!
//! | characters | what |
//! |---|---|
//! | 3 | `sk_`, or `pk_` if anyone may see the key |
//! | 45 | random: 224 bits in Crockford's base 32 |
//! | 32 | the key's id in hexadecimal digits |
//! | 4 | `user` or `team` |
//! | 1 | flags in base 32: 1 for a server that isn't the vendor's own, 2 for a public key |
//! | 9 | `574ck4u7h` |
//! | 8 | CRC-32 (IEEE) of everything before, in hexadecimal digits |
//!
//! The checksum is no secret and no protection: it tells a mistyped key from an unknown one without a query.

use stack_types::{ApiKeyId, Secret};
use uuid::Uuid;

use crate::{models::ApiKeyOwnerKind, ports::Rng, secrets::random};

const LENGTH: usize = 102;
const RANDOM_LENGTH: usize = 45;
const ID_LENGTH: usize = 32;
const KIND_LENGTH: usize = 4;
const CHECKSUM_LENGTH: usize = 8;
/// What programs that look for leaked credentials know these keys by.
const MARKER: &str = "574ck4u7h";

/// What a key says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyFacts {
    pub id: ApiKeyId,
    pub kind: ApiKeyOwnerKind,
    pub is_public: bool,
}

/// A new key that says this of itself.
pub(super) fn new_key(facts: KeyFacts, rng: &dyn Rng) -> Secret {
    let body = [
        prefix(facts.is_public),
        random::token(rng).expose(),
        &facts.id.0.simple().to_string(),
        facts.kind.as_str(),
        flags(facts.is_public),
        MARKER,
    ]
    .concat();
    let checksum = checksum(&body);
    Secret::new(body + &checksum)
}

/// What a text says of itself, if it is a key.
pub(super) fn read(text: &str) -> Option<KeyFacts> {
    if text.len() != LENGTH || !text.is_ascii() {
        return None;
    }
    let (body, sum) = text.split_at(LENGTH - CHECKSUM_LENGTH);
    if sum != checksum(body) {
        return None;
    }
    let rest = body.strip_suffix(MARKER)?;
    let is_public = [false, true]
        .into_iter()
        .find(|public| rest.starts_with(prefix(*public)))?;
    let rest = rest.strip_suffix(flags(is_public))?;
    let (rest, kind) = rest.split_at(rest.len() - KIND_LENGTH);
    let kind = ApiKeyOwnerKind::ALL.into_iter().find(|it| it.as_str() == kind)?;
    let (rest, id) = rest.split_at(rest.len() - ID_LENGTH);
    debug_assert_eq!(rest.len(), prefix(is_public).len() + RANDOM_LENGTH);
    let id = Uuid::try_parse(id).ok()?.into();
    Some(KeyFacts { id, kind, is_public })
}

const fn prefix(is_public: bool) -> &'static str {
    if is_public { "pk_" } else { "sk_" }
}

const fn flags(is_public: bool) -> &'static str {
    if is_public { "3" } else { "1" }
}

fn checksum(body: &str) -> String {
    format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ports::SeededRng;

    fn any_key() -> impl Strategy<Value = (KeyFacts, Secret)> {
        (any::<u128>(), any::<bool>(), any::<bool>(), any::<u64>()).prop_map(|(id, team, is_public, seed)| {
            let facts = KeyFacts {
                id: Uuid::from_u128(id).into(),
                kind: ApiKeyOwnerKind::ALL[usize::from(team)],
                is_public,
            };
            (facts, new_key(facts, &SeededRng::new(seed)))
        })
    }

    #[test]
    fn a_key_is_written_as_it_is_described() {
        let facts = KeyFacts {
            id: Uuid::from_u128(0x0f6e_7d1c_8f7b_4a53_9d7a_3a1f_0f6f_2b11).into(),
            kind: ApiKeyOwnerKind::Team,
            is_public: true,
        };
        let key = new_key(facts, &SeededRng::new(1));
        let (body, sum) = key.expose().split_at(94);
        assert_eq!((&body[..3], body.len(), key.expose().len()), ("pk_", 94, 102));
        assert_eq!(&body[48..], "0f6e7d1c8f7b4a539d7a3a1f0f6f2b11team3574ck4u7h");
        assert_eq!(sum, checksum(body));
        assert_eq!(
            &new_key(
                KeyFacts {
                    is_public: false,
                    ..facts
                },
                &SeededRng::new(1)
            )
            .expose()[..3],
            "sk_"
        );
    }

    /// Source: the check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
    #[test]
    fn the_checksum_is_that_of_everybody() {
        assert_eq!(checksum("123456789"), "cbf43926");
        assert_eq!(checksum(""), "00000000", "leading zeros stay");
    }

    #[test]
    fn other_texts_are_no_keys() {
        let wide = "ä".repeat(LENGTH / 2);
        let marked = format!("sk_{}{MARKER}", "0".repeat(82));
        let with_sum = format!("{marked}{}", checksum(&marked));
        for text in [
            "",
            "sk_",
            "pck_0",
            &"a".repeat(LENGTH),
            &"0".repeat(1_000_000),
            &wide,
            &with_sum,
        ] {
            assert_eq!(read(text), None);
        }
    }

    proptest! {
        #[test]
        fn a_key_reads_back_as_what_it_was_made_of((facts, key) in any_key()) {
            prop_assert_eq!(read(key.expose()), Some(facts));
        }

        #[test]
        fn a_key_with_one_other_character_is_none((_, key) in any_key(), at in 0..LENGTH, other in any::<char>()) {
            let changed = key.expose().char_indices().map(|(index, c)| if index == at { other } else { c });
            let changed: String = changed.collect();
            prop_assume!(changed != key.expose());
            prop_assert_eq!(read(&changed), None);
        }

        #[test]
        fn a_key_with_two_characters_swapped_is_none((_, key) in any_key(), at in 0..LENGTH - 1) {
            let mut changed = key.expose().as_bytes().to_vec();
            changed.swap(at, at + 1);
            let changed = String::from_utf8(changed).unwrap();
            prop_assume!(changed != key.expose());
            prop_assert_eq!(read(&changed), None);
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,120}", length in 0..200_usize) {
            read(&text);
            let bytes: String = text.chars().cycle().take(length).collect();
            read(&bytes);
        }
    }
}
