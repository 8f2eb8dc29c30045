//! Promises about teams, memberships and permissions.

use stack_domain::{
    models::{Team, TeamMembership},
    ports::{TeamRepository as _, UniqueRule, UserRepository as _},
};
use stack_storage::Database;
use stack_types::{Millis, ProjectId};

use crate::{fixtures::*, harness::TestDatabase};

fn full(n: u128) -> Team {
    Team {
        profile_image_url: Some("https://x.org/t".into()),
        metadata: metadata("team"),
        ..team(n)
    }
}

pub async fn a_team_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for written in [full(1), team(2)] {
        storing!(db, |w| w.insert_team(&a, &written)).expect("it is new");
        assert_eq!(reading!(db, |r| r.find_team(&a, written.id)), Some(written.clone()));
        assert_eq!(reading!(db, |r| r.find_team(&b, written.id)), None);
    }
    let update = Team {
        created_at: Millis(1),
        display_name: "New".into(),
        ..team(1)
    };
    assert!(storing!(db, |w| w.update_team(&a, &update)).expect("it updates"));
    let expected = Team {
        created_at: team(1).created_at,
        ..update
    };
    assert_eq!(reading!(db, |r| r.find_team(&a, team_id(1))), Some(expected));
    assert!(!storing!(db, |w| w.update_team(&a, &team(9))).expect("it does nothing"));
}

pub async fn a_team_id_is_given_once_in_a_project_and_again_in_another(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_team(&a, &team(1))).expect("it is new");
    assert_eq!(
        conflict(storing!(db, |w| w.insert_team(&a, &full(1)))),
        UniqueRule::TeamId
    );
    storing!(db, |w| w.insert_team(&b, &full(1))).expect("it is new there");
    assert!(
        storing!(db, |w| w.update_team(
            &b,
            &Team {
                display_name: "B".into(),
                ..team(1)
            }
        ))
        .expect("it updates")
    );
    assert_eq!(reading!(db, |r| r.find_team(&a, team_id(1))), Some(team(1)));
    assert_missing(storing!(db, |w| w.insert_team(&project_id("nowhere"), &team(1))));
}

pub async fn the_teams_of_a_user_are_listed_oldest_first(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    for (n, created_at) in [(1, 20), (3, 10), (2, 10), (4, 5)] {
        let team = Team {
            created_at: Millis(created_at),
            ..full(n)
        };
        storing!(db, |w| w.insert_team(&a, &team)).expect("it is new");
        let member = if n == 4 { 2 } else { 1 };
        storing!(db, |w| w.insert_team_membership(&a, &membership(n, member))).expect("it is new");
    }
    add_team(&db, &b, 9, &[1]).await;
    let teams = reading!(db, |r| r.list_teams_of_user(&a, user_id(1)));
    assert_eq!(
        teams.iter().map(|team| team.id.0.as_u128()).collect::<Vec<_>>(),
        [2, 3, 1]
    );
    assert_eq!(
        teams[2],
        Team {
            created_at: Millis(20),
            ..full(1)
        }
    );
}

pub async fn a_membership_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    add_team(&db, &a, 1, &[2]).await;
    let written = TeamMembership {
        is_selected: true,
        display_name: Some("Boss".into()),
        profile_image_url: Some("https://x.org/b".into()),
        ..membership(1, 1)
    };
    storing!(db, |w| w.insert_team_membership(&a, &written)).expect("it is new");
    assert_eq!(
        reading!(db, |r| r.find_team_membership(&a, team_id(1), user_id(1))),
        Some(written)
    );
    assert_eq!(
        reading!(db, |r| r.find_team_membership(&a, team_id(1), user_id(2))),
        Some(membership(1, 2))
    );
    assert_eq!(
        reading!(db, |r| r.find_team_membership(&a, team_id(2), user_id(1))),
        None
    );
    assert_eq!(
        reading!(db, |r| r.find_team_membership(&b, team_id(1), user_id(1))),
        None
    );
}

