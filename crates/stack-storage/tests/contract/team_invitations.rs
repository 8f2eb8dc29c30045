//! Promises about open invitations to teams.

use stack_domain::{
    models::{CodeKind, ContactChannel, OneTimeCode, OneTimeCodeId, OpenTeamInvitation, TeamInvitation},
    ports::{OneTimeCodeRepository as _, TeamInvitationRepository as _, TeamRepository as _},
};
use stack_storage::Database;
use stack_types::{Millis, ProjectId, TeamInvitationId};
use uuid::Uuid;

use crate::{concurrency::at_once, fixtures::*, harness::TestDatabase};

fn id(n: u128) -> TeamInvitationId {
    TeamInvitationId(Uuid::from_u128(n))
}

fn invitation(n: u128, team: u128, email: &str) -> TeamInvitation {
    TeamInvitation {
        id: id(n),
        team_id: team_id(team),
        recipient_email: email.into(),
        created_at: Millis(1_000),
        expires_at: Millis(9_000),
    }
}

/// Writes an invitation with its code.
async fn invite(db: &Database, project: &ProjectId, invitation: &TeamInvitation) {
    let n = invitation.id.0.as_u128();
    let code = OneTimeCode {
        id: OneTimeCodeId(invitation.id.0),
        kind: CodeKind::TeamInvitation,
        hash: hash(n),
        tail_hash: hash(n),
        created_at: invitation.created_at,
        expires_at: invitation.expires_at,
        used_at: None,
        attempts: 0,
        data: "sealed".into(),
    };
    storing!(db, |w| w.insert_one_time_code(project, &code)).expect("it is new");
    storing!(db, |w| w.insert_team_invitation(project, invitation)).expect("it is new");
}

fn ids(listed: &[OpenTeamInvitation]) -> Vec<u128> {
    listed.iter().map(|open| open.invitation.id.0.as_u128()).collect()
}

pub async fn an_invitation_comes_back_with_the_name_of_its_team(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    add_team(&db, &a, 1, &[]).await;
    let written = invitation(1, 1, "ada@x.org");
    invite(&db, &a, &written).await;
    let open = OpenTeamInvitation {
        invitation: written,
        team_display_name: team(1).display_name,
    };
    assert_eq!(reading!(db, |r| r.find_team_invitation(&a, id(1))), Some(open));
    assert_eq!(reading!(db, |r| r.find_team_invitation(&a, id(2))), None);
    assert_eq!(reading!(db, |r| r.find_team_invitation(&b, id(1))), None);
}

pub async fn an_invitation_needs_a_team_and_a_code(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    add_team(&db, &a, 1, &[]).await;
    let without_code = invitation(1, 1, "ada@x.org");
    assert_missing(storing!(db, |w| w.insert_team_invitation(&a, &without_code)));
    invite(&db, &a, &without_code).await;
    let elsewhere = invitation(1, 2, "ada@x.org");
    assert_missing(storing!(db, |w| w.insert_team_invitation(&b, &elsewhere)));
}

pub async fn invitations_to_a_team_are_listed_oldest_first_while_they_hold(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for (project, team) in [(&a, 1), (&a, 2), (&b, 1)] {
        add_team(&db, project, team, &[]).await;
    }
    for (n, created_at, expires_at) in [(1, 20, 9_000), (3, 10, 9_000), (2, 10, 9_000), (4, 5, 1_000)] {
        let invitation = TeamInvitation {
            created_at: Millis(created_at),
            expires_at: Millis(expires_at),
            ..invitation(n, 1, "ada@x.org")
        };
        invite(&db, &a, &invitation).await;
    }
    invite(&db, &a, &invitation(5, 2, "ada@x.org")).await;
    invite(&db, &b, &invitation(6, 1, "ada@x.org")).await;
    let listed = async |now, limit| {
        let listed = reading!(db, |r| r.list_invitations_to_team(&a, team_id(1), Millis(now), limit));
        ids(&listed)
    };
    assert_eq!(listed(999, 9).await, [4, 2, 3, 1]);
    assert_eq!(listed(1_000, 9).await, [2, 3, 1]);
    assert_eq!(listed(1_000, 2).await, [2, 3]);
    assert_eq!(listed(9_000, 9).await, []);
}

pub async fn invitations_of_a_user_are_those_to_verified_addresses(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    for project in [&a, &b] {
        add_team(&db, project, 1, &[]).await;
    }
    let verified = |channel| ContactChannel {
        is_verified: true,
        ..channel
    };
    add_channels(
        &db,
        &a,
        [
            verified(primary_channel(1, 1, "ada@x.org")),
            verified(channel(2, 1, "work@x.org")),
            channel(3, 1, "unverified@x.org"),
            verified(channel(4, 2, "grace@x.org")),
        ],
    )
    .await;
    let emails = [
        "work@x.org",
        "ada@x.org",
        "unverified@x.org",
        "grace@x.org",
        "nobody@x.org",
    ];
    for (n, email) in (1..).zip(emails) {
        invite(&db, &a, &invitation(n, 1, email)).await;
    }
    invite(&db, &b, &invitation(6, 1, "ada@x.org")).await;
    let listed = async |user, now, limit| {
        let listed = reading!(db, |r| r.list_invitations_of_user(
            &a,
            user_id(user),
            Millis(now),
            limit
        ));
        ids(&listed)
    };
    assert_eq!(listed(1, 0, 9).await, [1, 2]);
    assert_eq!(listed(1, 0, 1).await, [1]);
    assert_eq!(listed(1, 9_000, 9).await, []);
    assert_eq!(listed(2, 0, 9).await, [4]);
    assert_eq!(listed(9, 0, 9).await, []);
}

pub async fn an_invitation_goes_with_its_code_and_with_its_team(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    for team in [1, 2] {
        add_team(&db, &a, team, &[]).await;
        invite(&db, &a, &invitation(team, team, "ada@x.org")).await;
    }
    storing!(db, |w| w.delete_team(&a, team_id(1))).expect("it deletes");
    assert_eq!(reading!(db, |r| r.find_team_invitation(&a, id(1))), None);
    let (kind, hash) = (CodeKind::TeamInvitation, hash(1));
    assert!(
        reading!(db, |r| r.find_one_time_code(&a, kind, &hash)).is_some(),
        "the code stays until it expires"
    );
    assert!(reading!(db, |r| r.find_team_invitation(&a, id(2))).is_some());
    storing!(db, |w| w.delete_expired_one_time_codes(Millis(10_000), 9)).expect("it sweeps");
    assert_eq!(reading!(db, |r| r.find_team_invitation(&a, id(2))), None);
}

pub async fn of_many_who_delete_an_invitation_exactly_one_does(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    for team in [1, 2] {
        add_team(&db, &a, team, &[]).await;
    }
    invite(&db, &a, &invitation(1, 1, "ada@x.org")).await;
    let wrong_team = storing!(db, |w| w.delete_team_invitation(&a, team_id(2), id(1)));
    assert!(!wrong_team.expect("it does nothing"));
    let deleted = at_once(&db, 8, |db, _| async move {
        let a = project_id("a");
        storing!(db, |w| w.delete_team_invitation(&a, team_id(1), id(1))).expect("it deletes")
    })
    .await;
    assert_eq!(deleted.into_iter().filter(|deleted| *deleted).count(), 1);
}
