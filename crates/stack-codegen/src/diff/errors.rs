//! Known errors: codes, statuses, families, details.

use super::{
    Differ,
    change::{Breaks, Direction, Kind as What, Subject},
    edition::{Edition, Lens},
    findings::{At, Drafts, Place},
    operations::{accesses_of, escape},
    pairs::users_of,
};
use crate::model::{ErrorDef, Object};

impl Differ<'_> {
    pub(super) fn errors(&mut self) {
        let mut out = Drafts::default();
        for new in &self.new.api.errors {
            match self.old.api.errors.iter().find(|error| error.code == new.code) {
                Some(old) => self.error(old, new, &mut out),
                None => {
                    let what = if new.status.is_some() {
                        "is new"
                    } else {
                        "is a new family"
                    };
                    out.add(&error_at(&self.new, new), What::ErrorAdded, Breaks::NONE, what);
                }
            }
        }
        for old in &self.old.api.errors {
            if !self.new.api.errors.iter().any(|error| error.code == old.code) {
                out.gone(&error_at(&self.old, old), What::ErrorRemoved, Breaks::RUST, "is gone");
            }
        }
        let order = |edition: &Edition<'_>, other: &Edition<'_>| -> Vec<String> {
            let codes = edition.api.errors.iter().map(|error| error.code.clone());
            codes
                .filter(|code| other.api.errors.iter().any(|error| error.code == *code))
                .collect()
        };
        if order(&self.old, &self.new) != order(&self.new, &self.old) {
            let tail = "has its errors in another order";
            out.add(&self.root("the contract"), What::Reordered, Breaks::NONE, tail);
        }
        self.found.add(out);
    }

    fn error(&self, old: &ErrorDef, new: &ErrorDef, out: &mut Drafts) {
        let ErrorDef {
            code: _,
            description,
            status,
            parent,
            details,
            message,
            location: _,
        } = new;
        let mut at = error_at(&self.new, new);
        at.old = error_at(&self.old, old).old;
        let silent = At {
            direction: None,
            operations: Vec::new(),
            ..at.clone()
        };
        out.words(&silent, "description", &old.description, description);
        out.words(&silent, "message", &old.message, message);
        match (old.status, *status) {
            (Some(old), Some(new)) if old != new => {
                let tail = format!("is sent with status {new} now, not {old}");
                out.add(&at, What::ErrorStatusChanged, Breaks::WIRE, &tail);
            }
            (Some(_), None) => out.add(
                &at,
                What::ErrorRemoved,
                Breaks::RUST,
                "is a family now, never sent itself",
            ),
            (None, Some(_)) => out.add(
                &at,
                What::ErrorAdded,
                Breaks::RUST,
                "is sent itself now, and no family any more",
            ),
            _ => {}
        }
        if old.parent != *parent {
            let said = |parent: &Option<String>| match parent {
                Some(parent) => format!("to `{parent}`"),
                None => "to no family".to_owned(),
            };
            let tail = format!("belongs {} now, before {}", said(parent), said(&old.parent));
            let client = Breaks {
                client: true,
                ..Breaks::NONE
            };
            out.add(&at, What::ErrorFamilyChanged, client, &tail);
        }
        let object = |error: &ErrorDef| Object {
            properties: error.details.clone(),
            open: true,
        };
        let mut inner = Drafts::default();
        self.objects(&at, &object(old), &object(new), &mut inner);
        if old.details.is_empty() != details.is_empty() {
            // A variant with fields is another pattern than one without.
            for draft in &mut inner.0 {
                draft.breaks = draft.breaks.and(Breaks::RUST);
            }
        }
        out.0.extend(inner.0);
    }
}

/// An error stands in the documents by its code, with the operations that answer it.
fn error_at(edition: &Edition<'_>, error: &ErrorDef) -> At {
    let users = users_of(edition, &error.code);
    let accesses = accesses_of(edition, &users);
    let first = edition
        .operations()
        .find(|operation| users.contains(&operation.id.as_str()));
    let pointer = match first {
        Some(first) => format!("/paths/{}/{}/x-errors", escape(&first.path), first.method),
        None => "/components/responses/KnownError".to_owned(),
    };
    let document = first
        .map_or_else(|| accesses.first(), |first| first.access.first())
        .copied();
    let place = Place {
        location: error.location.clone(),
        pointer,
    };
    At {
        lens: Lens::Whole,
        accesses,
        document,
        direction: Some(Direction::Answer),
        operations: users.into_iter().map(str::to_owned).collect(),
        subject: Subject::Error(error.code.clone()),
        noun: format!("`{}`", error.code),
        old: place.clone(),
        new: place,
    }
}
