//! When a message that couldn't be delivered is sent again.
//!
//! Source: <https://docs.svix.com/retries>

use std::time::Duration;

use crate::ports::Rng;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// How long to wait after the first attempt, the second, …, in seconds; after the last entry a message is given up.
const SCHEDULE_SECS: [u64; 7] = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];

/// The least wait after a receiver was too slow or had too much to do.
const BREATHER: Duration = Duration::from_secs(60);

/// What a failed attempt says about the next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hints {
    /// The receiver needs a moment: it was too slow, or said that there is too much.
    pub(super) is_overloaded: bool,
    /// When the receiver wants to be asked again.
    pub(super) retry_after: Option<Duration>,
}

/// How long to wait after so many attempts; `None` once the message is given up.
///
/// It varies by a fifth, so that messages that failed together don't come back together. A receiver may ask for at most
/// twice the wait.
pub(super) fn wait_after(tries: u32, hints: Hints, rng: &dyn Rng) -> Option<Duration> {
    let index = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let mut base = Duration::from_secs(*SCHEDULE_SECS.get(index)?);
    if hints.is_overloaded {
        base = base.max(BREATHER);
    }
    if let Some(wanted) = hints.retry_after {
        base = wanted.clamp(base, base * 2);
    }
    let mut byte = [0; 1];
    rng.fill(&mut byte);
    Some(base.mul_f64(0.8 + f64::from(byte[0]) / 255.0 * 0.4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRng;

    fn wait(tries: u32, hints: Hints) -> Option<f64> {
        wait_after(tries, hints, &SeededRng::new(u64::from(tries))).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn eight_attempts_are_made_each_about_when_the_schedule_says() {
        for (tries, secs) in [
            (1, 5),
            (2, 300),
            (3, 1800),
            (4, 7200),
            (5, 18_000),
            (6, 36_000),
            (7, 36_000),
        ] {
            let (wait, about) = (wait(tries, Hints::default()).expect("one more"), f64::from(secs));
            assert!((about * 0.8..=about * 1.2).contains(&wait), "{tries}: {wait}");
        }
        assert_eq!(wait(8, Hints::default()), None);
    }

    #[test]
    fn a_receiver_with_too_much_to_do_gets_a_minute_and_up_to_twice_the_wait() {
        let overloaded = Hints {
            is_overloaded: true,
            ..Hints::default()
        };
        assert!(wait(1, overloaded).expect("one more") >= 48.0);
        let asks = |secs| Hints {
            retry_after: Some(Duration::from_secs(secs)),
            ..Hints::default()
        };
        assert!(wait(2, asks(1)).expect("one more") >= 240.0);
        assert!(wait(2, asks(500)).expect("one more") >= 400.0);
        assert!(wait(2, asks(9_999)).expect("one more") <= 720.0);
    }
}
