//! The same operations as somebody would write them for one project: axum, sqlx, and nothing between them.
//!
//! What the server does, these do: the same queries in the same transactions, the same checks of tokens (whose
//! signatures are remembered), the same parameters of argon2. What makes the server one for any project isn't here:
//! settings, limits, validation by a contract, errors that say what is wrong.

mod handlers;
mod show;
mod tokens;

/// On SQLite; the text is the same for both, as sqlx has no type for either.
mod sqlite {
    pub(super) use sqlx::{Sqlite as Db, sqlite::SqliteRow as DbRow};

    pub(super) const LOCK_USER: &str = "SELECT 1 FROM users WHERE project_id = $1 AND id = $2";
    pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";

    include!("store.rs");
}

/// On PostgreSQL.
mod postgres {
    pub(super) use sqlx::{Postgres as Db, postgres::PgRow as DbRow};

    pub(super) const LOCK_USER: &str = "SELECT 1 FROM users WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE";
    pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

    include!("store.rs");
}

use std::{net::SocketAddr, str::FromStr as _, sync::Arc};

use anyhow::{Context, Result};
use axum::{
    Router,
    routing::{get, post},
};
use serde::Deserialize;
use sqlx::{
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::Semaphore;

use self::{handlers::Handlers, tokens::Tokens};

/// The environment variable that makes this program serve, with its settings in JSON.
pub const SETTINGS: &str = "STACK_BENCH_BY_HAND";
/// The one with the address to listen on.
pub const LISTEN: &str = "STACK_BENCH_BY_HAND_LISTEN";

#[derive(Deserialize)]
struct Settings {
    url: String,
    project: String,
    client_key: String,
    server_key: String,
    /// The key with which the server signs.
    key: tokens::PublicKey,
    /// Which permission contains which.
    contains: Vec<(String, String)>,
}

/// The database.
enum Store {
    Sqlite(sqlite::Store),
    Postgres(postgres::Store),
}

/// Serves until the process ends.
pub async fn serve(settings: &str) -> Result<()> {
    let settings: Settings = serde_json::from_str(settings)?;
    let address: SocketAddr = std::env::var(LISTEN)?.parse()?;
    let cores = std::thread::available_parallelism().map_or(4, std::num::NonZero::get);
    let handlers = Arc::new(Handlers {
        store: open(&settings, cores).await.context("can't open the database")?,
        tokens: Tokens::new(&settings.key, settings.project)?,
        client_key: settings.client_key,
        server_key: settings.server_key,
        contains: settings.contains,
        hashers: Arc::new(Semaphore::new(cores)),
    });
    let app = Router::new()
        .route("/api/v1/users/me", get(handlers::current_user))
        .route("/api/v1/users", get(handlers::page))
        .route("/api/v1/team-permissions", get(handlers::permission_check))
        .route("/api/v1/auth/sessions/current/refresh", post(handlers::refresh))
        .route("/api/v1/auth/password/sign-in", post(handlers::sign_in))
        .with_state(handlers);
    let listener = tokio::net::TcpListener::bind(address).await?;
    Ok(axum::serve(listener, app).await?)
}

/// With as many connections as the server has, and as careful with what is committed.
async fn open(settings: &Settings, cores: usize) -> Result<Store> {
    let project = settings.project.clone();
    if settings.url.starts_with("postgres") {
        let options = PgConnectOptions::from_str(&settings.url)?;
        let pool = PgPoolOptions::new()
            .max_connections(20)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        return Ok(Store::Postgres(postgres::Store {
            readers: pool.clone(),
            writer: pool,
            project,
        }));
    }
    let options = SqliteConnectOptions::from_str(&settings.url)?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true);
    let pool = |count: usize| {
        let count = u32::try_from(count).unwrap_or(4);
        let pool = SqlitePoolOptions::new()
            .max_connections(count)
            .test_before_acquire(false);
        pool.connect_with(options.clone())
    };
    Ok(Store::Sqlite(sqlite::Store {
        readers: pool(cores.clamp(4, 16)).await?,
        writer: pool(1).await?,
        project,
    }))
}
