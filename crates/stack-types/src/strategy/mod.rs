//! Values for property tests: whatever fits a schema, with all its limits, formats and patterns.
//!
//! Behind the cargo feature `proptest`.

mod json;
mod text;

use std::fmt::Debug;

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value};

use crate::schema::{Array, Kind, Mode, Object, Property, Range, Schema, Union, Wire, decode};

/// How often a schema may stand inside itself before only the least of it is made.
const MAX_INSIDE_ITSELF: usize = 2;

/// How many items a list, or entries a map, has beyond those that it needs.
const MORE_ITEMS: usize = 3;

/// A value of a type of the contract.
///
/// # Examples
///
/// ```
/// use proptest::prelude::*;
/// use stack_types::{schema::Wire, server, strategy};
///
/// proptest!(|(user in strategy::of::<server::UserCreate>())| {
///     prop_assert_eq!(user.validate(), Ok(()));
/// });
/// ```
pub fn of<T: Wire + Debug>() -> impl Strategy<Value = T> {
    fitting(T::SCHEMA).prop_map(|value| decode(value, Mode::Request).expect("what is made to fit does"))
}

/// JSON that fits `schema`, as it is once a request has passed [`check`](crate::schema::check): text is normalized, UUIDs are in
/// lower case. Keys that needn't be there are there or not, and so are defaults.
pub fn fitting(schema: &'static Schema) -> BoxedStrategy<Value> {
    Maker::default().of(schema)
}

/// Makes strategies, and knows which schemas it is inside of.
#[derive(Default)]
struct Maker {
    open: Vec<&'static Schema>,
}

impl Maker {
    fn of(&mut self, schema: &'static Schema) -> BoxedStrategy<Value> {
        let depth = self.open.len();
        let (mut target, mut nullable) = (schema, schema.nullable);
        while let Kind::Ref(next) = target.kind {
            target = next();
            nullable |= target.nullable;
            self.open.push(target);
        }
        let values = match nullable {
            true if self.is_deep() => Just(Value::Null).boxed(),
            true => prop_oneof![1 => Just(Value::Null), 3 => self.of_kind(&target.kind)].boxed(),
            false => self.of_kind(&target.kind),
        };
        self.open.truncate(depth);
        values
    }

    /// Whether the schema that is open has been opened so often that its values have to end.
    fn is_deep(&self) -> bool {
        let Some(last) = self.open.last() else { return false };
        let times = self.open.iter().filter(|open| std::ptr::eq(**open, *last)).count();
        times > MAX_INSIDE_ITSELF
    }

    fn of_kind(&mut self, kind: &'static Kind) -> BoxedStrategy<Value> {
        match kind {
            Kind::Ref(target) => self.of(target()),
            Kind::Text(rules) => text::fitting(rules).prop_map(Value::from).boxed(),
            Kind::Integer(range) => integer(range),
            Kind::Number(range) => number(range),
            Kind::Boolean(None) => any::<bool>().prop_map(Value::from).boxed(),
            Kind::Boolean(Some(only)) => Just(Value::from(*only)).boxed(),
            Kind::Array(array) => self.array(array),
            Kind::Map(values) => self.map(values),
            Kind::Object(object) => self.object(object).prop_map(Value::Object).boxed(),
            Kind::Enum(words) => select(*words).prop_map(Value::from).boxed(),
            Kind::Uuid => text::uuid().prop_map(Value::from).boxed(),
            Kind::UserIdOrMe => prop_oneof![Just("me".to_owned()), text::uuid()]
                .prop_map(Value::from)
                .boxed(),
            Kind::OneOf(union) => self.one_of(union),
            Kind::Any => json::any().boxed(),
        }
    }

    fn array(&mut self, array: &Array) -> BoxedStrategy<Value> {
        let min = size(array.min.unwrap_or(0));
        let wanted = if self.is_deep() { min } else { min + MORE_ITEMS };
        let max = array.max.map_or(wanted, |max| size(max).min(wanted));
        if max == 0 {
            return Just(Value::Array(Vec::new())).boxed();
        }
        vec(self.of(array.items), min..=max).prop_map(Value::from).boxed()
    }

    fn map(&mut self, values: &'static Schema) -> BoxedStrategy<Value> {
        if self.is_deep() {
            return Just(Value::Object(Map::new())).boxed();
        }
        vec((text::key(), self.of(values)), 0..=MORE_ITEMS)
            .prop_map(|entries| Value::Object(entries.into_iter().collect()))
            .boxed()
    }

    fn object(&mut self, object: &Object) -> BoxedStrategy<Map<String, Value>> {
        let deep = self.is_deep();
        let properties = object.properties.iter().filter(|property| property.required || !deep);
        let entries: Vec<_> = properties.map(|property| self.entry(property)).collect();
        entries
            .prop_map(|entries| entries.into_iter().flatten().collect())
            .boxed()
    }

    fn entry(&mut self, property: &'static Property) -> BoxedStrategy<Option<(String, Value)>> {
        let values = self.of(&property.schema);
        let entries = values.prop_map(|value| Some((property.name.to_owned(), value)));
        if property.required {
            entries.boxed()
        } else {
            prop_oneof![1 => Just(None), 2 => entries].boxed()
        }
    }

    fn one_of(&mut self, union: &'static Union) -> BoxedStrategy<Value> {
        let variants: Vec<_> = match union.discriminator {
            None => union.variants.iter().map(|variant| self.of(variant)).collect(),
            Some(tag) => tag
                .mapping
                .iter()
                .map(|&(word, index)| {
                    let variant = self.of(&union.variants[index]);
                    variant.prop_map(move |value| tagged(value, tag.property, word)).boxed()
                })
                .collect(),
        };
        proptest::strategy::Union::new(variants).boxed()
    }
}

/// `value` with the word that tells which variant it is.
fn tagged(mut value: Value, property: &str, word: &str) -> Value {
    value[property] = word.into();
    value
}

/// Whole numbers, the ends of the range among them.
fn integer(range: &Range) -> BoxedStrategy<Value> {
    // A cast of a float to an integer stops at the integer's own ends.
    let min = range.min.map_or(i64::MIN, |min| min.ceil() as i64);
    let max = range.max.map_or(i64::MAX, |max| max.floor() as i64);
    let near = prop_oneof![
        Just(min),
        Just(max),
        (-3_i64..=3).prop_map(move |small| small.clamp(min, max))
    ];
    prop_oneof![1 => near, 2 => min..=max].prop_map(Value::from).boxed()
}

/// Numbers that JSON has: neither infinite nor NaN.
fn number(range: &Range) -> BoxedStrategy<Value> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, ZERO};

    let (min, max) = (range.min.unwrap_or(f64::MIN), range.max.unwrap_or(f64::MAX));
    let whole = (-1000_i32..=1000).prop_map(f64::from);
    let numbers = prop_oneof![whole, POSITIVE | NEGATIVE | NORMAL | ZERO];
    numbers
        .prop_map(move |number| Value::from(number.clamp(min, max)))
        .boxed()
}

fn size(count: u64) -> usize {
    usize::try_from(count).expect("a list that long fits into memory")
}
