//! Codes of authenticator apps: six digits from a shared secret and the time.
//!
//! Source: RFC 6238 (TOTP) over RFC 4226 (HOTP), with what every app assumes: HMAC-SHA-1, steps of 30 seconds.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use stack_types::Millis;
use subtle::ConstantTimeEq;

/// How long a code is shown.
const STEP_MILLIS: i64 = 30_000;
const DIGITS: usize = 6;
const MODULUS: u32 = 1_000_000;

/// The number of the 30 seconds in which an instant lies.
pub(super) const fn step_at(now: Millis) -> i64 {
    now.get().div_euclid(STEP_MILLIS)
}

/// Whether `code` is the one of this step. Takes the same time for every wrong code of six characters.
pub(super) fn is_right(secret: &[u8], step: i64, code: &str) -> bool {
    code_of(secret, step).as_bytes().ct_eq(code.as_bytes()).into()
}

fn code_of(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    // "Dynamic truncation": the last four bits say where the code is taken from.
    let at = usize::from(hash[hash.len() - 1] & 0xf);
    let word = u32::from_be_bytes([hash[at], hash[at + 1], hash[at + 2], hash[at + 3]]) & 0x7fff_ffff;
    format!("{:0width$}", word % MODULUS, width = DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: seconds, and the last six digits of the code.
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (seconds, code) in VECTORS {
            let step = step_at(Millis(seconds * 1000));
            assert_eq!(code_of(SECRET, step), code);
            assert!(is_right(SECRET, step, code));
        }
    }

    #[test]
    fn only_the_code_of_the_step_itself_is_right() {
        let step = step_at(Millis(59_999));
        assert_eq!((step, step_at(Millis(60_000))), (1, 2));
        assert!(!is_right(SECRET, step - 1, "287082"));
        assert!(!is_right(SECRET, step + 1, "287082"));
        for wrong in ["", "28708", "2870820", " 287082", "287083", "94287082"] {
            assert!(!is_right(SECRET, step, wrong), "{wrong}");
        }
    }
}
