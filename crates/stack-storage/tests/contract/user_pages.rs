//! Promises about pages of users.

use stack_domain::{
    models::{AdminRestriction, AnonymousFilter, ContactChannel, TeamMembership, UserFilter, UserPage, UserProfile},
    ports::{Storage as _, TeamRepository as _, Transaction as _, UserRepository as _},
};
use stack_storage::Database;
use stack_types::{Millis, ProjectId};

use crate::{fixtures::*, harness::TestDatabase};

fn ids(page: &UserPage) -> Vec<u128> {
    page.items.iter().map(|user| user.profile.id.0.as_u128()).collect()
}

async fn listed(db: &Database, project: &ProjectId, filter: UserFilter) -> Vec<u128> {
    ids(&reading!(db, |r| r.list_users(project, &filter)))
}

/// All pages one after the other, each with at most `limit` users.
async fn walk(db: &Database, project: &ProjectId, filter: UserFilter, limit: u32) -> Vec<u128> {
    let mut filter = UserFilter {
        limit: Some(limit),
        ..filter
    };
    let mut all = Vec::new();
    loop {
        let page = reading!(db, |r| r.list_users(project, &filter));
        assert!(page.items.len() <= limit as usize);
        all.extend(ids(&page));
        filter.cursor = page.next_cursor;
        if filter.cursor.is_none() {
            return all;
        }
        assert_eq!(page.items.len(), limit as usize, "only the last page is short");
    }
}

fn signed_up(n: u128, at: i64) -> UserProfile {
    UserProfile {
        signed_up_at: Millis(at),
        ..profile(n)
    }
}

pub async fn pages_follow_sign_up_time_and_then_id_in_both_orders(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    add_users(
        &db,
        &a,
        [
            signed_up(3, 20),
            signed_up(1, 30),
            signed_up(5, 10),
            signed_up(2, 20),
            signed_up(4, -5),
        ],
    )
    .await;
    for limit in 1..=6 {
        assert_eq!(walk(&db, &a, UserFilter::default(), limit).await, [4, 5, 2, 3, 1]);
        let descending = UserFilter {
            descending: true,
            ..UserFilter::default()
        };
        assert_eq!(walk(&db, &a, descending, limit).await, [1, 3, 2, 5, 4]);
    }
}

pub async fn every_user_is_on_exactly_one_page_even_if_all_signed_up_at_once(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    add_users(&db, &a, (0..50).map(|n| signed_up(n * 37 % 50, 1_000))).await;
    let all: Vec<u128> = (0..50).collect();
    assert_eq!(walk(&db, &a, UserFilter::default(), 7).await, all);
    assert_eq!(walk(&db, &a, UserFilter::default(), 10).await, all);
    let descending = UserFilter {
        descending: true,
        ..UserFilter::default()
    };
    assert_eq!(
        walk(&db, &a, descending, 7).await,
        all.into_iter().rev().collect::<Vec<_>>()
    );
}

pub async fn a_page_is_not_shifted_by_users_who_come_and_go_before_it(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    add_users(&db, &a, (1..=6).map(|n| signed_up(n, 10 * n as i64))).await;
    let first = UserFilter {
        limit: Some(3),
        ..UserFilter::default()
    };
    let page = reading!(db, |r| r.list_users(&a, &first));
    assert_eq!((ids(&page), page.next_cursor), (vec![1, 2, 3], Some(user_id(4))));
    storing!(db, |w| w.delete_user(&a, user_id(1))).expect("it deletes");
    add_users(&db, &a, [signed_up(9, 5)]).await;
    let second = UserFilter {
        cursor: page.next_cursor,
        ..first
    };
    assert_eq!(listed(&db, &a, second).await, [4, 5, 6]);
}

pub async fn without_a_limit_everyone_is_listed(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    add_users(&db, &a, (1..=300).map(profile)).await;
    let page = reading!(db, |r| r.list_users(&a, &UserFilter::default()));
    assert_eq!((page.items.len(), page.next_cursor), (300, None));
    let from = UserFilter {
        cursor: Some(user_id(299)),
        ..UserFilter::default()
    };
    assert_eq!(listed(&db, &a, from).await, [299, 300]);
    let huge = UserFilter {
        limit: Some(u32::MAX),
        ..UserFilter::default()
    };
    assert_eq!(listed(&db, &a, huge).await.len(), 300);
}

