//! Promises about OAuth accounts.

use stack_domain::{
    models::{OAuthAccount, OAuthAccountId, OAuthToken, OAuthTokenId},
    ports::{OAuthRepository as _, UniqueRule, UserRepository as _},
};
use stack_types::Millis;
use uuid::Uuid;

use crate::{fixtures::*, harness::TestDatabase};

pub async fn accounts_are_listed_oldest_first(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    let accounts = [(4, 10), (2, 20), (3, 20)].map(|(n, created_at)| OAuthAccount {
        email: (n == 2).then(|| "ada@x.org".into()),
        allow_connected_accounts: n != 3,
        created_at: Millis(created_at),
        ..account(n, 1, "github", &n.to_string())
    });
    for account in [&accounts[2], &accounts[0], &accounts[1]] {
        storing!(db, |w| w.insert_oauth_account(&a, account)).expect("it is new");
    }
    assert_eq!(reading!(db, |r| r.list_oauth_accounts(&a, user_id(1))), accounts);
    assert_eq!(
        reading!(db, |r| r.find_user(&a, user_id(1)))
            .expect("the user")
            .oauth_accounts,
        accounts
    );
    assert_eq!(reading!(db, |r| r.list_oauth_accounts(&a, user_id(2))), []);
    assert_eq!(reading!(db, |r| r.list_oauth_accounts(&b, user_id(1))), []);
}

pub async fn an_account_signs_one_user_in(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    storing!(db, |w| w.insert_oauth_account(&a, &account(1, 1, "github", "x"))).expect("it is new");
    let again = storing!(db, |w| w.insert_oauth_account(&a, &account(2, 2, "github", "x")));
    assert_eq!(conflict(again), UniqueRule::OAuthSignInAccount);
    storing!(db, |w| w.insert_oauth_account(&a, &account(3, 2, "gitlab", "x"))).expect("another provider's account");
    storing!(db, |w| w.insert_oauth_account(&b, &account(1, 2, "github", "x"))).expect("another project's account");
}

pub async fn an_account_that_does_not_sign_in_may_be_linked_twice(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1, 2]).await;
    storing!(db, |w| w.insert_oauth_account(&a, &account(1, 1, "github", "x"))).expect("it is new");
    let linked = OAuthAccount {
        allow_sign_in: false,
        ..account(2, 2, "github", "x")
    };
    storing!(db, |w| w.insert_oauth_account(&a, &linked)).expect("it signs nobody in");
    assert_eq!(reading!(db, |r| r.list_oauth_accounts(&a, user_id(2))), [linked]);
}

pub async fn an_account_needs_a_user(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    assert_missing(storing!(db, |w| w.insert_oauth_account(&a, &account(1, 9, "github", "x"))));
    assert_missing(storing!(db, |w| w
        .insert_oauth_account(&project_id("nowhere"), &account(1, 1, "github", "x"))));
}

/// Tokens of the account `n` of [`account`].
fn token(n: u128, account: u128, scopes: &str, updated_at: i64) -> OAuthToken {
    OAuthToken {
        id: OAuthTokenId(Uuid::from_u128(n)),
        account_id: OAuthAccountId(Uuid::from_u128(account)),
        scopes: scopes.into(),
        access_token: format!("sealed access token {n}"),
        access_token_expires_at: Some(Millis(9_000)),
        refresh_token: Some(format!("sealed refresh token {n}")),
        updated_at: Millis(updated_at),
    }
}

pub async fn accounts_are_found_by_where_they_are(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    let linked = OAuthAccount {
        allow_sign_in: false,
        created_at: Millis(1),
        ..account(2, 2, "github", "x")
    };
    let accounts = [
        linked.clone(),
        account(1, 1, "github", "x"),
        account(3, 1, "gitlab", "x"),
    ];
    for account in &accounts {
        storing!(db, |w| w.insert_oauth_account(&a, account)).expect("it is new");
    }
    assert_eq!(reading!(db, |r| r.list_all_oauth_accounts(&a)), accounts);
    assert_eq!(reading!(db, |r| r.list_all_oauth_accounts(&b)), []);
    assert_eq!(
        reading!(db, |r| r.list_oauth_accounts_at(&a, "github", "x")),
        accounts[..2]
    );
    assert_eq!(reading!(db, |r| r.list_oauth_accounts_at(&a, "github", "y")), []);
    assert_eq!(reading!(db, |r| r.list_oauth_accounts_at(&b, "github", "x")), []);
    let id = |n| Some(OAuthAccountId(Uuid::from_u128(n)));
    for (project, account, except, is_used) in [
        (&a, "x", None, true),
        (&a, "x", id(1), true),
        (&a, "y", None, false),
        (&b, "x", None, false),
    ] {
        let found = reading!(db, |r| r.is_account_id_used_for_sign_in(project, account, except));
        assert_eq!(found, is_used, "{account} {except:?}");
    }
    storing!(db, |w| w.delete_oauth_account(&a, OAuthAccountId(Uuid::from_u128(3)))).expect("it is there");
    assert!(
        !reading!(db, |r| r.is_account_id_used_for_sign_in(&a, "x", id(1))),
        "it is itself"
    );
}

