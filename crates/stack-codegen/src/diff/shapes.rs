//! Schemas, and the shapes that they are made of.

use std::collections::BTreeSet;

use super::{
    Differ,
    change::{Breaks, Direction, Kind as What, Subject},
    edition::Lens,
    findings::{At, Draft, Drafts, Place, Shift},
    pairs::{Use, are_alike},
};
use crate::model::{Access, AccessSet, EVENTS, Kind, NamedSchema, Range, Type};

impl Differ<'_> {
    /// Every schema once for each way and kind of access that it is seen on; then the names.
    pub(super) fn schemas(&mut self) {
        let uses = self.matches.schemas.clone();
        let mut seen = BTreeSet::new();
        for (it, operations) in &uses {
            seen.insert((it.old.as_str(), it.new.as_str()));
            let (Some(old), Some(new)) = (self.old.named(&it.old, it.lens), self.new.named(&it.new, it.lens)) else {
                continue;
            };
            let drafts = self.named(it, operations.clone(), &old.clone(), &new.clone());
            self.found.add(drafts);
        }
        // Those that nothing in both contracts leads to: they have no callers in common, but a type of the same name.
        for (name, new) in &self.new.api.schemas {
            let Some(old) = self.old.api.schemas.get(name) else {
                continue;
            };
            if seen.iter().any(|(a, b)| a == name || b == name) {
                continue;
            }
            let it = Use {
                lens: Lens::Whole,
                direction: Direction::Answer,
                old: name.clone(),
                new: name.clone(),
            };
            let mut drafts = self.named(&it, Vec::new(), old, new);
            drafts.0.iter_mut().for_each(|draft| draft.breaks.wire = false);
            drafts.0.iter_mut().for_each(|draft| draft.at.direction = None);
            self.found.add(drafts);
        }
        self.names();
        self.homes();
    }

    fn names(&mut self) {
        let mut out = Drafts::default();
        let at = |edition: &super::edition::Edition<'_>, named: &NamedSchema| {
            let accesses: AccessSet = (Access::ALL.into_iter())
                .filter(|access| edition.views.view(*access).schemas.contains_key(&named.name))
                .collect();
            let place = Place {
                location: named.location.clone(),
                pointer: format!("/components/schemas/{}", named.name),
            };
            At {
                lens: Lens::Whole,
                document: accesses.first().copied(),
                accesses,
                direction: None,
                operations: Vec::new(),
                subject: Subject::Schema(named.name.clone()),
                noun: format!("`{}`", named.name),
                old: place.clone(),
                new: place,
            }
        };
        for (name, new) in &self.new.api.schemas {
            if !self.old.api.schemas.contains_key(name) {
                let renamed = self.matches.renamed.iter().find(|(_, new)| *new == name);
                match renamed {
                    Some((old, _)) => {
                        let tail = format!("is the new name of `{old}`");
                        out.add(&at(&self.new, new), What::SchemaRenamed, Breaks::RUST, &tail);
                    }
                    None => out.add(&at(&self.new, new), What::SchemaAdded, Breaks::NONE, "is new"),
                }
            }
        }
        for (name, old) in &self.old.api.schemas {
            if !self.new.api.schemas.contains_key(name) && !self.matches.renamed.contains_key(name) {
                out.gone(&at(&self.old, old), What::SchemaRemoved, Breaks::RUST, "is gone");
            }
        }
        let orders = |names: Vec<&String>, others: &indexmap::IndexMap<String, NamedSchema>| -> Vec<String> {
            names
                .into_iter()
                .filter(|name| others.contains_key(*name))
                .cloned()
                .collect()
        };
        let old = orders(self.old.api.schemas.keys().collect(), &self.new.api.schemas);
        let new = orders(self.new.api.schemas.keys().collect(), &self.old.api.schemas);
        if old != new {
            out.add(
                &self.root("the contract"),
                What::Reordered,
                Breaks::NONE,
                "has its schemas in another order",
            );
        }
        self.found.add(out);
    }

    /// What changes in a named schema for those who meet it this way.
    fn named(&self, it: &Use, operations: Vec<String>, old: &NamedSchema, new: &NamedSchema) -> Drafts {
        let NamedSchema {
            name,
            description,
            module,
            ty,
            example,
            location,
        } = new;
        let place = |name: &str, location: &crate::model::Location| Place {
            location: location.clone(),
            pointer: format!("/components/schemas/{name}"),
        };
        let document = match it.lens {
            Lens::Of(access) => Some(access),
            Lens::Events | Lens::Whole => None,
        };
        let at = At {
            lens: it.lens,
            accesses: document.into_iter().collect(),
            direction: Some(it.direction),
            operations,
            subject: Subject::Schema(name.clone()),
            noun: format!("`{name}`"),
            document: document.or_else(|| self.publishes(&old.name, name)),
            old: place(&old.name, &old.location),
            new: place(name, location),
        };
        let mut out = Drafts::default();
        let silent = At {
            direction: None,
            operations: Vec::new(),
            ..at.clone()
        };
        out.words(&silent, "description", &old.description, description);
        if old.example != *example {
            out.add(&silent, What::ExampleChanged, Breaks::NONE, "has another example");
        }
        if old.module != *module {
            if (old.module == EVENTS) == (module == EVENTS) {
                out.add(&silent, What::Reordered, Breaks::NONE, "stands in another file");
            } else {
                let tail = "has its type in another crate now";
                out.add(&silent, What::RustHomeChanged, Breaks::RUST, tail);
            }
        }
        let mut inner = Drafts::default();
        self.shape(&at, &old.ty, ty, &mut inner);
        let has_fields = matches!((&old.ty.kind, &ty.kind), (Kind::Object(_), Kind::Object(_)));
        if !has_fields {
            let types = self.rust_types(it.lens, (&old.ty, true), (ty, true));
            settle(&at, types, &mut inner);
        }
        out.0.extend(inner.0);
        out
    }

    /// The first access whose documents have the schema in both contracts.
    fn publishes(&self, old: &str, new: &str) -> Option<Access> {
        let has = |access: &Access| {
            self.old.views.view(*access).schemas.contains_key(old)
                && self.new.views.view(*access).schemas.contains_key(new)
        };
        Access::ALL.into_iter().find(has)
    }

    /// What changes from one shape to another.
    pub(super) fn shape(&self, at: &At, old: &Type, new: &Type, out: &mut Drafts) {
        let (Type { kind: a, nullable: was }, Type { kind: b, nullable: is }) = (old, new);
        if let (Kind::Ref(a), Kind::Ref(b)) = (a, b)
            && are_alike(&self.old, &self.new, at.lens, a, b)
        {
            // What changes in the schemas themselves is told of them.
            let by_name = |edition: &super::edition::Edition<'_>, name: &str| {
                edition.named(name, at.lens).is_some_and(|named| named.ty.nullable)
            };
            if !by_name(&self.old, a) && !by_name(&self.new, b) {
                nullable(at, *was, *is, out);
            }
            return;
        }
        let (old, new) = (self.old.resolve(old, at.lens), self.new.resolve(new, at.lens));
        nullable(at, old.nullable, new.nullable, out);
        self.kinds(at, &old.kind, &new.kind, out);
    }

    fn kinds(&self, at: &At, old: &Kind, new: &Kind, out: &mut Drafts) {
        if super::texts::are_texts(old, new) {
            super::texts::texts(at, old, new, out);
            return;
        }
        match (old, new) {
            (Kind::Integer(a), Kind::Integer(b))
            | (Kind::Number(a), Kind::Number(b))
            | (Kind::Instant(a), Kind::Instant(b))
            | (Kind::Integer(a), Kind::Instant(b))
            | (Kind::Instant(a), Kind::Integer(b)) => range(at, a, b, out),
            (Kind::Integer(_) | Kind::Instant(_), Kind::Number(_)) => {
                out.shift(at, What::TypeChanged, Shift::Wider, "may have a fraction now");
            }
            (Kind::Number(_), Kind::Integer(_) | Kind::Instant(_)) => {
                out.shift(at, What::TypeChanged, Shift::Narrower, "has to be a whole number now");
            }
            (Kind::Boolean { only: a }, Kind::Boolean { only: b }) if a != b => {
                let (shift, tail) = match (a, b) {
                    (None, Some(only)) => (Shift::Narrower, format!("has to be `{only}` now")),
                    (Some(_), None) => (Shift::Wider, "may be `true` or `false` now".to_owned()),
                    (_, only) => (Shift::Other, format!("has to be `{}` now", only.unwrap_or_default())),
                };
                out.shift(at, What::TypeChanged, shift, &tail);
            }
            (
                Kind::Array {
                    items: a,
                    min: old_min,
                    max: old_max,
                },
                Kind::Array { items: b, min, max },
            ) => {
                counts(at, "items", (*old_min, *old_max), (*min, *max), out);
                self.shape(&at.part(format!("an element of {}", at.noun), "/items"), a, b, out);
            }
            (Kind::Map(a), Kind::Map(b)) => {
                let noun = format!("a value of {}", at.noun);
                self.shape(&at.part(noun, "/additionalProperties"), a, b, out);
            }
            (Kind::Object(a), Kind::Object(b)) => self.objects(at, a, b, out),
            (Kind::OneOf { .. }, Kind::OneOf { .. }) => self.union(at, old, new, out),
            (Kind::Any, Kind::Any) | (Kind::Boolean { .. }, Kind::Boolean { .. }) => {}
            (Kind::Any, new) => {
                let tail = format!("has to be {} now, not any value", noun(new));
                out.shift(at, What::TypeChanged, Shift::Narrower, &tail);
            }
            (_, Kind::Any) => out.shift(at, What::TypeChanged, Shift::Wider, "may be any value now"),
            (old, new) => {
                let tail = format!("is {} now instead of {}", noun(new), noun(old));
                let breaks = Shift::Other.breaks(at.direction).and(Breaks::RUST);
                out.add(at, What::TypeChanged, breaks, &tail);
            }
        }
    }
}

