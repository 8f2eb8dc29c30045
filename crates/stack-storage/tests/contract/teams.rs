//! Promises about teams, memberships and the profiles of members.

use stack_domain::{
    models::{Team, TeamMembership, TeamMembershipsOf, UserProfile},
    ports::{PermissionRepository as _, ProjectRepository as _, TeamRepository as _, UniqueRule, UserRepository as _},
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
    let teams = reading!(db, |r| r.list_teams_of_user(&a, user_id(1), 9));
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

pub async fn teams_are_listed_oldest_first_up_to_a_bound(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for (n, created_at) in [(1, 20), (3, 10), (2, 10)] {
        let team = Team {
            created_at: Millis(created_at),
            ..team(n)
        };
        storing!(db, |w| w.insert_team(&a, &team)).expect("it is new");
    }
    let listed = |teams: Vec<Team>| teams.iter().map(|team| team.id.0.as_u128()).collect::<Vec<_>>();
    assert_eq!(listed(reading!(db, |r| r.list_teams(&a, 9))), [2, 3, 1]);
    assert_eq!(listed(reading!(db, |r| r.list_teams(&a, 2))), [2, 3]);
    assert_eq!(listed(reading!(db, |r| r.list_teams(&b, 9))), []);
}

pub async fn locking_tells_whether_there_is_such_a_team(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    add_team(&db, &a, 1, &[]).await;
    assert!(storing!(db, |w| w.lock_team(&a, team_id(1))).expect("it looks"));
    assert!(!storing!(db, |w| w.lock_team(&a, team_id(2))).expect("it looks"));
    assert!(!storing!(db, |w| w.lock_team(&b, team_id(1))).expect("it looks"));
}

pub async fn deleting_a_team_removes_what_hangs_on_it_and_nothing_else(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    for (project, team) in [(&a, 1), (&a, 2), (&b, 1)] {
        add_team(&db, project, team, &[1, 2]).await;
        let granted = storing!(db, |w| w.insert_team_permission(
            project,
            team_id(team),
            user_id(1),
            "p"
        ));
        granted.expect("a member");
    }
    storing!(db, |w| w.select_team(&a, user_id(1), Some(team_id(1)))).expect("a member");
    assert!(storing!(db, |w| w.delete_team(&a, team_id(1))).expect("it deletes"));
    assert!(!storing!(db, |w| w.delete_team(&a, team_id(1))).expect("it does nothing"));
    assert_eq!(selected(&db, &a, 1).await, None);
    let kept = async |project, team| {
        let permissions = reading!(db, |r| r.list_permissions_of_member(project, team_id(team), user_id(1)));
        let profiles = TeamMembershipsOf::Team(team_id(team));
        let members = reading!(db, |r| r.list_team_member_profiles(project, profiles, 9));
        (permissions.map_or(0, |permissions| permissions.len()), members.len())
    };
    assert_eq!(kept(&a, 1).await, (0, 0));
    assert_eq!((kept(&a, 2).await, kept(&b, 1).await), ((1, 2), (1, 2)));
}

pub async fn a_membership_ends_with_its_permissions(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    add_team(&db, &a, 1, &[1, 2]).await;
    add_team(&db, &b, 1, &[1]).await;
    storing!(db, |w| w.insert_team_permission(&a, team_id(1), user_id(1), "p")).expect("a member");
    assert!(storing!(db, |w| w.delete_team_membership(&a, team_id(1), user_id(1))).expect("it deletes"));
    assert!(!storing!(db, |w| w.delete_team_membership(&a, team_id(1), user_id(1))).expect("it does nothing"));
    storing!(db, |w| w.insert_team_membership(&a, &membership(1, 1))).expect("it begins anew");
    let granted = reading!(db, |r| r.list_permissions_of_member(&a, team_id(1), user_id(1)));
    assert_eq!(granted, Some(Vec::new()));
    let others = [(&a, 2), (&b, 1)];
    for (project, user) in others {
        let found = reading!(db, |r| r.find_team_membership(project, team_id(1), user_id(user)));
        assert!(found.is_some());
    }
}

pub async fn a_member_is_shown_with_their_own_name_where_the_team_has_none(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let ada = UserProfile {
        profile_image_url: Some("https://x.org/ada".into()),
        ..named(1, "Ada")
    };
    add_users(&db, &a, [ada, profile(2)]).await;
    add_team(&db, &a, 1, &[1, 2]).await;
    let shown = async |user| {
        let found = reading!(db, |r| r.find_team_member_profile(&a, team_id(1), user_id(user)));
        found.map(|profile| (profile.display_name, profile.profile_image_url))
    };
    let texts = |name: Option<&str>, image: Option<&str>| Some((name.map(Into::into), image.map(Into::into)));
    assert_eq!(shown(1).await, texts(Some("Ada"), Some("https://x.org/ada")));
    assert_eq!(shown(2).await, texts(None, None));
    let update = TeamMembership {
        display_name: Some("Boss".into()),
        is_selected: true,
        created_at: Millis(1),
        ..membership(1, 1)
    };
    assert!(storing!(db, |w| w.update_team_membership(&a, &update)).expect("it updates"));
    assert_eq!(shown(1).await, texts(Some("Boss"), Some("https://x.org/ada")));
    let kept = TeamMembership {
        display_name: Some("Boss".into()),
        ..membership(1, 1)
    };
    let membership = reading!(db, |r| r.find_team_membership(&a, team_id(1), user_id(1)));
    assert_eq!(membership, Some(kept), "selection and beginning stay");
    for (project, missing) in [(&b, (1, 1)), (&a, (1, 9)), (&a, (9, 1))] {
        let (team, user) = missing;
        let found = reading!(db, |r| r.find_team_member_profile(
            project,
            team_id(team),
            user_id(user)
        ));
        assert_eq!(found, None);
        let update = TeamMembership {
            team_id: team_id(team),
            user_id: user_id(user),
            ..update.clone()
        };
        assert!(!storing!(db, |w| w.update_team_membership(project, &update)).expect("it does nothing"));
    }
}

pub async fn profiles_are_listed_by_membership_team_and_user(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2, 3]).await;
    for team in [1, 2] {
        add_team(&db, &a, team, &[]).await;
    }
    for (team, user, created_at) in [(2, 1, 10), (1, 2, 10), (1, 1, 10), (1, 3, 5)] {
        let membership = TeamMembership {
            created_at: Millis(created_at),
            ..membership(team, user)
        };
        storing!(db, |w| w.insert_team_membership(&a, &membership)).expect("it is new");
    }
    add_team(&db, &b, 1, &[1]).await;
    let listed = async |of, limit| {
        let profiles = reading!(db, |r| r.list_team_member_profiles(&a, of, limit));
        let ids = profiles
            .iter()
            .map(|it| (it.team_id.0.as_u128(), it.user_id.0.as_u128()));
        ids.collect::<Vec<_>>()
    };
    assert_eq!(
        listed(TeamMembershipsOf::Everybody, 9).await,
        [(1, 3), (1, 1), (1, 2), (2, 1)]
    );
    assert_eq!(listed(TeamMembershipsOf::Everybody, 2).await, [(1, 3), (1, 1)]);
    assert_eq!(
        listed(TeamMembershipsOf::Team(team_id(1)), 9).await,
        [(1, 3), (1, 1), (1, 2)]
    );
    assert_eq!(listed(TeamMembershipsOf::User(user_id(1)), 9).await, [(1, 1), (2, 1)]);
    assert_eq!(listed(TeamMembershipsOf::User(user_id(1)), 1).await, [(1, 1)]);
}

