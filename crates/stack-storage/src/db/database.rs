//! The open database: the storage of the ports.

use std::sync::Arc;

use stack_domain::ports::{Storage, StorageError, StorageResult};

use super::{
    migrate,
    postgres::PostgresDatabase,
    session::{Link, Read, Session, Write},
    sqlite::SqliteDatabase,
};

/// An open database. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Database(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Sqlite(SqliteDatabase),
    Postgres(PostgresDatabase),
}

impl Database {
    /// Opens the database of a URL: `sqlite:stack.db` (created if need be), `sqlite::memory:` or
    /// `postgres://user:password@host/name`.
    ///
    /// # Errors
    ///
    /// [`StorageError::Unavailable`] if it can't be reached or opened, [`StorageError::Other`] if the URL is no such
    /// URL.
    pub async fn connect(url: &str) -> StorageResult<Self> {
        let kind = if url.starts_with("sqlite:") {
            Kind::Sqlite(SqliteDatabase::open(url).await?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Kind::Postgres(PostgresDatabase::open(url).await?)
        } else {
            return Err(StorageError::Other(
                "a database URL begins with sqlite:, postgres:// or postgresql://".into(),
            ));
        };
        Ok(Self(Arc::new(kind)))
    }

    /// Brings the schema up to date, and gives how many migrations the database has then. Several processes may do so
    /// at once.
    ///
    /// # Errors
    ///
    /// [`StorageError::Unavailable`] if another process takes too long, [`StorageError::Other`] if a migration fails
    /// or the database was migrated by a newer or different program; nothing of a failed migration is kept.
    pub async fn migrate(&self) -> StorageResult<usize> {
        match &*self.0 {
            Kind::Sqlite(database) => migrate::sqlite(&mut *database.writer().await?).await,
            Kind::Postgres(database) => migrate::postgres(database.read().await?).await,
        }
    }

    /// Closes all connections, once those in use are given back.
    pub async fn close(&self) {
        match &*self.0 {
            Kind::Sqlite(database) => database.close().await,
            Kind::Postgres(database) => database.close().await,
        }
    }
}

impl Storage for Database {
    type Reader = Session<Read>;
    type Writer = Session<Write>;

    async fn read(&self) -> StorageResult<Session<Read>> {
        let link = match &*self.0 {
            Kind::Sqlite(database) => database.read().await?,
            Kind::Postgres(database) => Link::Postgres(database.read().await?),
        };
        Ok(Session::new(link))
    }

    async fn write(&self) -> StorageResult<Session<Write>> {
        let link = match &*self.0 {
            Kind::Sqlite(database) => Link::SqliteWriter(database.write().await?),
            Kind::Postgres(database) => Link::PostgresWriter(database.write().await?),
        };
        Ok(Session::new(link))
    }
}