/// Marks what another Rust type follows from; tells of it if nothing else does.
pub(super) fn settle(at: &At, types: Option<(String, String)>, out: &mut Drafts) {
    let Some((old, new)) = types else { return };
    let explains = |draft: &&mut Draft| {
        let own = draft.at.noun.ends_with(&at.noun);
        own && matches!(
            draft.kind,
            What::BecameRequired
                | What::BecameOptional
                | What::NullAdded
                | What::NullRemoved
                | What::TypeChanged
                | What::LimitsChanged
                | What::LimitsNarrowed
                | What::LimitsWidened
        )
    };
    let mut explained = false;
    for draft in out.0.iter_mut().filter(explains) {
        // A format is the only limit that is a type of its own.
        let is_limit = draft.kind.name().starts_with("limits");
        if is_limit && !draft.sentence.contains("format") {
            continue;
        }
        draft.breaks = draft.breaks.and(Breaks::RUST);
        explained = true;
    }
    if !explained {
        let tail = format!("is `{new}` in Rust now, not `{old}`");
        out.add(at, What::RustTypeChanged, Breaks::RUST, &tail);
    }
}

fn nullable(at: &At, old: bool, new: bool, out: &mut Drafts) {
    match (old, new) {
        (false, true) => out.shift(at, What::NullAdded, Shift::Wider, "may be `null` now"),
        (true, false) => out.shift(at, What::NullRemoved, Shift::Narrower, "can't be `null` any more"),
        _ => {}
    }
}

