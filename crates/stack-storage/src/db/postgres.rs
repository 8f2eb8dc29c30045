//! PostgreSQL: one pool for everything.

use std::{str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgTransaction},
};
use stack_domain::ports::StorageResult;

use crate::error::storage_error;

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a connection may have been idle without being tried before it is used again.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);

/// How many prepared statements each connection keeps; more than there are queries.
const STATEMENTS: usize = 256;

/// How many connections one process takes at most. PostgreSQL grants 100 unless told otherwise, so several processes
/// fit.
const MAX_CONNECTIONS: u32 = 20;

/// What each new connection is told: give up on a lock, and on a client that has gone while it holds some.
const SETTINGS: &str = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'";

/// A pool of connections to PostgreSQL.
#[derive(Debug)]
pub(super) struct PostgresDatabase {
    pool: PgPool,
}

impl PostgresDatabase {
    /// Connects once outside the pool, which would go on trying for as long as its patience lasts: a wrong URL shows at
    /// once.
    pub(super) async fn open(url: &str) -> StorageResult<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(storage_error)?
            .application_name("stack-server")
            .statement_cache_capacity(STATEMENTS);
        options
            .connect()
            .await
            .map_err(storage_error)?
            .close()
            .await
            .map_err(storage_error)?;
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for > TRUSTED_IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(|connection, _| Box::pin(async move { connection.execute(SETTINGS).await.map(|_| ()) }))
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    /// A connection outside any transaction.
    pub(super) async fn read(&self) -> StorageResult<PoolConnection<Postgres>> {
        self.pool.acquire().await.map_err(storage_error)
    }

    /// A transaction at READ COMMITTED, whatever the database's default is: the queries count on seeing what others
    /// have committed once they have waited for a lock.
    pub(super) async fn write(&self) -> StorageResult<PgTransaction<'static>> {
        self.pool
            .begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")
            .await
            .map_err(storage_error)
    }

    /// Closes all connections.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}
