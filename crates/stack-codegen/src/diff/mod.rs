//! Compares two contracts: every change, and whom it breaks.
//!
//! ```text
//! edition     one of the two contracts, projected on each access
//! pairs       which operation became which; which schema became which, found by walking both contracts at once from
//!             the operations, so that a change of a schema is known per direction with all operations that lead to it
//! contract    the root: base path, credentials, headers, accesses, tags
//! operations  who may call, parameters, bodies, answers, errors
//! shapes      schemas: objects, texts, unions
//! errors, events
//! rust        what the wire doesn't show: types, their homes, the methods of traits
//! findings    puts together what says the same
//! ```
//!
//! Every struct of the model is taken apart field by field here: whoever adds one has to say what its change breaks.

mod answers;
mod change;
mod contract;
mod edition;
mod errors;
mod events;
mod findings;
mod inputs;
mod locate;
mod objects;
mod operations;
mod pairs;
mod render;
mod rust;
mod shapes;
#[cfg(test)]
mod tests;
mod texts;
mod unions;

pub use change::{Breaks, Change, Direction, Grade, Kind, Pointer, Side, Subject};
pub use locate::locate;
pub use render::{Colours, Folders, json, render};

use crate::model::Api;

/// Every change from `old` to `new`, in the order of the contract; none if they say the same.
pub fn diff(old: &Api, new: &Api) -> Vec<Change> {
    let mut differ = Differ::of(old, new);
    differ.contract();
    differ.operations();
    differ.schemas();
    differ.errors();
    differ.events();
    differ.found.into_changes()
}

/// The two contracts, what belongs together, and what was found so far.
struct Differ<'a> {
    old: edition::Edition<'a>,
    new: edition::Edition<'a>,
    matches: pairs::Matches<'a>,
    found: findings::Findings,
}

impl<'a> Differ<'a> {
    fn of(old: &'a Api, new: &'a Api) -> Self {
        let (old, new) = (edition::Edition::of(old), edition::Edition::of(new));
        let matches = pairs::Matches::of(&old, &new);
        Self {
            old,
            new,
            matches,
            found: findings::Findings::default(),
        }
    }
}
