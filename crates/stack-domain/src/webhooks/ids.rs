//! Ids that sort by time.

use std::sync::{Mutex, PoisonError};

use stack_types::Millis;

use crate::ports::Rng;

/// Crockford's base 32 in lower case.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const RANDOM_BITS: u32 = 80;

/// Gives ids as ULIDs are: 48 bits of time, 80 of randomness, in 26 characters. Those of one process only ever grow.
#[derive(Debug, Default)]
pub(crate) struct Ids(Mutex<u128>);

impl Ids {
    /// The next id, after `prefix`.
    pub(crate) fn next(&self, prefix: &str, now: Millis, rng: &dyn Rng) -> String {
        let mut random = [0; 16];
        rng.fill(&mut random[6..]);
        let time = u128::from(now.get().max(0).unsigned_abs()) << RANDOM_BITS;
        let fresh = time | u128::from_be_bytes(random);
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = if fresh > *last { fresh } else { *last + 1 };
        *last = id;
        let digits = (0..26).rev().map(|place| {
            let bits = (id >> (place * 5)) & 31;
            char::from(ALPHABET[usize::try_from(bits).unwrap_or_default()])
        });
        prefix.chars().chain(digits).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRng;

    #[test]
    fn later_ids_are_greater_even_if_the_clock_goes_back() {
        let (ids, rng) = (Ids::default(), SeededRng::new(1));
        let made = [5, 5, 5, 9, 3, 10].map(|now| ids.next("msg_", Millis(now), &rng));
        assert!(made.is_sorted(), "{made:?}");
        assert!(made.iter().all(|id| id.len() == 30 && id.starts_with("msg_")));
        let distinct: std::collections::BTreeSet<_> = made.iter().collect();
        assert_eq!(distinct.len(), made.len());
    }
}