pub async fn a_cursor_that_is_nobody_gives_an_empty_page(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    add_users(&db, &b, [profile(3)]).await;
    for descending in [false, true] {
        for nobody in [3, 99] {
            let filter = UserFilter {
                cursor: Some(user_id(nobody)),
                descending,
                ..UserFilter::default()
            };
            assert_eq!(reading!(db, |r| r.list_users(&a, &filter)), UserPage::default());
        }
    }
}

pub async fn a_page_shows_nobody_of_another_project(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    add_users(&db, &b, [named(2, "Ada")]).await;
    add_channels(&db, &b, [channel(1, 1, "ada@x.org")]).await;
    add_team(&db, &b, 1, &[1, 2]).await;
    assert_eq!(listed(&db, &a, UserFilter::default()).await, [1]);
    assert_eq!(
        listed(
            &db,
            &a,
            UserFilter {
                query: Some("ada".into()),
                ..UserFilter::default()
            }
        )
        .await,
        []
    );
    assert_eq!(
        listed(
            &db,
            &a,
            UserFilter {
                team_id: Some(team_id(1)),
                ..UserFilter::default()
            }
        )
        .await,
        []
    );
}

pub async fn anonymous_users_are_left_out_let_in_or_alone(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1, 3]).await;
    let restriction = Some(AdminRestriction::default());
    add_users(
        &db,
        &a,
        [
            UserProfile {
                is_anonymous: true,
                ..profile(2)
            },
            UserProfile {
                is_anonymous: true,
                restriction,
                ..profile(4)
            },
        ],
    )
    .await;
    for (anonymous, expected) in [
        (AnonymousFilter::Exclude, vec![1, 3]),
        (AnonymousFilter::Include, vec![1, 2, 3, 4]),
        (AnonymousFilter::Only, vec![2, 4]),
    ] {
        assert_eq!(
            listed(
                &db,
                &a,
                UserFilter {
                    anonymous,
                    ..UserFilter::default()
                }
            )
            .await,
            expected
        );
    }
}

pub async fn restricted_users_are_let_in_on_request(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1, 2, 3]).await;
    add_users(
        &db,
        &a,
        [UserProfile {
            restriction: Some(AdminRestriction::default()),
            ..profile(4)
        }],
    )
    .await;
    let verified = |channel: ContactChannel| ContactChannel {
        is_verified: true,
        ..channel
    };
    add_channels(
        &db,
        &a,
        [
            // 1 has a verified primary e-mail, 2 an unverified one and a verified one beside, 3 has none.
            verified(primary_channel(1, 1, "1@x.org")),
            primary_channel(2, 2, "2@x.org"),
            verified(channel(3, 2, "2b@x.org")),
            verified(primary_channel(4, 4, "4@x.org")),
        ],
    )
    .await;
    for (include_restricted, email_verification_required, expected) in [
        (false, false, vec![1, 2, 3]),
        (false, true, vec![1]),
        (true, false, vec![1, 2, 3, 4]),
        (true, true, vec![1, 2, 3, 4]),
    ] {
        let filter = UserFilter {
            include_restricted,
            email_verification_required,
            ..UserFilter::default()
        };
        assert_eq!(listed(&db, &a, filter).await, expected);
    }
}

