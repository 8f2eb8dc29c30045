//! Promises about mail to users: drafts, wishes, boosts.

use stack_domain::{
    models::{EmailDraft, NotificationCategory, NotificationPreference, ThemeChoice},
    ports::{MailToUsersRepository as _, Storage as _, Transaction as _, UserRepository as _},
};
use stack_types::{EmailDraftId, EmailThemeId, Millis};
use uuid::Uuid;

use crate::{concurrency::at_once, fixtures::*, harness::TestDatabase};

fn draft(n: u128) -> EmailDraft {
    EmailDraft {
        id: EmailDraftId(Uuid::from_u128(n)),
        display_name: format!("Draft {n}"),
        source: "<p>{{ user.displayName }}</p>".to_owned(),
        theme: None,
        created_at: Millis(i64::try_from(n).expect("a small number")),
        sent_at: None,
    }
}

pub async fn a_wish_takes_the_place_of_the_one_before(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    let (marketing, user) = (NotificationCategory::Marketing, user_id(1));
    for is_enabled in [false, true, false] {
        storing!(db, |w| w.save_notification_preference(&a, user, marketing, is_enabled)).expect("a user");
        let expected = NotificationPreference {
            category: marketing,
            is_enabled,
        };
        assert_eq!(reading!(db, |r| r.list_notification_preferences(&a, user)), [expected]);
    }
    assert_eq!(reading!(db, |r| r.list_notification_preferences(&a, user_id(2))), []);
    assert_eq!(reading!(db, |r| r.list_notification_preferences(&b, user)), []);
}

pub async fn a_wish_needs_its_user_and_goes_with_them(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    let (kind, user) = (NotificationCategory::Transactional, user_id(1));
    assert_missing(storing!(db, |w| w.save_notification_preference(
        &a,
        user_id(9),
        kind,
        false
    )));
    storing!(db, |w| w.save_notification_preference(&a, user, kind, false)).expect("a user");
    storing!(db, |w| w.delete_user(&a, user)).expect("a user");
    assert_eq!(reading!(db, |r| r.list_notification_preferences(&a, user)), []);
}

pub async fn a_draft_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let themes = [
        None,
        Some(ThemeChoice::None),
        Some(ThemeChoice::Theme(EmailThemeId(Uuid::from_u128(7)))),
    ];
    for (n, theme) in (1..).zip(themes) {
        let written = EmailDraft {
            theme,
            sent_at: Some(Millis(9)),
            ..draft(n)
        };
        storing!(db, |w| w.insert_email_draft(&a, &written)).expect("it is new");
        assert_eq!(reading!(db, |r| r.find_email_draft(&b, written.id)), None);
        assert_eq!(reading!(db, |r| r.find_email_draft(&a, written.id)), Some(written));
    }
    assert_missing(storing!(db, |w| w.insert_email_draft(&project_id("nowhere"), &draft(9))));
}

pub async fn drafts_are_listed_newest_first_and_counted_up_to_a_bound(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for n in [2, 3, 1] {
        storing!(db, |w| w.insert_email_draft(&a, &draft(n))).expect("it is new");
    }
    assert_eq!(reading!(db, |r| r.list_email_drafts(&a, 2)), [draft(3), draft(2)]);
    assert_eq!(reading!(db, |r| r.list_email_drafts(&b, 2)), []);
    assert_eq!(reading!(db, |r| r.count_email_drafts(&a, 9)), 3);
    assert_eq!(reading!(db, |r| r.count_email_drafts(&a, 2)), 2);
    assert_eq!(reading!(db, |r| r.count_email_drafts(&b, 2)), 0);
}

pub async fn a_draft_is_changed_sent_and_deleted_in_its_project_only(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_email_draft(&a, &draft(1))).expect("it is new");
    let id = draft(1).id;
    let changed = EmailDraft {
        display_name: "News".to_owned(),
        source: "<p>News</p>".to_owned(),
        theme: Some(ThemeChoice::None),
        ..draft(1)
    };
    assert!(!storing!(db, |w| w.update_email_draft(&b, &changed)).expect("it is written"));
    assert!(storing!(db, |w| w.update_email_draft(&a, &changed)).expect("it is written"));
    assert!(!storing!(db, |w| w.mark_email_draft_sent(&b, id, Millis(5))).expect("it is written"));
    assert!(storing!(db, |w| w.mark_email_draft_sent(&a, id, Millis(5))).expect("it is written"));
    let expected = EmailDraft {
        sent_at: Some(Millis(5)),
        ..changed
    };
    assert_eq!(reading!(db, |r| r.find_email_draft(&a, id)), Some(expected));
    assert!(!storing!(db, |w| w.delete_email_draft(&b, id)).expect("it is written"));
    assert!(storing!(db, |w| w.delete_email_draft(&a, id)).expect("it is written"));
    assert_eq!(reading!(db, |r| r.find_email_draft(&a, id)), None);
}

pub async fn of_many_boosts_at_once_exactly_one_begins(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for now in [0, 100] {
        let begun = at_once(&db, 8, move |db, _| async move {
            let mut w = db.write().await.expect("a writer");
            let begins = w
                .begin_email_boost(&project_id("a"), Millis(now), Millis(now + 100))
                .await
                .expect("it is written");
            w.commit().await.expect("it is kept");
            begins
        })
        .await;
        assert_eq!(begun.into_iter().filter(|begins| *begins).count(), 1, "at {now}");
        assert_eq!(reading!(db, |r| r.find_email_boost(&a)), Some(Millis(now + 100)));
    }
    assert_eq!(reading!(db, |r| r.find_email_boost(&b)), None);
    assert_missing(storing!(db, |w| w.begin_email_boost(
        &project_id("nowhere"),
        Millis(0),
        Millis(1)
    )));
}