pub async fn an_account_changes_for_its_user_and_stays_unique(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    storing!(db, |w| w.insert_oauth_account(&a, &account(1, 1, "github", "x"))).expect("it is new");
    let other = OAuthAccount {
        allow_sign_in: false,
        ..account(2, 2, "github", "x")
    };
    storing!(db, |w| w.insert_oauth_account(&a, &other)).expect("it signs nobody in");
    let both = OAuthAccount {
        allow_sign_in: true,
        ..other.clone()
    };
    let refused = storing!(db, |w| w.update_oauth_account(&a, &both));
    assert_eq!(conflict(refused), UniqueRule::OAuthSignInAccount);
    let changed = OAuthAccount {
        account_id: "y".into(),
        email: Some("eve@x.org".into()),
        allow_connected_accounts: false,
        ..both
    };
    let stranger = OAuthAccount {
        user_id: user_id(1),
        ..changed.clone()
    };
    assert!(!storing!(db, |w| w.update_oauth_account(&a, &stranger)).expect("it runs"));
    assert!(!storing!(db, |w| w.update_oauth_account(&b, &changed)).expect("it runs"));
    assert!(storing!(db, |w| w.update_oauth_account(&a, &changed)).expect("it is there"));
    assert_eq!(
        reading!(db, |r| r.list_oauth_accounts(&a, user_id(2))),
        std::slice::from_ref(&changed)
    );
    assert!(!storing!(db, |w| w.delete_oauth_account(&b, changed.id)).expect("it runs"));
    assert!(storing!(db, |w| w.delete_oauth_account(&a, changed.id)).expect("it is there"));
    assert!(!storing!(db, |w| w.delete_oauth_account(&a, changed.id)).expect("it runs"));
    assert_eq!(reading!(db, |r| r.list_oauth_accounts(&a, user_id(2))), []);
}

pub async fn an_account_has_one_row_of_tokens_for_its_scopes(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1]).await;
    let id = OAuthAccountId(Uuid::from_u128(1));
    for project in [&a, &b] {
        storing!(db, |w| w.insert_oauth_account(project, &account(1, 1, "github", "x"))).expect("it is new");
    }
    for token in [token(1, 1, "repo", 10), token(2, 1, "repo user", 20)] {
        storing!(db, |w| w.save_oauth_token(&a, &token)).expect("the account is there");
    }
    let stored = reading!(db, |r| r.list_oauth_tokens(&a, id));
    assert_eq!(
        stored,
        [token(2, 1, "repo user", 20), token(1, 1, "repo", 10)],
        "the newest first"
    );
    let renewed = OAuthToken {
        access_token_expires_at: None,
        refresh_token: None,
        ..token(3, 1, "repo", 30)
    };
    storing!(db, |w| w.save_oauth_token(&a, &renewed)).expect("the account is there");
    let kept = OAuthToken {
        id: token(1, 1, "", 0).id,
        refresh_token: Some("sealed refresh token 1".into()),
        ..renewed
    };
    let stored = reading!(db, |r| r.list_oauth_tokens(&a, id));
    assert_eq!(stored, [kept.clone(), token(2, 1, "repo user", 20)]);
    assert_eq!(reading!(db, |r| r.list_oauth_tokens(&b, id)), []);
    assert!(!storing!(db, |w| w.delete_oauth_token(&b, kept.id)).expect("it runs"));
    assert!(storing!(db, |w| w.delete_oauth_token(&a, kept.id)).expect("it is there"));
    assert_eq!(
        reading!(db, |r| r.list_oauth_tokens(&a, id)),
        [token(2, 1, "repo user", 20)]
    );
    assert_missing(storing!(db, |w| w.save_oauth_token(&a, &token(4, 9, "repo", 40))));
    storing!(db, |w| w.delete_oauth_account(&a, id)).expect("it is there");
    assert_eq!(
        reading!(db, |r| r.list_oauth_tokens(&a, id)),
        [],
        "tokens go with their account"
    );
}
