//! One thing that is wrong with a value.

use std::fmt;

use super::wording::escaped;

/// One thing that is wrong with a value, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, as a JSON pointer (RFC 6901); empty: the value as a whole.
    pub pointer: String,
    /// What would be right, and what is there. Never shows secrets.
    pub message: String,
}

impl Violation {
    /// Something wrong at `pointer`.
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            message: message.into(),
        }
    }

    /// The same violation, seen from a value that holds this one under `key`: `/email` in `body` is `/body/email`.
    #[must_use]
    pub fn within(self, key: &str) -> Self {
        Self {
            pointer: format!("/{}{}", escaped(key), self.pointer),
            message: self.message,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => f.write_str(&self.message),
            pointer => write!(f, "{pointer}: {}", self.message),
        }
    }
}

impl std::error::Error for Violation {}
