//! Names for requests.

use std::fmt;

use http::HeaderValue;

/// The name of a request in answers and logs: 16 characters of lower-case Crockford base 32, 80 random bits.
///
/// It stands in the extensions of every request that passed [`WireLayer`](crate::WireLayer).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId([u8; LENGTH]);

/// The digits of Crockford's base 32: no i, l, o, u.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 16;

impl RequestId {
    /// A new one from the system's random source.
    pub fn random() -> Self {
        Self::from_bits(rand::random())
    }

    /// The one that the lowest 80 bits spell.
    pub fn from_bits(bits: u128) -> Self {
        Self(std::array::from_fn(|place| {
            let shift = 5 * (LENGTH - 1 - place);
            DIGITS[(bits >> shift) as usize % DIGITS.len()]
        }))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("the digits are ASCII")
    }

    pub(super) fn to_header(self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).expect("the digits are ASCII")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_digits_spell_eighty_bits() {
        assert_eq!(RequestId::from_bits(0).as_str(), "0000000000000000");
        assert_eq!(RequestId::from_bits(33).as_str(), "0000000000000011");
        assert_eq!(RequestId::from_bits(u128::MAX).as_str(), "zzzzzzzzzzzzzzzz");
    }
}
