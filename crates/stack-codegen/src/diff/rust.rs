//! What the wire doesn't show: the types of fields, where types live, which methods a trait has.

use std::collections::BTreeMap;

use heck::ToPascalCase;

use super::{
    Differ,
    change::{Breaks, Kind as What, Subject},
    edition::{Edition, Lens},
    findings::{At, Drafts, Place},
    objects::Field,
};
use crate::{
    emit::types::{Scope, field_type},
    model::{Access, AccessSet, Body, Kind, Need, Operation, Param, Property, Success, SuccessKind, Type},
    names,
    views::Home,
};

/// What has to agree for two accesses to share a method of a trait, as text.
type Signature = String;

impl Differ<'_> {
    /// The Rust types of two values, if they differ in more than what is told elsewhere.
    pub(super) fn rust_types(&self, lens: Lens, old: (&Type, bool), new: (&Type, bool)) -> Option<(String, String)> {
        if old == new && old.0.references().iter().all(|name| self.is_alike_outside(lens, name)) {
            return None;
        }
        let before = self.renamed_words(&rust_type(&self.old, lens, old.0, old.1));
        let after = rust_type(&self.new, lens, new.0, new.1);
        (before != after).then_some((before, after))
    }

    /// Whether a schema looks the same to those that refer to it: as a type of its own, or as a name for the same.
    fn is_alike_outside(&self, lens: Lens, name: &str) -> bool {
        let (Some(old), Some(new)) = (self.old.named(name, lens), self.new.named(name, lens)) else {
            return false;
        };
        let is_own = |kind: &Kind| matches!(kind, Kind::Object(_) | Kind::Enum { .. } | Kind::OneOf { .. });
        let (a, b) = (&old.ty, &new.ty);
        a.nullable == b.nullable && ((is_own(&a.kind) && is_own(&b.kind)) || (a == b && a.references().is_empty()))
    }

    /// The same for properties, of these names in these objects if they are fields of a struct.
    pub(super) fn rust_fields(
        &self,
        lens: Lens,
        old: (&Property, Option<Field<'_>>),
        new: (&Property, Option<Field<'_>>),
    ) -> Option<(String, String)> {
        let types = self.rust_types(lens, (&old.0.ty, old.0.required), (&new.0.ty, new.0.required));
        if let (Some((_, old)), Some((_, new))) = (old.1, new.1)
            && old.properties.keys().eq(new.properties.keys())
        {
            return types;
        }
        let field = |place: Option<Field<'_>>| {
            let (name, object) = place?;
            let names: Vec<_> = object.properties.keys().map(String::as_str).collect();
            let at = names.iter().position(|other| *other == name)?;
            names::fields(names).into_iter().nth(at)
        };
        let (before, after) = (field(old.1), field(new.1));
        match (before, after) {
            (Some(before), Some(after)) if before != after => Some((before, after)),
            _ => types,
        }
    }

    /// Puts the new names of renamed schemas into a Rust type.
    fn renamed_words(&self, text: &str) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut word = String::new();
        for c in text.chars().chain([' ']) {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            let done = std::mem::take(&mut word);
            words.push(self.matches.renamed.get(&done).cloned().unwrap_or(done));
            words.push(c.to_string());
        }
        words.concat().trim_end().to_owned()
    }

    /// Types that all accesses shared and no longer share, or the other way round.
    pub(super) fn homes(&mut self) {
        let mut out = Drafts::default();
        for (name, homes) in &self.new.views.homes {
            let old_name = self.matches.renamed.iter().find(|(_, new)| *new == name);
            let old_name = old_name.map_or(name, |(old, _)| old);
            let (Some(before), Some(named)) = (self.old.views.homes.get(old_name), self.new.api.schemas.get(name))
            else {
                continue;
            };
            let both: AccessSet = homes
                .keys()
                .filter(|access| before.contains_key(*access))
                .copied()
                .collect();
            let differs = |access: &Access| kept_home(before, *access, &both) != kept_home(homes, *access, &both);
            if !both.iter().any(differs) {
                continue;
            }
            let place = Place {
                location: named.location.clone(),
                pointer: format!("/components/schemas/{name}"),
            };
            let at = At {
                lens: Lens::Whole,
                document: both.first().copied(),
                accesses: both.clone(),
                direction: None,
                operations: Vec::new(),
                subject: Subject::Schema(name.clone()),
                noun: format!("`{name}`"),
                old: place.clone(),
                new: place,
            };
            let now = said(homes, &both);
            let tail = format!("is {now} in Rust now; it was {}", said(before, &both));
            let merges = both.iter().all(|access| homes.get(access) == Some(&Home::Common));
            // Modules of an access always have the name, so that merging takes no path away.
            let breaks = if merges { Breaks::SERVER } else { Breaks::RUST };
            out.add(&at, What::RustHomeChanged, breaks, &tail);
        }
        self.found.add(out);
    }

    /// The methods of an operation, if its trait has others.
    pub(super) fn methods(&self, old: &Operation, new: &Operation) -> Option<String> {
        let id = |text: &str| {
            let text = self.renamed_words(text);
            let stem = (old.id.to_pascal_case(), new.id.to_pascal_case());
            text.replace(&format!("fn {}", old.id), &format!("fn {}", new.id))
                .replace(&stem.0, &stem.1)
        };
        let before: Vec<_> = signatures(&self.old, old).iter().map(|it| id(it)).collect();
        let after = signatures(&self.new, new);
        if before == after {
            return None;
        }
        let names = |list: &[String]| -> Vec<String> {
            let name = |line: &String| line.split(['(', ' ']).nth(1).map(|name| format!("`{name}`"));
            list.iter().filter_map(name).collect()
        };
        let (was, is) = if names(&before) == names(&after) {
            let whole = |list: &[String]| -> Vec<String> { list.iter().map(|line| format!("`{line}`")).collect() };
            (whole(&before), whole(&after))
        } else {
            (names(&before), names(&after))
        };
        let noun = if is.len() == 1 { "the method" } else { "the methods" };
        Some(format!(
            "has {noun} {} in its trait now, not {}",
            is.join(" and "),
            was.join(" and ")
        ))
    }
}

