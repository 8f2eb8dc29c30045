//! Promises about counts of sign-up rules, and about users without a verified address.

use stack_domain::{
    models::{AdminRestriction, ContactChannel, RuleMatches, UnverifiedUser, UserProfile},
    ports::SignUpRuleRepository as _,
};
use stack_types::Millis;

use crate::{fixtures::*, harness::TestDatabase};

fn matches(rule: &str, hour: i64, action: &str, matches: i64) -> RuleMatches {
    RuleMatches {
        rule_id: rule.to_owned(),
        hour: Millis(hour),
        action: action.to_owned(),
        matches,
    }
}

pub async fn matches_are_counted_by_the_hour_and_in_all(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for (rule, action, hour) in [
        ("x", "reject", 10),
        ("x", "reject", 10),
        ("x", "allow", 10),
        ("x", "reject", 20),
        ("Y", "log", 20),
        ("x", "reject", 5),
    ] {
        storing!(db, |w| w.count_sign_up_rule(&a, rule, action, Millis(hour))).expect("a project");
    }
    assert_eq!(
        reading!(db, |r| r.list_sign_up_rule_hours(&a, Millis(10))),
        [
            matches("Y", 20, "log", 1),
            matches("x", 10, "allow", 1),
            matches("x", 10, "reject", 2),
            matches("x", 20, "reject", 1),
        ]
    );
    let totals = [("Y".to_owned(), 1), ("x".to_owned(), 5)];
    assert_eq!(reading!(db, |r| r.list_sign_up_rule_totals(&a)), totals);
    assert_eq!(reading!(db, |r| r.list_sign_up_rule_hours(&b, Millis(0))), []);
    assert_eq!(reading!(db, |r| r.list_sign_up_rule_totals(&b)), []);
    assert_missing(storing!(db, |w| w.count_sign_up_rule(
        &project_id("nowhere"),
        "x",
        "log",
        Millis(0)
    )));
    assert_eq!(
        storing!(db, |w| w.delete_sign_up_rule_hours_before(Millis(20), 2)).expect("swept"),
        2
    );
    assert_eq!(
        storing!(db, |w| w.delete_sign_up_rule_hours_before(Millis(20), 9)).expect("swept"),
        1
    );
    assert_eq!(reading!(db, |r| r.list_sign_up_rule_totals(&a)), totals, "in all stays");
}

pub async fn users_without_a_verified_primary_address_are_counted_and_listed(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let at = |n: u128| UserProfile {
        signed_up_at: Millis(i64::try_from(n).expect("a small number")),
        ..profile(n)
    };
    let anonymous = UserProfile {
        is_anonymous: true,
        ..at(4)
    };
    let restricted = UserProfile {
        restriction: Some(AdminRestriction::default()),
        ..at(5)
    };
    add_users(&db, &a, [at(1), at(2), at(3), anonymous, restricted]).await;
    let verified = ContactChannel {
        is_verified: true,
        ..primary_channel(1, 1, "ada@example.com")
    };
    let unverified = ContactChannel {
        is_verified: false,
        ..primary_channel(2, 2, "bob@example.com")
    };
    add_channels(&db, &a, [verified, unverified]).await;
    let listed = reading!(db, |r| r.list_users_without_verified_email(&a, 10));
    let shown: Vec<_> = listed
        .iter()
        .map(|user| (user.id, user.primary_email.as_deref()))
        .collect();
    assert_eq!(shown, [(user_id(3), None), (user_id(2), Some("bob@example.com"))]);
    assert_eq!(reading!(db, |r| r.list_users_without_verified_email(&a, 1)).len(), 1);
    assert_eq!(reading!(db, |r| r.count_users_without_verified_email(&a)), 2);
    assert_eq!(reading!(db, |r| r.count_users_without_verified_email(&b)), 0);
    let none: [UnverifiedUser; 0] = [];
    assert_eq!(reading!(db, |r| r.list_users_without_verified_email(&b, 1)), none);
}
