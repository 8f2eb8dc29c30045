//! Ids as types of their own, so that a team's id can't stand where a user's is asked for.
//!
//! The list of ids comes from the contract (`x-id`); the macros below give each its behaviour.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    UserId,
    schema::{self, Wire},
};

/// Says what an id can do that is a UUID on the wire: a struct over `uuid::Uuid`.
macro_rules! uuid_id {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = uuid::Error;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": "uuid" })
            }
        }

        impl $crate::schema::Wire for $name {
            const SCHEMA: &'static $crate::schema::Schema = {
                static TABLE: $crate::schema::Schema = $crate::schema::uuid();
                &TABLE
            };
        }
    };
}

/// Says what an id can do that is text on the wire, and how requests that hold it are checked: a struct over `String`.
macro_rules! text_id {
    ($name:ident) => {
        $crate::ids::text_id!($name, $crate::schema::text($crate::schema::Text::new()));
    };
    ($name:ident, $checks:expr) => {
        impl $name {
            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self(text.to_owned()))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string" })
            }
        }

        impl $crate::schema::Wire for $name {
            const SCHEMA: &'static $crate::schema::Schema = {
                static TABLE: $crate::schema::Schema = $checks;
                &TABLE
            };
        }
    };
}

pub(crate) use {text_id, uuid_id};

/// A user, by id or as "the one who is signed in".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserIdOrMe {
    /// The signed-in user; `me` on the wire.
    Me,
    /// The user of this id.
    Id(UserId),
}

impl From<UserId> for UserIdOrMe {
    fn from(id: UserId) -> Self {
        Self::Id(id)
    }
}

impl fmt::Display for UserIdOrMe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Me => f.write_str("me"),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl FromStr for UserIdOrMe {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "me" {
            Ok(Self::Me)
        } else {
            text.parse().map(Self::Id)
        }
    }
}

impl TryFrom<&str> for UserIdOrMe {
    type Error = uuid::Error;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl Serialize for UserIdOrMe {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UserIdOrMe {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for UserIdOrMe {
    fn schema_name() -> Cow<'static, str> {
        "UserIdOrMe".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

impl Wire for UserIdOrMe {
    const SCHEMA: &'static schema::Schema = {
        static TABLE: schema::Schema = schema::user_id_or_me();
        &TABLE
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn me_and_an_id_survive_the_wire() {
        for wire in [json!("me"), json!("3241a285-8329-4d69-8f3d-316e08cf140c")] {
            let user: UserIdOrMe = serde_json::from_value(wire.clone()).expect("it is a user");
            assert_eq!(serde_json::to_value(user).expect("it serializes"), wire);
        }
        assert!(serde_json::from_value::<UserIdOrMe>(json!("you")).is_err());
    }
}
