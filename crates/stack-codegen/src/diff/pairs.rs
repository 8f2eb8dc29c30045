//! Which part of the old contract became which part of the new one.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::discriminant,
};

use indexmap::IndexMap;

use super::{
    change::Direction,
    edition::{Edition, Lens},
};
use crate::model::{Access, Body, Kind, Object, Operation, Property, Success, SuccessKind, Type};

/// What belongs together.
pub(super) struct Matches<'a> {
    /// Operations, in the order of the new contract.
    pub operations: Vec<(&'a Operation, &'a Operation)>,
    /// Schemas that values of both contracts reach at the same place, and the operations that lead there.
    pub schemas: IndexMap<Use, Vec<String>>,
    /// The new names of schemas whose old name is gone.
    pub renamed: BTreeMap<String, String>,
}

/// A schema of each contract, seen by somebody on its way.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Use {
    pub lens: Lens,
    pub direction: Direction,
    pub old: String,
    pub new: String,
}

impl<'a> Matches<'a> {
    pub fn of(old: &Edition<'a>, new: &Edition<'a>) -> Self {
        let mut matches = Self {
            operations: operations(old, new),
            schemas: IndexMap::new(),
            renamed: BTreeMap::new(),
        };
        let mut links = Links {
            old,
            new,
            known: BTreeMap::new(),
        };
        for (before, after) in matches.operations.clone() {
            for access in Access::ALL {
                let (Some(before), Some(after)) = (old.seen(&before.id, access), new.seen(&after.id, access)) else {
                    continue;
                };
                matches.reach(
                    &mut links,
                    (Lens::Of(access), Direction::Request),
                    &requests(before, after),
                    &after.id,
                );
                matches.reach(
                    &mut links,
                    (Lens::Of(access), Direction::Answer),
                    &answers(before, after),
                    &after.id,
                );
            }
        }
        for after in &new.api.errors {
            let Some(before) = old.api.errors.iter().find(|error| error.code == after.code) else {
                continue;
            };
            let steps: Vec<_> = both(&before.details, &after.details)
                .map(|(before, after)| (before.ty.clone(), after.ty.clone()))
                .collect();
            for id in users_of(new, &after.code) {
                matches.reach(&mut links, (Lens::Whole, Direction::Answer), &steps, id);
            }
        }
        for after in &new.api.webhooks {
            let Some(before) = old.api.webhooks.iter().find(|event| event.name == after.name) else {
                continue;
            };
            let steps = [(Type::reference(&before.data), Type::reference(&after.data))];
            matches.reach(&mut links, (Lens::Events, Direction::Event), &steps, "");
        }
        matches.renamed = matches.names(old, new);
        matches
    }

    /// Follows two types as long as they have the same parts.
    fn reach(&mut self, links: &mut Links<'_, '_>, way: (Lens, Direction), from: &[(Type, Type)], operation: &str) {
        let (lens, direction) = way;
        let mut open: Vec<_> = from.iter().flat_map(|(a, b)| links.named(lens, a, b)).collect();
        let mut seen = BTreeSet::new();
        while let Some((old, new)) = open.pop() {
            if !seen.insert((old.clone(), new.clone())) {
                continue;
            }
            open.extend(links.of(lens, &old, &new).iter().cloned());
            let it = Use {
                lens,
                direction,
                old,
                new,
            };
            let operations = self.schemas.entry(it).or_default();
            if !operation.is_empty() && operations.last().is_none_or(|last| last != operation) {
                operations.push(operation.to_owned());
            }
        }
    }

    fn names(&self, old: &Edition<'_>, new: &Edition<'_>) -> BTreeMap<String, String> {
        let mut renamed: BTreeMap<String, String> = BTreeMap::new();
        for Use { old: a, new: b, .. } in self.schemas.keys() {
            let is_gone = !new.api.schemas.contains_key(a);
            let is_new = !old.api.schemas.contains_key(b);
            if is_gone && is_new && !renamed.values().any(|taken| taken == b) {
                renamed.entry(a.clone()).or_insert_with(|| b.clone());
            }
        }
        renamed
    }
}

/// Which pairs of schemas the schemas of a pair lead to. Many operations ask for the same.
struct Links<'e, 'a> {
    old: &'e Edition<'a>,
    new: &'e Edition<'a>,
    known: BTreeMap<(Lens, String, String), Vec<(String, String)>>,
}

impl Links<'_, '_> {
    fn of(&mut self, lens: Lens, old: &str, new: &str) -> &[(String, String)] {
        let key = (lens, old.to_owned(), new.to_owned());
        if !self.known.contains_key(&key) {
            let found = match (self.old.named(old, lens), self.new.named(new, lens)) {
                (Some(a), Some(b)) => self.named(lens, &a.ty, &b.ty),
                _ => Vec::new(),
            };
            self.known.insert(key.clone(), found);
        }
        &self.known[&key]
    }

