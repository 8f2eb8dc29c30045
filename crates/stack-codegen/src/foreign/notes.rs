//! What was left out of a foreign document, or taken less strictly than it is written, and why.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

/// What became of a place in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It isn't in the generated code.
    LeftOut,
    /// It is, but the code takes or checks less than the document says.
    Loosened,
    /// It is, under another name than one would expect.
    Renamed,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LeftOut => "left out",
            Self::Loosened => "loosened",
            Self::Renamed => "renamed",
        })
    }
}

/// One thing that the generated code doesn't say as the document does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// kebab-case.
    pub rule: &'static str,
    /// What became of it.
    pub effect: Effect,
    /// Why, and what is done instead.
    pub reason: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pointer,
            rule,
            effect,
            reason,
        } = self;
        write!(f, "#{pointer}: {effect} [{rule}]: {reason}")
    }
}

/// Gathers notes.
#[derive(Debug, Default)]
pub(super) struct Notes(Mutex<Vec<Note>>);

impl Notes {
    pub fn left_out(&self, pointer: &str, rule: &'static str, reason: impl Into<String>) {
        self.add(pointer, rule, Effect::LeftOut, reason);
    }

    pub fn loosened(&self, pointer: &str, rule: &'static str, reason: impl Into<String>) {
        self.add(pointer, rule, Effect::Loosened, reason);
    }

    pub fn renamed(&self, pointer: &str, rule: &'static str, reason: impl Into<String>) {
        self.add(pointer, rule, Effect::Renamed, reason);
    }

    fn add(&self, pointer: &str, rule: &'static str, effect: Effect, reason: impl Into<String>) {
        let (pointer, reason) = (pointer.to_owned(), reason.into());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Note {
            pointer,
            rule,
            effect,
            reason,
        });
    }

    /// All of them in the order of the document's pointers, each once.
    pub fn into_sorted(self) -> Vec<Note> {
        let mut notes = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        notes.sort();
        notes.dedup();
        notes
    }
}

/// How often each rule applied, as a table.
pub fn summary(notes: &[Note]) -> String {
    let mut counts: BTreeMap<(Effect, &str), usize> = BTreeMap::new();
    for note in notes {
        *counts.entry((note.effect, note.rule)).or_default() += 1;
    }
    let width = counts.keys().map(|(_, rule)| rule.len()).max().unwrap_or_default();
    let lines = counts
        .iter()
        .map(|((effect, rule), count)| format!("{effect:<8}  {rule:<width$}  {count:>5}\n"));
    lines.collect()
}
