//! Promises about OAuth accounts.

use stack_domain::{
    models::OAuthAccount,
    ports::{UniqueRule, UserRepository as _},
};
use stack_types::Millis;

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
