//! Promises that only SQLite can be asked for: a file, a database in memory.

use std::{fs, path::Path};

use stack_domain::{
    models::{UserCredentials, UserFilter},
    ports::{ProjectRepository as _, Storage as _, StorageError, UserRepository as _},
};
use stack_storage::Database;

use crate::{
    fixtures::*,
    harness::{open, run},
};

fn url(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).display())
}

#[test]
fn what_was_committed_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    run(async {
        let first = open(url(folder.path(), "stack.db")).await;
        two_projects_with_users(&first.db, &[1]).await;
        first.db.close().await;
        let again = open(first.url).await;
        assert!(reading!(again.db, |r| r.find_user(&project_id("a"), user_id(1))).is_some());
    });
}

#[test]
fn a_crash_loses_nothing_that_was_committed_and_keeps_nothing_that_was_not() {
    let folder = tempfile::tempdir().expect("a folder");
    run(async {
        let running = open(url(folder.path(), "stack.db")).await.db;
        let (a, _) = two_projects_with_users(&running, &[1]).await;
        let mut w = running.write().await.expect("a writer");
        w.insert_user(&a, &profile(2), &UserCredentials::default())
            .await
            .expect("it is new");
        // What a crash leaves behind is what stands in the files now.
        for suffix in ["", "-wal"] {
            let name = format!("stack.db{suffix}");
            fs::copy(
                folder.path().join(&name),
                folder.path().join(format!("crashed.db{suffix}")),
            )
            .expect("a copy");
        }
        let recovered = open(url(folder.path(), "crashed.db")).await.db;
        let page = reading!(recovered, |r| r.list_users(&a, &UserFilter::default()));
        assert_eq!(page.items.len(), 1);
        drop(w);
    });
}

#[test]
fn several_processes_may_write_to_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    run(async {
        let first = open(url(folder.path(), "stack.db")).await;
        let (a, _) = two_projects_with_users(&first.db, &[]).await;
        let mut tasks = Vec::new();
        for process in 0..4 {
            let (a, db) = (a.clone(), open(first.url.clone()).await.db);
            tasks.push(tokio::spawn(async move {
                for n in 0..16 {
                    add_users(&db, &a, [profile(process * 100 + n)]).await;
                }
            }));
        }
        for task in tasks {
            task.await.expect("every writer gets its turn");
        }
        let page = reading!(first.db, |r| r.list_users(&a, &UserFilter::default()));
        assert_eq!(page.items.len(), 64);
    });
}

#[test]
fn a_database_in_memory_does_all_that_a_file_does_and_is_nobody_elses() {
    run(async {
        for memory in ["sqlite::memory:", "sqlite://:memory:", "sqlite:name?mode=memory"] {
            let one = open(memory.into()).await.db;
            let other = open(memory.into()).await.db;
            let (a, _) = two_projects_with_users(&one, &[1]).await;
            let mut w = one.write().await.expect("a writer");
            w.insert_project(&project("dropped")).await.expect("it is new");
            drop(w);
            assert!(reading!(one, |r| r.find_user(&a, user_id(1))).is_some());
            assert_eq!(reading!(one, |r| r.find_project(&project_id("dropped"))), None);
            assert_eq!(reading!(other, |r| r.find_project(&a)), None);
            let mut reader = one.read().await.expect("a reader");
            assert!(matches!(reader.delete_project(&a).await, Err(StorageError::ReadOnly)));
        }
    });
}

#[test]
fn a_url_that_leads_nowhere_is_refused() {
    run(async {
        for url in [
            "",
            "stack.db",
            "mysql://localhost/x",
            "sqlite:/no/such/folder/stack.db?mode=rwc",
            "sqlite:x?y=z",
        ] {
            assert!(Database::connect(url).await.is_err(), "{url}");
        }
        let unreachable = Database::connect("postgres://postgres@127.0.0.1:1/x").await;
        assert!(
            matches!(unreachable, Err(StorageError::Unavailable(_))),
            "{unreachable:?}"
        );
    });
}
