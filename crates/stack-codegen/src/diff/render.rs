//! Changes as text for people, and as JSON for tools.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::change::{Breaks, Change, Grade, Kind, Side};
use crate::model::AccessSet;

/// How many operations are listed before the rest is counted.
const MAX_LISTED: usize = 4;

/// Whether the text has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// Escape sequences of terminals.
    On,
    /// None.
    Off,
}

/// Where the two contracts stand, for example both in `openapi`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folders<'a> {
    /// The old one.
    pub old: &'a str,
    /// The new one.
    pub new: &'a str,
}

impl<'a> Folders<'a> {
    fn of(self, side: Side) -> &'a str {
        match side {
            Side::Old => self.old,
            Side::New => self.new,
        }
    }
}

/// All changes below a heading for each grade, then a line that counts them.
pub fn render(changes: &[Change], folders: Folders<'_>, colours: Colours) -> String {
    let mut text = String::new();
    for grade in Grade::ALL {
        let these: Vec<_> = changes
            .iter()
            .filter(|change| is_listed(change) && change.breaks.grade() == grade)
            .collect();
        if these.is_empty() {
            continue;
        }
        text += &format!("{}\n", heading(grade, colours));
        for change in &these {
            text += &entry(change, folders);
        }
        text.push('\n');
    }
    text + &summary(changes) + "\n"
}

/// Everything that is known of a change.
pub fn json(change: &Change, folders: Folders<'_>) -> Value {
    let Change {
        kind,
        breaks,
        side,
        accesses,
        directions,
        subject,
        operations,
        pointer,
        location,
        sentence,
    } = change;
    let Breaks { wire, client, server } = *breaks;
    let folder = folders.of(*side);
    json!({
        "kind": kind.name(),
        "grade": breaks.grade().name(),
        "breaks": {"wire": wire, "rust_callers": client, "implementers": server},
        "documentation": kind.is_documentation(),
        "contract": match side { Side::Old => "old", Side::New => "new" },
        "accesses": accesses.iter().map(|access| access.name()).collect::<Vec<_>>(),
        "directions": directions.iter().map(|direction| direction.name()).collect::<Vec<_>>(),
        "subject": {"kind": subject.noun(), "name": subject.name()},
        "operations": operations,
        "document": pointer.as_ref().map(|it| format!("{folder}/dist/{}.json", it.access)),
        "pointer": pointer.as_ref().map(|it| &it.pointer),
        "file": format!("{folder}/{}", location.file),
        "line": location.line,
        "sentence": sentence,
    })
}

fn is_listed(change: &Change) -> bool {
    !change.kind.is_documentation()
}

fn heading(grade: Grade, colours: Colours) -> String {
    let (colour, words) = match grade {
        Grade::Callers => ("1;31", "Breaks callers, whatever they are written in"),
        Grade::RustCallers => ("1;31", "Breaks callers in Rust; the wire stays as it is"),
        Grade::Implementers => ("1;33", "Breaks implementers; callers don't notice"),
        Grade::Compatible => ("1;32", "Breaks nobody"),
    };
    match colours {
        Colours::On => format!("\x1b[{colour}m{words}\x1b[0m"),
        Colours::Off => words.to_owned(),
    }
}

fn entry(change: &Change, folders: Folders<'_>) -> String {
    let Change {
        kind,
        side,
        accesses,
        directions,
        operations,
        pointer,
        location,
        sentence,
        ..
    } = change;
    let folder = folders.of(*side);
    let was = match side {
        Side::Old => " (before)",
        Side::New => "",
    };
    let mut text = format!(
        "  {sentence} [{kind}]\n    {folder}/{}:{}{was}",
        location.file, location.line
    );
    if let Some(pointer) = pointer {
        text += &format!("  {}.json#{}", pointer.access, pointer.pointer);
    }
    text.push('\n');
    let ways: Vec<_> = directions
        .iter()
        .map(|direction| format!("{}s", direction.name()))
        .collect();
    let facts = [
        listed(&ways),
        listed_accesses(accesses),
        listed_operations(change, operations),
        too(change),
    ];
    let facts: Vec<_> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    if !facts.is_empty() {
        text += &format!("    {}\n", facts.join("; "));
    }
    text
}

/// `requests, answers and events`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

fn listed_accesses(accesses: &AccessSet) -> String {
    let names: Vec<_> = accesses.iter().map(|access| access.name()).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!("{} access", names.join(", "))
    }
}

fn listed_operations(change: &Change, operations: &[String]) -> String {
    if matches!(&change.subject, super::Subject::Operation(id) if *operations == [id.clone()]) {
        return String::new();
    }
    match operations.len() {
        count if count > MAX_LISTED + 1 => {
            format!(
                "{} and {} more",
                operations[..MAX_LISTED].join(", "),
                count - MAX_LISTED
            )
        }
        _ => operations.join(", "),
    }
}

/// Whom it breaks besides those of the heading.
fn too(change: &Change) -> String {
    let Breaks { wire, client, server } = change.breaks;
    let client = (wire && client).then_some("callers in Rust");
    let server = ((wire || change.breaks.client) && server).then_some("implementers");
    let too: Vec<_> = client.into_iter().chain(server).collect();
    if too.is_empty() {
        String::new()
    } else {
        format!("breaks code of {}", too.join(" and "))
    }
}

/// `7 changes: 1 breaks callers, …; documentation: 12 reworded`.
fn summary(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "Nothing changed.".to_owned();
    }
    let listed: Vec<_> = changes.iter().filter(|change| is_listed(change)).collect();
    let parts = Grade::ALL.into_iter().filter_map(|grade| {
        let count = listed.iter().filter(|change| change.breaks.grade() == grade).count();
        let verb = if count == 1 { "breaks" } else { "break" };
        let words = match grade {
            Grade::Callers => "callers",
            Grade::RustCallers => "only callers in Rust",
            Grade::Implementers => "only implementers",
            Grade::Compatible => "nobody",
        };
        (count > 0).then(|| format!("{count} {verb} {words}"))
    });
    let parts: Vec<_> = parts.collect();
    let mut words: BTreeMap<Kind, usize> = BTreeMap::new();
    for change in changes.iter().filter(|change| !is_listed(change)) {
        *words.entry(change.kind).or_default() += 1;
    }
    let words: Vec<_> = words
        .into_iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    let mut text = match listed.len() {
        0 => "Only documentation changed".to_owned(),
        1 => format!("1 change: {}", parts.join(", ")),
        count => format!("{count} changes: {}", parts.join(", ")),
    };
    if !words.is_empty() {
        text += &format!(
            "{} {}",
            if listed.is_empty() { ":" } else { "; documentation:" },
            words.join(", ")
        );
    }
    text.replace(" :", ":") + "."
}
