//! Texts: formats, lengths, patterns, enums and ids.

use super::{
    change::{Breaks, Direction, Kind as What},
    findings::{At, Drafts, Shift},
    shapes::{counts, noun},
};
use crate::model::{Kind, StringRules};

/// Whether both are texts on the wire.
pub(super) fn are_texts(old: &Kind, new: &Kind) -> bool {
    let is_text = |kind: &Kind| {
        matches!(
            kind,
            Kind::String(_) | Kind::Enum { .. } | Kind::Id { .. } | Kind::UserIdOrMe
        )
    };
    is_text(old) && is_text(new)
}

/// What changes from one kind of text to another.
pub(super) fn texts(at: &At, old: &Kind, new: &Kind, out: &mut Drafts) {
    match (old, new) {
        (Kind::Enum { values: a }, Kind::Enum { values: b }) => words(at, a, b, out),
        (Kind::UserIdOrMe, Kind::UserIdOrMe) => {}
        (Kind::String(_) | Kind::Id { .. }, Kind::String(_) | Kind::Id { .. }) => {
            rules(at, &rules_of(old), &rules_of(new), out);
        }
        _ => {
            let shift = match (fits(old, new), fits(new, old)) {
                (true, true) => Shift::Same,
                (true, false) => Shift::Wider,
                (false, true) => Shift::Narrower,
                (false, false) => Shift::Other,
            };
            let tail = format!("is {} now instead of {}", noun(new), noun(old));
            out.shift(at, What::TypeChanged, shift, &tail);
        }
    }
}

/// The rules that an id is held to.
fn rules_of(kind: &Kind) -> StringRules {
    match kind {
        Kind::String(rules) => rules.clone(),
        Kind::Id { uuid: true, .. } => StringRules {
            format: Some("uuid".to_owned()),
            ..StringRules::default()
        },
        Kind::Id { uuid: false, rules } => rules.clone(),
        _ => StringRules::default(),
    }
}

/// Whether every text that fits `inner` fits `outer`, as far as that can be told without reading patterns.
fn fits(inner: &Kind, outer: &Kind) -> bool {
    match (inner, outer) {
        (Kind::Enum { values }, Kind::UserIdOrMe) => values.iter().all(|word| word == "me"),
        (Kind::Enum { values }, Kind::String(_) | Kind::Id { .. }) => {
            let StringRules {
                format,
                min_length,
                max_length,
                pattern,
                secret: _,
                normalize: _,
            } = rules_of(outer);
            let length = |word: &String| word.chars().count() as u64;
            let allowed = |word: &String| {
                min_length.is_none_or(|min| length(word) >= min) && max_length.is_none_or(|max| length(word) <= max)
            };
            format.is_none() && pattern.is_none() && values.iter().all(allowed)
        }
        (Kind::UserIdOrMe, Kind::String(_) | Kind::Id { .. }) => {
            let rules = rules_of(outer);
            let plain = StringRules {
                secret: rules.secret,
                normalize: rules.normalize.clone(),
                ..StringRules::default()
            };
            rules == plain
        }
        (Kind::String(_) | Kind::Id { .. }, Kind::UserIdOrMe) => rules_of(inner).format.as_deref() == Some("uuid"),
        _ => false,
    }
}

fn rules(at: &At, old: &StringRules, new: &StringRules, out: &mut Drafts) {
    let StringRules {
        format,
        min_length,
        max_length,
        pattern,
        // On the wire a secret is a text like any other; in Rust it is another type, which is told of by that.
        secret: _,
        normalize,
    } = new;
    let lengths = (old.min_length, old.max_length);
    counts(at, "characters", lengths, (*min_length, *max_length), out);
    rule(at, "format", old.format.as_deref(), format.as_deref(), out);
    rule(at, "pattern", old.pattern.as_deref(), pattern.as_deref(), out);
    if old.normalize != *normalize {
        let tail = match (&old.normalize, normalize) {
            (_, Some(new)) => format!("is normalized otherwise before it is checked: `{new}`"),
            (_, None) => "is taken as it comes, no longer normalized before it is checked".to_owned(),
        };
        let is_request = at.direction == Some(Direction::Request);
        let breaks = if is_request && old.normalize.is_some() {
            Breaks::WIRE
        } else {
            Breaks::NONE
        };
        out.add(at, What::NormalizationChanged, breaks, &tail);
    }
}

/// A rule of which can't be told what it lets through.
fn rule(at: &At, name: &str, old: Option<&str>, new: Option<&str>, out: &mut Drafts) {
    match (old, new) {
        (None, Some(new)) => out.shift(
            at,
            What::LimitsNarrowed,
            Shift::Narrower,
            &format!("has the {name} `{new}` now"),
        ),
        (Some(old), None) => out.shift(
            at,
            What::LimitsWidened,
            Shift::Wider,
            &format!("no longer has the {name} `{old}`"),
        ),
        (Some(old), Some(new)) if old != new => {
            let tail = format!("has the {name} `{new}` now instead of `{old}`");
            out.shift(at, What::LimitsChanged, Shift::Other, &tail);
        }
        _ => {}
    }
}

/// Enums are open: a word that answers have later is no news to anybody.
fn words(at: &At, old: &[String], new: &[String], out: &mut Drafts) {
    for word in new.iter().filter(|word| !old.contains(word)) {
        let breaks = match at.direction {
            Some(Direction::Request) => Breaks::SERVER,
            _ => Breaks::NONE,
        };
        out.add(at, What::WordAdded, breaks, &format!("may be `{word}` too"));
    }
    for word in old.iter().filter(|word| !new.contains(word)) {
        let breaks = Shift::Narrower.breaks(at.direction).and(Breaks::RUST);
        out.add(at, What::WordRemoved, breaks, &format!("can't be `{word}` any more"));
    }
    let kept = |words: &[String], others: &[String]| -> Vec<String> {
        words.iter().filter(|word| others.contains(word)).cloned().collect()
    };
    if kept(old, new) != kept(new, old) {
        out.add(at, What::Reordered, Breaks::NONE, "lists its words in another order");
    }
}
