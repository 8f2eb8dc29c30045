//! The checker: walks a value along a schema, mends it in place, and notes what can't be mended.

use serde_json::{Map, Value};

use super::{
    limits::{Path, too_deep},
    suggest::unknown_key,
    table::{Array, Kind, Object, Property, Schema},
    violation::Violation,
    wording::{expected, is_secret, plural, shown},
};

/// How many violations are noted before the checker gives up.
const MAX_VIOLATIONS: usize = 100;

/// How many values are looked at, those of the attempts at unions included, before the checker gives up.
const MAX_VALUES: usize = 200_000;

/// Whose value is checked, and how much is forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A value that a caller sends: scalars are coerced, text is normalized, defaults are filled in; unknown keys and
    /// unknown words are refused.
    Request,
    /// As [`Mode::Request`], but unknown keys are dropped.
    LenientRequest,
    /// A value that the API sent: nothing is changed; keys and words that a later version may have added are accepted.
    Response,
}

/// Checks `value` against `schema` and mends it in place, as far as `mode` says.
///
/// A value that has passed passes again unchanged. Values nested more than 64 levels deep are refused.
///
/// # Errors
///
/// All violations, in the order of the contract; after the first hundred the rest is left out.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use stack_types::schema::{self, Mode, Range, Schema, Text, check};
///
/// static SCHEMA: Schema = schema::object(&[
///     schema::required("name", schema::text(Text::new().max_length(3))),
///     schema::optional("limit", schema::integer(Range::ANY.min(1.0))).default("10"),
/// ]);
///
/// let mut value = json!({ "name": 42 });
/// check(&mut value, &SCHEMA, Mode::Request)?;
/// assert_eq!(value, json!({ "name": "42", "limit": 10 }));
///
/// let violations = check(&mut json!({ "name": "Ada Lovelace", "limit": "0" }), &SCHEMA, Mode::Request).unwrap_err();
/// assert_eq!(violations[0].to_string(), "/name: must have at most 3 characters, not 12");
/// assert_eq!(violations[1].to_string(), "/limit: must be at least 1, not 0");
/// # Ok::<(), Vec<stack_types::schema::Violation>>(())
/// ```
pub fn check(value: &mut Value, schema: &Schema, mode: Mode) -> Result<(), Vec<Violation>> {
    let mut walk = Walk {
        rules: Rules::of(mode),
        violations: Vec::new(),
        values: 0,
    };
    walk.value(value, schema, &Path::ROOT);
    if walk.violations.is_empty() {
        Ok(())
    } else {
        Err(walk.violations)
    }
}

/// What a mode amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rules {
    /// Scalars of another type are converted.
    pub coerce: bool,
    /// Text is normalized and defaults are filled in.
    pub complete: bool,
    /// What happens to unknown keys.
    pub keys: UnknownKeys,
    /// Unknown words of an enum, and unknown tags of a union, are accepted.
    pub words: bool,
}

/// What happens to keys that a schema doesn't have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnknownKeys {
    Refuse,
    Drop,
    Keep,
}

impl Rules {
    const fn of(mode: Mode) -> Self {
        match mode {
            Mode::Request => Self {
                coerce: true,
                complete: true,
                keys: UnknownKeys::Refuse,
                words: false,
            },
            Mode::LenientRequest => Self {
                coerce: true,
                complete: true,
                keys: UnknownKeys::Drop,
                words: false,
            },
            Mode::Response => Self {
                coerce: false,
                complete: false,
                keys: UnknownKeys::Keep,
                words: true,
            },
        }
    }
}

/// One run of the checker.
pub(super) struct Walk {
    pub rules: Rules,
    pub violations: Vec<Violation>,
    /// How many values were looked at.
    pub values: usize,
}

impl Walk {
    /// Checks one value with everything in it.
    pub fn value(&mut self, value: &mut Value, schema: &Schema, path: &Path<'_>) {
        if self.has_given_up(path) {
            return;
        }
        let (kind, nullable) = schema.resolved();
        if let Kind::Any = kind {
            if too_deep(value, path.levels_left()) {
                self.note(
                    path,
                    format!("must not be nested more than {} levels deep", Path::MAX_DEPTH),
                );
            }
            return;
        }
        if value.is_null() {
            if !nullable {
                self.note(path, format!("must not be null; expected {}", expected(kind)));
            }
            return;
        }
        match kind {
            Kind::Text(rules) => self.text(value, rules, path),
            Kind::Integer(range) => self.number(value, kind, range, path),
            Kind::Number(range) => self.number(value, kind, range, path),
            Kind::Boolean(only) => self.boolean(value, *only, kind, path),
            Kind::Array(array) => self.array(value, array, kind, path),
            Kind::Map(values) => self.map(value, values, kind, path),
            Kind::Object(object) => self.object(value, object, kind, path),
            Kind::Enum(_) | Kind::Uuid | Kind::UserIdOrMe => self.word(value, kind, path),
            Kind::OneOf(union) => self.one_of(value, union, path),
            Kind::Ref(_) | Kind::Any => {}
        }
    }

