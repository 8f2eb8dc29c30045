//! Promises about granted permissions.

use stack_domain::{
    models::{ProjectPermission, TeamMembershipsOf, TeamPermission},
    ports::PermissionRepository as _,
};
use stack_storage::Database;
use stack_types::ProjectId;

use crate::{fixtures::*, harness::TestDatabase};

/// Two projects with two users and two teams each: both users are in the first, and one in the second.
async fn two_projects_with_teams(db: &Database) -> (ProjectId, ProjectId) {
    let (a, b) = two_projects_with_users(db, &[1, 2]).await;
    for project in [&a, &b] {
        add_team(db, project, 1, &[1, 2]).await;
        add_team(db, project, 2, &[1]).await;
    }
    (a, b)
}

/// Grants permissions to members, given as team, user, permission.
async fn grant_in_teams<const N: usize>(db: &Database, project: &ProjectId, grants: [(u128, u128, &str); N]) {
    for (team, user, id) in grants {
        storing!(db, |w| w.insert_team_permission(
            project,
            team_id(team),
            user_id(user),
            id
        ))
        .expect("a member");
    }
}

async fn grant_in_project<const N: usize>(db: &Database, project: &ProjectId, grants: [(u128, &str); N]) {
    for (user, id) in grants {
        storing!(db, |w| w.insert_project_permission(project, user_id(user), id)).expect("a user");
    }
}

fn in_team((team, user, id): (u128, u128, &str)) -> TeamPermission {
    TeamPermission {
        team_id: team_id(team),
        user_id: user_id(user),
        permission_id: id.to_owned(),
    }
}

fn in_project((user, id): (u128, &str)) -> ProjectPermission {
    ProjectPermission {
        user_id: user_id(user),
        permission_id: id.to_owned(),
    }
}

async fn all_in_teams(db: &Database, project: &ProjectId) -> Vec<TeamPermission> {
    reading!(db, |r| r.list_team_permissions(
        project,
        TeamMembershipsOf::Everybody,
        None,
        100
    ))
}

async fn all_in_project(db: &Database, project: &ProjectId) -> Vec<ProjectPermission> {
    reading!(db, |r| r.list_project_permissions(project, None, 100))
}

pub async fn permissions_are_granted_once_and_listed_by_id(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_teams(&db).await;
    let user = user_id(1);
    for permission in ["b", "$read_members", "a:x", "b", "Z", "a_x"] {
        grant_in_teams(&db, &a, [(1, 1, permission)]).await;
        grant_in_project(&db, &a, [(1, permission)]).await;
    }
    let by_id = ["$read_members", "Z", "a:x", "a_x", "b"].map(str::to_owned).to_vec();
    assert_eq!(
        reading!(db, |r| r.list_permissions_of_member(&a, team_id(1), user)),
        Some(by_id.clone())
    );
    assert_eq!(reading!(db, |r| r.list_permissions_of_user(&a, user)), by_id);
    for (project, team, user) in [(&a, 2, 1), (&a, 1, 2), (&b, 1, 1)] {
        assert_eq!(
            reading!(db, |r| r.list_permissions_of_member(
                project,
                team_id(team),
                user_id(user)
            )),
            Some(vec![])
        );
    }
    assert_eq!(reading!(db, |r| r.list_permissions_of_user(&b, user)), [""; 0]);
}