/// The type without the paths to it.
fn rust_type(edition: &Edition<'_>, lens: Lens, ty: &Type, required: bool) -> String {
    let ty = edition.without_aliases(ty, lens);
    let scope = Scope::outside(edition.api, &edition.views, lens.access());
    let text = field_type(&ty, required, &scope).to_string().replace(' ', "");
    let mut text = text.replace("::stack_types::", "");
    for path in [
        "client::",
        "server::",
        "admin::",
        "std::collections::",
        "serde_json::",
        "uuid::",
        "crate::",
    ] {
        text = text.replace(path, "");
    }
    text.replace(',', ", ")
}

/// The home of a type for those accesses that have it before and after.
fn kept_home(homes: &indexmap::IndexMap<Access, Home>, access: Access, both: &AccessSet) -> Option<Home> {
    match homes.get(&access).copied()? {
        Home::Of(first) if !both.contains(&first) => {
            let share = |other: &&Access| homes.get(*other) == homes.get(&access);
            both.iter().find(share).copied().map(Home::Of)
        }
        home => Some(home),
    }
}

fn said(homes: &indexmap::IndexMap<Access, Home>, both: &AccessSet) -> String {
    let mut groups: BTreeMap<Option<Access>, Vec<&str>> = BTreeMap::new();
    for access in both {
        let key = match homes.get(access) {
            Some(Home::Of(first)) => Some(*first),
            _ => None,
        };
        groups.entry(key).or_default().push(access.name());
    }
    let one = |(key, names): (&Option<Access>, &Vec<&str>)| match key {
        None => "one type at the root".to_owned(),
        Some(_) => format!("one for {}", names.join(" and ")),
    };
    groups.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A line for each method that the operation has in its trait.
fn signatures(edition: &Edition<'_>, operation: &Operation) -> Vec<String> {
    let mut groups: Vec<(Signature, Vec<Access>, &Operation)> = Vec::new();
    for &access in &operation.access {
        let Some(seen) = edition.seen(&operation.id, access) else {
            continue;
        };
        let shape = shape(edition, seen, access);
        match groups.iter_mut().find(|(other, ..)| *other == shape) {
            Some((_, accesses, _)) => accesses.push(access),
            None => groups.push((shape, vec![access], seen)),
        }
    }
    let only = groups.len() == 1;
    let line = |(_, accesses, seen): (Signature, Vec<Access>, &Operation)| {
        let suffix = if only {
            String::new()
        } else {
            format!("_as_{}", accesses[0])
        };
        let needs_user = needs_user(seen, accesses[0]);
        let who = match *accesses {
            [Access::Client] => "ClientAccess",
            [Access::Admin] => "AdminAccess",
            [Access::Server] | [Access::Server, Access::Admin] => "ServerAccess",
            _ => "Access",
        };
        let user = if needs_user { "User" } else { "Option<User>" };
        let who = match seen.auth {
            Need::Required => format!("Principal<{who}, {user}>"),
            Need::Optional => format!("Option<Principal<{who}, {user}>>"),
            Need::None => String::new(),
        };
        format!("fn {}{suffix}({who}) -> {}", seen.id, output(seen))
    };
    groups.into_iter().map(line).collect()
}

fn needs_user(operation: &Operation, access: Access) -> bool {
    operation
        .user
        .as_ref()
        .is_some_and(|rule| rule.required_for.contains(&access))
}

/// What has to agree for a shared method. Parameters count by what makes their type.
fn shape(edition: &Edition<'_>, operation: &Operation, access: Access) -> Signature {
    let param = |param: &Param| format!("{}{}{:?}{:?}", param.name, param.required, param.ty, param.default);
    let params: Vec<_> = operation
        .path_params
        .iter()
        .chain(&operation.query_params)
        .map(param)
        .collect();
    let body = operation.body.as_ref().map(|Body { required, schema, .. }| {
        let home = edition.views.home(schema, access);
        format!("{required}{schema}{home:?}")
    });
    let answer = match &operation.success.kind {
        SuccessKind::Json(schema) => format!("{schema}{:?}", edition.views.home(schema, access)),
        other => format!("{other:?}"),
    };
    format!("{params:?}{body:?}{answer}{}", needs_user(operation, access))
}

fn output(operation: &Operation) -> String {
    let Success {
        status,
        kind,
        also,
        redirects,
        ..
    } = &operation.success;
    let body = match kind {
        SuccessKind::Json(schema) => schema.as_str(),
        SuccessKind::Text(_) => "String",
        SuccessKind::Redirect => "Redirect",
    };
    if !operation.has_several_answers() {
        return body.to_owned();
    }
    let also = also.iter().map(|other| format!("{} {body}", other.status));
    let redirects = redirects.iter().map(|other| format!("{} Redirect", other.status));
    let all: Vec<_> = std::iter::once(format!("{status} {body}"))
        .chain(also)
        .chain(redirects)
        .collect();
    all.join(" or ")
}
