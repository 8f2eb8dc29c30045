//! Mends what only all schemas together show: types without end, variants that Rust can't tell apart, defaults that
//! don't fit.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{Schemas, any};
use crate::{
    emit,
    foreign::{document::below, names::Names},
    model::{Discriminator, Kind, Property, StringRules, Type},
};

pub(super) fn settle(schemas: &mut Schemas<'_>) {
    let pointers: HashMap<String, String> = schemas
        .by_pointer
        .iter()
        .map(|(pointer, name)| (name.clone(), pointer.clone()))
        .collect();
    let names: Vec<String> = schemas.named.keys().cloned().collect();
    let pointer = |name: &str| pointers.get(name).cloned().unwrap_or_default();
    for name in &names {
        cut_endless(schemas, name, &pointer(name));
    }
    for name in &names {
        settle_union(schemas, name, &pointer(name));
    }
    // A union that lost variants may be an alias now, and close a circle of aliases.
    for name in &names {
        cut_endless(schemas, name, &pointer(name));
    }
    for name in &names {
        add_tags(schemas, name);
    }
    for name in &names {
        settle_defaults(schemas, name);
    }
}

/// Whether the Rust type of this shape is an alias.
fn is_alias(kind: &Kind) -> bool {
    !super::needs_name(kind)
}

