//! Promises about passkeys.

use stack_domain::{
    models::{Passkey, UserCredentials},
    ports::{PasskeyRepository as _, StorageError, UniqueRule, UserRepository as _},
};
use stack_types::Millis;

use crate::{concurrency::at_once, fixtures::*, harness::TestDatabase};

/// The passkey of a user; the number names it.
fn passkey(user: u128, n: u8) -> Passkey {
    Passkey {
        user_id: user_id(user),
        credential_id: vec![0, n, 255],
        public_key: vec![n; 1000],
        rp_id: "shop.example.com".into(),
        sign_count: 0,
        created_at: Millis(1_000),
    }
}

pub async fn a_passkey_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    let written = Passkey {
        sign_count: u32::MAX,
        ..passkey(1, 1)
    };
    storing!(db, |w| w.put_passkey(&a, &written)).expect("it is new");
    let id = &written.credential_id;
    assert_eq!(reading!(db, |r| r.find_passkey(&b, id)), None);
    assert_eq!(reading!(db, |r| r.find_passkey(&a, &[0, 1])), None);
    assert_eq!(reading!(db, |r| r.find_passkey(&a, id)), Some(written.clone()));
    for (project, user, has_passkey) in [(&a, 1, true), (&a, 2, false), (&b, 1, false)] {
        let user = reading!(db, |r| r.find_user(project, user_id(user))).expect("the user");
        assert_eq!(user.sign_in.has_passkey, has_passkey);
    }
}

pub async fn a_user_has_one_passkey_and_a_passkey_one_user(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    storing!(db, |w| w.put_passkey(&a, &passkey(1, 1))).expect("it is new");
    let again = Passkey {
        sign_count: 7,
        ..passkey(1, 1)
    };
    storing!(db, |w| w.put_passkey(&a, &again)).expect("it is the user's own");
    assert_eq!(reading!(db, |r| r.find_passkey(&a, &[0, 1, 255])), Some(again));
    storing!(db, |w| w.put_passkey(&a, &passkey(1, 2))).expect("it replaces the other");
    assert_eq!(reading!(db, |r| r.find_passkey(&a, &[0, 1, 255])), None);

    let taken = storing!(db, |w| w.put_passkey(&a, &passkey(2, 2)));
    assert_eq!(conflict(taken), UniqueRule::PasskeyCredential);
    storing!(db, |w| w.put_passkey(&b, &passkey(2, 2))).expect("another project is another world");
}

pub async fn a_passkey_needs_a_user_and_goes_with_them(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    let orphan = storing!(db, |w| w.put_passkey(&a, &passkey(9, 1)));
    assert!(matches!(orphan, Err(StorageError::MissingReference)), "{orphan:?}");
    storing!(db, |w| w.put_passkey(&a, &passkey(1, 1))).expect("it is new");
    assert!(storing!(db, |w| w.delete_user(&a, user_id(1))).expect("it works"));
    assert_eq!(reading!(db, |r| r.find_passkey(&a, &[0, 1, 255])), None);
}

pub async fn a_passkey_is_deleted_through_its_user(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    storing!(db, |w| w.put_passkey(&a, &passkey(1, 1))).expect("it is new");
    for (project, user, there) in [(&b, 1, false), (&a, 2, false), (&a, 1, true), (&a, 1, false)] {
        let deleted = storing!(db, |w| w.delete_passkey(project, user_id(user))).expect("it works");
        assert_eq!(deleted, there);
    }
}

pub async fn a_counter_only_rises_unless_it_stays_zero(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    storing!(db, |w| w.put_passkey(&a, &passkey(1, 1))).expect("it is new");
    let id = [0, 1, 255];
    for (sign_count, counted) in [
        (0, true),
        (0, true),
        (5, true),
        (5, false),
        (4, false),
        (0, false),
        (6, true),
    ] {
        let rose = storing!(db, |w| w.count_passkey_use(&a, user_id(1), &id, sign_count)).expect("it works");
        assert_eq!(rose, counted, "{sign_count}");
    }
    assert_eq!(
        reading!(db, |r| r.find_passkey(&a, &id))
            .expect("it is there")
            .sign_count,
        6
    );
    for (project, user, id) in [(&b, 1, &id), (&a, 2, &id), (&a, 1, &[0, 2, 255])] {
        let rose = storing!(db, |w| w.count_passkey_use(project, user_id(user), id, 9)).expect("it works");
        assert!(!rose);
    }
}

pub async fn of_many_with_the_same_counter_exactly_one_counts(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    storing!(db, |w| w.put_passkey(&a, &passkey(1, 1))).expect("it is new");
    let counted = at_once(&db, 8, |db, _| async move {
        storing!(db, |w| w.count_passkey_use(
            &project_id("a"),
            user_id(1),
            &[0, 1, 255],
            7
        ))
        .expect("it works")
    });
    assert_eq!(counted.await.into_iter().filter(|counted| *counted).count(), 1);
}

pub async fn a_totp_step_is_accepted_once_and_never_an_earlier_one(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    for (step, accepted) in [(100, true), (100, false), (99, false), (101, true)] {
        let done = storing!(db, |w| w.accept_totp_step(&a, user_id(1), step)).expect("it works");
        assert_eq!(done, accepted, "{step}");
    }
    assert!(storing!(db, |w| w.accept_totp_step(&b, user_id(1), 1)).expect("it works"));
    assert!(!storing!(db, |w| w.accept_totp_step(&a, user_id(9), 1)).expect("it works"));
    let accepted = at_once(&db, 8, |db, _| async move {
        storing!(db, |w| w.accept_totp_step(&project_id("a"), user_id(1), 200)).expect("it works")
    });
    assert_eq!(accepted.await.into_iter().filter(|accepted| *accepted).count(), 1);
}

pub async fn a_new_totp_secret_forgets_the_steps_of_the_old_one(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    let with = |secret: Option<&str>| UserCredentials {
        totp_secret: secret.map(str::to_owned),
        ..UserCredentials::default()
    };
    for (secret, accepted) in [
        (Some("one"), true),
        (Some("one"), false),
        (Some("two"), true),
        (None, true),
    ] {
        assert!(storing!(db, |w| w.update_user_credentials(&a, user_id(1), &with(secret))).expect("it works"));
        let done = storing!(db, |w| w.accept_totp_step(&a, user_id(1), 100)).expect("it works");
        assert_eq!(done, accepted, "{secret:?}");
    }
}
