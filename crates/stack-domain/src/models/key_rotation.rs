//! Rotations of signing keys.

use stack_types::Millis;

/// That a project's tokens are signed with another generation of keys from some instant on. Generation 0 needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRotation {
    /// The generation, counted from 1.
    pub generation: u32,
    /// When the rotation was asked for. From then on the generation after it is published.
    pub created_at: Millis,
    /// From when on the generation signs.
    pub signs_from: Millis,
}
