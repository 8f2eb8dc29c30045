//! Promises about many who work at once.

use std::{future::Future, sync::Arc};

use stack_domain::{
    models::{ContactChannelType::Email, Project, UserCredentials, UserFilter, UserProfile},
    ports::{
        ContactChannelRepository as _, ProjectRepository as _, Storage as _, StorageError, StorageResult,
        TeamRepository as _, Transaction as _, UniqueRule, UserRepository as _,
    },
};
use stack_storage::Database;
use tokio::sync::Barrier;

use crate::{fixtures::*, harness::TestDatabase};

/// Does the work `count` times, all at once, and gives what came of it.
pub async fn at_once<F, T>(db: &Database, count: u128, work: impl Fn(Database, u128) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let barrier = Arc::new(Barrier::new(usize::try_from(count).expect("a small number")));
    let tasks: Vec<_> = (1..=count)
        .map(|n| {
            let (barrier, work) = (Arc::clone(&barrier), work(db.clone(), n));
            tokio::spawn(async move {
                barrier.wait().await;
                work.await
            })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("no panic"));
    }
    results
}

pub async fn sixty_four_writers_lose_nothing(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    let results = at_once(&db, 64, |db, n| async move {
        let mut w = db.write().await?;
        let a = project_id("a");
        w.insert_user(&a, &profile(n), &UserCredentials::default()).await?;
        w.insert_contact_channel(&a, &auth_channel(n, n, &format!("{n}@x.org")))
            .await?;
        w.commit().await
    })
    .await;
    results
        .into_iter()
        .collect::<StorageResult<()>>()
        .expect("everyone succeeds");
    let page = reading!(db, |r| r.list_users(
        &a,
        &UserFilter {
            query: Some("@x.org".into()),
            ..UserFilter::default()
        }
    ));
    assert_eq!(page.items.len(), 64);
}

pub async fn of_two_who_race_for_an_email_exactly_one_wins(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    for round in 0..10 {
        let results = at_once(&db, 2, move |db, n| async move {
            let (a, n) = (project_id("a"), round * 10 + n);
            let mut w = db.write().await?;
            w.insert_user(&a, &profile(n), &UserCredentials::default()).await?;
            w.insert_contact_channel(&a, &auth_channel(n, n, &format!("{round}@x.org")))
                .await?;
            w.commit().await
        })
        .await;
        let lost: Vec<_> = results.into_iter().filter_map(Result::err).collect();
        assert!(
            matches!(lost[..], [StorageError::Conflict(UniqueRule::AuthContactChannel)]),
            "{lost:?}"
        );
        let owner = reading!(db, |r| r.find_auth_contact_channel(
            &a,
            Email,
            &format!("{round}@x.org")
        ));
        assert!(owner.is_some());
    }
    let everyone = reading!(db, |r| r.list_users(&a, &UserFilter::default()));
    assert_eq!(everyone.items.len(), 10, "who lost left nothing behind");
}

pub async fn of_many_who_add_the_same_user_exactly_one_wins(TestDatabase { db, .. }: TestDatabase) {
    two_projects_with_users(&db, &[]).await;
    let results = at_once(&db, 16, |db, _| async move {
        let mut w = db.write().await?;
        w.insert_user(&project_id("a"), &profile(1), &UserCredentials::default())
            .await?;
        w.commit().await
    })
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for result in results.into_iter().filter(Result::is_err) {
        assert_eq!(conflict(result), UniqueRule::UserId);
    }
}

pub async fn a_locked_user_is_changed_by_one_after_the_other(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    let results = at_once(&db, 32, |db, _| async move {
        let a = project_id("a");
        let mut w = db.write().await?;
        assert!(w.lock_user(&a, user_id(1)).await?);
        let found = w.find_user(&a, user_id(1)).await?.expect("the user");
        let count = found.profile.metadata.server.as_i64().unwrap_or_default();
        let mut profile = found.profile;
        profile.metadata.server = (count + 1).into();
        w.update_user_profile(&a, &profile).await?;
        w.commit().await
    })
    .await;
    results
        .into_iter()
        .collect::<StorageResult<()>>()
        .expect("everyone succeeds");
    let UserProfile { metadata, .. } = reading!(db, |r| r.find_user(&a, user_id(1))).expect("the user").profile;
    assert_eq!(metadata.server, 32);
}

pub async fn a_locked_project_is_changed_by_one_after_the_other(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    let results = at_once(&db, 16, |db, n| async move {
        let a = project_id("a");
        let mut w = db.write().await?;
        assert!(w.lock_project(&a).await?);
        let found = w.find_project(&a).await?.expect("the project").project;
        w.update_project(&Project {
            description: found.description + "x",
            ..found
        })
        .await?;
        // Others may come into the project meanwhile.
        w.insert_user(&a, &profile(n), &UserCredentials::default()).await?;
        w.commit().await
    })
    .await;
    results
        .into_iter()
        .collect::<StorageResult<()>>()
        .expect("everyone succeeds");
    let found = reading!(db, |r| r.find_project(&a)).expect("the project").project;
    assert_eq!(found.description, "x".repeat(16));
}

pub async fn whoever_selects_a_team_last_wins(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    for team in 1..=16 {
        add_team(&db, &a, team, &[1]).await;
    }
    let results = at_once(&db, 16, |db, n| async move {
        let mut w = db.write().await?;
        assert!(w.select_team(&project_id("a"), user_id(1), Some(team_id(n))).await?);
        w.commit().await
    })
    .await;
    results
        .into_iter()
        .collect::<StorageResult<()>>()
        .expect("everyone succeeds");
    let user = reading!(db, |r| r.find_user(&a, user_id(1))).expect("the user");
    assert!(user.selected_team.is_some());
}

pub async fn readers_go_on_while_someone_writes(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    let mut w = db.write().await.expect("a writer");
    w.touch_user(&a, user_id(1), stack_types::Millis(9_000))
        .await
        .expect("it is there");
    let results = at_once(&db, 32, |db, _| async move {
        db.read().await?.find_user(&project_id("a"), user_id(1)).await
    })
    .await;
    for result in results {
        let user = result.expect("it reads").expect("the user");
        assert_eq!(user.profile, profile(1));
    }
    w.commit().await.expect("it commits");
}