/// An alias or a union that is made of itself, without an object in between, becomes any value.
fn cut_endless(schemas: &mut Schemas<'_>, name: &str, pointer: &str) {
    fn made_of(ty: &Type, within_lists: bool) -> Vec<&str> {
        match &ty.kind {
            Kind::Ref(name) => vec![name],
            Kind::Array { items, .. } if within_lists => made_of(items, true),
            Kind::Map(values) if within_lists => made_of(values, true),
            Kind::OneOf { variants, .. } => variants.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
    let Some(start) = schemas.named.get(name) else { return };
    if matches!(start.ty.kind, Kind::Object(_) | Kind::Enum { .. }) {
        return;
    }
    // A list of itself is fine for an enum, but not for an alias.
    let starts_as_alias = is_alias(&start.ty.kind);
    let mut open = made_of(&start.ty, starts_as_alias);
    let mut seen = HashSet::new();
    while let Some(next) = open.pop() {
        if next == name {
            schemas.doc.notes.loosened(
                pointer,
                "endless-type",
                format!("`{name}` is made of nothing but itself; any value is taken"),
            );
            if let Some(named) = schemas.named.get_mut(name) {
                named.ty = any();
            }
            return;
        }
        if !seen.insert(next) {
            continue;
        }
        if let Some(named) = schemas.named.get(next) {
            // From an alias, only aliases go on without end; from a union, unions do too.
            if is_alias(&named.ty.kind) || !starts_as_alias {
                open.extend(made_of(&named.ty, starts_as_alias));
            }
        }
    }
}

/// What Rust makes of a shape: equal for equal types.
fn identity(schemas: &Schemas<'_>, ty: &Type) -> String {
    match &ty.kind {
        Kind::Ref(name) => match schemas.named.get(name) {
            Some(named) if is_alias(&named.ty.kind) => identity(schemas, &named.ty),
            _ => name.clone(),
        },
        Kind::String(StringRules {
            format: Some(format), ..
        }) if format == "uuid" => "uuid::Uuid".to_owned(),
        Kind::String(_) => "string".to_owned(),
        Kind::Integer(_) => "i64".to_owned(),
        Kind::Number(_) => "f64".to_owned(),
        Kind::Boolean { .. } => "bool".to_owned(),
        Kind::Array { items, .. } => format!("[{}]", identity(schemas, items)),
        Kind::Map(values) => format!("{{{}}}", identity(schemas, values)),
        _ => "any".to_owned(),
    }
}

fn is_nullable(schemas: &Schemas<'_>, ty: &Type) -> bool {
    ty.nullable
        || match &ty.kind {
            Kind::Ref(name) => schemas
                .named
                .get(name)
                .is_some_and(|named| is_nullable(schemas, &named.ty)),
            _ => false,
        }
}

fn settle_union(schemas: &mut Schemas<'_>, name: &str, pointer: &str) {
    let Some(named) = schemas.named.get(name) else { return };
    let Kind::OneOf {
        variants,
        discriminator,
    } = named.ty.kind.clone()
    else {
        return;
    };
    let mut nullable = named.ty.nullable;
    let mut kept: Vec<String> = Vec::new();
    let mut identities = HashSet::new();
    for variant in variants {
        let ty = Type {
            kind: Kind::Ref(variant.clone()),
            nullable: false,
        };
        nullable |= is_nullable(schemas, &ty);
        let identity = identity(schemas, &ty);
        if identity == "any" {
            schemas.doc.notes.loosened(
                pointer,
                "any-in-union",
                format!("any value fits the variant `{variant}` of `{name}`, so the union is any value"),
            );
            replace(schemas, name, any());
            return;
        }
        if identities.insert(identity) {
            kept.push(variant);
        } else {
            schemas.doc.notes.loosened(
                pointer,
                "equal-variants",
                format!("`{variant}` is the same Rust type as an earlier variant of `{name}`"),
            );
        }
    }
    if let [only] = &kept[..] {
        replace(
            schemas,
            name,
            Type {
                kind: Kind::Ref(only.clone()),
                nullable,
            },
        );
        return;
    }
    let discriminator = discriminator.filter(|discriminator| {
        let fault = discriminator_fault(schemas, discriminator, &kept);
        if let Some(fault) = &fault {
            schemas.doc.notes.loosened(
                pointer,
                "discriminator",
                format!("{fault}: the first variant of `{name}` that fits is taken"),
            );
        }
        fault.is_none()
    });
    let mut variants = kept;
    if discriminator.is_none() {
        // The other ones would have two variants of one name.
        let mut idents = HashSet::new();
        variants.retain(|variant| idents.insert(emit::types::variant_name(variant).to_string()));
    }
    replace(
        schemas,
        name,
        Type {
            kind: Kind::OneOf {
                variants,
                discriminator,
            },
            nullable,
        },
    );
}

fn replace(schemas: &mut Schemas<'_>, name: &str, ty: Type) {
    if let Some(named) = schemas.named.get_mut(name) {
        named.ty = ty;
    }
}

/// Why the variants can't be told by it.
fn discriminator_fault(schemas: &Schemas<'_>, discriminator: &Discriminator, variants: &[String]) -> Option<String> {
    let Discriminator { property, mapping } = discriminator;
    if let Some(gone) = mapping.values().find(|name| !variants.contains(name)) {
        return Some(format!("`{gone}` is no variant of its own"));
    }
    if let Some(missing) = variants
        .iter()
        .find(|variant| !mapping.values().any(|name| name == *variant))
    {
        return Some(format!("no value of `{property}` stands for `{missing}`"));
    }
    if let Some(other) = variants.iter().find(|variant| {
        !matches!(
            schemas.named.get(*variant).map(|named| &named.ty.kind),
            Some(Kind::Object(_))
        )
    }) {
        return Some(format!("`{other}` is no object"));
    }
    let mut idents = Names::without(["Unknown"]);
    for variant in variants {
        let words: Vec<_> = mapping
            .iter()
            .filter(|(_, name)| *name == variant)
            .map(|(word, _)| word.as_str())
            .collect();
        let ident = emit::types::variant_name(if let [word] = words[..] { word } else { variant }).to_string();
        if !idents.is_free(&ident) {
            return Some(format!("two variants would be called `{ident}`"));
        }
        idents.take(&ident);
    }
    None
}

/// A variant that lacks the property that tells it gets it, or it would be lost when the variant is written.
fn add_tags(schemas: &mut Schemas<'_>, name: &str) {
    let Some(Kind::OneOf {
        discriminator: Some(Discriminator { property, mapping }),
        ..
    }) = schemas.named.get(name).map(|named| named.ty.kind.clone())
    else {
        return;
    };
    for (word, variant) in &mapping {
        let alone = mapping.values().filter(|name| *name == variant).count() == 1;
        let Some(Kind::Object(object)) = schemas.named.get_mut(variant).map(|named| &mut named.ty.kind) else {
            continue;
        };
        if object.properties.contains_key(&property) {
            continue;
        }
        let kind = if alone {
            Kind::Enum {
                values: vec![word.clone()],
            }
        } else {
            Kind::String(StringRules::default())
        };
        let tag = Property {
            description: "Tells which variant this is.".to_owned(),
            required: true,
            ty: Type { kind, nullable: false },
            default: None,
            access: None,
            hidden: false,
            location: Default::default(),
        };
        object.properties.insert(property.clone(), tag);
    }
}

fn settle_defaults(schemas: &mut Schemas<'_>, name: &str) {
    let Some(Kind::Object(object)) = schemas.named.get(name).map(|named| &named.ty.kind) else {
        return;
    };
    let faulty = object.properties.iter().filter_map(|(wire, property)| {
        let default = property.default.as_ref()?;
        (!fits(schemas, default, &property.ty, 0)).then(|| (wire.clone(), property.location.file.clone()))
    });
    for (wire, pointer) in faulty.collect::<Vec<_>>() {
        schemas.doc.notes.loosened(
            &below(&pointer, "default"),
            "default",
            "the default doesn't fit its schema or can't be checked; it is not filled in",
        );
        if let Some(Kind::Object(object)) = schemas.named.get_mut(name).map(|named| &mut named.ty.kind)
            && let Some(property) = object.properties.get_mut(&wire)
        {
            property.default = None;
        }
    }
}

/// Whether `value` surely fits. What isn't simple is held not to.
pub(in crate::foreign) fn fits(schemas: &Schemas<'_>, value: &Value, ty: &Type, depth: usize) -> bool {
    if value.is_null() || depth > 8 {
        return value.is_null() && is_nullable(schemas, ty);
    }
    let within =
        |bound: Option<f64>, test: fn(f64, f64) -> bool, number: f64| bound.is_none_or(|bound| test(number, bound));
    match &ty.kind {
        Kind::Ref(name) => schemas
            .named
            .get(name)
            .is_some_and(|named| fits(schemas, value, &named.ty, depth + 1)),
        Kind::Enum { values } => value
            .as_str()
            .is_some_and(|word| values.iter().any(|known| known == word)),
        Kind::String(StringRules {
            format: None,
            pattern: None,
            min_length,
            max_length,
            ..
        }) => value.as_str().is_some_and(|text| {
            let length = text.chars().count() as u64;
            min_length.is_none_or(|min| length >= min) && max_length.is_none_or(|max| length <= max)
        }),
        Kind::Boolean { only } => value
            .as_bool()
            .is_some_and(|value| only.is_none_or(|only| only == value)),
        Kind::Integer(range) | Kind::Number(range) => {
            let whole = matches!(ty.kind, Kind::Number(_)) || value.is_i64();
            let number = value.as_f64().unwrap_or(f64::NAN);
            whole
                && number.is_finite()
                && within(range.min, |a, b| a >= b, number)
                && within(range.max, |a, b| a <= b, number)
        }
        Kind::Array { items, min, max } => value.as_array().is_some_and(|list| {
            let length = list.len() as u64;
            min.is_none_or(|min| length >= min)
                && max.is_none_or(|max| length <= max)
                && list.iter().all(|item| fits(schemas, item, items, depth + 1))
        }),
        Kind::Map(values) => value
            .as_object()
            .is_some_and(|map| map.values().all(|value| fits(schemas, value, values, depth + 1))),
        _ => false,
    }
}
