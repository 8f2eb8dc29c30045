//! Promises about the API keys of users and teams.

use stack_domain::{
    models::{ApiKeyOwner, OwnedApiKey},
    ports::{OwnedApiKeyRepository as _, ProjectRepository as _, TeamRepository as _, UniqueRule, UserRepository as _},
};
use stack_types::{ApiKeyId, Millis, ProjectId};
use uuid::Uuid;

use crate::{fixtures::*, harness::TestDatabase};

fn users(n: u128) -> ApiKeyOwner {
    ApiKeyOwner::User(user_id(n))
}

fn teams(n: u128) -> ApiKeyOwner {
    ApiKeyOwner::Team(team_id(n))
}

fn owned_key(n: u128, owner: ApiKeyOwner) -> OwnedApiKey {
    OwnedApiKey {
        id: ApiKeyId(Uuid::from_u128(n)),
        owner,
        description: format!("key {n}"),
        is_public: false,
        created_at: Millis(6_000),
        expires_at: None,
        revoked_at: None,
        digest: key(n),
    }
}

/// Two projects, each with the users 1 and 2 and the team 1.
async fn scene(db: &stack_storage::Database) -> (ProjectId, ProjectId) {
    let (a, b) = two_projects_with_users(db, &[1, 2]).await;
    for project in [&a, &b] {
        add_team(db, project, 1, &[1]).await;
    }
    (a, b)
}

pub async fn an_owned_key_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = scene(&db).await;
    let full = OwnedApiKey {
        is_public: true,
        expires_at: Some(Millis(9_000)),
        revoked_at: Some(Millis(7_000)),
        ..owned_key(2, teams(1))
    };
    for written in [owned_key(1, users(1)), full] {
        let (id, hash) = (written.id, written.digest.hash);
        storing!(db, |w| w.insert_owned_api_key(&a, &written)).expect("it is new");
        assert_eq!(reading!(db, |r| r.find_owned_api_key(&a, id)), Some(written.clone()));
        assert_eq!(
            reading!(db, |r| r.find_owned_api_key_by_hash(&a, &hash)),
            Some(written.clone())
        );
        assert_eq!(reading!(db, |r| r.find_owned_api_key(&b, id)), None);
        assert_eq!(reading!(db, |r| r.find_owned_api_key_by_hash(&b, &hash)), None);
        storing!(db, |w| w.insert_owned_api_key(&b, &written)).expect("another project has keys of its own");
    }
}

pub async fn ids_and_hashes_of_owned_keys_are_given_once(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = scene(&db).await;
    storing!(db, |w| w.insert_owned_api_key(&a, &owned_key(1, users(1)))).expect("it is new");
    let same_hash = OwnedApiKey {
        digest: key(1),
        ..owned_key(2, teams(1))
    };
    for taken in [owned_key(1, users(2)), same_hash] {
        let refused = storing!(db, |w| w.insert_owned_api_key(&a, &taken));
        assert_eq!(conflict(refused), UniqueRule::OwnedApiKey);
    }
}

pub async fn owned_keys_are_listed_newest_first_for_their_owner(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = scene(&db).await;
    for (n, owner, created_at) in [
        (1, users(1), 10),
        (2, users(1), 20),
        (3, users(1), 20),
        (4, users(2), 30),
        (5, teams(1), 40),
    ] {
        let key = OwnedApiKey {
            created_at: Millis(created_at),
            ..owned_key(n, owner)
        };
        storing!(db, |w| w.insert_owned_api_key(&a, &key)).expect("it is new");
    }
    for (project, owner, limit, expected) in [
        (&a, users(1), 9, vec![3, 2, 1]),
        (&a, users(1), 2, vec![3, 2]),
        (&a, users(2), 9, vec![4]),
        (&a, teams(1), 9, vec![5]),
        (&a, teams(2), 9, vec![]),
        (&b, users(1), 9, vec![]),
    ] {
        let listed = reading!(db, |r| r.list_owned_api_keys(project, owner, limit));
        let ids: Vec<_> = listed.iter().map(|key| key.id.0.as_u128()).collect();
        assert_eq!(ids, expected, "{owner:?}");
        if limit == 9 {
            let count = reading!(db, |r| r.count_owned_api_keys(project, owner));
            assert_eq!(count as usize, expected.len());
        }
    }
}

