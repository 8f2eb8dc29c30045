//! Promises about users.

use stack_domain::{
    models::{
        AdminRestriction, ContactChannel, PasswordHash, PrimaryEmail, RiskScores, SignInMethods, Team, TeamMembership,
        User, UserCredentials, UserProfile,
    },
    ports::{
        ContactChannelRepository as _, Storage as _, TeamRepository as _, Transaction as _, UniqueRule,
        UserRepository as _,
    },
};
use stack_types::{Millis, Secret};

use crate::{fixtures::*, harness::TestDatabase};

fn full(n: u128) -> UserProfile {
    UserProfile {
        display_name: Some("Ada Lovelace".into()),
        profile_image_url: Some(format!("data:image/png;base64,{}", "A".repeat(100_000))),
        metadata: metadata("user"),
        is_anonymous: true,
        restriction: Some(AdminRestriction {
            reason: Some("spam".into()),
            private_details: Some("rule 7".into()),
        }),
        country_code: Some("GB".into()),
        risk_scores: RiskScores {
            bot: 100,
            free_trial_abuse: 1,
        },
        ..profile(n)
    }
}

fn credentials() -> UserCredentials {
    UserCredentials {
        password_hash: Some(PasswordHash(Secret::new("$argon2id$v=19$…"))),
        otp_enabled: true,
        totp_secret: Some("sealed".into()),
        requires_totp_mfa: true,
    }
}

fn bare(profile: UserProfile) -> User {
    User {
        profile,
        sign_in: SignInMethods::default(),
        primary_email: None,
        selected_team: None,
        oauth_accounts: Vec::new(),
    }
}

pub async fn a_user_comes_back_with_primary_email_selected_team_and_oauth_accounts(
    TestDatabase { db, .. }: TestDatabase,
) {
    let (a, _) = two_projects_with_users(&db, &[2]).await;
    let team_1 = Team {
        metadata: metadata("team"),
        profile_image_url: Some("https://x.org/t".into()),
        ..team(1)
    };
    let mut w = db.write().await.expect("a writer");
    w.insert_user(&a, &full(1), &credentials()).await.expect("it is new");
    for channel in [
        channel(1, 1, "other@x.org"),
        ContactChannel {
            is_verified: true,
            used_for_auth: true,
            ..primary_channel(2, 1, "ada@x.org")
        },
        primary_channel(3, 2, "other@x.org"),
    ] {
        w.insert_contact_channel(&a, &channel).await.expect("it is new");
    }
    w.insert_team(&a, &team_1).await.expect("it is new");
    w.insert_team(&a, &team(2)).await.expect("it is new");
    w.insert_team_membership(
        &a,
        &TeamMembership {
            is_selected: true,
            ..membership(1, 1)
        },
    )
    .await
    .expect("it is new");
    w.insert_team_membership(&a, &membership(2, 1))
        .await
        .expect("it is new");
    w.insert_team_membership(
        &a,
        &TeamMembership {
            is_selected: true,
            ..membership(2, 2)
        },
    )
    .await
    .expect("it is new");
    for account in [
        account(1, 1, "github", "g"),
        account(2, 1, "google", "o"),
        account(3, 2, "github", "h"),
    ] {
        w.insert_oauth_account(&a, &account).await.expect("it is new");
    }
    w.commit().await.expect("it commits");

    let expected = User {
        profile: full(1),
        sign_in: SignInMethods {
            has_password: true,
            otp_enabled: true,
            has_passkey: false,
            requires_totp_mfa: true,
        },
        primary_email: Some(PrimaryEmail {
            value: "ada@x.org".into(),
            is_verified: true,
            used_for_auth: true,
        }),
        selected_team: Some(team_1),
        oauth_accounts: vec![account(1, 1, "github", "g"), account(2, 1, "google", "o")],
    };
    assert_eq!(reading!(db, |r| r.find_user(&a, user_id(1))), Some(expected));
}

pub async fn a_user_with_nothing_comes_back_with_nothing(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    assert_eq!(reading!(db, |r| r.find_user(&a, user_id(1))), Some(bare(profile(1))));
    let restricted = UserProfile {
        restriction: Some(AdminRestriction::default()),
        ..profile(2)
    };
    add_users(&db, &a, [restricted.clone()]).await;
    assert_eq!(reading!(db, |r| r.find_user(&a, user_id(2))), Some(bare(restricted)));
}

pub async fn credentials_come_back_as_they_were_written_and_show_as_flags(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    let id = user_id(1);
    let none = UserCredentials::default();
    for (credentials, sign_in) in [
        (
            credentials(),
            SignInMethods {
                has_password: true,
                otp_enabled: true,
                has_passkey: false,
                requires_totp_mfa: true,
            },
        ),
        // A secret alone asks for no code.
        (
            UserCredentials {
                totp_secret: Some("sealed".into()),
                ..none.clone()
            },
            SignInMethods {
                has_password: false,
                otp_enabled: false,
                has_passkey: false,
                requires_totp_mfa: false,
            },
        ),
        (none.clone(), SignInMethods::default()),
    ] {
        assert!(storing!(db, |w| w.update_user_credentials(&a, id, &credentials)).expect("it updates"));
        assert_eq!(reading!(db, |r| r.find_user_credentials(&a, id)), Some(credentials));
        assert_eq!(
            reading!(db, |r| r.find_user(&a, id)).expect("the user").sign_in,
            sign_in
        );
        assert_eq!(reading!(db, |r| r.find_user_credentials(&b, id)), Some(none.clone()));
    }
}

