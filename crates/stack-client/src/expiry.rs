//! When an access token expires, by its own word.
//!
//! That is good enough to renew it in time. Whether a token is good is for the server or for a verifier to say.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde::Deserialize;

/// A token is renewed so many seconds before its end, or in the last quarter of its life if that is shorter.
const MARGIN_SECS: i64 = 20;

/// The times of a token, in seconds since 1970 by the server's clock.
#[derive(Deserialize, Clone, Copy)]
pub(crate) struct Expiry {
    iat: i64,
    exp: i64,
}

impl Expiry {
    /// The times of `token`, if it is a JWT that tells them.
    pub fn of(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
        serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
    }

    /// By how much the server's clock is ahead of this machine's, if the token was made just now.
    pub fn ahead_secs(self) -> i64 {
        self.iat.saturating_sub(now_secs())
    }

    /// Whether it ends soon. A token that has ended already counts only if it is known how far the clocks differ: a
    /// machine whose clock is wrong would take every token for expired.
    pub fn is_near(self, ahead_secs: Option<i64>) -> bool {
        let now = now_secs().saturating_add(ahead_secs.unwrap_or(0));
        let (life, left) = (self.exp.saturating_sub(self.iat), self.exp.saturating_sub(now));
        left <= MARGIN_SECS.min(life / 4) && (left > 0 || ahead_secs.is_some())
    }
}

fn now_secs() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expiry(lived: i64, left: i64) -> Expiry {
        Expiry {
            iat: now_secs() - lived,
            exp: now_secs() + left,
        }
    }

    #[test]
    fn a_token_is_near_its_end_in_its_last_seconds() {
        assert!(!expiry(0, 600).is_near(None));
        assert!(!expiry(570, 30).is_near(None));
        assert!(expiry(585, 15).is_near(None));
        assert!(!expiry(5, 5).is_near(None), "half of ten seconds are left");
    }

    #[test]
    fn a_token_that_has_ended_counts_if_the_clocks_are_known() {
        assert!(!expiry(700, -100).is_near(None));
        assert!(expiry(700, -100).is_near(Some(0)));
        assert!(!expiry(700, -100).is_near(Some(-700)), "the machine's clock is ahead");
    }

    #[test]
    fn what_is_no_jwt_says_nothing() {
        assert!(Expiry::of("nonsense").is_none());
        assert!(Expiry::of("a.b.c").is_none());
        assert!(Expiry::of(&format!("e30.{}.", BASE64.encode(r#"{"iat":1,"exp":2}"#))).is_some());
    }
}
