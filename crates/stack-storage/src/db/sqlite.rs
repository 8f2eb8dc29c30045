//! SQLite: one connection that writes, several that read.

use std::{
    mem,
    ops::{Deref, DerefMut},
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection as _, Sqlite, SqliteConnection, SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous, SqliteTransaction},
};
use stack_domain::ports::{StorageError, StorageResult};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout},
};

use super::session::Link;
use crate::error::{is_busy, storage_error};

/// How long to wait for the writer, for a reader, and for the write lock of another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many prepared statements each connection keeps; more than there are queries.
const STATEMENTS: usize = 256;

/// An open SQLite database.
#[derive(Debug)]
pub(super) struct SqliteDatabase {
    /// A pool of exactly one connection.
    writer: SqlitePool,
    /// `None` for a database in memory, which lives in its writer.
    readers: Option<Arc<Readers>>,
}

impl SqliteDatabase {
    /// Opens a file, which is created if need be, or `:memory:`.
    pub(super) async fn open(url: &str) -> StorageResult<Self> {
        let options = SqliteConnectOptions::from_str(url).map_err(storage_error)?;
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        let options = options
            .create_if_missing(true)
            .shared_cache(false)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .statement_cache_capacity(STATEMENTS)
            .pragma("temp_store", "memory");
        let options = if in_memory { options } else { durable(options) };
        let writer = open_writer(options.clone()).await?;
        let readers = (!in_memory).then(|| Arc::new(Readers::new(options.pragma("query_only", "on"))));
        Ok(Self { writer, readers })
    }

    /// A connection to read with.
    pub(super) async fn read(&self) -> StorageResult<Link> {
        match &self.readers {
            Some(readers) => readers.get().await.map(Link::SqliteReader),
            None => self
                .writer
                .acquire()
                .await
                .map(Link::SqliteShared)
                .map_err(storage_error),
        }
    }

    /// A transaction that has the write lock already: one that took it later could fail with "busy" halfway.
    pub(super) async fn write(&self) -> StorageResult<SqliteTransaction<'static>> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(storage_error)
    }

    /// The writing connection, without a transaction.
    pub(super) async fn writer(&self) -> StorageResult<PoolConnection<Sqlite>> {
        self.writer.acquire().await.map_err(storage_error)
    }

    /// Closes all connections, the writer as the last: then the write-ahead log is folded into the file.
    pub(super) async fn close(&self) {
        if let Some(readers) = &self.readers {
            readers.close().await;
        }
        self.writer.close().await;
    }
}

/// Readers don't wait for the writer, and what was committed survives even a power cut: a revoked session or a used
/// code must not come back to life. That costs one `fsync` for each transaction.
fn durable(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("journal_size_limit", "67108864")
}

/// Opens the writer. Switching a new file to WAL fails at once if another process does so at the same moment, whatever
/// the busy timeout; that is tried again.
async fn open_writer(options: SqliteConnectOptions) -> StorageResult<SqlitePool> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false);
    let deadline = Instant::now() + PATIENCE;
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Err(error) if is_busy(&error) && Instant::now() < deadline => sleep(Duration::from_millis(20)).await,
            result => return result.map_err(storage_error),
        }
    }
}

/// The connections that read.
///
/// sqlx's own pool spawns a task that pings a connection whenever it is given back. A reader has no transaction that
/// would have to be rolled back, so that these are simply put back on the pile.
#[derive(Debug)]
struct Readers {
    options: SqliteConnectOptions,
    /// How many there may be.
    count: u32,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<SqliteConnection>>,
}

impl Readers {
    fn new(options: SqliteConnectOptions) -> Self {
        let cores = std::thread::available_parallelism().map_or(4, |cores| cores.get().clamp(4, 16));
        Self {
            options,
            count: u32::try_from(cores).unwrap_or(4),
            permits: Arc::new(Semaphore::new(cores)),
            idle: Mutex::default(),
        }
    }

    /// An idle connection, or a new one if there are not too many.
    async fn get(self: &Arc<Self>) -> StorageResult<ReaderGuard> {
        let permit = timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|elapsed| StorageError::Unavailable(elapsed.into()))?
            .map_err(|closed| StorageError::Unavailable(closed.into()))?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(storage_error)?,
        };
        Ok(ReaderGuard {
            connection: Some(connection),
            is_broken: false,
            readers: Arc::clone(self),
            _permit: permit,
        })
    }

    /// Closes the readers, once those in use are given back. Whoever holds one for too long loses it.
    async fn close(&self) {
        let all = timeout(PATIENCE, self.permits.acquire_many(self.count)).await;
        self.permits.close();
        drop(all);
        let idle = mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in idle {
            // It is closed even if that fails, and otherwise would be at some later time.
            let _ = connection.close().await;
        }
    }
}

/// A reader that goes back on the pile when it is dropped.
#[derive(Debug)]
pub(super) struct ReaderGuard {
    /// Taken out by `drop` alone.
    connection: Option<SqliteConnection>,
    is_broken: bool,
    readers: Arc<Readers>,
    _permit: OwnedSemaphorePermit,
}

impl ReaderGuard {
    /// Has the connection closed in the end instead of given back.
    pub(super) fn mark_broken(&mut self) {
        self.is_broken = true;
    }
}

impl Deref for ReaderGuard {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.connection.as_ref().expect("only drop takes the connection")
    }
}

impl DerefMut for ReaderGuard {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("only drop takes the connection")
    }
}

impl Drop for ReaderGuard {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !self.is_broken
            && !self.readers.permits.is_closed()
        {
            self.readers
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
        }
    }
}
