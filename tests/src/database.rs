//! A database of its own for every server: SQLite in a temporary folder, or a fresh one on PostgreSQL.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// Which database the tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A database on the server of `STACK_TEST_POSTGRES_URL`.
    Postgres,
}

impl Backend {
    /// What `STACK_TEST_DATABASE` says: `sqlite`, which is the default, or `postgres`.
    ///
    /// # Panics
    ///
    /// If it says anything else.
    pub fn of_this_run() -> Self {
        match std::env::var("STACK_TEST_DATABASE").as_deref() {
            Err(_) | Ok("" | "sqlite") => Self::Sqlite,
            Ok("postgres") => Self::Postgres,
            Ok(other) => panic!("STACK_TEST_DATABASE is `{other}`; it has to be `sqlite` or `postgres`"),
        }
    }
}

/// A database that nobody else uses. It is gone when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    folder: TempDir,
    /// Where to say that it isn't needed any more; `None` on SQLite.
    admin_url: Option<String>,
}

impl TestDatabase {
    /// An empty one.
    ///
    /// # Panics
    ///
    /// If it can't be made.
    pub async fn create(backend: Backend) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        match backend {
            Backend::Sqlite => {
                let url = format!("sqlite://{}", folder.path().join("stack.db").display());
                Self {
                    url,
                    folder,
                    admin_url: None,
                }
            }
            Backend::Postgres => {
                let server = std::env::var("STACK_TEST_POSTGRES_URL")
                    .expect("STACK_TEST_POSTGRES_URL has to be set; `eval \"$(.ci/postgres.sh)\"` does it");
                let name = format!("stack_test_{}", Uuid::new_v4().simple());
                execute(&server, format!("CREATE DATABASE {name}")).await;
                let (prefix, _) = server.rsplit_once('/').expect("the URL names a database");
                Self {
                    url: format!("{prefix}/{name}"),
                    folder,
                    admin_url: Some(server),
                }
            }
        }
    }

    /// The URL, as the server takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of the SQLite file; on PostgreSQL nothing of the database is in it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything that is stored, as bytes: the files of SQLite, or a dump of PostgreSQL.
    ///
    /// # Panics
    ///
    /// If it can't be read.
    pub async fn bytes(&self) -> Vec<u8> {
        if self.admin_url.is_none() {
            return crate::files_below(self.folder())
                .into_iter()
                .flat_map(|(_, bytes)| bytes)
                .collect();
        }
        let mut connection = PgConnection::connect(&self.url).await.expect("PostgreSQL answers");
        let tables: Vec<String> =
            sqlx::query_scalar("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'")
                .fetch_all(&mut connection)
                .await
                .expect("the tables are listed");
        let mut bytes = Vec::new();
        for table in tables {
            let rows = format!("SELECT t::text FROM \"{table}\" t");
            let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(rows))
                .fetch_all(&mut connection)
                .await
                .expect("a table is read");
            bytes.extend(rows.join("\n").into_bytes());
        }
        bytes
    }
}

impl Drop for TestDatabase {
    /// Drops the database on PostgreSQL, also after a failed test; SQLite's goes with its folder.
    fn drop(&mut self) {
        let (Some(server), Some((_, name))) = (self.admin_url.take(), self.url.rsplit_once('/')) else {
            return;
        };
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        // A runtime can't be entered from within another, so it gets a thread of its own.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(execute(&server, sql));
        });
        if dropping.join().is_err() {
            eprintln!("the test database {name} couldn't be dropped");
        }
    }
}

async fn execute(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.expect("PostgreSQL answers");
    connection
        .execute(AssertSqlSafe(sql))
        .await
        .expect("a test database is made or dropped");
}