pub async fn a_user_id_is_given_once_in_a_project_and_again_in_another(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let none = UserCredentials::default();
    storing!(db, |w| w.insert_user(&a, &profile(1), &none)).expect("it is new");
    assert_eq!(
        conflict(storing!(db, |w| w.insert_user(&a, &profile(1), &none))),
        UniqueRule::UserId
    );
    storing!(db, |w| w.insert_user(&b, &full(1), &none)).expect("it is new there");
    assert_eq!(reading!(db, |r| r.find_user(&a, user_id(1))), Some(bare(profile(1))));
    assert_eq!(reading!(db, |r| r.find_user(&b, user_id(1))), Some(bare(full(1))));
}

pub async fn a_user_needs_a_project(TestDatabase { db, .. }: TestDatabase) {
    let none = UserCredentials::default();
    assert_missing(storing!(db, |w| w.insert_user(
        &project_id("nowhere"),
        &profile(1),
        &none
    )));
}

pub async fn updating_a_profile_keeps_credentials_and_activity(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    let id = user_id(1);
    storing!(db, |w| w.update_user_credentials(&a, id, &credentials())).expect("it updates");
    let update = UserProfile {
        signed_up_at: Millis(77),
        last_active_at: Millis(99),
        ..full(1)
    };
    assert!(storing!(db, |w| w.update_user_profile(&a, &update)).expect("it updates"));
    let found = reading!(db, |r| r.find_user(&a, id)).expect("the user");
    assert_eq!(
        found.profile,
        UserProfile {
            last_active_at: Millis(2_000),
            ..update
        }
    );
    assert_eq!(reading!(db, |r| r.find_user_credentials(&a, id)), Some(credentials()));
    for (project, other) in [(&a, 2), (&b, 1)] {
        assert_eq!(
            reading!(db, |r| r.find_user(project, user_id(other))),
            Some(bare(profile(other)))
        );
    }
    // And back again: everything optional can be cleared.
    assert!(storing!(db, |w| w.update_user_profile(&a, &profile(1))).expect("it updates"));
    assert_eq!(
        reading!(db, |r| r.find_user(&a, id)).expect("the user").profile,
        profile(1)
    );
}

pub async fn activity_never_moves_back(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    for (at, stored) in [(3_000, 3_000), (2_500, 3_000), (3_001, 3_001)] {
        assert!(storing!(db, |w| w.touch_user(&a, user_id(1), Millis(at))).expect("it is there"));
        let found = reading!(db, |r| r.find_user(&a, user_id(1))).expect("the user");
        assert_eq!(found.profile.last_active_at, Millis(stored));
    }
    let other = reading!(db, |r| r.find_user(&b, user_id(1))).expect("the user");
    assert_eq!(other.profile.last_active_at, Millis(2_000));
}

pub async fn deleting_a_user_removes_what_is_theirs_and_nothing_else(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = (project_id("a"), project_id("b"));
    fill(&db, &a).await;
    fill(&db, &b).await;
    assert!(storing!(db, |w| w.delete_user(&a, user_id(1))).expect("it deletes"));
    let mut reader = db.read().await.expect("a reader");
    assert_eq!(reader.find_user(&a, user_id(1)).await.expect("it reads"), None);
    assert_eq!(belongings(&mut reader, &a, 1).await, [0; 6]);
    for (project, other) in [(&a, 2), (&b, 1), (&b, 2)] {
        assert_eq!(belongings(&mut reader, project, other).await, [1; 6]);
    }
    let auth = stack_domain::models::ContactChannelType::Email;
    assert_eq!(
        reader
            .find_auth_contact_channel(&a, auth, "1@x.org")
            .await
            .expect("it reads"),
        None
    );
}

pub async fn what_is_not_there_is_neither_found_nor_changed(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    let id = user_id(9);
    assert_eq!(reading!(db, |r| r.find_user(&a, id)), None);
    assert_eq!(reading!(db, |r| r.find_user_credentials(&a, id)), None);
    assert!(!storing!(db, |w| w.update_user_profile(&a, &profile(9))).expect("it does nothing"));
    assert!(!storing!(db, |w| w.update_user_credentials(&a, id, &credentials())).expect("it does nothing"));
    assert!(!storing!(db, |w| w.touch_user(&a, id, Millis(9))).expect("it does nothing"));
    assert!(!storing!(db, |w| w.delete_user(&a, id)).expect("it does nothing"));
    assert_eq!(reading!(db, |r| r.find_user(&project_id("nowhere"), user_id(1))), None);
}

pub async fn locking_tells_whether_there_is_such_a_user(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    assert!(storing!(db, |w| w.lock_user(&a, user_id(1))).expect("it locks"));
    assert!(!storing!(db, |w| w.lock_user(&a, user_id(2))).expect("there is none"));
    assert!(!storing!(db, |w| w.lock_user(&project_id("nowhere"), user_id(1))).expect("there is none"));
}
