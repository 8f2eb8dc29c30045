//! A database of its own for each test, on either side.

use std::{future::Future, panic::AssertUnwindSafe};

use futures::FutureExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use stack_storage::Database;
use uuid::Uuid;

/// The database of one test.
#[derive(Clone)]
pub struct TestDatabase {
    pub db: Database,
    /// Opens the same database once more.
    pub url: String,
}

impl TestDatabase {
    /// The URL of a database in which nothing has been migrated yet: another file, or the schema without its tables.
    pub async fn emptied(&self) -> String {
        if self.url.starts_with("sqlite:") {
            return self.url.replace("stack.db", "new.db");
        }
        let mut connection = PgConnection::connect(&self.url).await.expect("PostgreSQL answers");
        let schema: String = sqlx::query_scalar("SELECT current_schema()::text")
            .fetch_one(&mut connection)
            .await
            .expect("the schema of the test");
        let anew = format!("DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}");
        connection.execute(AssertSqlSafe(anew)).await.expect("an empty schema");
        self.url.clone()
    }
}

/// Keeps a promise on SQLite, in a temporary folder.
pub fn on_sqlite<F: Future<Output = ()>>(promise: impl FnOnce(TestDatabase) -> F) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("stack.db").display());
    run(async move {
        let test = open(url).await;
        promise(test.clone()).await;
        test.db.close().await;
    });
}

/// Keeps a promise on PostgreSQL, in a schema that is dropped afterwards.
pub fn on_postgres<F: Future<Output = ()>>(promise: impl FnOnce(TestDatabase) -> F) {
    let Some(server) = postgres_url() else { return };
    run(async move {
        let schema = format!("test_{}", Uuid::new_v4().simple());
        admin(&server, format!("CREATE SCHEMA {schema}")).await;
        let test = open(format!("{server}?options[search_path]={schema}")).await;
        // The schema is dropped even if the promise isn't kept.
        let kept = AssertUnwindSafe(promise(test.clone())).catch_unwind().await;
        test.db.close().await;
        admin(&server, format!("DROP SCHEMA {schema} CASCADE")).await;
        if let Err(broken) = kept {
            std::panic::resume_unwind(broken);
        }
    });
}

/// The server to test on. Without one, local runs go on and CI fails.
pub fn postgres_url() -> Option<String> {
    if let Ok(url) = std::env::var("STACK_TEST_POSTGRES_URL") {
        return Some(url);
    }
    let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(
        !is_ci,
        "CI tests on PostgreSQL too: set STACK_TEST_POSTGRES_URL (eval \"$(.ci/postgres.sh)\")"
    );
    eprintln!("skipped: STACK_TEST_POSTGRES_URL is not set (eval \"$(.ci/postgres.sh)\")");
    None
}

/// Runs with several threads, so that what happens at once really does.
pub fn run(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future);
}

/// Opens and migrates.
pub async fn open(url: String) -> TestDatabase {
    let db = Database::connect(&url).await.expect("the database opens");
    db.migrate().await.expect("the database migrates");
    TestDatabase { db, url }
}

async fn admin(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.expect("PostgreSQL answers");
    connection
        .execute(AssertSqlSafe(sql))
        .await
        .expect("the schema is made or dropped");
}
