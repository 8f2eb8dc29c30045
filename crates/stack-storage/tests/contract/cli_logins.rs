//! Promises about logins of command line tools.

use futures::future::join_all;
use stack_domain::{
    models::CliLogin,
    ports::{CliLoginRepository as _, ProjectRepository as _, UniqueRule},
};
use stack_types::Millis;

use crate::{fixtures::*, harness::TestDatabase};

fn login(n: u128) -> CliLogin {
    CliLogin {
        polling_code_hash: hash(n),
        login_code_hash: hash(n + 100),
        expires_at: Millis(9_000),
        used_at: None,
        refresh_token: None,
        anonymous_refresh_token: Some("sealed anonymous token".into()),
    }
}

pub async fn a_login_is_found_by_either_code(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let full = CliLogin {
        used_at: Some(Millis(7_000)),
        refresh_token: Some("sealed token".into()),
        ..login(2)
    };
    for written in [login(1), full] {
        storing!(db, |w| w.insert_cli_login(&a, &written)).expect("it is new");
        let (polling, code) = (written.polling_code_hash, written.login_code_hash);
        assert_eq!(
            reading!(db, |r| r.find_cli_login_by_polling_code(&a, &polling)),
            Some(written.clone())
        );
        assert_eq!(
            reading!(db, |r| r.find_cli_login_by_login_code(&a, &code)),
            Some(written)
        );
        assert_eq!(reading!(db, |r| r.find_cli_login_by_polling_code(&a, &code)), None);
        assert_eq!(reading!(db, |r| r.find_cli_login_by_polling_code(&b, &polling)), None);
        assert_eq!(reading!(db, |r| r.find_cli_login_by_login_code(&b, &code)), None);
    }
}

pub async fn codes_are_given_once_in_a_project(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_cli_login(&a, &login(1))).expect("it is new");
    for same in [
        CliLogin {
            login_code_hash: hash(7),
            ..login(1)
        },
        CliLogin {
            polling_code_hash: hash(7),
            ..login(1)
        },
    ] {
        let rule = conflict(storing!(db, |w| w.insert_cli_login(&a, &same)));
        assert_eq!(rule, UniqueRule::CliLogin);
    }
    storing!(db, |w| w.insert_cli_login(&b, &login(1))).expect("it is new there");
    assert_missing(storing!(db, |w| w.insert_cli_login(&project_id("nowhere"), &login(1))));
}

pub async fn a_login_is_confirmed_once_used_once_and_wiped(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for project in [&a, &b] {
        storing!(db, |w| w.insert_cli_login(project, &login(1))).expect("it is new");
    }
    let (polling, code) = (hash(1), hash(101));
    let mut results = Vec::new();
    results.push(storing!(db, |w| w.use_cli_login(&a, &polling, Millis(5))).expect("it writes"));
    results.push(storing!(db, |w| w.confirm_cli_login(&a, &code, "sealed")).expect("it writes"));
    results.push(storing!(db, |w| w.confirm_cli_login(&a, &code, "another")).expect("it writes"));
    let waiting = reading!(db, |r| r.find_cli_login_by_polling_code(&a, &polling)).expect("it is there");
    assert_eq!(waiting.refresh_token.as_deref(), Some("sealed"));
    results.push(storing!(db, |w| w.use_cli_login(&a, &polling, Millis(5))).expect("it writes"));
    results.push(storing!(db, |w| w.use_cli_login(&a, &polling, Millis(6))).expect("it writes"));
    results.push(storing!(db, |w| w.confirm_cli_login(&a, &code, "late")).expect("it writes"));
    assert_eq!(results, [false, true, false, true, false, false]);
    let over = CliLogin {
        used_at: Some(Millis(5)),
        refresh_token: None,
        anonymous_refresh_token: None,
        ..login(1)
    };
    assert_eq!(
        reading!(db, |r| r.find_cli_login_by_polling_code(&a, &polling)),
        Some(over)
    );
    assert_eq!(
        reading!(db, |r| r.find_cli_login_by_polling_code(&b, &polling)),
        Some(login(1))
    );
}

pub async fn of_many_who_pick_a_login_up_exactly_one_gets_it(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_cli_login(&a, &login(1))).expect("it is new");
    let claims = join_all(
        (0..16).map(|_| async { storing!(db, |w| w.claim_cli_anonymous_session(&a, &hash(101))).expect("it writes") }),
    );
    assert_eq!(claims.await.into_iter().filter(|&won| won).count(), 1);
    let confirmed = join_all((0..16).map(|n| {
        let (db, a) = (&db, &a);
        async move { storing!(db, |w| w.confirm_cli_login(a, &hash(101), &n.to_string())).expect("it writes") }
    }));
    assert_eq!(confirmed.await.into_iter().filter(|&won| won).count(), 1);
    let uses = join_all(
        (0..16).map(|_| async { storing!(db, |w| w.use_cli_login(&a, &hash(1), Millis(5))).expect("it writes") }),
    );
    assert_eq!(uses.await.into_iter().filter(|&won| won).count(), 1);
}

pub async fn expired_logins_are_swept_oldest_first(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for (project, n, expires_at) in [(&a, 1, 30), (&b, 1, 10), (&a, 2, 20), (&a, 3, 40)] {
        let login = CliLogin {
            expires_at: Millis(expires_at),
            ..login(n)
        };
        storing!(db, |w| w.insert_cli_login(project, &login)).expect("it is new");
    }
    for expected in [2, 1, 0] {
        let swept = storing!(db, |w| w.delete_expired_cli_logins(Millis(40), 2));
        assert_eq!(swept.expect("it sweeps"), expected);
    }
    assert!(reading!(db, |r| r.find_cli_login_by_polling_code(&a, &hash(3))).is_some());
    storing!(db, |w| w.delete_project(&a)).expect("it goes");
    assert_eq!(reading!(db, |r| r.find_cli_login_by_polling_code(&a, &hash(3))), None);
}
