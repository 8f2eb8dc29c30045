//! Promises about the values of the data vault.

use stack_domain::ports::{DataVaultRepository as _, ProjectRepository as _};
use stack_types::{DataVaultStoreId, Millis};

use crate::{concurrency::at_once, fixtures::*, harness::TestDatabase};

fn store(name: &str) -> DataVaultStoreId {
    name.into()
}

pub async fn a_value_is_found_in_its_place_only(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let (one, other) = (store("one"), store("One"));
    let sealed = "v1.x".repeat(500_000);
    storing!(db, |w| w.put_data_vault_value(&a, &one, &[1; 32], &sealed, Millis(1))).expect("it is kept");
    assert_eq!(
        reading!(db, |r| r.find_data_vault_value(&a, &one, &[1; 32])),
        Some(sealed)
    );
    for (project, store, hash) in [(&b, &one, 1), (&a, &other, 1), (&a, &one, 2)] {
        assert_eq!(
            reading!(db, |r| r.find_data_vault_value(project, store, &[hash; 32])),
            None
        );
    }
}

pub async fn a_value_takes_the_place_of_the_one_before(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let one = store("one");
    for (project, sealed) in [(&a, "first"), (&b, "other"), (&a, "second")] {
        storing!(db, |w| w.put_data_vault_value(
            project,
            &one,
            &[1; 32],
            sealed,
            Millis(1)
        ))
        .expect("it is kept");
    }
    let found = async |project| reading!(db, |r| r.find_data_vault_value(project, &one, &[1; 32]));
    assert_eq!(found(&a).await.as_deref(), Some("second"));
    assert_eq!(found(&b).await.as_deref(), Some("other"));
}

pub async fn many_may_write_the_same_value_at_once(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    let written = at_once(&db, 8, |db, n| async move {
        let sealed = n.to_string();
        storing!(db, |w| w.put_data_vault_value(
            &project_id("a"),
            &store("one"),
            &[1; 32],
            &sealed,
            Millis(1)
        ))
        .is_ok()
    });
    assert!(written.await.into_iter().all(|ok| ok));
    let found = reading!(db, |r| r.find_data_vault_value(&a, &store("one"), &[1; 32]));
    assert!(found.is_some_and(|sealed| sealed.parse().is_ok_and(|n: u32| (1..=8).contains(&n))));
}

pub async fn values_need_a_project_and_go_with_it(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    let (one, nowhere) = (store("one"), project_id("nowhere"));
    assert_missing(storing!(db, |w| w.put_data_vault_value(
        &nowhere,
        &one,
        &[1; 32],
        "x",
        Millis(1)
    )));
    storing!(db, |w| w.put_data_vault_value(&a, &one, &[1; 32], "x", Millis(1))).expect("it is kept");
    assert!(storing!(db, |w| w.delete_project(&a)).expect("it works"));
    storing!(db, |w| w.insert_project(&project("a"))).expect("the id is free again");
    assert_eq!(reading!(db, |r| r.find_data_vault_value(&a, &one, &[1; 32])), None);
}
