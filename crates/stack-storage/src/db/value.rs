//! What a query is given: values that both databases can bind.

use sqlx::{Arguments as _, postgres::PgArguments, sqlite::SqliteArguments};
use stack_domain::{
    models::{ContactChannelId, OAuthAccountId, OAuthTokenId, OneTimeCodeId},
    ports::{StorageError, StorageResult},
};
use stack_types::{ApiKeyId, ApiKeySetId, EmailId, Millis, ProjectId, SessionId, TeamId, UserId};
use uuid::{Uuid, fmt::Hyphenated};

/// One argument of a query. A null keeps its type, since PostgreSQL wants to know it.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// A number, and an instant in milliseconds.
    Int(Option<i64>),
    /// Text, and anything stored as text, such as JSON.
    Text(Option<&'a str>),
    /// A UUID, stored as its 36 lower-case characters.
    Id(Option<Uuid>),
    /// Bytes: hashes.
    Bytes(Option<&'a [u8]>),
    /// A flag.
    Bool(bool),
}

/// Collects the arguments `$1`, `$2`, … of a query.
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        &[$($crate::db::Value::from($value)),*]
    };
}
pub(crate) use args;

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// Converts from the plain and from the optional form of a type.
macro_rules! from {
    ($($type:ty => $variant:ident, |$value:ident| $convert:expr;)*) => {$(
        impl<'a> From<$type> for Value<'a> {
            fn from($value: $type) -> Self {
                Self::$variant(Some($convert))
            }
        }

        impl<'a> From<Option<$type>> for Value<'a> {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(|$value| $convert))
            }
        }
    )*};
}

from! {
    i64 => Int, |value| value;
    u8 => Int, |value| i64::from(value);
    u32 => Int, |value| i64::from(value);
    Millis => Int, |value| value.get();
    &'a str => Text, |value| value;
    &'a String => Text, |value| value.as_str();
    &'a ProjectId => Text, |value| value.as_str();
    UserId => Id, |value| value.0;
    TeamId => Id, |value| value.0;
    SessionId => Id, |value| value.0;
    ApiKeyId => Id, |value| value.0;
    ApiKeySetId => Id, |value| value.0;
    EmailId => Id, |value| value.0;
    Uuid => Id, |value| value;
    ContactChannelId => Id, |value| value.0;
    OAuthAccountId => Id, |value| value.0;
    OAuthTokenId => Id, |value| value.0;
    OneTimeCodeId => Id, |value| value.0;
    &'a [u8] => Bytes, |value| value;
    &'a [u8; 32] => Bytes, |value| value.as_slice();
}

/// The arguments as SQLite takes them.
pub(super) fn for_sqlite(values: &[Value<'_>]) -> StorageResult<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match *value {
            Value::Int(value) => arguments.add(value),
            Value::Text(value) => arguments.add(storable(value)?),
            Value::Id(value) => arguments.add(value.map(|id| id.hyphenated().to_string())),
            Value::Bytes(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
        }
        .map_err(StorageError::Other)?;
    }
    Ok(arguments)
}

/// The arguments as PostgreSQL takes them.
pub(super) fn for_postgres(values: &[Value<'_>]) -> StorageResult<PgArguments> {
    let mut arguments = PgArguments::default();
    arguments.reserve(values.len(), values.len() * 16);
    for value in values {
        match *value {
            Value::Int(value) => arguments.add(value),
            Value::Text(value) => arguments.add(storable(value)?),
            Value::Id(value) => {
                let mut buffer = [0; Hyphenated::LENGTH];
                arguments.add(value.map(|id| &*id.hyphenated().encode_lower(&mut buffer)))
            }
            Value::Bytes(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
        }
        .map_err(StorageError::Other)?;
    }
    Ok(arguments)
}

/// Refuses the one character that PostgreSQL can't keep in a text, so that both databases keep the same texts.
fn storable(text: Option<&str>) -> StorageResult<Option<&str>> {
    match text {
        Some(text) if text.contains('\0') => Err(StorageError::Other("U+0000 can't be stored in a text".into())),
        _ => Ok(text),
    }
}
