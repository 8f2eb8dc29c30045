//! Promises about one-time codes.

use std::collections::HashSet;

use stack_domain::{
    models::{CodeKind, OneTimeCode, OneTimeCodeId},
    ports::{OneTimeCodeRepository as _, UniqueRule},
};
use stack_types::Millis;
use uuid::Uuid;

use crate::{concurrency::at_once, fixtures::*, harness::TestDatabase};

const KIND: CodeKind = CodeKind::SignIn;

/// A code with the hash of its number, and the tail of all others.
fn code(n: u128) -> OneTimeCode {
    OneTimeCode {
        id: OneTimeCodeId(Uuid::from_u128(n)),
        kind: KIND,
        hash: hash(n),
        tail_hash: hash(0),
        created_at: Millis(1_000),
        expires_at: Millis(9_000),
        used_at: None,
        attempts: 0,
        data: format!("sealed {n}"),
    }
}

pub async fn a_code_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for (n, kind) in (1..).zip(CodeKind::ALL) {
        let written = OneTimeCode { kind, ..code(n) };
        storing!(db, |w| w.insert_one_time_code(&a, &written)).expect("it is new");
        assert_eq!(reading!(db, |r| r.find_one_time_code(&b, kind, &hash(n))), None);
        assert_eq!(
            reading!(db, |r| r.find_one_time_code(&a, kind, &hash(n))),
            Some(written)
        );
    }
    let tried = OneTimeCode {
        used_at: Some(Millis(2_000)),
        attempts: 21,
        ..code(99)
    };
    storing!(db, |w| w.insert_one_time_code(&a, &tried)).expect("it is new");
    assert_eq!(reading!(db, |r| r.find_one_time_code(&a, KIND, &hash(99))), Some(tried));
}

pub async fn a_code_is_found_by_its_kind_and_hash_only(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_one_time_code(&a, &code(1))).expect("it is new");
    assert_eq!(reading!(db, |r| r.find_one_time_code(&a, KIND, &hash(2))), None);
    for other in CodeKind::ALL.into_iter().filter(|kind| *kind != KIND) {
        assert_eq!(reading!(db, |r| r.find_one_time_code(&a, other, &hash(1))), None);
    }
}

pub async fn ids_and_hashes_of_codes_are_given_once_in_a_project(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_one_time_code(&a, &code(1))).expect("it is new");
    let (same_id, same_hash) = (
        OneTimeCode {
            hash: hash(2),
            ..code(1)
        },
        OneTimeCode {
            hash: hash(1),
            ..code(2)
        },
    );
    for same in [&same_id, &same_hash] {
        let again = storing!(db, |w| w.insert_one_time_code(&a, same));
        assert_eq!(conflict(again), UniqueRule::OneTimeCode);
        assert!(storing!(db, |w| w.insert_one_time_code(&b, same)).is_ok());
    }
    let other_kind = OneTimeCode {
        kind: CodeKind::PasswordReset,
        ..same_hash
    };
    storing!(db, |w| w.insert_one_time_code(&a, &other_kind)).expect("it is of another kind");
}

pub async fn attempts_are_counted_at_all_codes_that_end_so(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let other_tail = OneTimeCode {
        tail_hash: hash(7),
        ..code(3)
    };
    let other_kind = OneTimeCode {
        kind: CodeKind::PasswordReset,
        ..code(2)
    };
    for written in [&code(1), &other_kind, &other_tail] {
        for project in [&a, &b] {
            storing!(db, |w| w.insert_one_time_code(project, written)).expect("it is new");
        }
    }
    for _ in 0..3 {
        storing!(db, |w| w.count_one_time_code_attempt(&a, &hash(0))).expect("it counts");
    }
    storing!(db, |w| w.count_one_time_code_attempt(&a, &hash(8))).expect("there is nothing to count");
    for (project, written, attempts) in [
        (&a, &code(1), 3),
        (&a, &other_kind, 3),
        (&a, &other_tail, 0),
        (&b, &code(1), 0),
    ] {
        let found = reading!(db, |r| r.find_one_time_code(project, written.kind, &written.hash));
        assert_eq!(found.map(|code| code.attempts), Some(attempts));
    }
}

pub async fn of_many_who_use_a_code_exactly_one_does(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_one_time_code(&a, &code(1))).expect("it is new");
    let used = at_once(&db, 16, |db, n| async move {
        let at = Millis(2_000 + i64::try_from(n).expect("a small number"));
        storing!(db, |w| w.use_one_time_code(&project_id("a"), code(1).id, at)).map(|used| used.then_some(at))
    })
    .await;
    let used: Vec<_> = used.into_iter().filter_map(|used| used.expect("it answers")).collect();
    assert_eq!(used.len(), 1);
    let found = reading!(db, |r| r.find_one_time_code(&a, KIND, &hash(1)));
    assert_eq!(found.and_then(|code| code.used_at), Some(used[0]));
}

pub async fn a_code_is_used_in_its_project_only(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_one_time_code(&a, &code(1))).expect("it is new");
    let elsewhere = storing!(db, |w| w.use_one_time_code(&b, code(1).id, Millis(2_000)));
    assert!(!elsewhere.expect("it isn't there"));
    let unknown = storing!(db, |w| w.use_one_time_code(&a, code(2).id, Millis(2_000)));
    assert!(!unknown.expect("it isn't there"));
    assert_eq!(
        reading!(db, |r| r.find_one_time_code(&a, KIND, &hash(1))),
        Some(code(1))
    );
}

pub async fn expired_codes_are_swept_some_at_a_time(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let until = |n, expires_at| OneTimeCode {
        expires_at: Millis(expires_at),
        ..code(n)
    };
    for (project, written) in [
        (&a, until(1, 100)),
        (&a, until(2, 200)),
        (&b, until(3, 150)),
        (&b, until(4, 300)),
    ] {
        storing!(db, |w| w.insert_one_time_code(project, &written)).expect("it is new");
    }
    for (before, limit, deleted) in [(100, 10, 0), (300, 2, 2), (300, 2, 1), (300, 2, 0)] {
        let swept = storing!(db, |w| w.delete_expired_one_time_codes(Millis(before), limit));
        assert_eq!(swept.expect("it sweeps"), deleted, "before {before}");
    }
    let mut left = HashSet::new();
    for (project, n) in [(&a, 1), (&a, 2), (&b, 3), (&b, 4)] {
        if reading!(db, |r| r.find_one_time_code(project, KIND, &hash(n))).is_some() {
            left.insert(n);
        }
    }
    assert_eq!(left, HashSet::from([4]));
}

pub async fn a_code_needs_a_project(TestDatabase { db, .. }: TestDatabase) {
    assert_missing(storing!(db, |w| w.insert_one_time_code(&project_id("a"), &code(1))));
}
