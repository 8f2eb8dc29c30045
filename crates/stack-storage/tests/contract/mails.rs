//! Promises about mails.

use std::collections::BTreeSet;

use stack_domain::{
    models::{
        Email, EmailFilter, EmailProgress, EmailSkipReason, EmailState, EmailStatus, MailTemplate, SendFailure,
        SentCounts,
    },
    ports::{EmailRepository as _, Storage as _, Transaction as _},
};
use stack_types::{EmailId, Millis};
use uuid::Uuid;

use crate::{concurrency::at_once, fixtures::*, harness::TestDatabase};

const NOW: Millis = Millis(10_000);

fn id(n: u128) -> EmailId {
    EmailId(Uuid::from_u128(n))
}

/// A mail that waits, put into the outbox at the instant `n` and due then.
fn email(n: u128) -> Email {
    let at = Millis(i64::try_from(n).expect("a small number"));
    Email {
        id: id(n),
        template: MailTemplate::MagicLink,
        state: EmailState::Waiting,
        is_bulk: false,
        is_paused: false,
        skip_deliverability_check: false,
        may_have_been_sent: false,
        attempts: 0,
        created_at: at,
        updated_at: at,
        rendered_at: at,
        scheduled_at: at,
        due_at: at,
        started_sending_at: None,
        finished_at: None,
        lease: None,
        skip_reason: None,
        failures: Vec::new(),
        content: format!("sealed {n}"),
    }
}

/// A mail of which everything is known.
fn full(n: u128) -> Email {
    Email {
        template: MailTemplate::SignInInvitation,
        state: EmailState::Skipped,
        is_bulk: true,
        is_paused: true,
        skip_deliverability_check: true,
        may_have_been_sent: true,
        attempts: 5,
        updated_at: Millis(2),
        rendered_at: Millis(3),
        scheduled_at: Millis(4),
        due_at: Millis(5),
        started_sending_at: Some(Millis(6)),
        finished_at: Some(Millis(7)),
        lease: Some(Uuid::from_u128(8)),
        skip_reason: Some(EmailSkipReason::UserHasNoPrimaryEmail),
        failures: vec![SendFailure {
            attempt: 1,
            at: Millis(9),
            external: "no \"answer\"".into(),
            internal: "timeout".into(),
        }],
        ..email(n)
    }
}

fn finished(n: u128, at: i64) -> Email {
    Email {
        state: EmailState::Sent,
        finished_at: Some(Millis(at)),
        ..email(n)
    }
}

fn ids(emails: &[Email]) -> Vec<EmailId> {
    emails.iter().map(|email| email.id).collect()
}

pub async fn a_mail_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for written in [email(1), full(2)] {
        storing!(db, |w| w.insert_email(&a, &written)).expect("it is new");
        assert_eq!(reading!(db, |r| r.find_email(&b, written.id)), None);
        assert_eq!(reading!(db, |r| r.find_email(&a, written.id)), Some(written));
    }
}

pub async fn a_mail_needs_a_project(TestDatabase { db, .. }: TestDatabase) {
    assert_missing(storing!(db, |w| w.insert_email(&project_id("nowhere"), &email(1))));
}

pub async fn state_and_content_of_a_mail_are_written_one_by_one(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    storing!(db, |w| w.insert_email(&a, &email(1))).expect("it is new");
    let changed = full(1);
    assert!(!storing!(db, |w| w.update_email(&b, &changed)).expect("it is written"));
    assert!(storing!(db, |w| w.update_email(&a, &changed)).expect("it is written"));
    let expected = Email {
        template: MailTemplate::MagicLink,
        is_bulk: false,
        rendered_at: Millis(1),
        ..changed.clone()
    };
    assert_eq!(reading!(db, |r| r.find_email(&a, id(1))), Some(expected.clone()));
    let rewritten = Email {
        content: "sealed anew".into(),
        rendered_at: Millis(11),
        ..email(1)
    };
    assert!(!storing!(db, |w| w.update_email_content(&b, &rewritten)).expect("it is written"));
    assert!(storing!(db, |w| w.update_email_content(&a, &rewritten)).expect("it is written"));
    let expected = Email {
        content: "sealed anew".into(),
        rendered_at: Millis(11),
        ..expected
    };
    assert_eq!(reading!(db, |r| r.find_email(&a, id(1))), Some(expected));
}

