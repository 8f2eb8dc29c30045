//! One connection, for reading or inside a transaction: where queries are run.

use std::marker::PhantomData;

use sqlx::{Sqlite, pool::PoolConnection, postgres::PgTransaction, query_with, sqlite::SqliteTransaction};
use stack_domain::ports::{StorageError, StorageResult, Transaction};

use super::{
    Row, Value,
    sqlite::ReaderGuard,
    value::{for_postgres, for_sqlite},
};
use crate::{dialect::Sql, error::storage_error};

/// Marks a [`Session`] that only reads.
#[derive(Debug)]
pub enum Read {}

/// Marks a [`Session`] that is one transaction.
#[derive(Debug)]
pub enum Write {}

/// What a session may do.
pub trait Mode: Send + 'static {
    /// Whether it may write.
    const WRITES: bool;
}

impl Mode for Read {
    const WRITES: bool = false;
}

impl Mode for Write {
    const WRITES: bool = true;
}

/// A connection on which the repositories run their queries.
///
/// A transaction in which a query has failed can only be dropped, as PostgreSQL has it: further queries and
/// the commit fail on either database.
pub struct Session<M> {
    link: Link,
    has_failed: bool,
    mode: PhantomData<M>,
}

/// The connection itself.
pub(super) enum Link {
    /// One of SQLite's readers.
    SqliteReader(ReaderGuard),
    /// The only connection of a database in memory.
    SqliteShared(PoolConnection<Sqlite>),
    /// SQLite's writer.
    SqliteWriter(SqliteTransaction<'static>),
    /// Any connection to PostgreSQL.
    Postgres(PoolConnection<sqlx::Postgres>),
    /// A transaction on PostgreSQL.
    PostgresWriter(PgTransaction<'static>),
}

/// Runs a method of sqlx's queries on whatever connection there is.
macro_rules! run {
    ($link:expr, $sql:expr, $args:expr, $method:ident, |$found:ident| $sqlite:expr, $postgres:expr) => {
        match $link {
            Link::SqliteReader(connection) => query_with($sql.sqlite, for_sqlite($args)?)
                .$method(&mut **connection)
                .await
                .map(|$found| $sqlite),
            Link::SqliteShared(connection) => query_with($sql.sqlite, for_sqlite($args)?)
                .$method(&mut **connection)
                .await
                .map(|$found| $sqlite),
            Link::SqliteWriter(connection) => query_with($sql.sqlite, for_sqlite($args)?)
                .$method(&mut **connection)
                .await
                .map(|$found| $sqlite),
            Link::Postgres(connection) => query_with($sql.postgres, for_postgres($args)?)
                .$method(&mut **connection)
                .await
                .map(|$found| $postgres),
            Link::PostgresWriter(connection) => query_with($sql.postgres, for_postgres($args)?)
                .$method(&mut **connection)
                .await
                .map(|$found| $postgres),
        }
    };
}

impl<M: Mode> Session<M> {
    pub(super) fn new(link: Link) -> Self {
        Self {
            link,
            has_failed: false,
            mode: PhantomData,
        }
    }

    /// The only row of a result, or the first one.
    pub(crate) async fn fetch_optional(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Value<'_>],
    ) -> StorageResult<Option<Row>> {
        let sql = sql.into();
        self.check()?;
        let result = run!(
            &mut self.link,
            sql,
            args,
            fetch_optional,
            |row| row.map(Row::Sqlite),
            row.map(Row::Postgres)
        );
        self.note(result)
    }

    /// All rows of a result.
    pub(crate) async fn fetch_all(&mut self, sql: impl Into<Sql>, args: &[Value<'_>]) -> StorageResult<Vec<Row>> {
        let sql = sql.into();
        self.check()?;
        let result = run!(
            &mut self.link,
            sql,
            args,
            fetch_all,
            |rows| rows.into_iter().map(Row::Sqlite).collect(),
            rows.into_iter().map(Row::Postgres).collect()
        );
        self.note(result)
    }

    /// Writes, and gives how many rows were written.
    pub(crate) async fn write(&mut self, sql: impl Into<Sql>, args: &[Value<'_>]) -> StorageResult<u64> {
        let sql = sql.into();
        self.check_writes()?;
        let result = run!(
            &mut self.link,
            sql,
            args,
            execute,
            |done| done.rows_affected(),
            done.rows_affected()
        );
        self.note(result)
    }

    /// Locks the row that `sql` names until the transaction ends, and gives whether there is one.
    pub(crate) async fn lock(&mut self, sql: Sql, args: &[Value<'_>]) -> StorageResult<bool> {
        self.check_writes()?;
        Ok(self.fetch_optional(sql, args).await?.is_some())
    }

    /// Reads all rows of a result and locks them until the transaction ends.
    pub(crate) async fn fetch_locked(&mut self, sql: Sql, args: &[Value<'_>]) -> StorageResult<Vec<Row>> {
        self.check_writes()?;
        self.fetch_all(sql, args).await
    }

    /// Refuses to write through a reader.
    fn check_writes(&self) -> StorageResult<()> {
        if !M::WRITES {
            return Err(StorageError::ReadOnly);
        }
        self.check()
    }

    /// Refuses to go on with a transaction that has failed.
    fn check(&self) -> StorageResult<()> {
        if M::WRITES && self.has_failed {
            return Err(StorageError::Other("an earlier query of the transaction failed".into()));
        }
        Ok(())
    }

    fn note<T>(&mut self, result: Result<T, sqlx::Error>) -> StorageResult<T> {
        result.map_err(|error| {
            self.has_failed = true;
            let error = storage_error(error);
            if let (Link::SqliteReader(reader), StorageError::Unavailable(_)) = (&mut self.link, &error) {
                reader.mark_broken();
            }
            error
        })
    }
}

impl Transaction for Session<Write> {
    async fn commit(self) -> StorageResult<()> {
        self.check()?;
        match self.link {
            Link::SqliteWriter(transaction) => transaction.commit().await,
            Link::PostgresWriter(transaction) => transaction.commit().await,
            Link::SqliteReader(_) | Link::SqliteShared(_) | Link::Postgres(_) => Ok(()),
        }
        .map_err(storage_error)
    }
}
