//! What every enum of the contract can do.
//!
//! Enums are open: a word that this version doesn't know becomes `Unknown` and goes back to the wire unchanged. Only
//! requests are held to the known words, by the enum's schema.

use std::{fmt, marker::PhantomData};

use serde::de::{Deserializer, Visitor};

/// Gives an enum with a variant `Unknown(String)` its words.
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// Every known word.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    _ => Self::Unknown(word.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $($word => Self::$variant,)+
                    _ => Self::Unknown(word),
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Ok(word.into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::open_enum::deserialize(deserializer)
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "type": "string", "enum": [$($word),+] })
            }
        }

        impl $crate::schema::Wire for $name {
            const SCHEMA: &'static $crate::schema::Schema = {
                static TABLE: $crate::schema::Schema = $crate::schema::words(&[$($word),+]);
                &TABLE
            };
        }
    };
}

pub(crate) use open_enum;

/// Reads a word, owned or borrowed, without an allocation for those that are known.
pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: for<'a> From<&'a str> + From<String>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(Word(PhantomData))
}

struct Word<T>(PhantomData<T>);

impl<T: for<'a> From<&'a str> + From<String>> Visitor<'_> for Word<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word")
    }

    fn visit_str<E>(self, word: &str) -> Result<T, E> {
        Ok(word.into())
    }

    fn visit_string<E>(self, word: String) -> Result<T, E> {
        Ok(word.into())
    }
}

#[cfg(test)]
mod tests {
    #[derive(Debug, Clone, PartialEq, Eq)]
    enum Colour {
        Red,
        Unknown(String),
    }

    open_enum!(Colour { Red = "red" });

    #[test]
    fn every_known_word_is_listed() {
        assert_eq!(Colour::ALL, [Colour::Red]);
    }

    #[test]
    fn a_word_that_is_not_known_goes_back_unchanged() {
        let colours: Vec<Colour> = serde_json::from_str(r#"["red","blue"]"#).expect("any word fits");
        assert_eq!(colours, [Colour::Red, Colour::Unknown("blue".to_owned())]);
        assert_eq!(
            serde_json::to_string(&colours).expect("it serializes"),
            r#"["red","blue"]"#
        );
    }
}
