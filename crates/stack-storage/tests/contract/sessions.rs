//! Promises about sessions.

use stack_domain::{
    models::{IpInfo, Session},
    ports::{SessionRepository as _, UniqueRule},
};
use stack_types::Millis;

use crate::{fixtures::*, harness::TestDatabase};

fn from_london() -> IpInfo {
    IpInfo {
        ip: "2001:db8::1".into(),
        is_trusted: true,
        country_code: Some("GB".into()),
        city_name: Some("London".into()),
        latitude: Some(51.507_35),
        longitude: Some(-0.1),
        ..IpInfo::default()
    }
}

pub async fn a_session_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    let full = Session {
        is_impersonation: true,
        last_used_ip_info: Some(from_london()),
        ..session(1, 1)
    };
    for written in [full, session(2, 1)] {
        storing!(db, |w| w.insert_session(&a, &written)).expect("it is new");
        assert_eq!(reading!(db, |r| r.find_session(&b, written.id)), None);
        assert_eq!(reading!(db, |r| r.find_session(&a, written.id)), Some(written));
    }
}

pub async fn a_session_is_found_by_the_hash_of_its_token(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    storing!(db, |w| w.insert_session(&a, &session(1, 1))).expect("it is new");
    storing!(db, |w| w.insert_session(&a, &session(2, 1))).expect("it is new");
    assert_eq!(
        reading!(db, |r| r.find_session_by_token(&a, &hash(2))),
        Some(session(2, 1))
    );
    assert_eq!(reading!(db, |r| r.find_session_by_token(&a, &hash(3))), None);
    assert_eq!(reading!(db, |r| r.find_session_by_token(&b, &hash(2))), None);
}

pub async fn ids_and_hashes_are_given_once_in_a_project(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    storing!(db, |w| w.insert_session(&a, &session(1, 1))).expect("it is new");
    for same in [
        Session {
            token_hash: hash(2),
            ..session(1, 1)
        },
        Session {
            token_hash: hash(1),
            ..session(2, 1)
        },
    ] {
        assert_eq!(
            conflict(storing!(db, |w| w.insert_session(&a, &same))),
            UniqueRule::Session
        );
    }
    storing!(db, |w| w.insert_session(&b, &session(1, 1))).expect("it is new there");
}

pub async fn sessions_that_are_not_over_are_listed_newest_first(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    for (n, user, created_at, expires_at) in [
        (1, 1, 10, 100),
        (3, 1, 20, 101),
        (2, 1, 20, 102),
        (4, 1, 30, 99),
        (5, 2, 10, 200),
    ] {
        let session = Session {
            created_at: Millis(created_at),
            expires_at: Millis(expires_at),
            ..session(n, user)
        };
        storing!(db, |w| w.insert_session(&a, &session)).expect("it is new");
    }
    storing!(db, |w| w.insert_session(&b, &session(9, 1))).expect("it is new");
    for (now, expected) in [
        (98, vec![4, 2, 3, 1]),
        (99, vec![2, 3, 1]),
        (100, vec![2, 3]),
        (102, vec![]),
    ] {
        let listed = reading!(db, |r| r.list_sessions(&a, user_id(1), Millis(now)));
        let ids: Vec<u128> = listed.iter().map(|session| session.id.0.as_u128()).collect();
        assert_eq!(ids, expected, "at {now}");
    }
}

pub async fn use_is_noted_and_never_moves_back(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    for project in [&a, &b] {
        storing!(db, |w| w.insert_session(project, &session(1, 1))).expect("it is new");
    }
    let home = IpInfo {
        ip: "127.0.0.1".into(),
        ..IpInfo::default()
    };
    for (at, ip_info, stored_at, stored_ip_info) in [
        (6_000, None, 6_000, None),
        (7_000, Some(from_london()), 7_000, Some(from_london())),
        (6_500, None, 7_000, Some(from_london())),
        (8_000, Some(home.clone()), 8_000, Some(home)),
    ] {
        let touched = storing!(db, |w| w.touch_session(&a, session_id(1), Millis(at), ip_info.as_ref()));
        assert!(touched.expect("it is there"));
        let expected = Session {
            last_used_at: Millis(stored_at),
            last_used_ip_info: stored_ip_info,
            ..session(1, 1)
        };
        assert_eq!(reading!(db, |r| r.find_session(&a, session_id(1))), Some(expected));
    }
    assert_eq!(reading!(db, |r| r.find_session(&b, session_id(1))), Some(session(1, 1)));
    assert!(!storing!(db, |w| w.touch_session(&a, session_id(9), Millis(1), None)).expect("it does nothing"));
}

pub async fn a_deleted_session_is_gone(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    for project in [&a, &b] {
        storing!(db, |w| w.insert_session(project, &session(1, 1))).expect("it is new");
    }
    assert!(storing!(db, |w| w.delete_session(&a, session_id(1))).expect("it deletes"));
    assert!(!storing!(db, |w| w.delete_session(&a, session_id(1))).expect("it is gone"));
    assert_eq!(reading!(db, |r| r.find_session(&a, session_id(1))), None);
    assert_eq!(reading!(db, |r| r.find_session_by_token(&a, &hash(1))), None);
    assert_eq!(reading!(db, |r| r.find_session(&b, session_id(1))), Some(session(1, 1)));
}

pub async fn all_sessions_but_one_are_deleted_at_once(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    for (n, user) in [(1, 1), (2, 1), (3, 1), (4, 2)] {
        for project in [&a, &b] {
            storing!(db, |w| w.insert_session(project, &session(n, user))).expect("it is new");
        }
    }
    let kept = Some(session_id(2));
    assert_eq!(
        storing!(db, |w| w.delete_sessions_of_user(&a, user_id(1), kept)).expect("it deletes"),
        2
    );
    assert_eq!(
        reading!(db, |r| r.list_sessions(&a, user_id(1), Millis(0))),
        [session(2, 1)]
    );
    assert_eq!(
        storing!(db, |w| w.delete_sessions_of_user(&a, user_id(1), None)).expect("it deletes"),
        1
    );
    assert_eq!(reading!(db, |r| r.list_sessions(&a, user_id(1), Millis(0))), []);
    assert_eq!(
        reading!(db, |r| r.list_sessions(&a, user_id(2), Millis(0))),
        [session(4, 2)]
    );
    assert_eq!(reading!(db, |r| r.list_sessions(&b, user_id(1), Millis(0))).len(), 3);
}

pub async fn a_session_needs_a_user(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    add_users(&db, &b, [profile(1)]).await;
    assert_missing(storing!(db, |w| w.insert_session(&a, &session(1, 1))));
}

pub async fn expired_sessions_are_swept_oldest_first(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    for (project, n, expires_at) in [(&a, 1, 30), (&b, 1, 10), (&a, 2, 20), (&a, 3, 40)] {
        let session = Session {
            expires_at: Millis(expires_at),
            ..session(n, 1)
        };
        storing!(db, |w| w.insert_session(project, &session)).expect("it is new");
    }
    for (swept, left) in [(2, 2), (1, 1), (0, 1)] {
        let deleted = storing!(db, |w| w.delete_expired_sessions(Millis(40), 2));
        assert_eq!(deleted.expect("it sweeps"), swept);
        let listed = reading!(db, |r| r.list_sessions(&a, user_id(1), Millis(0)));
        assert_eq!(listed.len(), left);
    }
}
