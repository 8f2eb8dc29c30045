//! Promises about transactions, readers and migrations.

use std::time::Duration;

use stack_domain::{
    models::UserCredentials,
    ports::{
        ProjectRepository as _, Storage as _, StorageError, StorageResult, TeamRepository as _, Transaction as _,
        UniqueRule, UserRepository as _,
    },
};
use stack_storage::Database;
use tokio::time::timeout;

use crate::{fixtures::*, harness::TestDatabase};

pub async fn a_dropped_transaction_leaves_nothing_behind(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    let mut w = db.write().await.expect("a writer");
    w.insert_user(&a, &profile(1), &UserCredentials::default())
        .await
        .expect("it is new");
    w.delete_project(&project_id("b")).await.expect("it deletes");
    drop(w);
    assert_eq!(reading!(db, |r| r.find_user(&a, user_id(1))), None);
    assert_eq!(reading!(db, |r| r.find_project(&project_id("b"))), Some(project("b")));
    add_users(&db, &a, [profile(1)]).await;
}

pub async fn a_writer_reads_what_it_has_written_and_a_reader_what_was_committed(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    let mut w = db.write().await.expect("a writer");
    w.insert_user(&a, &profile(1), &UserCredentials::default())
        .await
        .expect("it is new");
    assert!(w.find_user(&a, user_id(1)).await.expect("it reads").is_some());
    assert_eq!(reading!(db, |r| r.find_user(&a, user_id(1))), None);
    w.commit().await.expect("it commits");
    assert!(reading!(db, |r| r.find_user(&a, user_id(1))).is_some());
}

pub async fn a_reader_cannot_write_or_lock(TestDatabase { db, .. }: TestDatabase) {
    fn assert_read_only<T: std::fmt::Debug>(result: StorageResult<T>) {
        assert!(matches!(result, Err(StorageError::ReadOnly)), "{result:?}");
    }
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    let mut reader = db.read().await.expect("a reader");
    assert_read_only(reader.insert_project(&project("new")).await);
    assert_read_only(reader.insert_user(&a, &profile(2), &UserCredentials::default()).await);
    assert_read_only(reader.delete_user(&a, user_id(1)).await);
    assert_read_only(reader.lock_user(&a, user_id(1)).await);
    assert_read_only(reader.lock_project(&a).await);
    assert_read_only(reader.select_team(&a, user_id(1), None).await);
    assert!(
        reader
            .find_user(&a, user_id(1))
            .await
            .expect("it still reads")
            .is_some()
    );
    assert_eq!(
        reader.find_project(&project_id("new")).await.expect("it still reads"),
        None
    );
}

pub async fn a_transaction_in_which_something_failed_cannot_be_committed(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    let mut w = db.write().await.expect("a writer");
    w.insert_user(&a, &profile(2), &UserCredentials::default())
        .await
        .expect("it is new");
    let again = w.insert_user(&a, &profile(1), &UserCredentials::default()).await;
    assert_eq!(conflict(again), UniqueRule::UserId);
    assert!(matches!(w.find_user(&a, user_id(1)).await, Err(StorageError::Other(_))));
    assert!(matches!(w.commit().await, Err(StorageError::Other(_))));
    assert_eq!(reading!(db, |r| r.find_user(&a, user_id(2))), None);
}

pub async fn a_cancelled_transaction_frees_the_database(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    for n in 1..=50 {
        let work = async {
            let mut w = db.write().await.expect("a writer");
            w.insert_user(&a, &profile(n), &UserCredentials::default())
                .await
                .expect("it is new");
            w.commit().await.expect("it commits");
        };
        // Cancelled at any step of the way, by as many polls as are granted.
        let _ = timeout(
            Duration::from_micros(20 * u64::try_from(n).expect("a small number")),
            work,
        )
        .await;
    }
    add_users(&db, &a, [profile(100)]).await;
    for n in 1..=50 {
        let found = reading!(db, |r| r.find_user(&a, user_id(n)));
        assert!(found.is_none_or(|user| user.profile == profile(n)));
    }
}

pub async fn migrating_again_changes_nothing(TestDatabase { db, url }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    let count = db.migrate().await.expect("it migrates");
    assert_eq!(count, migration_files(&url));
    assert!(reading!(db, |r| r.find_user(&a, user_id(1))).is_some());
}

/// How many migrations the folder of this database holds: none may be skipped for its name.
fn migration_files(url: &str) -> usize {
    let folder = if url.starts_with("sqlite") {
        "migrations/sqlite"
    } else {
        "migrations/postgres"
    };
    std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .expect("the folder")
        .count()
}

pub async fn many_processes_may_migrate_at_once(test: TestDatabase) {
    let url = test.emptied().await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move {
                let db = Database::connect(&url).await?;
                db.migrate().await?;
                db.close().await;
                StorageResult::Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic").expect("it migrates");
    }
}
