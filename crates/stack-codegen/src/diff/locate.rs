//! Finds the lines of what stands in `root.yaml`: the model keeps no positions of it.

use super::change::{Change, Kind, Side, Subject};
use crate::load::{ROOT, Sources};

/// Gives changes of the root the lines that they are about. Others know theirs from the model.
pub fn locate(changes: &mut [Change], old: &Sources, new: &Sources) {
    for change in changes.iter_mut().filter(|change| change.location.file == ROOT) {
        if !matches!(change.subject, Subject::Contract | Subject::Tag(_)) {
            continue;
        }
        let text = match change.side {
            Side::Old => old.get(ROOT),
            Side::New => new.get(ROOT),
        };
        let needle = needle(change);
        let line = text.unwrap_or_default().lines().position(|line| line.contains(&needle));
        change.location.line = line.map_or(1, |index| index + 1);
    }
}

/// What the line of the change has in it.
fn needle(change: &Change) -> String {
    let quoted = change.sentence.split('`').nth(1).unwrap_or_default();
    let first = change.sentence.split(' ').next().unwrap_or_default();
    match change.kind {
        Kind::BasePathChanged => "x-base-path:".to_owned(),
        Kind::CredentialAdded | Kind::CredentialRemoved | Kind::CredentialChanged => format!("{quoted}:"),
        Kind::AccessCredentialAdded | Kind::AccessCredentialRemoved => {
            format!("{first}:")
        }
        Kind::HeaderAdded | Kind::HeaderRemoved | Kind::HeaderChanged => format!("name: {quoted}"),
        Kind::TagAdded | Kind::TagRemoved | Kind::TagGroupChanged => format!("name: {quoted}"),
        Kind::Reordered => "tags:".to_owned(),
        _ if change.sentence.starts_with("the tag") || change.sentence.starts_with("the header") => {
            format!("name: {quoted}")
        }
        _ if change.sentence.starts_with("the credential") => format!("{quoted}:"),
        _ if change.sentence.contains(" access ") => format!("{first}:"),
        _ if change.sentence.contains("origins") => "servers:".to_owned(),
        _ => "info:".to_owned(),
    }
}
