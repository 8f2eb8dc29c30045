//! Short names for building schemas in statics, as generated code does.

use super::Wire;
use super::table::{Array, Discriminator, Kind, Object, Property, Range, Schema, Text, Union};

/// The schema of a type of the contract.
pub const fn of<T: Wire>() -> Schema {
    Schema::new(Kind::Ref(T::schema))
}

/// Text.
pub const fn text(rules: Text) -> Schema {
    Schema::new(Kind::Text(rules))
}

/// A whole number.
pub const fn integer(range: Range) -> Schema {
    Schema::new(Kind::Integer(range))
}

/// A number.
pub const fn number(range: Range) -> Schema {
    Schema::new(Kind::Number(range))
}

/// `true` or `false`.
pub const fn boolean() -> Schema {
    Schema::new(Kind::Boolean(None))
}

/// Only `value`.
pub const fn only(value: bool) -> Schema {
    Schema::new(Kind::Boolean(Some(value)))
}

/// A list.
pub const fn array(items: &'static Schema, min: Option<u64>, max: Option<u64>) -> Schema {
    Schema::new(Kind::Array(Array { items, min, max }))
}

/// An object with any keys.
pub const fn map(values: &'static Schema) -> Schema {
    Schema::new(Kind::Map(values))
}

/// An object with these keys and no others.
pub const fn object(properties: &'static [Property]) -> Schema {
    Schema::new(Kind::Object(Object {
        properties,
        open: false,
    }))
}

/// An object with these keys; others are ignored.
pub const fn open_object(properties: &'static [Property]) -> Schema {
    Schema::new(Kind::Object(Object { properties, open: true }))
}

/// A key that has to be there.
pub const fn required(name: &'static str, schema: Schema) -> Property {
    Property {
        name,
        schema,
        required: true,
        default: None,
    }
}

/// A key that may be there.
pub const fn optional(name: &'static str, schema: Schema) -> Property {
    Property {
        name,
        schema,
        required: false,
        default: None,
    }
}

/// One of these words.
pub const fn words(words: &'static [&'static str]) -> Schema {
    Schema::new(Kind::Enum(words))
}

/// A UUID.
pub const fn uuid() -> Schema {
    Schema::new(Kind::Uuid)
}

/// A user's UUID or the word `me`.
pub const fn user_id_or_me() -> Schema {
    Schema::new(Kind::UserIdOrMe)
}

/// The first of these that fits.
pub const fn first_of(variants: &'static [Schema]) -> Schema {
    Schema::new(Kind::OneOf(Union {
        variants,
        discriminator: None,
    }))
}

/// The one of these that the property tells; `mapping` has the index of the variant for each of its values.
pub const fn tagged(
    property: &'static str,
    mapping: &'static [(&'static str, usize)],
    variants: &'static [Schema],
) -> Schema {
    Schema::new(Kind::OneOf(Union {
        variants,
        discriminator: Some(Discriminator { property, mapping }),
    }))
}

/// Any JSON value.
pub const fn any() -> Schema {
    Schema::new(Kind::Any)
}