pub async fn the_pages_of_a_team_hold_its_members(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1, 2, 3, 4, 5]).await;
    add_team(&db, &a, 1, &[5, 3, 1]).await;
    add_team(&db, &a, 2, &[2, 3]).await;
    let of_team = |n| UserFilter {
        team_id: Some(team_id(n)),
        ..UserFilter::default()
    };
    for limit in 1..=4 {
        assert_eq!(walk(&db, &a, of_team(1), limit).await, [1, 3, 5]);
        assert_eq!(
            walk(
                &db,
                &a,
                UserFilter {
                    descending: true,
                    ..of_team(1)
                },
                limit
            )
            .await,
            [5, 3, 1]
        );
    }
    assert_eq!(listed(&db, &a, of_team(2)).await, [2, 3]);
    assert_eq!(listed(&db, &a, of_team(9)).await, []);
    // A cursor needn't be a member: the page begins where it would stand.
    assert_eq!(
        listed(
            &db,
            &a,
            UserFilter {
                cursor: Some(user_id(2)),
                ..of_team(1)
            }
        )
        .await,
        [3, 5]
    );
}

async fn found(db: &Database, project: &ProjectId, query: &str) -> Vec<u128> {
    listed(
        db,
        project,
        UserFilter {
            query: Some(query.into()),
            ..UserFilter::default()
        },
    )
    .await
}

pub async fn users_are_found_by_a_part_of_their_name_or_of_any_channel_and_by_id(
    TestDatabase { db, .. }: TestDatabase,
) {
    let (a, _) = two_projects_with_users(&db, &[3]).await;
    add_users(&db, &a, [named(1, "Ada Lovelace"), named(2, "Grace Hopper")]).await;
    add_channels(
        &db,
        &a,
        [
            primary_channel(1, 2, "hopper@navy.mil"),
            channel(2, 2, "grace@x.org"),
            channel(3, 3, "lovely@x.org"),
        ],
    )
    .await;
    for (query, expected) in [
        ("love", vec![1, 3]),
        ("ADA LOVELACE", vec![1]),
        ("grace@", vec![2]),
        ("x.ORG", vec![2, 3]),
        ("hopper", vec![2]),
        ("", vec![1, 2, 3]),
        ("nobody", vec![]),
        ("00000000-0000-0000-0000-000000000003", vec![3]),
        ("00000000-0000-0000-0000-00000000000", vec![]),
    ] {
        assert_eq!(found(&db, &a, query).await, expected, "{query:?}");
    }
    let too_long = "x".repeat(100_000);
    assert_eq!(found(&db, &a, &too_long).await, []);
    assert_eq!(found(&db, &a, "a\0").await, []);
    let paged = UserFilter {
        query: Some("o".into()),
        ..UserFilter::default()
    };
    assert_eq!(walk(&db, &a, paged, 1).await, [1, 2, 3]);
}