    /// The pairs of names that two types have at the same places.
    fn named(&self, lens: Lens, old: &Type, new: &Type) -> Vec<(String, String)> {
        match (&old.kind, &new.kind) {
            (Kind::Ref(a), Kind::Ref(b)) => {
                let alike = are_alike(self.old, self.new, lens, a, b);
                alike.then(|| (a.clone(), b.clone())).into_iter().collect()
            }
            // One of them has a name and the other none: they can still have parts in common.
            (Kind::Ref(_), _) | (_, Kind::Ref(_)) => {
                let (old, new) = (self.old.resolve(old, lens), self.new.resolve(new, lens));
                self.in_parts(lens, &old.kind, &new.kind)
            }
            (old, new) => self.in_parts(lens, old, new),
        }
    }

    fn in_parts(&self, lens: Lens, old: &Kind, new: &Kind) -> Vec<(String, String)> {
        match (old, new) {
            (Kind::Array { items: a, .. }, Kind::Array { items: b, .. }) | (Kind::Map(a), Kind::Map(b)) => {
                self.named(lens, a, b)
            }
            (Kind::Object(Object { properties: a, .. }), Kind::Object(Object { properties: b, .. })) => {
                both(a, b).flat_map(|(a, b)| self.named(lens, &a.ty, &b.ty)).collect()
            }
            (Kind::OneOf { .. }, Kind::OneOf { .. }) => super::unions::pairs(old, new)
                .into_iter()
                .filter(|(a, b)| are_alike(self.old, self.new, lens, a, b))
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether two names stand for shapes that can be compared part by part.
pub(super) fn are_alike(old: &Edition<'_>, new: &Edition<'_>, lens: Lens, a: &str, b: &str) -> bool {
    let (Some(before), Some(after)) = (old.named(a, lens), new.named(b, lens)) else {
        return false;
    };
    a == b || discriminant(&before.ty.kind) == discriminant(&after.ty.kind)
}

/// The ids of the operations that answer the error.
pub(super) fn users_of<'a>(edition: &Edition<'a>, code: &str) -> Vec<&'a str> {
    let names = |operation: &&Operation| {
        let user = operation.user.as_ref().is_some_and(|rule| rule.error == code);
        user || operation.errors.iter().any(|error| error == code)
    };
    edition
        .operations()
        .filter(names)
        .map(|operation| operation.id.as_str())
        .collect()
}

/// What is in both, by name.
pub(super) fn both<'m>(
    old: &'m IndexMap<String, Property>,
    new: &'m IndexMap<String, Property>,
) -> impl Iterator<Item = (&'m Property, &'m Property)> {
    new.iter().filter_map(|(name, after)| Some((old.get(name)?, after)))
}

fn requests(before: &Operation, after: &Operation) -> Vec<(Type, Type)> {
    let mut steps = Vec::new();
    for (old, new) in [
        (&before.path_params, &after.path_params),
        (&before.query_params, &after.query_params),
    ] {
        for after in new {
            let before = old.iter().find(|before| before.name == after.name);
            steps.extend(before.map(|before| (before.ty.clone(), after.ty.clone())));
        }
    }
    if let (Some(Body { schema: a, .. }), Some(Body { schema: b, .. })) = (&before.body, &after.body) {
        steps.push((Type::reference(a), Type::reference(b)));
    }
    steps
}

fn answers(before: &Operation, after: &Operation) -> Vec<(Type, Type)> {
    match (&before.success, &after.success) {
        (
            Success {
                kind: SuccessKind::Json(a),
                ..
            },
            Success {
                kind: SuccessKind::Json(b),
                ..
            },
        ) => vec![(Type::reference(a), Type::reference(b))],
        _ => Vec::new(),
    }
}

/// Operations are the same if method and path are, whatever the placeholders are called; else if the id is.
fn operations<'a>(old: &Edition<'a>, new: &Edition<'a>) -> Vec<(&'a Operation, &'a Operation)> {
    let route = |operation: &Operation| (operation.base, operation.method.clone(), shape(&operation.path));
    let mut by_route: BTreeMap<String, &Operation> = BTreeMap::new();
    let mut by_id: BTreeMap<&str, &Operation> = BTreeMap::new();
    for operation in old.operations() {
        by_route.insert(format!("{:?}", route(operation)), operation);
        by_id.insert(&operation.id, operation);
    }
    // Those with the same route first: an id that moved to another route must not take its operation away.
    let mut found: BTreeMap<&str, &Operation> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for after in new.operations() {
        if let Some(before) = by_route.get(&format!("{:?}", route(after))) {
            found.insert(&after.id, before);
            taken.insert(before.id.as_str());
        }
    }
    for after in new.operations() {
        if !found.contains_key(after.id.as_str())
            && let Some(before) = by_id.get(after.id.as_str())
            && taken.insert(&before.id)
        {
            found.insert(&after.id, before);
        }
    }
    let pair = |after: &'a Operation| Some((*found.get(after.id.as_str())?, after));
    new.operations().filter_map(pair).collect()
}

/// The path without the names of its placeholders.
pub(super) fn shape(path: &str) -> String {
    let segment = |segment: &str| {
        if segment.starts_with('{') {
            "{}".to_owned()
        } else {
            segment.to_owned()
        }
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}
