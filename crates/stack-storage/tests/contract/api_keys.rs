//! Promises about project keys.

use stack_domain::{
    models::{ApiKeyKind, ApiKeySet},
    ports::{ApiKeyRepository as _, UniqueRule},
};
use stack_types::Millis;

use crate::{fixtures::*, harness::TestDatabase};

const KINDS: [ApiKeyKind; 3] = [
    ApiKeyKind::PublishableClient,
    ApiKeyKind::SecretServer,
    ApiKeyKind::SuperSecretAdmin,
];

fn full(n: u128) -> ApiKeySet {
    ApiKeySet {
        revoked_at: Some(Millis(7_000)),
        publishable_client_key: Some(key(n * 10 + 1)),
        secret_server_key: Some(key(n * 10 + 2)),
        super_secret_admin_key: Some(key(n * 10 + 3)),
        ..key_set(n)
    }
}

pub async fn a_key_set_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for written in [full(1), key_set(2)] {
        storing!(db, |w| w.insert_api_key_set(&a, &written)).expect("it is new");
        assert_eq!(
            reading!(db, |r| r.find_api_key_set(&a, written.id)),
            Some(written.clone())
        );
        assert_eq!(reading!(db, |r| r.find_api_key_set(&b, written.id)), None);
    }
}

pub async fn a_key_set_is_found_by_the_hash_of_each_key_of_the_right_kind(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let written = full(1);
    storing!(db, |w| w.insert_api_key_set(&a, &written)).expect("it is new");
    for kind in KINDS {
        for of in KINDS {
            let hash = written.key(of).expect("it has all keys").hash;
            let found = reading!(db, |r| r.find_api_key_set_by_hash(&a, kind, &hash));
            assert_eq!(found.is_some(), kind == of, "a {of:?} key looked for as {kind:?}");
            assert_eq!(reading!(db, |r| r.find_api_key_set_by_hash(&b, kind, &hash)), None);
        }
    }
}

pub async fn ids_and_hashes_of_keys_are_given_once_in_a_project(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_api_key_set(&a, &full(1))).expect("it is new");
    assert_eq!(
        conflict(storing!(db, |w| w.insert_api_key_set(&a, &key_set(1)))),
        UniqueRule::ApiKey
    );
    for same in [
        ApiKeySet {
            publishable_client_key: Some(key(11)),
            ..key_set(2)
        },
        ApiKeySet {
            secret_server_key: Some(key(12)),
            ..key_set(2)
        },
        ApiKeySet {
            super_secret_admin_key: Some(key(13)),
            ..key_set(2)
        },
    ] {
        assert_eq!(
            conflict(storing!(db, |w| w.insert_api_key_set(&a, &same))),
            UniqueRule::ApiKey
        );
    }
    storing!(db, |w| w.insert_api_key_set(&b, &full(1))).expect("another project has keys of its own");
}

pub async fn the_same_text_may_be_the_key_of_every_kind(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    let same = ApiKeySet {
        publishable_client_key: Some(key(1)),
        secret_server_key: Some(key(1)),
        super_secret_admin_key: Some(key(1)),
        ..key_set(1)
    };
    storing!(db, |w| w.insert_api_key_set(&a, &same)).expect("seeded keys are any text");
}

pub async fn key_sets_are_listed_newest_first(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for (n, created_at) in [(1, 10), (3, 20), (2, 20), (4, 5)] {
        let set = ApiKeySet {
            created_at: Millis(created_at),
            ..key_set(n)
        };
        storing!(db, |w| w.insert_api_key_set(&a, &set)).expect("it is new");
    }
    storing!(db, |w| w.insert_api_key_set(&b, &key_set(9))).expect("it is new");
    let order: Vec<u128> = reading!(db, |r| r.list_api_key_sets(&a))
        .iter()
        .map(|found| found.id.0.as_u128())
        .collect();
    assert_eq!(order, [2, 3, 1, 4]);
}

pub async fn updating_a_key_set_keeps_its_keys_and_its_first_revocation(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let mut expected = ApiKeySet {
        revoked_at: None,
        ..full(1)
    };
    for id in [&a, &b] {
        storing!(db, |w| w.insert_api_key_set(id, &expected)).expect("it is new");
    }
    let update = ApiKeySet {
        description: "new".into(),
        expires_at: Millis(1),
        ..key_set(1)
    };
    for (revoked_at, stored) in [(None, None), (Some(5), Some(5)), (Some(6), Some(5)), (None, Some(5))] {
        let update = ApiKeySet {
            revoked_at: revoked_at.map(Millis),
            ..update.clone()
        };
        assert!(storing!(db, |w| w.update_api_key_set(&a, &update)).expect("it updates"));
        expected = ApiKeySet {
            description: "new".into(),
            expires_at: Millis(1),
            revoked_at: stored.map(Millis),
            ..expected
        };
        assert_eq!(
            reading!(db, |r| r.find_api_key_set(&a, update.id)),
            Some(expected.clone())
        );
    }
    assert_eq!(
        reading!(db, |r| r.find_api_key_set(&b, update.id)),
        Some(ApiKeySet {
            revoked_at: None,
            ..full(1)
        })
    );
    assert!(!storing!(db, |w| w.update_api_key_set(&a, &key_set(2))).expect("there is no such set"));
}

pub async fn a_key_set_needs_a_project(TestDatabase { db, .. }: TestDatabase) {
    assert_missing(storing!(db, |w| w.insert_api_key_set(&project_id("nowhere"), &key_set(1))));
}