pub async fn a_user_joins_a_team_once(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    add_team(&db, &a, 1, &[1]).await;
    let again = storing!(db, |w| w.insert_team_membership(&a, &membership(1, 1)));
    assert_eq!(conflict(again), UniqueRule::TeamMembership);
    assert_missing(storing!(db, |w| w.insert_team_membership(&a, &membership(1, 9))));
    assert_missing(storing!(db, |w| w.insert_team_membership(&a, &membership(9, 1))));
    assert_missing(storing!(db, |w| w.insert_team_membership(&b, &membership(1, 1))));
}

pub async fn a_user_has_one_selected_team(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1, 2]).await;
    add_team(&db, &a, 1, &[]).await;
    add_team(&db, &a, 2, &[]).await;
    let selected = |team, user| TeamMembership {
        is_selected: true,
        ..membership(team, user)
    };
    storing!(db, |w| w.insert_team_membership(&a, &selected(1, 1))).expect("it is new");
    storing!(db, |w| w.insert_team_membership(&a, &selected(1, 2))).expect("it is new");
    let second = storing!(db, |w| w.insert_team_membership(&a, &selected(2, 1)));
    assert_eq!(conflict(second), UniqueRule::SelectedTeam);
}

async fn selected(db: &Database, project: &ProjectId, user: u128) -> Option<u128> {
    let user = reading!(db, |r| r.find_user(project, user_id(user))).expect("the user");
    user.selected_team.map(|team| team.id.0.as_u128())
}

pub async fn selecting_a_team_unselects_the_others(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    for project in [&a, &b] {
        for team in [1, 2] {
            add_team(&db, project, team, &[1, 2]).await;
        }
    }
    for (project, user) in [(&a, 2), (&b, 1)] {
        assert!(storing!(db, |w| w.select_team(project, user_id(user), Some(team_id(1)))).expect("a member"));
    }
    for choice in [Some(1), Some(2), Some(2), Some(1), None, None, Some(2)] {
        assert!(storing!(db, |w| w.select_team(&a, user_id(1), choice.map(team_id))).expect("a member"));
        assert_eq!(selected(&db, &a, 1).await, choice);
    }
    assert_eq!(
        (selected(&db, &a, 2).await, selected(&db, &b, 1).await),
        (Some(1), Some(1))
    );
}

pub async fn selecting_a_team_without_being_a_member_changes_nothing(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1, 2]).await;
    add_team(&db, &a, 1, &[1]).await;
    add_team(&db, &a, 2, &[2]).await;
    storing!(db, |w| w.select_team(&a, user_id(1), Some(team_id(1)))).expect("a member");
    for stranger in [2, 9] {
        assert!(!storing!(db, |w| w.select_team(&a, user_id(1), Some(team_id(stranger)))).expect("it does nothing"));
    }
    assert_eq!(selected(&db, &a, 1).await, Some(1));
}

pub async fn permissions_are_granted_once_and_listed_by_id(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    for project in [&a, &b] {
        add_team(&db, project, 1, &[1, 2]).await;
        add_team(&db, project, 2, &[1]).await;
    }
    let user = user_id(1);
    for permission in ["b", "$read_members", "a:x", "b", "Z", "a_x"] {
        storing!(db, |w| w.insert_team_permission(&a, team_id(1), user, permission)).expect("a member");
        storing!(db, |w| w.insert_project_permission(&a, user, permission)).expect("a user");
    }
    let by_id = ["$read_members", "Z", "a:x", "a_x", "b"];
    assert_eq!(reading!(db, |r| r.list_team_permissions(&a, team_id(1), user)), by_id);
    assert_eq!(reading!(db, |r| r.list_project_permissions(&a, user)), by_id);
    let none: [&str; 0] = [];
    assert_eq!(reading!(db, |r| r.list_team_permissions(&a, team_id(2), user)), none);
    assert_eq!(
        reading!(db, |r| r.list_team_permissions(&a, team_id(1), user_id(2))),
        none
    );
    assert_eq!(reading!(db, |r| r.list_team_permissions(&b, team_id(1), user)), none);
    assert_eq!(reading!(db, |r| r.list_project_permissions(&b, user)), none);
}

pub async fn grants_need_a_member(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    add_team(&db, &a, 1, &[]).await;
    assert_missing(storing!(db, |w| w.insert_team_permission(
        &a,
        team_id(1),
        user_id(1),
        "x"
    )));
    assert_missing(storing!(db, |w| w.insert_project_permission(&a, user_id(9), "x")));
}