pub async fn mails_are_listed_newest_first_from_a_mail_on(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let same_instant = Email {
        created_at: Millis(2),
        ..email(3)
    };
    for written in [email(1), same_instant, email(2), email(4)] {
        storing!(db, |w| w.insert_email(&a, &written)).expect("it is new");
    }
    storing!(db, |w| w.insert_email(&b, &email(9))).expect("it is new");
    let filter = EmailFilter::default();
    let list = |from, limit| {
        let (db, a) = (db.clone(), a.clone());
        async move { ids(&reading!(db, |r| r.list_emails(&a, filter, NOW, from, limit))) }
    };
    assert_eq!(list(None, 10).await, [id(4), id(3), id(2), id(1)]);
    assert_eq!(list(None, 2).await, [id(4), id(3)]);
    assert_eq!(list(Some(id(2)), 2).await, [id(2), id(1)]);
    assert_eq!(list(Some(id(9)), 2).await, [], "a mail of another project is none");
}

pub async fn mails_are_filtered_by_the_status_that_they_show(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    let state = |n, state| Email { state, ..email(n) };
    let paused = Email {
        is_paused: true,
        ..email(2)
    };
    let scheduled = Email {
        scheduled_at: Millis(NOW.get() + 1),
        ..email(3)
    };
    let all = [
        email(1),
        paused,
        scheduled,
        state(4, EmailState::Sending),
        state(5, EmailState::Sent),
        state(6, EmailState::Failed),
        state(7, EmailState::Skipped),
    ];
    for written in &all {
        storing!(db, |w| w.insert_email(&a, written)).expect("it is new");
    }
    for status in EmailStatus::ALL {
        let filter = EmailFilter {
            status: Some(*status),
            progress: None,
        };
        let expected: Vec<EmailId> = all
            .iter()
            .filter(|email| email.status(NOW) == *status)
            .map(|email| email.id)
            .collect();
        assert_eq!(expected.len(), 1, "{status:?}");
        let listed = reading!(db, |r| r.list_emails(&a, filter, NOW, None, 10));
        assert_eq!(ids(&listed), expected, "{status:?}");
    }
    for progress in EmailProgress::ALL {
        let filter = EmailFilter {
            status: None,
            progress: Some(*progress),
        };
        let listed = reading!(db, |r| r.list_emails(&a, filter, NOW, None, 10));
        let expected: Vec<EmailId> = all
            .iter()
            .rev()
            .filter(|email| email.status(NOW).progress() == *progress)
            .map(|email| email.id)
            .collect();
        assert_eq!(ids(&listed), expected, "{progress:?}");
    }
}

pub async fn mails_are_counted_up_to_a_bound(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let sent_at = |n, at| Email {
        started_sending_at: Some(Millis(at)),
        ..finished(n, at)
    };
    for written in [
        email(1),
        email(2),
        email(3),
        sent_at(4, 100),
        sent_at(5, 101),
        sent_at(6, 102),
    ] {
        storing!(db, |w| w.insert_email(&a, &written)).expect("it is new");
    }
    assert_eq!(reading!(db, |r| r.count_unfinished_emails(&a, 10)), 3);
    assert_eq!(reading!(db, |r| r.count_unfinished_emails(&a, 2)), 2);
    assert_eq!(reading!(db, |r| r.count_unfinished_emails(&b, 2)), 0);
    assert_eq!(reading!(db, |r| r.count_emails_sent_since(&a, Millis(100), 10)), 2);
    assert_eq!(reading!(db, |r| r.count_emails_sent_since(&a, Millis(100), 1)), 1);
    assert_eq!(reading!(db, |r| r.count_emails_sent_since(&b, Millis(100), 1)), 0);
}

pub async fn due_mails_are_those_whose_time_has_come(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let due_at = |n, at| Email {
        due_at: Millis(at),
        ..email(n)
    };
    let paused = Email {
        is_paused: true,
        ..email(6)
    };
    for written in [
        due_at(1, 30),
        due_at(2, 10),
        due_at(3, 20),
        due_at(4, 31),
        finished(5, 5),
        paused,
    ] {
        storing!(db, |w| w.insert_email(&a, &written)).expect("it is new");
    }
    storing!(db, |w| w.insert_email(&b, &due_at(9, 5))).expect("it is new");
    let at = Millis(30);
    assert_eq!(
        reading!(db, |r| r.list_projects_with_due_emails(at)),
        [b.clone(), a.clone()]
    );
    let due = storing!(db, |w| w.lock_due_emails(&a, at, 10)).expect("they are locked");
    assert_eq!(ids(&due), [id(2), id(3), id(1)]);
    let due = storing!(db, |w| w.lock_due_emails(&a, at, 1)).expect("they are locked");
    assert_eq!(ids(&due), [id(2)]);
    assert_eq!(reading!(db, |r| r.list_projects_with_due_emails(Millis(9))), [b]);
}

