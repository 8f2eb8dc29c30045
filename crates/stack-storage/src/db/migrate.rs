//! Bringing the schema up to date.

use sqlx::{
    Connection as _, Postgres, SqliteConnection,
    migrate::{MigrateError, Migrator},
    pool::PoolConnection,
};
use stack_domain::ports::{StorageError, StorageResult};

use crate::error::storage_error;

// `run_direct` is `run` without its generic `Acquire`, which keeps the compiler from seeing that the future is `Send`.

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Migrates under the write lock, so that a second process finds the work done. Each migration is a savepoint within.
pub(super) async fn sqlite(connection: &mut SqliteConnection) -> StorageResult<usize> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(storage_error)?;
    SQLITE
        .run_direct(None, &mut *transaction, false)
        .await
        .map_err(migrate_error)?;
    transaction.commit().await.map_err(storage_error)?;
    Ok(SQLITE.iter().count())
}

/// Migrates under the advisory lock that sqlx takes. sqlx gives it up only if all goes well: otherwise the connection
/// is closed.
pub(super) async fn postgres(mut connection: PoolConnection<Postgres>) -> StorageResult<usize> {
    if let Err(error) = POSTGRES.run_direct(None, &mut *connection, false).await {
        connection.close_on_drop();
        return Err(migrate_error(error));
    }
    Ok(POSTGRES.iter().count())
}

fn migrate_error(error: MigrateError) -> StorageError {
    match error {
        MigrateError::Execute(error) => storage_error(error),
        error => StorageError::Other(Box::new(error)),
    }
}
