//! What a query gives back: rows of either database, read by column name.

use sqlx::{Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};
use stack_domain::{
    models::{ContactChannelId, IpInfo, OAuthAccountId, OneTimeCodeId},
    ports::{StorageError, StorageResult},
};
use stack_types::{ApiKeyId, ApiKeySetId, EmailId, Millis, ProjectId, SessionId, TeamId, UserId};
use uuid::Uuid;

/// A row of a result.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// The value of a column.
    ///
    /// # Errors
    ///
    /// [`StorageError::Corrupt`] if there is no such column or it can't be read as a `T`.
    pub fn get<'r, T: Column<'r>>(&'r self, column: &'static str) -> StorageResult<T> {
        T::read(self, column)
    }

    fn decode<'r, T>(&'r self, column: &'static str) -> StorageResult<T>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|error| corrupt(column, error))
    }
}

/// A type that a column can be read as.
pub trait Column<'r>: Sized {
    /// Reads the column.
    ///
    /// # Errors
    ///
    /// [`StorageError::Corrupt`], see [`Row::get`].
    fn read(row: &'r Row, column: &'static str) -> StorageResult<Self>;
}

/// Says that a stored value isn't what it should be. The reason must not hold the value.
pub(crate) fn corrupt(what: &'static str, why: impl ToString) -> StorageError {
    let why = why.to_string();
    StorageError::Corrupt { what, why }
}

/// Types that sqlx decodes.
macro_rules! plain {
    ($($type:ty),*) => {$(
        impl<'r> Column<'r> for $type {
            fn read(row: &'r Row, column: &'static str) -> StorageResult<Self> {
                row.decode(column)
            }
        }
    )*};
}

/// Types that are made of what sqlx decodes, in their plain and their optional form.
macro_rules! made_of {
    ($($stored:ty => $type:ty, |$value:ident| $convert:expr;)*) => {$(
        impl<'r> Column<'r> for $type {
            fn read(row: &'r Row, column: &'static str) -> StorageResult<Self> {
                let $value: $stored = row.decode(column)?;
                $convert.map_err(|error| corrupt(column, error))
            }
        }

        impl<'r> Column<'r> for Option<$type> {
            fn read(row: &'r Row, column: &'static str) -> StorageResult<Self> {
                let stored: Option<$stored> = row.decode(column)?;
                stored.map(|$value| $convert.map_err(|error| corrupt(column, error))).transpose()
            }
        }
    )*};
}

plain!(bool, i64, String, Option<String>, &'r str, Vec<u8>);

made_of! {
    i64 => Millis, |value| Ok::<_, &str>(Millis(value));
    i64 => u8, |value| value.try_into().map_err(|_| "out of range");
    i64 => u32, |value| value.try_into().map_err(|_| "out of range");
    String => ProjectId, |value| Ok::<_, &str>(ProjectId(value));
    &'r str => UserId, |value| value.parse();
    &'r str => TeamId, |value| value.parse();
    &'r str => SessionId, |value| value.parse();
    &'r str => ApiKeyId, |value| value.parse();
    &'r str => ApiKeySetId, |value| value.parse();
    &'r str => EmailId, |value| value.parse();
    &'r str => Uuid, |value| value.parse();
    &'r str => ContactChannelId, |value| value.parse().map(ContactChannelId);
    &'r str => OAuthAccountId, |value| value.parse().map(OAuthAccountId);
    &'r str => OneTimeCodeId, |value| value.parse().map(OneTimeCodeId);
    &'r str => serde_json::Value, |value| serde_json::from_str(value).map_err(|error| json_fault(&error));
    &'r str => IpInfo, |value| serde_json::from_str(value).map_err(|error| json_fault(&error));
    &'r [u8] => [u8; 32], |value| value.try_into().map_err(|_| "not 32 bytes");
}

/// Where JSON text is wrong, without a word of it.
fn json_fault(error: &serde_json::Error) -> String {
    format!("bad JSON at line {}, column {}", error.line(), error.column())
}
