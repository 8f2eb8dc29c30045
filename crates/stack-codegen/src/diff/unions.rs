//! Unions: their variants, and how these are told apart.

use super::{
    Differ,
    change::{Breaks, Direction, Kind as What},
    findings::{At, Drafts, Shift},
};
use crate::model::{Discriminator, Kind};

/// A variant as it is told apart: by the word of the discriminator, else by the name of its schema.
struct Variant<'a> {
    word: Option<&'a str>,
    schema: &'a str,
}

fn variants(kind: &Kind) -> Vec<Variant<'_>> {
    let Kind::OneOf {
        variants,
        discriminator,
    } = kind
    else {
        return Vec::new();
    };
    match discriminator {
        Some(Discriminator { property: _, mapping }) if !mapping.is_empty() => mapping
            .iter()
            .map(|(word, schema)| Variant {
                word: Some(word),
                schema,
            })
            .collect(),
        _ => variants.iter().map(|schema| Variant { word: None, schema }).collect(),
    }
}

/// The schemas of the variants that belong together: those with the same word or name; then, if just one is left on
/// either side, these two.
pub(super) fn pairs<'a>(old: &'a Kind, new: &'a Kind) -> Vec<(&'a str, &'a str)> {
    let (old, new) = (variants(old), variants(new));
    let same = |a: &Variant<'_>, b: &Variant<'_>| match (a.word, b.word) {
        (Some(a), Some(b)) => a == b,
        _ => a.schema == b.schema,
    };
    let mut pairs: Vec<_> = new
        .iter()
        .filter_map(|b| Some((old.iter().find(|a| same(a, b))?.schema, b.schema)))
        .collect();
    let mut gone = old.iter().filter(|a| !new.iter().any(|b| same(a, b)));
    let mut come = new.iter().filter(|b| !old.iter().any(|a| same(a, b)));
    if let (Some(a), None, Some(b), None) = (gone.next(), gone.next(), come.next(), come.next())
        && a.word.is_none()
        && b.word.is_none()
    {
        pairs.push((a.schema, b.schema));
    }
    pairs
}

impl Differ<'_> {
    pub(super) fn union(&self, at: &At, old: &Kind, new: &Kind, out: &mut Drafts) {
        let (
            Kind::OneOf {
                variants: old_names,
                discriminator: old_tag,
            },
            Kind::OneOf {
                variants: new_names,
                discriminator: new_tag,
            },
        ) = (old, new)
        else {
            return;
        };
        let property = |tag: &Option<Discriminator>| tag.as_ref().map(|tag| tag.property.clone());
        if property(old_tag) != property(new_tag) {
            let words = match (property(old_tag), property(new_tag)) {
                (_, Some(new)) => format!("is told apart by `{new}` now"),
                (_, None) => "is no longer told apart by a property".to_owned(),
            };
            out.add(at, What::DiscriminatorChanged, Breaks::ALL, &words);
        }
        let (olds, news) = (variants(old), variants(new));
        let pairs = pairs(old, new);
        let name = |variant: &Variant<'_>| match variant.word {
            Some(word) => format!("`{word}` (`{}`)", variant.schema),
            None => format!("`{}`", variant.schema),
        };
        // A union that gets or loses its discriminator has the same variants.
        let by_word = old_tag.is_some() && new_tag.is_some();
        for variant in &news {
            let is_paired = pairs.iter().any(|(_, b)| *b == variant.schema);
            let had_word = olds.iter().any(|a| a.word == variant.word);
            if is_paired && (!by_word || variant.word.is_none() || had_word) {
                continue;
            }
            let is_open = new_tag.is_some();
            let breaks = match at.direction {
                Some(Direction::Request) => Breaks::SERVER,
                _ if is_open => Breaks::NONE,
                _ => Breaks::WIRE,
            };
            out.add(
                at,
                What::VariantAdded,
                breaks,
                &format!("may be a {} too", name(variant)),
            );
        }
        for variant in &olds {
            let is_paired = pairs.iter().any(|(a, _)| *a == variant.schema);
            let has_word = news.iter().any(|b| b.word == variant.word);
            if is_paired && (!by_word || variant.word.is_none() || has_word) {
                continue;
            }
            let breaks = Shift::Narrower.breaks(at.direction).and(Breaks::RUST);
            let tail = format!("can't be a {} any more", name(variant));
            out.add(at, What::VariantRemoved, breaks, &tail);
        }
        let kept = |names: &[String], others: &[String]| -> Vec<String> {
            names.iter().filter(|name| others.contains(name)).cloned().collect()
        };
        if kept(old_names, new_names) != kept(new_names, old_names) {
            let breaks = if new_tag.is_some() { Breaks::NONE } else { Breaks::WIRE };
            let (kind, tail) = if new_tag.is_some() {
                (What::Reordered, "lists its variants in another order")
            } else {
                (
                    What::DiscriminatorChanged,
                    "tries its variants in another order, and the first that fits counts",
                )
            };
            out.add(at, kind, breaks, tail);
        }
    }
}