fn range(at: &At, old: &Range, new: &Range, out: &mut Drafts) {
    let Range { min, max } = new;
    bound(at, "", true, old.min, *min, out);
    bound(at, "", false, old.max, *max, out);
}

/// The least and the greatest count of something.
pub(super) fn counts(
    at: &At,
    unit: &str,
    old: (Option<u64>, Option<u64>),
    new: (Option<u64>, Option<u64>),
    out: &mut Drafts,
) {
    let number = |count: Option<u64>| count.map(|count| count as f64);
    bound(at, unit, true, number(old.0), number(new.0), out);
    bound(at, unit, false, number(old.1), number(new.1), out);
}

/// A bound of a number, of a length or of a count.
fn bound(at: &At, unit: &str, lower: bool, old: Option<f64>, new: Option<f64>, out: &mut Drafts) {
    if old == new {
        return;
    }
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    };
    let word = if lower { "at least" } else { "at most" };
    let narrower = match (old, new) {
        (None, _) => true,
        (_, None) => false,
        (Some(old), Some(new)) => (new > old) == lower,
    };
    let tail = match (old, new) {
        (Some(old), Some(new)) => format!("has {word} {new}{unit} now instead of {old}"),
        (None, Some(new)) => format!("has {word} {new}{unit} now"),
        (Some(old), _) => format!("no longer has {word} {old}{unit}"),
        _ => return,
    };
    let tail = if unit.is_empty() {
        tail.replacen("has ", "is ", 1).replacen("longer has", "longer is", 1)
    } else {
        tail
    };
    if narrower {
        out.shift(at, What::LimitsNarrowed, Shift::Narrower, &tail);
    } else {
        out.shift(at, What::LimitsWidened, Shift::Wider, &tail);
    }
}

/// What a shape is, for sentences.
pub(super) fn noun(kind: &Kind) -> &'static str {
    match kind {
        Kind::Ref(_) => "a named schema",
        Kind::String(_) => "a text",
        Kind::Integer(_) => "a whole number",
        Kind::Number(_) => "a number",
        Kind::Instant(_) => "an instant",
        Kind::Boolean { only: _ } => "a boolean",
        Kind::Array {
            items: _,
            min: _,
            max: _,
        } => "a list",
        Kind::Map(_) => "a map",
        Kind::Object(_) => "an object",
        Kind::Enum { values: _ } => "one of a set of words",
        Kind::Id { uuid: _, rules: _ } => "an id",
        Kind::UserIdOrMe => "a user's id or `me`",
        Kind::OneOf {
            variants: _,
            discriminator: _,
        } => "a union",
        Kind::Any => "any value",
    }
}
