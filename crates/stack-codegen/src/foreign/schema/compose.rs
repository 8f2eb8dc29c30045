//! `allOf` is merged; `oneOf` and `anyOf` become unions.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{AT, Schemas, any, describe, has_shape, objects::Outline, simple::types_of};
use crate::{
    foreign::{
        document::{below, items, text},
        names,
    },
    model::{Discriminator, Kind, StringRules, Type},
};

/// What an `allOf` adds up to.
#[derive(Default)]
struct Merged {
    outline: Outline,
    /// Schemas that are unions themselves, with their pointers.
    unions: Vec<Value>,
    /// What isn't about objects.
    rest: Map<String, Value>,
    seen: Vec<String>,
}

impl Schemas<'_> {
    pub(super) fn all_of(&mut self, map: &Map<String, Value>, at: &str, hint: &str) -> Type {
        let mut own = map.clone();
        own.remove("allOf");
        let shaped = |value: &Value| value.as_object().is_some_and(has_shape);
        let place = below(at, "allOf");
        let members: Vec<_> = items(map, "allOf")
            .iter()
            .enumerate()
            .filter(|(_, member)| shaped(member))
            .collect();
        match members[..] {
            [] => return self.shape(&Value::Object(own), at, hint),
            [(index, only)] if !has_shape(&own) => return self.shape(only, &below(&place, index.to_string()), hint),
            _ => {}
        }
        let mut merged = Merged::default();
        self.merge(map, at, &mut merged);
        let Merged {
            outline,
            mut unions,
            rest,
            ..
        } = merged;
        if unions.len() > 1 {
            self.doc.notes.loosened(
                at,
                "several-unions",
                "`allOf` of several unions: only the first is kept",
            );
        }
        let has_properties = !outline.properties.is_empty();
        match (unions.is_empty(), has_properties) {
            (true, true) => self.object(outline, at, hint),
            (true, false) if rest.is_empty() => self.object(outline, at, hint),
            (true, false) => self.simple(&rest, at, hint),
            (false, false) => self.shape(&unions.swap_remove(0), at, hint),
            (false, true) => {
                let union = unions.swap_remove(0);
                self.union_with(&outline, &union, at, hint)
            }
        }
    }

    /// Adds `map` and everything below its `allOf`.
    fn merge(&self, map: &Map<String, Value>, at: &str, merged: &mut Merged) {
        let at = text(map, AT).unwrap_or(at);
        if map.contains_key("$ref") {
            let value = Value::Object(map.clone());
            let Some((target, pointer)) = self.doc.resolve(&value, at) else {
                return;
            };
            if merged.seen.contains(&pointer) {
                self.doc
                    .notes
                    .loosened(at, "recursive-all-of", "the `allOf` contains itself; it is merged once");
                return;
            }
            merged.seen.push(pointer.clone());
            self.merge(target, &pointer, merged);
            merged.seen.pop();
            return;
        }
        merged.outline.add(map, at);
        if ["oneOf", "anyOf"].iter().any(|key| !items(map, key).is_empty()) {
            let union = ["oneOf", "anyOf", "discriminator"]
                .into_iter()
                .filter_map(|key| Some((key.to_owned(), map.get(key)?.clone())));
            let mut union: Map<_, _> = union.collect();
            union.insert(AT.into(), at.into());
            merged.unions.push(Value::Object(union));
        }
        const OF_OBJECTS: [&str; 9] = [
            "allOf",
            "oneOf",
            "anyOf",
            "discriminator",
            "properties",
            "required",
            "additionalProperties",
            "description",
            "title",
        ];
        let rest = map
            .iter()
            .filter(|(key, value)| !OF_OBJECTS.contains(&key.as_str()) && **value != "object");
        merged
            .rest
            .extend(rest.map(|(key, value)| (key.clone(), value.clone())));
        for (index, member) in items(map, "allOf").iter().enumerate() {
            if let Some(member) = member.as_object() {
                self.merge(member, &below(&below(at, "allOf"), index.to_string()), merged);
            }
        }
    }

    /// A union whose variants all have the properties of `outline` too.
    fn union_with(&mut self, outline: &Outline, union: &Value, at: &str, hint: &str) -> Type {
        let Some(map) = union.as_object() else { return any() };
        let key = if items(map, "oneOf").is_empty() {
            "anyOf"
        } else {
            "oneOf"
        };
        let place = below(text(map, AT).unwrap_or(at), key);
        let properties: Map<_, _> = outline
            .properties
            .iter()
            .map(|(name, (schema, _))| (name.clone(), schema.clone()))
            .collect();
        let base = json!({"type": "object", "properties": properties, "required": outline.required, AT: at});
        let is_shaped = |member: &Value| member.as_object().is_some_and(has_shape);
        if !items(map, key).iter().any(is_shaped) {
            self.doc.notes.loosened(
                &place,
                "required-groups",
                "variants that only ask for properties aren't told apart",
            );
            return self.shape(&base, at, hint);
        }
        let variants = items(map, key).iter().enumerate().map(|(index, variant)| {
            let title = variant.get("title").cloned().unwrap_or_default();
            let mut variant = variant.clone();
            if let Value::Object(variant) = &mut variant
                && !variant.contains_key("$ref")
            {
                variant.insert(AT.into(), below(&place, index.to_string()).into());
            }
            json!({"allOf": [base, variant], "title": title, AT: below(&place, index.to_string())})
        });
        let variants: Vec<_> = variants.collect();
        // The discriminator's mapping names the bare variants, which these aren't.
        let union = Map::from_iter([("oneOf".to_owned(), Value::Array(variants))]);
        self.one_of(&union, "oneOf", at, hint)
    }

    pub(super) fn one_of(&mut self, map: &Map<String, Value>, key: &str, at: &str, hint: &str) -> Type {
        let mut own = map.clone();
        own.remove(key);
        if has_shape(&own) && !own.contains_key("oneOf") && !own.contains_key("anyOf") {
            let mut outline = Outline::default();
            outline.add(&own, at);
            if !outline.properties.is_empty() {
                return self.union_with(&outline, &Value::Object(map.clone()), at, hint);
            }
        }
        let place = below(at, key);
        let is_null = |member: &Value| match member.as_object() {
            Some(member) => types_of(member) == (Vec::new(), true) || member.get("enum") == Some(&json!([null])),
            None => false,
        };
        let all = items(map, key);
        let members: Vec<_> = all.iter().enumerate().filter(|(_, member)| !is_null(member)).collect();
        let nullable = members.len() < all.len();
        let mut ty = match members[..] {
            [] => any(),
            [(index, only)] => self.shape(only, &below(&place, index.to_string()), hint),
            _ => self.union(map, &members, &place, hint),
        };
        ty.nullable |= nullable;
        ty
    }

    fn union(&mut self, map: &Map<String, Value>, members: &[(usize, &Value)], place: &str, hint: &str) -> Type {
        if let Some(kind) = self.words(members, place) {
            return Type { kind, nullable: false };
        }
        let mut variants: Vec<String> = Vec::new();
        let mut nullable = false;
        for (index, member) in members {
            let at = below(place, index.to_string());
            let hint = format!("{hint}{}", suffix(member, *index));
            let ty = self.ty(member, &at, &hint);
            nullable |= ty.nullable;
            let name = match ty.kind {
                Kind::Ref(name) => name,
                Kind::Any => {
                    self.doc.notes.loosened(
                        &at,
                        "any-in-union",
                        "any value fits this variant, so the union is any value",
                    );
                    return Type {
                        kind: Kind::Any,
                        nullable,
                    };
                }
                _ => self.add(Type { nullable: false, ..ty }, describe(member), &hint),
            };
            if !variants.contains(&name) {
                variants.push(name);
            }
        }
        let discriminator = self.discriminator(map, members, &variants, place);
        Type {
            kind: Kind::OneOf {
                variants,
                discriminator,
            },
            nullable,
        }
    }

    /// A union of words is an enum; one of words and texts is a text.
    fn words(&self, members: &[(usize, &Value)], place: &str) -> Option<Kind> {
        let mut words: Vec<String> = Vec::new();
        let mut open = false;
        for (_, member) in members {
            let member = member.as_object().filter(|member| {
                ["$ref", "allOf", "oneOf", "anyOf"]
                    .iter()
                    .all(|key| !member.contains_key(*key))
            })?;
            let values = match member.get("const") {
                Some(value) => std::slice::from_ref(value),
                None => items(member, "enum"),
            };
            if values.is_empty() {
                (types_of(member) == (vec!["string"], false)).then_some(())?;
                open = true;
            }
            for value in values {
                let word = value.as_str()?.to_owned();
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        if open {
            self.doc
                .notes
                .loosened(place, "texts-in-union", "several kinds of text: any text is taken");
            return Some(Kind::String(StringRules::default()));
        }
        Some(Kind::Enum { values: words })
    }

    fn discriminator(
        &mut self,
        map: &Map<String, Value>,
        members: &[(usize, &Value)],
        variants: &[String],
        place: &str,
    ) -> Option<Discriminator> {
        let written = map.get("discriminator")?.as_object()?;
        let property = text(written, "propertyName")?.to_owned();
        let mut mapping = IndexMap::new();
        for (word, target) in crate::foreign::document::entries(written, "mapping") {
            let Some(target) = target.as_str() else { continue };
            let reference = if target.contains('#') {
                target.to_owned()
            } else {
                format!("#/components/schemas/{target}")
            };
            match self.name_of(&reference).filter(|name| variants.contains(name)) {
                Some(name) => drop(mapping.insert(word.clone(), name)),
                None => self.doc.notes.loosened(
                    place,
                    "discriminator",
                    format!("`{word}` stands for `{target}`, which is no variant here"),
                ),
            }
        }
        // Without a word of its own, a variant is told by the name of its schema.
        for (_, member) in members {
            let Some(reference) = member.get("$ref").and_then(Value::as_str) else {
                continue;
            };
            let Some(name) = self.name_of(reference) else { continue };
            if !mapping.values().any(|known| *known == name) {
                let word = reference
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .replace("~1", "/")
                    .replace("~0", "~");
                mapping.entry(word).or_insert(name);
            }
        }
        Some(Discriminator { property, mapping })
    }
}

/// What tells the inline variant from others in its name.
fn suffix(member: &Value, index: usize) -> String {
    let title = member.get("title").and_then(Value::as_str).map(names::pascal);
    let title = title.filter(|title| title.len() <= 40 && title != "Unnamed");
    let word = member
        .as_object()
        .map(types_of)
        .and_then(|(types, _)| types.first().copied());
    match (title, word) {
        (Some(title), _) => title,
        (None, Some("array")) => "List".to_owned(),
        (None, Some(word @ ("string" | "integer" | "number" | "boolean"))) => names::pascal(word),
        _ => format!("Variant{}", index + 1),
    }
}
