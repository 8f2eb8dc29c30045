//! Randomness.

use std::sync::{Mutex, PoisonError};

use rand::{SeedableRng, TryRng, rngs::StdRng, rngs::SysRng};

/// Gives bytes that nobody can guess.
pub trait Rng: Send + Sync + 'static {
    /// Fills `bytes`.
    ///
    /// # Panics
    ///
    /// If the operating system has no randomness to give: no token may be made then.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        SysRng
            .try_fill_bytes(bytes)
            .expect("the operating system gives randomness");
    }
}

/// Reproducible bytes for tests.
#[derive(Debug)]
pub struct SeededRng(Mutex<StdRng>);

impl SeededRng {
    /// A source that gives the same bytes for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        use rand::Rng as _;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}