pub async fn who_is_no_member_has_no_list(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_teams(&db).await;
    for (team, user) in [(2, 2), (9, 1), (1, 9)] {
        assert_eq!(
            reading!(db, |r| r.list_permissions_of_member(&a, team_id(team), user_id(user))),
            None
        );
    }
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

pub async fn permissions_in_teams_are_listed_by_team_user_and_id(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_teams(&db).await;
    grant_in_teams(&db, &a, [(2, 1, "b"), (1, 2, "a"), (1, 1, "b"), (1, 1, "a")]).await;
    grant_in_teams(&db, &b, [(1, 1, "c")]).await;
    let cases = [
        (
            TeamMembershipsOf::Everybody,
            None,
            9,
            vec![(1, 1, "a"), (1, 1, "b"), (1, 2, "a"), (2, 1, "b")],
        ),
        (
            TeamMembershipsOf::Everybody,
            Some("b"),
            9,
            vec![(1, 1, "b"), (2, 1, "b")],
        ),
        (TeamMembershipsOf::Everybody, None, 2, vec![(1, 1, "a"), (1, 1, "b")]),
        (
            TeamMembershipsOf::Team(team_id(1)),
            None,
            9,
            vec![(1, 1, "a"), (1, 1, "b"), (1, 2, "a")],
        ),
        (TeamMembershipsOf::Team(team_id(1)), Some("a"), 1, vec![(1, 1, "a")]),
        (
            TeamMembershipsOf::User(user_id(1)),
            None,
            9,
            vec![(1, 1, "a"), (1, 1, "b"), (2, 1, "b")],
        ),
        (
            TeamMembershipsOf::User(user_id(1)),
            Some("b"),
            9,
            vec![(1, 1, "b"), (2, 1, "b")],
        ),
        (TeamMembershipsOf::User(user_id(2)), Some("c"), 9, vec![]),
        (TeamMembershipsOf::Team(team_id(9)), None, 9, vec![]),
    ];
    for (of, id, limit, expected) in cases {
        let expected: Vec<_> = expected.into_iter().map(in_team).collect();
        let listed = reading!(db, |r| r.list_team_permissions(&a, of, id, limit));
        assert_eq!(listed, expected, "{of:?} {id:?} {limit}");
    }
}

pub async fn permissions_in_the_project_are_listed_by_user_and_id(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_teams(&db).await;
    grant_in_project(&db, &a, [(2, "a"), (1, "b"), (1, "a")]).await;
    grant_in_project(&db, &b, [(1, "c")]).await;
    let cases = [
        (None, 9, vec![(1, "a"), (1, "b"), (2, "a")]),
        (None, 2, vec![(1, "a"), (1, "b")]),
        (Some("a"), 9, vec![(1, "a"), (2, "a")]),
        (Some("c"), 9, vec![]),
    ];
    for (id, limit, expected) in cases {
        let expected: Vec<_> = expected.into_iter().map(in_project).collect();
        let listed = reading!(db, |r| r.list_project_permissions(&a, id, limit));
        assert_eq!(listed, expected, "{id:?} {limit}");
    }
}

pub async fn a_permission_is_taken_from_one_member_or_user(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_teams(&db).await;
    for project in [&a, &b] {
        grant_in_teams(&db, project, [(1, 1, "x"), (1, 2, "x"), (2, 1, "x"), (1, 1, "y")]).await;
        grant_in_project(&db, project, [(1, "x"), (2, "x"), (1, "y")]).await;
    }
    for taken in [true, false] {
        let from_member = storing!(db, |w| w.delete_team_permission(&a, team_id(1), user_id(1), "x"));
        let from_user = storing!(db, |w| w.delete_project_permission(&a, user_id(1), "x"));
        assert_eq!((from_member.ok(), from_user.ok()), (Some(taken), Some(taken)));
    }
    assert_eq!(
        all_in_teams(&db, &a).await,
        [(1, 1, "y"), (1, 2, "x"), (2, 1, "x")].map(in_team)
    );
    assert_eq!(all_in_project(&db, &a).await, [(1, "y"), (2, "x")].map(in_project));
    assert_eq!(
        all_in_teams(&db, &b).await.len() + all_in_project(&db, &b).await.len(),
        7
    );
}

pub async fn a_permission_is_renamed_for_everybody_of_the_project(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_teams(&db).await;
    for project in [&a, &b] {
        grant_in_teams(
            &db,
            project,
            [(1, 1, "old"), (1, 1, "new"), (1, 2, "new"), (2, 1, "old"), (2, 1, "x")],
        )
        .await;
        grant_in_project(&db, project, [(1, "old"), (1, "new"), (2, "new")]).await;
    }
    storing!(db, |w| w.rename_permission(&a, "old", "new")).expect("it renames");
    assert_eq!(
        all_in_teams(&db, &a).await,
        [(1, 1, "new"), (2, 1, "new"), (2, 1, "x")].map(in_team)
    );
    assert_eq!(all_in_project(&db, &a).await, [(1, "new")].map(in_project));
    assert_eq!(
        all_in_teams(&db, &b).await.len() + all_in_project(&db, &b).await.len(),
        8
    );
}

pub async fn a_permission_is_taken_from_everybody_of_the_project(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_teams(&db).await;
    for project in [&a, &b] {
        grant_in_teams(&db, project, [(1, 1, "x"), (1, 2, "x"), (2, 1, "y")]).await;
        grant_in_project(&db, project, [(1, "x"), (2, "y")]).await;
    }
    storing!(db, |w| w.delete_permission_everywhere(&a, "x")).expect("it deletes");
    assert_eq!(all_in_teams(&db, &a).await, [(2, 1, "y")].map(in_team));
    assert_eq!(all_in_project(&db, &a).await, [(2, "y")].map(in_project));
    assert_eq!(
        all_in_teams(&db, &b).await.len() + all_in_project(&db, &b).await.len(),
        5
    );
}
