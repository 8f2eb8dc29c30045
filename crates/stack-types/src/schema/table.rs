//! What a schema is: plain data that stands in statics.

use std::{fmt, sync::OnceLock};

use regex::Regex;

/// A shape of the contract.
///
/// Built in `const` context by the functions next to it, for example `schema::text(Text::new().max_length(256))`.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// What fits.
    pub kind: Kind,
    /// Whether `null` fits too.
    pub nullable: bool,
}

impl Schema {
    /// A shape that `null` doesn't fit.
    pub const fn new(kind: Kind) -> Self {
        Self { kind, nullable: false }
    }

    /// The same shape, and `null`.
    pub const fn or_null(self) -> Self {
        Self {
            kind: self.kind,
            nullable: true,
        }
    }

    /// The shape at the end of references, and whether `null` fits on the way there.
    pub fn resolved(&self) -> (&Kind, bool) {
        let (mut schema, mut nullable) = (self, self.nullable);
        while let Kind::Ref(target) = schema.kind {
            schema = target();
            nullable |= schema.nullable;
        }
        (&schema.kind, nullable)
    }
}

/// What a shape is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// The schema of a named type. A function, since statics may not refer to each other in a circle through constants.
    Ref(fn() -> &'static Schema),
    /// Text.
    Text(Text),
    /// A whole number of 64 bits.
    Integer(Range),
    /// A number.
    Number(Range),
    /// `true` or `false`; with `Some`, only the one.
    Boolean(Option<bool>),
    /// A list.
    Array(Array),
    /// An object with any keys, whose values have one shape.
    Map(&'static Schema),
    /// An object with known keys.
    Object(Object),
    /// Some words. Others are accepted in responses, since a later version of the API may know more of them.
    Enum(&'static [&'static str]),
    /// A UUID with its hyphens.
    Uuid,
    /// A user's UUID or the word `me`.
    UserIdOrMe,
    /// One of several shapes.
    OneOf(Union),
    /// Any JSON value.
    Any,
}

/// The rules of a text.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// `uuid`, `email`, `uri`, `byte`; other words are not checked.
    pub format: Option<&'static str>,
    /// In characters.
    pub min_length: Option<u64>,
    /// In characters.
    pub max_length: Option<u64>,
    /// What it has to match.
    pub pattern: Option<&'static Pattern>,
    /// Whether messages must not show it.
    pub secret: bool,
    /// `trim`, or `upper` or `lower`, which trim as well.
    pub normalize: Option<&'static str>,
}

impl Text {
    /// Text without rules.
    pub const fn new() -> Self {
        Self {
            format: None,
            min_length: None,
            max_length: None,
            pattern: None,
            secret: false,
            normalize: None,
        }
    }

    /// The same, of a format.
    pub const fn format(self, format: &'static str) -> Self {
        Self {
            format: Some(format),
            ..self
        }
    }

    /// The same, of at least `characters`.
    pub const fn min_length(self, characters: u64) -> Self {
        Self {
            min_length: Some(characters),
            ..self
        }
    }

    /// The same, of at most `characters`.
    pub const fn max_length(self, characters: u64) -> Self {
        Self {
            max_length: Some(characters),
            ..self
        }
    }

    /// The same, matching `pattern`.
    pub const fn pattern(self, pattern: &'static Pattern) -> Self {
        Self {
            pattern: Some(pattern),
            ..self
        }
    }

    /// The same, hidden in messages.
    pub const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    /// The same, normalized before it is checked.
    pub const fn normalize(self, how: &'static str) -> Self {
        Self {
            normalize: Some(how),
            ..self
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::new()
    }
}

/// A regular expression, compiled when it is first needed.
pub struct Pattern {
    source: &'static str,
    compiled: OnceLock<Regex>,
}

impl Pattern {
    /// A pattern in the dialect of the `regex` crate, not anchored unless it says so.
    pub const fn new(source: &'static str) -> Self {
        Self {
            source,
            compiled: OnceLock::new(),
        }
    }

    /// As it is written.
    pub const fn source(&self) -> &'static str {
        self.source
    }

    /// Whether `text` matches.
    ///
    /// # Panics
    ///
    /// If the pattern isn't a regular expression; the generator tries every pattern of the contract.
    pub fn matches(&self, text: &str) -> bool {
        let compile = || Regex::new(self.source).expect("the generator has compiled every pattern");
        self.compiled.get_or_init(compile).is_match(text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.source)
    }
}

/// Bounds of a number, inclusive.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    /// The least.
    pub min: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
}

impl Range {
    /// No bounds.
    pub const ANY: Self = Self { min: None, max: None };

    /// The same, but at least `min`.
    pub const fn min(self, min: f64) -> Self {
        Self { min: Some(min), ..self }
    }

    /// The same, but at most `max`.
    pub const fn max(self, max: f64) -> Self {
        Self { max: Some(max), ..self }
    }
}

/// A list.
#[derive(Debug, Clone, Copy)]
pub struct Array {
    /// The shape of its items.
    pub items: &'static Schema,
    /// The least number of items.
    pub min: Option<u64>,
    /// The greatest number of items.
    pub max: Option<u64>,
}

/// An object with known keys.
#[derive(Debug, Clone, Copy)]
pub struct Object {
    /// In the order of the contract.
    pub properties: &'static [Property],
    /// Whether other keys are ignored in requests too, instead of refused.
    pub open: bool,
}

/// A key of an object.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// As on the wire.
    pub name: &'static str,
    /// The shape of its value.
    pub schema: Schema,
    /// Whether it has to be there.
    pub required: bool,
    /// What it is if it isn't there, as JSON; filled in on requests.
    pub default: Option<&'static str>,
}

impl Property {
    /// The same key with a default, which is JSON.
    pub const fn default(self, json: &'static str) -> Self {
        Self {
            default: Some(json),
            ..self
        }
    }
}

/// One of several shapes.
#[derive(Debug, Clone, Copy)]
pub struct Union {
    /// In the order in which they are tried.
    pub variants: &'static [Schema],
    /// How they are told apart; `None`: the first that fits.
    pub discriminator: Option<Discriminator>,
}

/// How the shapes of a union are told apart.
#[derive(Debug, Clone, Copy)]
pub struct Discriminator {
    /// The key whose value tells.
    pub property: &'static str,
    /// Its values, each with the index of its variant.
    pub mapping: &'static [(&'static str, usize)],
}