    /// Notes a violation.
    pub fn note(&mut self, path: &Path<'_>, message: impl Into<String>) {
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations.push(Violation::new(path.pointer(), message));
        }
    }

    /// Whether a limit is reached; the first time, a violation says which.
    fn has_given_up(&mut self, path: &Path<'_>) -> bool {
        self.values += 1;
        if self.values > MAX_VALUES {
            if self.violations.is_empty() {
                self.note(&Path::ROOT, format!("must not hold more than {MAX_VALUES} values"));
            }
            return true;
        }
        if path.levels_left() == 0 {
            self.note(
                path,
                format!("must not be nested more than {} levels deep", Path::MAX_DEPTH),
            );
            return true;
        }
        self.violations.len() >= MAX_VIOLATIONS
    }

    /// Notes that the value has the wrong type.
    pub fn wrong_type(&mut self, value: &Value, kind: &Kind, path: &Path<'_>) {
        let got = if is_secret(kind) {
            "something else".to_owned()
        } else {
            shown(value)
        };
        self.note(path, format!("must be {}, not {got}", expected(kind)));
    }

    fn array(&mut self, value: &mut Value, array: &Array, kind: &Kind, path: &Path<'_>) {
        let Value::Array(items) = value else {
            return self.wrong_type(value, kind, path);
        };
        let count = items.len() as u64;
        if let Some(min) = array.min
            && count < min
        {
            self.note(
                path,
                format!("must have at least {min} {}, not {count}", plural(min, "item")),
            );
        }
        if let Some(max) = array.max
            && count > max
        {
            self.note(
                path,
                format!("must have at most {max} {}, not {count}", plural(max, "item")),
            );
        }
        for (index, item) in items.iter_mut().enumerate() {
            self.value(item, array.items, &path.index(index));
        }
    }

    fn map(&mut self, value: &mut Value, values: &Schema, kind: &Kind, path: &Path<'_>) {
        let Value::Object(entries) = value else {
            return self.wrong_type(value, kind, path);
        };
        for (key, entry) in entries.iter_mut() {
            self.value(entry, values, &path.key(key));
        }
    }

    fn object(&mut self, value: &mut Value, object: &Object, kind: &Kind, path: &Path<'_>) {
        let Value::Object(entries) = value else {
            return self.wrong_type(value, kind, path);
        };
        let mut known = 0;
        for property in object.properties {
            known += usize::from(self.property(entries, property, path));
        }
        if known < entries.len() && !object.open {
            self.unknown_keys(entries, object, path);
        }
    }

    /// Checks one property; whether it is there afterwards.
    fn property(&mut self, entries: &mut Map<String, Value>, property: &Property, path: &Path<'_>) -> bool {
        let path = path.key(property.name);
        if let Some(value) = entries.get_mut(property.name) {
            self.value(value, &property.schema, &path);
            return true;
        }
        match property.default {
            Some(json) if self.rules.complete => {
                let mut default = serde_json::from_str(json).expect("the generator writes defaults as JSON");
                self.value(&mut default, &property.schema, &path);
                entries.insert(property.name.to_owned(), default);
                true
            }
            _ => {
                if property.required {
                    self.note(
                        &path,
                        format!("is missing; expected {}", expected(property.schema.resolved().0)),
                    );
                }
                false
            }
        }
    }

    fn unknown_keys(&mut self, entries: &mut Map<String, Value>, object: &Object, path: &Path<'_>) {
        let is_known = |key: &str| object.properties.iter().any(|property| property.name == key);
        match self.rules.keys {
            UnknownKeys::Keep => {}
            UnknownKeys::Drop => entries.retain(|key, _| is_known(key)),
            UnknownKeys::Refuse => {
                for key in entries.keys().filter(|key| !is_known(key)) {
                    self.note(&path.key(key), unknown_key(key, object));
                }
            }
        }
    }
}
