//! Writes what was generated, or checks that it is written.
//!
//! The generator owns `crates/*/src/generated/`, `tests/tests/*/generated/` and `openapi/dist/`, and touches nothing
//! else. A file there that it no longer generates is removed, but only if it is known to be its work: it bears [`MARK`],
//! or the ledger lists it.

mod ledger;
#[cfg(test)]
mod tests;
mod tree;

use std::{fmt, fs, io, path::Path};

use similar::TextDiff;

pub use crate::emit::rust::MARK;

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// From the workspace's root, with `/`.
    pub path: String,
    /// All of it.
    pub contents: String,
}

/// How a file of the workspace compares with what is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is what is generated.
    Fresh,
    /// It should be there and isn't.
    Missing,
    /// It is what was generated from an older contract or by an older generator.
    Stale,
    /// It isn't what was last generated: somebody changed it.
    Edited,
    /// It was generated once and no longer is.
    Orphan,
    /// It stands in a folder of the generator, but was never generated. It is left alone.
    Foreign,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fresh => "fresh",
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::Edited => "edited by hand",
            Self::Orphan => "orphan",
            Self::Foreign => "not generated",
        })
    }
}

/// A file and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// From the workspace's root.
    pub path: String,
    /// How it compares.
    pub state: State,
    /// What is there.
    pub old: Option<String>,
    /// What should be there.
    pub new: Option<String>,
}

impl Item {
    /// What [`write()`] would change, as a unified diff; empty if nothing.
    pub fn diff(&self) -> String {
        if matches!(self.state, State::Fresh | State::Foreign) {
            return String::new();
        }
        let (old, new) = (
            self.old.as_deref().unwrap_or_default(),
            self.new.as_deref().unwrap_or_default(),
        );
        let name = |side: &str, there: bool| {
            if there {
                format!("{side}/{}", self.path)
            } else {
                "/dev/null".to_owned()
            }
        };
        let (a, b) = (name("a", self.old.is_some()), name("b", self.new.is_some()));
        TextDiff::from_lines(old, new).unified_diff().header(&a, &b).to_string()
    }
}

/// Compares the workspace at `root` with `files`: an item for each of them, and for each other file in the folders of
/// the generator, in the order of paths. Changes nothing.
///
/// # Errors
///
/// If something can't be read.
pub fn compare(root: &Path, files: &[File]) -> io::Result<Vec<Item>> {
    let ledger = ledger::read(root)?;
    let expected: Vec<_> = files.iter().cloned().chain([ledger::file(files)]).collect();
    let mut items = Vec::new();
    for file in &expected {
        let old = tree::read(root, &file.path)?;
        let state = match &old {
            None => State::Missing,
            Some(old) if *old == file.contents => State::Fresh,
            Some(old) if ledger.get(&file.path).is_some_and(|sum| *sum != ledger::sum(old)) => State::Edited,
            Some(_) => State::Stale,
        };
        items.push(Item {
            path: file.path.clone(),
            state,
            old,
            new: Some(file.contents.clone()),
        });
    }
    for path in tree::owned(root)? {
        if expected.iter().any(|file| file.path == path) {
            continue;
        }
        let old = tree::read(root, &path)?.unwrap_or_default();
        let ours = ledger.contains_key(&path) || old.lines().take(3).any(|line| line.contains(MARK));
        let state = if ours { State::Orphan } else { State::Foreign };
        items.push(Item {
            path,
            state,
            old: Some(old),
            new: None,
        });
    }
    items.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(items)
}

/// Makes the workspace at `root` what `items` say. What is fresh keeps its modification time.
///
/// # Errors
///
/// If something can't be written or removed.
pub fn write(root: &Path, items: &[Item]) -> io::Result<()> {
    for item in items {
        let path = root.join(&item.path);
        match (item.state, &item.new) {
            (State::Missing | State::Stale | State::Edited, Some(contents)) => {
                fs::create_dir_all(path.parent().unwrap_or(root))?;
                fs::write(path, contents)?;
            }
            (State::Orphan, _) => {
                fs::remove_file(&path)?;
                tree::remove_if_empty(path.parent().unwrap_or(root))?;
            }
            _ => {}
        }
    }
    Ok(())
}
