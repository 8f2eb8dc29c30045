//! Promises about rotations of signing keys.

use stack_domain::{
    models::KeyRotation,
    ports::{SigningKeyRepository as _, UniqueRule},
};
use stack_types::Millis;

use crate::{fixtures::*, harness::TestDatabase};

fn rotation(generation: u32) -> KeyRotation {
    KeyRotation {
        generation,
        created_at: Millis(1_000),
        signs_from: Millis(2_000),
    }
}

pub async fn rotations_are_listed_by_their_generation(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for generation in [2, 10, 1] {
        storing!(db, |w| w.insert_key_rotation(&a, &rotation(generation))).expect("it is new");
    }
    let listed = reading!(db, |r| r.list_key_rotations(&a));
    assert_eq!(listed, [rotation(1), rotation(2), rotation(10)]);
    assert_eq!(reading!(db, |r| r.list_key_rotations(&b)), []);
}

pub async fn a_generation_begins_once_in_a_project(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_key_rotation(&a, &rotation(1))).expect("it is new");
    let rule = conflict(storing!(db, |w| w.insert_key_rotation(&a, &rotation(1))));
    assert_eq!(rule, UniqueRule::KeyRotation);
    storing!(db, |w| w.insert_key_rotation(&b, &rotation(1))).expect("it is new there");
    assert_missing(storing!(db, |w| w.insert_key_rotation(&project_id("nowhere"), &rotation(1))));
}

pub async fn ids_of_projects_come_in_pages(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    assert_eq!(reading!(db, |r| r.list_project_ids(None, 1)), std::slice::from_ref(&a));
    assert_eq!(
        reading!(db, |r| r.list_project_ids(Some(&a), 9)),
        std::slice::from_ref(&b)
    );
    assert_eq!(reading!(db, |r| r.list_project_ids(Some(&b), 9)), []);
}