pub async fn a_revoked_key_stays_revoked_since_the_first_time(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = scene(&db).await;
    let mut expected = owned_key(1, users(1));
    let id = expected.id;
    for project in [&a, &b] {
        storing!(db, |w| w.insert_owned_api_key(project, &expected)).expect("it is new");
    }
    for (description, revoked_at, stored) in [
        (None, None, None),
        (Some("new"), None, None),
        (None, Some(5), Some(5)),
        (Some("newer"), Some(6), Some(5)),
        (Some(""), None, Some(5)),
    ] {
        let revoked_at = revoked_at.map(Millis);
        let updated = storing!(db, |w| w.update_owned_api_key(&a, id, description, revoked_at));
        assert!(updated.expect("it works"));
        expected.revoked_at = stored.map(Millis);
        if let Some(description) = description {
            expected.description = description.to_owned();
        }
        assert_eq!(reading!(db, |r| r.find_owned_api_key(&a, id)), Some(expected.clone()));
    }
    let untouched = Some(owned_key(1, users(1)));
    assert_eq!(reading!(db, |r| r.find_owned_api_key(&b, id)), untouched);
    let unknown = ApiKeyId(Uuid::from_u128(9));
    assert!(!storing!(db, |w| w.update_owned_api_key(&a, unknown, None, None)).expect("it works"));
}

pub async fn the_oldest_dead_key_of_an_owner_goes_first(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = scene(&db).await;
    for (n, owner, expires_at, revoked_at) in [
        (1, users(1), None, None),
        (2, users(1), Some(100), None),
        (3, users(1), None, Some(50)),
        (4, users(1), Some(101), None),
        (5, users(2), Some(1), None),
        (6, teams(1), Some(1), None),
    ] {
        let key = OwnedApiKey {
            created_at: Millis(i64::try_from(n).expect("a small number")),
            expires_at: expires_at.map(Millis),
            revoked_at: revoked_at.map(Millis),
            ..owned_key(n, owner)
        };
        storing!(db, |w| w.insert_owned_api_key(&a, &key)).expect("it is new");
    }
    let mut left = vec![4, 3, 2, 1];
    for (project, gone) in [(&b, None), (&a, Some(2)), (&a, Some(3)), (&a, None)] {
        let deleted = storing!(db, |w| w.delete_oldest_dead_api_key(project, users(1), Millis(100)));
        assert_eq!(deleted.expect("it works"), gone.is_some());
        left.retain(|id| Some(*id) != gone);
        let listed = reading!(db, |r| r.list_owned_api_keys(&a, users(1), 9));
        assert_eq!(listed.iter().map(|key| key.id.0.as_u128()).collect::<Vec<_>>(), left);
    }
    assert_eq!(reading!(db, |r| r.count_owned_api_keys(&a, users(2))), 1);
    assert!(storing!(db, |w| w.delete_oldest_dead_api_key(&a, teams(1), Millis(100))).expect("it works"));
    assert_eq!(reading!(db, |r| r.count_owned_api_keys(&a, teams(1))), 0);
}

pub async fn an_owned_key_needs_its_owner_and_goes_with_it(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = scene(&db).await;
    for (n, owner) in [(1, users(9)), (2, teams(9))] {
        assert_missing(storing!(db, |w| w.insert_owned_api_key(&a, &owned_key(n, owner))));
    }
    for project in [&a, &b] {
        for (n, owner) in [(1, users(1)), (2, users(2)), (3, teams(1))] {
            storing!(db, |w| w.insert_owned_api_key(project, &owned_key(n, owner))).expect("it is new");
        }
    }
    let left = async |project: &ProjectId| {
        let mut left = Vec::new();
        for n in 1..=3 {
            if reading!(db, |r| r.find_owned_api_key(project, ApiKeyId(Uuid::from_u128(n)))).is_some() {
                left.push(n);
            }
        }
        left
    };
    assert!(storing!(db, |w| w.delete_user(&a, user_id(1))).expect("it works"));
    assert_eq!(left(&a).await, [2, 3], "the keys of a team stay when a member goes");
    assert!(storing!(db, |w| w.delete_team(&a, team_id(1))).expect("it works"));
    assert_eq!(left(&a).await, [2]);
    assert!(storing!(db, |w| w.delete_project(&a)).expect("it works"));
    assert_eq!(left(&a).await, [0; 0]);
    assert_eq!(left(&b).await, [1, 2, 3]);
}
