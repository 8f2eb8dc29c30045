//! Texts, numbers, lists and constants.

use serde_json::{Map, Value};

use super::{AT, Schemas, any};
use crate::{
    foreign::document::{below, items, text},
    model::{Kind, Range, StringRules, Type},
};

impl Schemas<'_> {
    /// The shape of a schema that isn't composed of others.
    pub(super) fn simple(&mut self, map: &Map<String, Value>, at: &str, hint: &str) -> Type {
        let (types, nullable) = types_of(map);
        let mut ty = if map.contains_key("enum") || map.contains_key("const") {
            self.constants(map, &types, at)
        } else {
            match types[..] {
                [] => self.untyped(map, at, hint),
                [only] => self.typed(map, only, at, hint),
                _ => self.several_types(map, &types, at, hint),
            }
        };
        ty.nullable |= nullable;
        ty
    }

    fn typed(&mut self, map: &Map<String, Value>, word: &str, at: &str, hint: &str) -> Type {
        let kind = match word {
            "string" => Kind::String(self.text_rules(map, at)),
            "integer" => Kind::Integer(self.range(map, at)),
            "number" => Kind::Number(self.range(map, at)),
            "boolean" => Kind::Boolean { only: None },
            "array" => self.list(map, at, hint),
            "object" => return self.object_of(map, at, hint),
            _ => {
                self.doc.notes.loosened(
                    &below(at, "type"),
                    "unknown-type",
                    format!("there is no type `{word}`; any value is taken"),
                );
                Kind::Any
            }
        };
        Type { kind, nullable: false }
    }

    /// A schema without `type` is what its keywords are about.
    fn untyped(&mut self, map: &Map<String, Value>, at: &str, hint: &str) -> Type {
        let has = |keys: &[&str]| keys.iter().any(|key| map.contains_key(*key));
        if has(&["properties", "additionalProperties", "required"]) {
            self.object_of(map, at, hint)
        } else if has(&["items"]) {
            self.typed(map, "array", at, hint)
        } else if has(&["pattern", "minLength", "maxLength", "format"]) {
            let word = match text(map, "format") {
                Some("int32" | "int64") => "integer",
                Some("float" | "double") => "number",
                _ => "string",
            };
            self.typed(map, word, at, hint)
        } else {
            any()
        }
    }

    /// `type: [string, integer]` (OpenAPI 3.1) is a union.
    fn several_types(&mut self, map: &Map<String, Value>, types: &[&str], at: &str, hint: &str) -> Type {
        let variants = types.iter().map(|word| {
            let mut variant = map.clone();
            variant.insert("type".into(), (*word).into());
            variant.insert(AT.into(), at.into());
            Value::Object(variant)
        });
        let union = Map::from_iter([("oneOf".to_owned(), Value::Array(variants.collect()))]);
        self.one_of(&union, "oneOf", at, hint)
    }

    fn list(&mut self, map: &Map<String, Value>, at: &str, hint: &str) -> Kind {
        let items = match map.get("items") {
            Some(Value::Array(_)) => {
                self.doc.notes.loosened(
                    &below(at, "items"),
                    "tuple",
                    "a list of schemas; items may be any value",
                );
                any()
            }
            Some(schema) => self.ty(schema, &below(at, "items"), &format!("{hint}Item")),
            None => any(),
        };
        let limit = |key| map.get(key).and_then(Value::as_u64);
        Kind::Array {
            items: Box::new(items),
            min: limit("minItems"),
            max: limit("maxItems"),
        }
    }

    /// `enum` and `const`.
    fn constants(&mut self, map: &Map<String, Value>, types: &[&str], at: &str) -> Type {
        let values: Vec<&Value> = match map.get("const") {
            Some(value) => vec![value],
            None => items(map, "enum").iter().collect(),
        };
        let nullable = values.iter().any(|value| value.is_null());
        let values: Vec<_> = values.into_iter().filter(|value| !value.is_null()).collect();
        let mut words: Vec<String> = Vec::new();
        for word in values.iter().filter_map(|value| value.as_str()) {
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
        let all_words = values.iter().all(|value| value.is_string());
        let kind = match values[..] {
            [] => {
                return Type {
                    kind: Kind::Any,
                    nullable,
                };
            }
            [Value::Bool(only)] => Kind::Boolean { only: Some(*only) },
            _ if all_words => Kind::Enum { values: words },
            _ if values.iter().all(|value| value.is_boolean()) => Kind::Boolean { only: None },
            _ => {
                let kind = if types == ["string"] {
                    Kind::String(StringRules::default())
                } else if values.iter().all(|value| value.is_i64()) {
                    Kind::Integer(Range::default())
                } else if values.iter().all(|value| value.is_number()) {
                    Kind::Number(Range::default())
                } else {
                    Kind::Any
                };
                self.doc.notes.loosened(
                    &below(at, "enum"),
                    "enum-of-values",
                    "only words become an enum; any value of the type is taken",
                );
                kind
            }
        };
        Type { kind, nullable }
    }

    fn text_rules(&self, map: &Map<String, Value>, at: &str) -> StringRules {
        let limit = |key| map.get(key).and_then(Value::as_u64);
        let pattern = text(map, "pattern").filter(|pattern| {
            let fits = regex::Regex::new(pattern).is_ok();
            if !fits {
                self.doc.notes.loosened(
                    &below(at, "pattern"),
                    "pattern",
                    "the pattern isn't of the `regex` crate's dialect; it isn't checked",
                );
            }
            fits
        });
        let format = text(map, "format").filter(|format| ["uuid", "email", "uri", "byte"].contains(format));
        StringRules {
            format: format.map(str::to_owned),
            min_length: limit("minLength").filter(|min| *min > 0),
            max_length: limit("maxLength"),
            pattern: pattern.map(str::to_owned),
            secret: false,
            normalize: None,
        }
    }

    fn range(&self, map: &Map<String, Value>, at: &str) -> Range {
        let bound = |plain: &str, exclusive: &str| {
            let value = map.get(plain).and_then(Value::as_f64);
            match map.get(exclusive) {
                Some(Value::Bool(true)) => self.note_exclusive(at, exclusive),
                Some(Value::Number(number)) => {
                    self.note_exclusive(at, exclusive);
                    return value.or_else(|| number.as_f64());
                }
                _ => {}
            }
            value
        };
        let finite = |bound: Option<f64>| bound.filter(|bound| bound.is_finite());
        Range {
            min: finite(bound("minimum", "exclusiveMinimum")),
            max: finite(bound("maximum", "exclusiveMaximum")),
        }
    }

    fn note_exclusive(&self, at: &str, key: &str) {
        self.doc
            .notes
            .loosened(&below(at, key), "exclusive-bound", "the bound itself is taken too");
    }
}

/// The types that a schema names, and whether `null` is one of them.
pub(super) fn types_of(map: &Map<String, Value>) -> (Vec<&str>, bool) {
    let mut types: Vec<&str> = match map.get("type") {
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let before = types.len();
    types.retain(|word| *word != "null");
    let nullable = types.len() < before;
    // Every integer is a number.
    if types.contains(&"number") {
        types.retain(|word| *word != "integer");
    }
    types.dedup();
    (types, nullable)
}
