//! Promises about budgets of tries.

use std::time::Duration;

use futures::future::join_all;
use stack_domain::{
    models::{Budget, LimitKey, Spent},
    ports::{RateLimitRepository as _, StorageError},
};
use stack_storage::Database;
use stack_types::{Millis, ProjectId};

use crate::{
    fixtures::*,
    harness::{TestDatabase, open},
};

/// Three tries at once, one back every ten seconds.
const THREE: Budget = Budget {
    tries: 3,
    period: Duration::from_secs(30),
};

fn key(n: u128) -> LimitKey {
    LimitKey(hash(n).0)
}

async fn spend(db: &Database, project: &ProjectId, n: u128, budget: Budget, now: i64) -> Spent {
    storing!(db, |w| w.spend_rate_limit(project, &key(n), budget, Millis(now))).expect("it counts")
}

fn until(millis: i64) -> Spent {
    Spent::Refused { until: Millis(millis) }
}

pub async fn a_budget_is_spent_and_fills_steadily(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for (now, expected) in [
        (1_000, Spent::Granted),
        (1_000, Spent::Granted),
        (1_500, Spent::Granted),
        (2_000, until(11_000)),
        (10_999, until(11_000)),
        (11_000, Spent::Granted),
        (11_000, until(21_000)),
        (21_000, Spent::Granted),
        (500_000, Spent::Granted),
        (500_000, Spent::Granted),
        (500_000, Spent::Granted),
        (500_000, until(510_000)),
    ] {
        assert_eq!(spend(&db, &a, 1, THREE, now).await, expected, "at {now}");
    }
    assert_eq!(
        spend(&db, &a, 2, THREE, 500_000).await,
        Spent::Granted,
        "another budget"
    );
    assert_eq!(
        spend(&db, &b, 1, THREE, 500_000).await,
        Spent::Granted,
        "another project"
    );
}

pub async fn a_clock_that_goes_back_gives_nothing_away(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    for _ in 0..3 {
        assert_eq!(spend(&db, &a, 1, THREE, 100_000).await, Spent::Granted);
    }
    assert_eq!(spend(&db, &a, 1, THREE, 90_000).await, until(110_000));
    assert_eq!(spend(&db, &a, 1, THREE, 110_000).await, Spent::Granted);
}

pub async fn a_budget_that_was_changed_holds_from_then_on(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    for _ in 0..3 {
        assert_eq!(spend(&db, &a, 1, THREE, 1_000).await, Spent::Granted);
    }
    let smaller = Budget { tries: 1, ..THREE };
    let larger = Budget { tries: 30, ..THREE };
    assert_eq!(spend(&db, &a, 1, smaller, 1_000).await, until(31_000));
    assert_eq!(spend(&db, &a, 1, larger, 2_000).await, Spent::Granted);
}

pub async fn budgets_without_a_project_are_refused(TestDatabase { db, .. }: TestDatabase) {
    let nowhere = project_id("nowhere");
    let spent = storing!(db, |w| w.spend_rate_limit(&nowhere, &key(1), THREE, Millis(1)));
    assert!(matches!(spent, Err(StorageError::MissingReference)), "{spent:?}");
}

pub async fn processes_cannot_overdraw_a_budget_together(test: TestDatabase) {
    let (a, _) = two_projects_with_users(&test.db, &[]).await;
    let other = open(test.url.clone()).await;
    let budget = Budget {
        tries: 10,
        period: Duration::from_secs(600),
    };
    let tries = join_all((0..64).map(|number| {
        let db = if number % 2 == 0 { &test.db } else { &other.db };
        spend(db, &a, 1, budget, 1_000)
    }));
    let tries = tries.await;
    other.db.close().await;
    let granted = tries.iter().filter(|&&spent| spent == Spent::Granted).count();
    let refused = tries.iter().filter(|&&spent| spent == until(61_000)).count();
    assert_eq!((granted, refused), (10, 54));
}

pub async fn full_budgets_are_swept(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    for (n, now) in [(1, 1_000), (2, 2_000), (3, 90_000)] {
        spend(&db, &a, n, THREE, now).await;
    }
    for expected in [1, 1, 0] {
        let swept = storing!(db, |w| w.delete_full_rate_limits(Millis(50_000), 1));
        assert_eq!(swept.expect("it sweeps"), expected);
    }
    for _ in 0..2 {
        assert_eq!(spend(&db, &a, 3, THREE, 90_000).await, Spent::Granted);
    }
    assert_eq!(spend(&db, &a, 3, THREE, 90_000).await, until(100_000), "it was kept");
}