pub async fn a_team_owns_the_projects_that_say_so(TestDatabase { db, .. }: TestDatabase) {
    two_projects_with_users(&db, &[]).await;
    let mut owned = project("a").project;
    owned.owner_team_id = Some(team_id(1));
    storing!(db, |w| w.update_project(&owned)).expect("it updates");
    assert!(reading!(db, |r| r.owns_projects(team_id(1))));
    assert!(!reading!(db, |r| r.owns_projects(team_id(2))));
}

pub async fn users_are_found_together_with_all_that_is_theirs(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2, 3]).await;
    storing!(db, |w| w.insert_oauth_account(&a, &account(1, 2, "github", "x"))).expect("it is new");
    add_channels(&db, &a, [primary_channel(1, 1, "ada@x.org")]).await;
    let mut found = reading!(db, |r| r.find_users(&a, &[user_id(2), user_id(1), user_id(9)]));
    found.sort_by_key(|user| user.profile.id);
    for (user, n) in found.iter().zip([1, 2]) {
        let alone = reading!(db, |r| r.find_user(&a, user_id(n)));
        assert_eq!(Some(user), alone.as_ref());
    }
    assert_eq!(found.len(), 2);
    assert_eq!(reading!(db, |r| r.find_users(&b, &[])), []);
}
