//! Unions: the shape that the discriminator names, or the first that fits.

use serde_json::Value;

use super::{
    check::{Rules, UnknownKeys, Walk},
    limits::Path,
    table::{Discriminator, Kind, Schema, Union},
    violation::Violation,
    wording::{expected, listed, shown},
};

impl Walk {
    /// Checks a value that may have one of several shapes.
    pub fn one_of(&mut self, value: &mut Value, union: &Union, path: &Path<'_>) {
        match &union.discriminator {
            Some(tag) => self.tagged(value, union, tag, path),
            None => self.first_that_fits(value, union, path),
        }
    }

    fn tagged(&mut self, value: &mut Value, union: &Union, tag: &Discriminator, path: &Path<'_>) {
        let Value::Object(entries) = &*value else {
            return self.wrong_type(value, &Kind::OneOf(*union), path);
        };
        let words = || listed(tag.mapping.iter().map(|(word, _)| word));
        let Some(given) = entries.get(tag.property) else {
            return self.note(
                &path.key(tag.property),
                format!("is missing; expected one of {}", words()),
            );
        };
        match tag.mapping.iter().find(|(word, _)| given == word) {
            Some((_, index)) => self.value(value, &union.variants[*index], path),
            None if self.rules.words && given.is_string() => {}
            None => {
                let message = format!("must be one of {}, not {}", words(), shown(given));
                self.note(&path.key(tag.property), message);
            }
        }
    }

    /// Tries the variants in their order, first as they are, then with all that the rules forgive.
    ///
    /// Without the first round a form that fits exactly could lose against an earlier one that fits after coercion,
    /// and a value that has passed once might be changed by a second check.
    fn first_that_fits(&mut self, value: &mut Value, union: &Union, path: &Path<'_>) {
        let mut closest: Option<Vec<Violation>> = None;
        for rules in self.rules.rounds() {
            for variant in union.variants {
                // A copy is work too: unions inside unions would otherwise make much of it out of little input.
                self.values += count(value);
                let mut attempt = value.clone();
                let violations = self.attempt(&mut attempt, variant, rules, path);
                if violations.is_empty() {
                    *value = attempt;
                    return;
                }
                if closest.as_ref().is_none_or(|closest| violations.len() < closest.len()) {
                    closest = Some(violations);
                }
            }
        }
        self.note(
            path,
            format!(
                "must be {}; the closest one asks for this:",
                expected(&Kind::OneOf(*union))
            ),
        );
        self.violations.extend(closest.unwrap_or_default());
    }

    /// What is wrong with `value` as `schema` under `rules`.
    fn attempt(&mut self, value: &mut Value, schema: &Schema, rules: Rules, path: &Path<'_>) -> Vec<Violation> {
        let mut walk = Walk {
            rules,
            violations: Vec::new(),
            values: self.values,
        };
        walk.value(value, schema, path);
        self.values = walk.values;
        walk.violations
    }
}

/// How many values there are in `value`, itself included.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(entries) => 1 + entries.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

impl Rules {
    /// What is forgiven while the variants of a union are tried: ever more, at last all of it.
    fn rounds(self) -> Vec<Self> {
        let exact = Self {
            coerce: false,
            keys: UnknownKeys::Refuse,
            words: false,
            ..self
        };
        let mut rounds = vec![exact, Self { words: false, ..self }, self];
        rounds.dedup();
        rounds
    }
}

/// The index of the variant that a JSON value is, for reading a union without discriminator.
///
/// Agrees with [`super::check`]: the variant that a checked value has passed as is the one that it is read as.
pub fn variant_of(value: &Value, schema: &Schema) -> Option<usize> {
    let (Kind::OneOf(union), _) = schema.resolved() else {
        return None;
    };
    let reading = Rules {
        coerce: false,
        complete: false,
        keys: UnknownKeys::Keep,
        words: true,
    };
    let mut walk = Walk {
        rules: reading,
        violations: Vec::new(),
        values: 0,
    };
    reading.rounds().into_iter().find_map(|rules| {
        union
            .variants
            .iter()
            .position(|variant| walk.attempt(&mut value.clone(), variant, rules, &Path::ROOT).is_empty())
    })
}