pub async fn wildcards_are_searched_as_letters(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    add_users(
        &db,
        &a,
        [
            named(1, "100%"),
            named(2, "a_b"),
            named(3, r"c\d"),
            named(4, "plain"),
            named(5, "a*?[b]"),
        ],
    )
    .await;
    for (query, expected) in [
        ("%", vec![1]),
        ("_", vec![2]),
        (r"\", vec![3]),
        (r"\%", vec![]),
        ("a%b", vec![]),
        ("a_b", vec![2]),
        ("*", vec![5]),
        ("?[", vec![5]),
        ("'", vec![]),
        ("100%", vec![1]),
        ("10_%", vec![]),
        (r"c\d", vec![3]),
        ("a*?[b]", vec![5]),
        (r#"pl"in"#, vec![]),
        ("%' OR 1", vec![]),
    ] {
        assert_eq!(found(&db, &a, query).await, expected, "{query:?}");
    }
}

pub async fn case_is_ignored_in_every_script(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    add_users(
        &db,
        &a,
        [
            named(1, "ÉCOLE"),
            named(2, "straße"),
            named(3, "ΟΔΟΣ ΕΡΜΟΥ"),
            named(4, "Жанна"),
        ],
    )
    .await;
    for (query, expected) in [
        ("école", vec![1]),
        ("ecole", vec![]),
        ("STRASSE", vec![2]),
        ("οδος", vec![3]),
        ("οδοσ", vec![3]),
        ("ЖАН", vec![4]),
    ] {
        assert_eq!(found(&db, &a, query).await, expected, "{query:?}");
    }
}

pub async fn renaming_changes_what_is_found(TestDatabase { db, .. }: TestDatabase) {
    use stack_domain::ports::ContactChannelRepository as _;
    let (a, _) = two_projects_with_users(&db, &[]).await;
    add_users(&db, &a, [named(1, "Before")]).await;
    add_channels(&db, &a, [channel(1, 1, "before@x.org")]).await;
    storing!(db, |w| w.update_user_profile(&a, &named(1, "After"))).expect("it updates");
    storing!(db, |w| w.update_contact_channel(&a, &channel(1, 1, "later@x.org"))).expect("it updates");
    assert_eq!(found(&db, &a, "before").await, []);
    assert_eq!(found(&db, &a, "after").await, [1]);
    assert_eq!(found(&db, &a, "later").await, [1]);
}

pub async fn what_is_gone_is_not_found_and_may_come_back(TestDatabase { db, .. }: TestDatabase) {
    use stack_domain::ports::ContactChannelRepository as _;
    let (a, b) = two_projects_with_users(&db, &[]).await;
    add_users(&db, &a, [named(1, "Ada"), named(2, "Ada")]).await;
    add_users(&db, &b, [named(1, "Ada")]).await;
    add_channels(&db, &a, [channel(1, 1, "first@x.org"), channel(2, 1, "second@x.org")]).await;
    storing!(db, |w| w.delete_contact_channel(&a, user_id(1), channel(1, 1, "").id)).expect("it deletes");
    assert_eq!(found(&db, &a, "first").await, []);
    assert_eq!(found(&db, &a, "second").await, [1]);
    storing!(db, |w| w.delete_user(&a, user_id(1))).expect("it deletes");
    assert_eq!(found(&db, &a, "second").await, []);
    assert_eq!(found(&db, &a, "ada").await, [2]);
    assert_eq!(found(&db, &b, "ada").await, [1], "a neighbour with the same id stays");
    add_users(&db, &a, [named(1, "Ada")]).await;
    assert_eq!(found(&db, &a, "ada").await, [1, 2]);
}

/// More than are found at once, so that they're looked for one by one.
pub async fn many_who_match_are_on_pages_like_few(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    let name = |n: u128| if n.is_multiple_of(2) { "Even Steven" } else { "Odd Todd" };
    add_users(&db, &a, (1..=8_400).map(|n| named(n, name(n)))).await;
    let steven = UserFilter {
        query: Some("steven".into()),
        ..UserFilter::default()
    };
    let all = walk(&db, &a, steven.clone(), 1_000).await;
    assert_eq!(all, (1..=4_200).map(|n| 2 * n).collect::<Vec<_>>());
    let last = UserFilter {
        descending: true,
        limit: Some(2),
        ..steven
    };
    assert_eq!(listed(&db, &a, last).await, [8_400, 8_398]);
}

pub async fn everyone_on_a_page_comes_with_email_team_and_oauth_accounts(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1, 2, 3, 4]).await;
    add_channels(
        &db,
        &a,
        [
            primary_channel(1, 1, "1@x.org"),
            primary_channel(2, 2, "2@x.org"),
            channel(3, 2, "3@x.org"),
        ],
    )
    .await;
    add_team(&db, &a, 1, &[1, 2]).await;
    let mut w = db.write().await.expect("a writer");
    w.insert_team(&a, &team(2)).await.expect("it is new");
    w.insert_team_membership(
        &a,
        &TeamMembership {
            is_selected: true,
            ..membership(2, 2)
        },
    )
    .await
    .expect("it is new");
    for (n, user) in [(1, 2), (2, 3), (3, 2)] {
        w.insert_oauth_account(&a, &account(n, user, "github", &n.to_string()))
            .await
            .expect("it is new");
    }
    w.commit().await.expect("it commits");
    let page = reading!(db, |r| r.list_users(&a, &UserFilter::default()));
    let mut reader = db.read().await.expect("a reader");
    assert_eq!(ids(&page), [1, 2, 3, 4]);
    for user in page.items {
        let alone = reader.find_user(&a, user.profile.id).await.expect("it reads");
        assert_eq!(alone, Some(user));
    }
}
