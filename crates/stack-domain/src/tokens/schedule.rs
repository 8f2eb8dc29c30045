//! Which generation of a project's keys signs, which are published, and which are still accepted.
//!
//! Generation 0 signs until the first rotation. The generation after the newest one is always published already, so that
//! whoever remembers a project's keys knows it before it signs. A generation that has signed is published and accepted
//! until the last of its tokens has expired.
//!
//! ```text
//! rotation asked for ──▶ signs_from: n signs, n-1 is accepted ──▶ retired: n-1 is gone
//!                 ≥ SEEN_AFTER                          lifetime of a token + SEEN_AFTER
//! ```

use std::time::Duration;

use stack_types::Millis;

use crate::models::KeyRotation;

/// After how long every process has seen a rotation, however its clock goes. A process reads the rotations of a project
/// anew after [`super::SCHEDULE_MAX_AGE`], so the rest of it is for clocks that differ.
pub const SEEN_AFTER: Duration = Duration::from_secs(60);
/// For how long others may remember a project's published keys, as their answer says (`max-age`).
pub const JWKS_MAX_AGE: Duration = Duration::from_secs(3600);

/// The rotations of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeySchedule {
    /// By their generation, which begins with 1 and leaves none out.
    rotations: Vec<KeyRotation>,
    /// How long a token lives.
    lifetime: Duration,
}

/// How a generation of keys stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is published and will sign from this instant on, or after a further rotation.
    Next {
        /// When, if that is known.
        signs_from: Option<Millis>,
    },
    /// It signs.
    Signs,
    /// Its tokens are accepted until this instant.
    Accepted {
        /// When.
        until: Millis,
    },
    /// It is gone.
    Retired,
}

impl KeySchedule {
    /// The schedule of these rotations, with tokens that live for `lifetime`.
    pub fn new(mut rotations: Vec<KeyRotation>, lifetime: Duration) -> Self {
        rotations.sort_by_key(|rotation| rotation.generation);
        Self { rotations, lifetime }
    }

    /// The generation that signs at `now`.
    pub fn signing(&self, now: Millis) -> u32 {
        let begun = self.rotations.iter().filter(|rotation| rotation.signs_from <= now);
        begun.map(|rotation| rotation.generation).max().unwrap_or(0)
    }

    /// The generations that are published at `now`, which are those whose tokens are accepted: the one that signs, then
    /// those that will, then those that did.
    pub fn published(&self, now: Millis) -> Vec<u32> {
        let signing = self.signing(now);
        let before = (0..signing)
            .rev()
            .filter(|&generation| !matches!(self.state(generation, now), KeyState::Retired));
        (signing..=self.newest() + 1).chain(before).collect()
    }

    /// How a generation stands at `now`.
    pub fn state(&self, generation: u32, now: Millis) -> KeyState {
        let signing = self.signing(now);
        if generation == signing {
            return KeyState::Signs;
        }
        if generation > signing {
            let signs_from = self.of(generation).map(|rotation| rotation.signs_from);
            return KeyState::Next { signs_from };
        }
        let until = self.of(generation + 1).map_or(now, |next| {
            next.signs_from.saturating_add(self.lifetime).saturating_add(SEEN_AFTER)
        });
        if now < until {
            KeyState::Accepted { until }
        } else {
            KeyState::Retired
        }
    }

    /// Whether tokens of a generation are accepted at `now`.
    pub fn accepts(&self, generation: u32, now: Millis) -> bool {
        generation <= self.newest() + 1 && self.state(generation, now) != KeyState::Retired
    }

    /// The rotation that is asked for at `now`: its generation signs as soon as every process must have seen it and
    /// whoever remembers the published keys must have it, too.
    pub fn next(&self, now: Millis) -> KeyRotation {
        let seen = |at: Millis| at.saturating_add(SEEN_AFTER);
        let soon = seen(now);
        let signs_from = match self.rotations.last() {
            None => soon,
            // It was published since the rotation before, and mustn't sign before that one does.
            Some(last) => soon
                .max(seen(last.created_at).saturating_add(JWKS_MAX_AGE))
                .max(last.signs_from),
        };
        KeyRotation {
            generation: self.newest() + 1,
            created_at: now,
            signs_from,
        }
    }

    fn newest(&self) -> u32 {
        self.rotations.last().map_or(0, |rotation| rotation.generation)
    }

    fn of(&self, generation: u32) -> Option<&KeyRotation> {
        self.rotations.iter().find(|rotation| rotation.generation == generation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIME: Duration = Duration::from_secs(600);

    fn at(secs: i64) -> Millis {
        Millis(secs * 1000)
    }

    fn rotated(instants: &[i64]) -> KeySchedule {
        let mut rotations = Vec::new();
        for &secs in instants {
            rotations.push(KeySchedule::new(rotations.clone(), LIFETIME).next(at(secs)));
        }
        KeySchedule::new(rotations, LIFETIME)
    }

    #[test]
    fn without_rotations_the_first_generation_signs_and_the_second_is_published() {
        let schedule = rotated(&[]);
        assert_eq!(schedule.published(at(1000)), [0, 1]);
        assert_eq!(
            (0..3)
                .map(|generation| schedule.accepts(generation, at(1000)))
                .collect::<Vec<_>>(),
            [true, true, false]
        );
    }

    #[test]
    fn a_rotation_holds_once_every_process_must_have_seen_it() {
        let schedule = rotated(&[1000]);
        assert_eq!(schedule.signing(at(1059)), 0);
        assert_eq!(schedule.published(at(1059)), [0, 1, 2]);
        assert_eq!(schedule.signing(at(1060)), 1);
        assert_eq!(schedule.published(at(1060)), [1, 2, 0]);
        let signs_from = Some(at(1060));
        assert_eq!(schedule.state(1, at(1000)), KeyState::Next { signs_from });
        assert_eq!(schedule.state(2, at(1000)), KeyState::Next { signs_from: None });
    }

    #[test]
    fn old_keys_are_accepted_until_their_tokens_have_expired() {
        let schedule = rotated(&[1000]);
        let until = at(1060 + 600 + 60);
        assert_eq!(schedule.state(0, at(1100)), KeyState::Accepted { until });
        assert!(schedule.accepts(0, at(1719)));
        assert!(!schedule.accepts(0, at(1720)));
        assert_eq!(schedule.published(at(1720)), [1, 2]);
    }

    #[test]
    fn a_further_rotation_waits_for_whoever_remembers_the_published_keys() {
        let schedule = rotated(&[1000, 1100]);
        // Generation 2 was published at 1000, by all processes at 1060, and is known to all an hour later.
        assert_eq!(schedule.signing(at(4659)), 1);
        assert_eq!(schedule.signing(at(4660)), 2);
        assert_eq!(schedule.published(at(1100)), [1, 2, 3, 0]);
        // After that hour nothing has to be waited for.
        assert_eq!(rotated(&[1000, 9000]).signing(at(9060)), 2);
    }

    #[test]
    fn rotations_never_overtake_each_other() {
        let schedule = rotated(&[1000, 1001, 1002, 1003, 20_000]);
        let mut last = 0;
        for secs in 900..60_000 {
            let signing = schedule.signing(at(secs));
            assert!(signing >= last, "at {secs}");
            assert!(signing - last <= 1 || secs == 900, "at {secs}");
            assert!(schedule.accepts(signing, at(secs)), "at {secs}");
            last = signing;
        }
        assert_eq!(last, 5);
    }
}
