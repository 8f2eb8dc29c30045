//! Collects changes: what several accesses, directions or operations have in common is one change, not many.

use std::collections::BTreeSet;

use super::{
    change::{Breaks, Change, Direction, Kind, Pointer, Side, Subject},
    edition::Lens,
};
use crate::model::{Access, AccessSet, Location};

/// Where something stands in one of the two contracts.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// In the YAML.
    pub location: Location,
    /// In the published document of [`At::document`].
    pub pointer: String,
}

/// What is being compared.
#[derive(Debug, Clone)]
pub(super) struct At {
    /// Whose schemas are looked at.
    pub lens: Lens,
    /// Whose view changes if something does.
    pub accesses: AccessSet,
    /// Which way it travels.
    pub direction: Option<Direction>,
    /// The operations that lead to it.
    pub operations: Vec<String>,
    /// What it is part of.
    pub subject: Subject,
    /// What sentences call it, for example `` `User.nickname` ``.
    pub noun: String,
    /// Whose published document has it.
    pub document: Option<Access>,
    /// Where it was.
    pub old: Place,
    /// Where it is.
    pub new: Place,
}

impl At {
    /// A part of it that has no place of its own in the YAML.
    pub fn part(&self, noun: String, pointer: &str) -> Self {
        let mut part = self.clone();
        part.noun = noun;
        if matches!(part.subject, Subject::Error(_)) {
            // Documents name errors by their codes, without details.
            return part;
        }
        part.old.pointer.push_str(pointer);
        part.new.pointer.push_str(pointer);
        part
    }
}

/// How the set of values that fit changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shift {
    /// Fewer fit.
    Narrower,
    /// More fit.
    Wider,
    /// Some no longer fit, and others do.
    Other,
    /// The same fit.
    Same,
}

impl Shift {
    /// Whom it breaks: what a request could say it can still say, and what an answer promised it still promises.
    pub fn breaks(self, direction: Option<Direction>) -> Breaks {
        match (direction, self) {
            (_, Self::Same) => Breaks::NONE,
            (Some(Direction::Request) | None, Self::Narrower | Self::Other) => Breaks::WIRE,
            (Some(Direction::Request) | None, Self::Wider) => Breaks::NONE,
            (_, Self::Wider) => Breaks::WIRE,
            (_, Self::Narrower) => Breaks::SERVER,
            (_, Self::Other) => Breaks::WIRE.and(Breaks::SERVER),
        }
    }
}

/// A change that isn't yet known to be the same for others.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub kind: Kind,
    pub breaks: Breaks,
    pub side: Side,
    pub sentence: String,
    pub at: At,
}

/// The drafts about one thing.
#[derive(Debug, Default)]
pub(super) struct Drafts(pub Vec<Draft>);

impl Drafts {
    /// Something that is in the new contract, or in both.
    pub fn add(&mut self, at: &At, kind: Kind, breaks: Breaks, tail: &str) {
        self.put(at, kind, breaks, Side::New, tail);
    }

    /// Something that is in the old contract only.
    pub fn gone(&mut self, at: &At, kind: Kind, breaks: Breaks, tail: &str) {
        self.put(at, kind, breaks, Side::Old, tail);
    }

    /// Another set of values fits.
    pub fn shift(&mut self, at: &At, kind: Kind, shift: Shift, tail: &str) {
        self.add(at, kind, shift.breaks(at.direction), tail);
    }

    /// Other words for people, if they differ.
    pub fn words(&mut self, at: &At, what: &str, old: &str, new: &str) {
        if old != new {
            self.add(at, Kind::Reworded, Breaks::NONE, &format!("has another {what}"));
        }
    }

    fn put(&mut self, at: &At, kind: Kind, breaks: Breaks, side: Side, tail: &str) {
        self.0.push(Draft {
            kind,
            breaks,
            side,
            sentence: format!("{} {tail}", at.noun),
            at: at.clone(),
        });
    }
}

/// All changes.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Change>);

impl Findings {
    /// Adds them, or adds what they concern to those that say the same.
    pub fn add(&mut self, drafts: Drafts) {
        for draft in drafts.0 {
            self.add_one(draft);
        }
    }

    fn add_one(&mut self, draft: Draft) {
        let Draft {
            kind,
            breaks,
            side,
            sentence,
            at,
        } = draft;
        let place = match side {
            Side::Old => at.old,
            Side::New => at.new,
        };
        let same = self.0.iter_mut().find(|change| {
            change.kind == kind
                && change.breaks == breaks
                && change.side == side
                && change.subject == at.subject
                && change.location == place.location
                && change.sentence == sentence
        });
        if let Some(change) = same {
            change.accesses.extend(at.accesses);
            change.directions.extend(at.direction);
            for operation in at.operations {
                if !change.operations.contains(&operation) {
                    change.operations.push(operation);
                }
            }
            return;
        }
        self.0.push(Change {
            kind,
            breaks,
            side,
            accesses: at.accesses,
            directions: at.direction.into_iter().collect::<BTreeSet<_>>(),
            subject: at.subject,
            operations: at.operations,
            pointer: at.document.map(|access| Pointer {
                access,
                pointer: place.pointer,
            }),
            location: place.location,
            sentence,
        });
    }

    /// All of them, in the order in which they were found.
    pub fn into_changes(self) -> Vec<Change> {
        self.0
    }
}