pub async fn of_many_workers_each_takes_other_mails(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    for n in 1..=20 {
        storing!(db, |w| w.insert_email(&a, &email(n))).expect("it is new");
    }
    let taken = at_once(&db, 8, |db, _| async move {
        let a = project_id("a");
        let mut taken = Vec::new();
        loop {
            let mut w = db.write().await.expect("a transaction");
            let due = w.lock_due_emails(&a, NOW, 3).await.expect("they are locked");
            for email in &due {
                let sending = Email {
                    due_at: Millis(NOW.get() + 1),
                    ..email.clone()
                };
                w.update_email(&a, &sending).await.expect("it is written");
            }
            w.commit().await.expect("it is kept");
            if due.is_empty() {
                return taken;
            }
            taken.extend(ids(&due));
        }
    })
    .await
    .concat();
    // Those that another worker had locked were passed over; whoever came last may have left some.
    assert_eq!(
        taken.iter().collect::<BTreeSet<_>>().len(),
        taken.len(),
        "none is taken twice"
    );
    let left = storing!(db, |w| w.lock_due_emails(&a, NOW, 100)).expect("they are locked");
    assert_eq!(taken.len() + left.len(), 20);
}

pub async fn finished_mails_are_swept_some_at_a_time(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    for written in [finished(1, 10), finished(2, 20), finished(3, 30), email(4)] {
        storing!(db, |w| w.insert_email(&a, &written)).expect("it is new");
    }
    storing!(db, |w| w.insert_email(&b, &finished(9, 15))).expect("it is new");
    let sweep = |limit| {
        let db = db.clone();
        async move { storing!(db, |w| w.delete_emails_finished_before(Millis(30), limit)).expect("it is swept") }
    };
    assert_eq!(sweep(2).await, 2);
    assert_eq!(sweep(2).await, 1);
    assert_eq!(sweep(2).await, 0);
    let newest = reading!(db, |r| r.list_newest_email_ids(10));
    assert_eq!(newest, [(a.clone(), id(4)), (a, id(3))]);
}

pub async fn mails_in_bulk_wait_behind_all_others(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[]).await;
    let in_bulk = |n| Email {
        is_bulk: true,
        ..email(n)
    };
    for written in [in_bulk(1), email(3), in_bulk(2), email(4)] {
        storing!(db, |w| w.insert_email(&a, &written)).expect("it is new");
    }
    let due = storing!(db, |w| w.lock_due_emails(&a, NOW, 3)).expect("they are locked");
    assert_eq!(ids(&due), [id(3), id(4), id(1)]);
}

pub async fn sent_mails_are_counted_by_span(TestDatabase { db, .. }: TestDatabase) {
    const HOUR: i64 = 60 * 60 * 1000;
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let now = Millis(1000 * HOUR);
    let ago = |n, hours: i64, state| Email {
        state,
        started_sending_at: Some(Millis(now.get() - hours * HOUR)),
        ..finished(n, now.get())
    };
    let sent = EmailState::Sent;
    for written in [
        ago(1, 0, sent),
        ago(2, 1, sent),
        ago(3, 23, sent),
        ago(4, 24, sent),
        ago(5, 8 * 24, sent),
        ago(6, 30 * 24, sent),
        ago(7, 0, EmailState::Failed),
    ] {
        storing!(db, |w| w.insert_email(&a, &written)).expect("it is new");
    }
    let expected = SentCounts {
        hour: 1,
        day: 3,
        week: 4,
        month: 5,
    };
    assert_eq!(reading!(db, |r| r.count_sent_emails(&a, now)), expected);
    assert_eq!(reading!(db, |r| r.count_sent_emails(&b, now)), SentCounts::default());
}

pub async fn what_was_sent_or_given_up_is_listed_newest_first(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    let settled = |n, at, state| Email {
        state,
        started_sending_at: Some(Millis(at)),
        ..finished(n, at)
    };
    for written in [
        settled(1, 30, EmailState::Sent),
        settled(2, 40, EmailState::Failed),
        settled(3, 50, EmailState::Skipped),
        settled(4, 20, EmailState::Failed),
        email(5),
    ] {
        storing!(db, |w| w.insert_email(&a, &written)).expect("it is new");
    }
    storing!(db, |w| w.insert_email(&b, &settled(6, 60, EmailState::Sent))).expect("it is new");
    assert_eq!(
        ids(&reading!(db, |r| r.list_settled_emails(&a, 9))),
        [id(2), id(1), id(4)]
    );
    assert_eq!(ids(&reading!(db, |r| r.list_settled_emails(&a, 1))), [id(2)]);
    let failing = |since| {
        let db = db.clone();
        async move { reading!(db, |r| r.list_projects_with_failed_emails(Millis(since))) }
    };
    assert_eq!(failing(39).await, [a]);
    assert_eq!(failing(40).await, []);
}
