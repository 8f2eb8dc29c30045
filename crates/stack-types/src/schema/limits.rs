//! Where the checker is in a value, and how deep it may go.

use serde_json::Value;

use super::wording::escaped;

/// The way from the root to a value; a list on the stack, so that a value that fits costs no allocation.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// Levels of lists and objects inside each other that are accepted.
    ///
    /// Half of what `serde_json` reads, so that what was accepted inside one value can be read inside a list of them.
    pub const MAX_DEPTH: usize = 64;

    pub const ROOT: Self = Path {
        parent: None,
        step: Step::Root,
        depth: 0,
    };

    pub fn key<'b>(&'b self, key: &'b str) -> Path<'b>
    where
        'a: 'b,
    {
        Path {
            parent: Some(self),
            step: Step::Key(key),
            depth: self.depth + 1,
        }
    }

    pub fn index<'b>(&'b self, index: usize) -> Path<'b>
    where
        'a: 'b,
    {
        Path {
            parent: Some(self),
            step: Step::Index(index),
            depth: self.depth + 1,
        }
    }

    pub const fn levels_left(&self) -> usize {
        (Self::MAX_DEPTH + 1).saturating_sub(self.depth)
    }

    /// As a JSON pointer.
    pub fn pointer(&self) -> String {
        let mut pointer = self.parent.map(Path::pointer).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Key(key) => {
                pointer.push('/');
                pointer.push_str(&escaped(key));
            }
            Step::Index(index) => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
        }
        pointer
    }
}

/// Whether `value` has more than `levels` levels; itself is one.
pub(super) fn too_deep(value: &Value, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else {
        return true;
    };
    match value {
        Value::Array(items) => items.iter().any(|item| too_deep(item, below)),
        Value::Object(entries) => entries.values().any(|entry| too_deep(entry, below)),
        _ => false,
    }
}
