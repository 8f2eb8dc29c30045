//! The outbox and what becomes of mails in it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use stack_domain::{
    Domain, Settings,
    mail::{EmailChange, MAX_ATTEMPTS, MailSettings, Outcome, ShownEmail},
    models::{EmailFilter, EmailRecipient, EmailSkipReason, EmailStatus},
    ports::{Clock, Mailer, OutgoingMail, SeededRng, SendError},
};
use stack_types::{EmailId, KnownError, Patch, UserId};

use crate::{
    harness::{Harness, code},
    memory::Memory,
};

/// Answers as it was told, and remembers what it was given.
#[derive(Default)]
struct Script {
    answers: Mutex<Vec<SendError>>,
    sent: Mutex<Vec<(EmailId, Vec<String>)>>,
}

impl Script {
    /// One that fails as often as there are answers, and then sends.
    fn failing(answers: impl IntoIterator<Item = SendError>) -> Self {
        Self {
            answers: Mutex::new(answers.into_iter().collect()),
            ..Self::default()
        }
    }

    fn addresses(&self) -> Vec<String> {
        let sent = self.sent.lock().unwrap();
        sent.iter().flat_map(|(_, to)| to.clone()).collect()
    }
}

impl Mailer for Script {
    async fn send(&self, mail: &OutgoingMail<'_>) -> Result<(), SendError> {
        let mut answers = self.answers.lock().unwrap();
        if !answers.is_empty() {
            return Err(answers.remove(0));
        }
        self.sent.lock().unwrap().push((mail.id, mail.to.to_vec()));
        Ok(())
    }
}

fn error(is_permanent: bool, may_have_been_sent: bool) -> SendError {
    SendError {
        is_permanent,
        may_have_been_sent,
        external: "no answer".to_owned(),
        internal: "no answer in time".to_owned(),
    }
}

const TEMPORARY: fn() -> SendError = || error(false, false);

impl Harness {
    async fn invite(&self, address: &str) {
        let tenant = self.tenant().await;
        let link = "http://localhost/join?code=secret";
        self.domain.otp.invite(&tenant, address, link).await.unwrap();
    }

    /// Sends all that is due, one by one.
    async fn deliver(&self, mailer: &Script) -> Vec<Outcome> {
        deliver(&self.domain, mailer).await
    }

    async fn outbox_mails(&self) -> Vec<ShownEmail> {
        let tenant = self.tenant().await;
        let filter = EmailFilter::default();
        self.domain.outbox.list(&tenant, filter, None, 100).await.unwrap().items
    }

    async fn mail(&self) -> ShownEmail {
        let mut mails = self.outbox_mails().await;
        assert_eq!(mails.len(), 1);
        mails.remove(0)
    }

    async fn change_mail(&self, id: EmailId, change: EmailChange) -> Result<ShownEmail, stack_domain::DomainError> {
        let tenant = self.tenant().await;
        self.domain.outbox.update(&tenant, id, change).await
    }
}

async fn deliver(domain: &Domain<Memory>, mailer: &Script) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for claimed in domain.delivery.claim(100, &HashMap::new()).await.unwrap() {
        let attempt = domain.delivery.attempt(claimed, mailer).await.unwrap();
        outcomes.push(domain.delivery.settle(&attempt).await.unwrap());
    }
    outcomes
}

#[tokio::test]
async fn a_mail_is_sent_once() {
    let (harness, mailer) = (Harness::new().await, Script::default());
    harness.invite(" Ada@Example.com").await;
    assert!(matches!(harness.mail().await.status, EmailStatus::Queued));
    assert_eq!(harness.deliver(&mailer).await, [Outcome::Sent]);
    assert_eq!(harness.deliver(&mailer).await, []);
    assert_eq!(mailer.addresses(), ["ada@example.com"]);
    let mail = harness.mail().await;
    assert_eq!((mail.status, mail.email.may_have_been_sent), (EmailStatus::Sent, false));
}

#[tokio::test]
async fn nothing_that_is_stored_of_a_mail_shows_what_it_says() {
    let harness = Harness::new().await;
    harness.invite("ada@example.com").await;
    let mail = harness.mail().await;
    assert!(mail.content.text.contains("code=secret"));
    let stored = format!("{:?}", mail.email);
    assert!(
        !stored.contains("secret") && !stored.contains("ada@example.com"),
        "{stored}"
    );
}

#[tokio::test]
async fn a_mail_is_tried_five_times_and_then_given_up() {
    let (harness, mailer) = (Harness::new().await, Script::failing((0..5).map(|_| TEMPORARY())));
    harness.invite("ada@example.com").await;
    for attempt in 1..=MAX_ATTEMPTS {
        let [outcome] = harness.deliver(&mailer).await[..] else {
            panic!("attempt {attempt}")
        };
        if attempt == MAX_ATTEMPTS {
            assert_eq!(outcome, Outcome::Failed);
        } else {
            let Outcome::Retried { at } = outcome else {
                panic!("{outcome:?}")
            };
            let wait = at.get() - harness.clock.now().get();
            let about = 20_000 * 2_i64.pow(u32::from(attempt) - 1);
            assert!((wait - about).abs() <= about / 4, "attempt {attempt}: {wait}");
            assert_eq!(harness.deliver(&mailer).await, [], "it isn't due yet");
            harness.clock.set(at);
        }
    }
    let mail = harness.mail().await;
    assert_eq!((mail.status, mail.email.failures.len()), (EmailStatus::ServerError, 5));
    harness.advance(24 * 60 * 60);
    assert_eq!(harness.deliver(&mailer).await, []);
}

#[tokio::test]
async fn what_a_mail_server_refuses_for_good_is_not_tried_again() {
    let (harness, mailer) = (Harness::new().await, Script::failing([error(true, false)]));
    harness.invite("ada@example.com").await;
    assert_eq!(harness.deliver(&mailer).await, [Outcome::Failed]);
}

#[tokio::test]
async fn a_claimed_mail_is_nobody_elses_until_its_lease_ends() {
    let (harness, mailer) = (Harness::new().await, Script::default());
    let other = Harness::process(&harness.memory, &harness.clock);
    harness.invite("ada@example.com").await;
    let claimed = harness.domain.delivery.claim(1, &HashMap::new()).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(harness.mail().await.status, EmailStatus::Sending);
    assert_eq!(deliver(&other, &mailer).await, []);
    harness.advance(179);
    assert_eq!(deliver(&other, &mailer).await, []);
}

#[tokio::test]
async fn a_crash_while_sending_loses_nothing_and_is_noted() {
    let (harness, mailer) = (Harness::new().await, Script::default());
    let other = Harness::process(&harness.memory, &harness.clock);
    harness.invite("ada@example.com").await;
    let mut claimed = harness.domain.delivery.claim(1, &HashMap::new()).await.unwrap();
    // The mail is sent, and the process dies before it can say so.
    let unsettled = harness
        .domain
        .delivery
        .attempt(claimed.remove(0), &mailer)
        .await
        .unwrap();
    harness.advance(180);
    assert_eq!(deliver(&other, &mailer).await, [], "the lease is ended first");
    assert_eq!(deliver(&other, &mailer).await, [Outcome::Sent]);
    let mail = harness.mail().await;
    assert!(mail.email.may_have_been_sent);
    assert!(mail.email.failures[0].external.contains("may have been sent"));
    assert_eq!(mailer.addresses().len(), 2);
    // Should the first process live after all, it has nothing more to say.
    assert_eq!(harness.domain.delivery.settle(&unsettled).await.unwrap(), Outcome::Lost);
}

#[tokio::test]
async fn a_mail_that_is_lost_five_times_is_given_up() {
    let harness = Harness::new().await;
    harness.invite("ada@example.com").await;
    for _ in 0..MAX_ATTEMPTS {
        assert_eq!(
            harness.domain.delivery.claim(1, &HashMap::new()).await.unwrap().len(),
            1
        );
        harness.advance(180);
        assert_eq!(
            harness.domain.delivery.claim(1, &HashMap::new()).await.unwrap().len(),
            0
        );
    }
    assert_eq!(harness.mail().await.status, EmailStatus::ServerError);
}

#[tokio::test]
async fn an_attempt_that_may_have_sent_a_mail_is_noted() {
    let (harness, mailer) = (Harness::new().await, Script::failing([error(false, true)]));
    harness.invite("ada@example.com").await;
    assert!(matches!(harness.deliver(&mailer).await[..], [Outcome::Retried { .. }]));
    assert!(harness.mail().await.email.may_have_been_sent);
}

#[tokio::test]
async fn what_is_given_back_was_never_claimed() {
    let (harness, mailer) = (Harness::new().await, Script::default());
    harness.invite("ada@example.com").await;
    for claimed in harness.domain.delivery.claim(1, &HashMap::new()).await.unwrap() {
        harness.domain.delivery.give_back(claimed).await.unwrap();
    }
    let mail = harness.mail().await;
    assert_eq!((mail.status, mail.email.attempts), (EmailStatus::Queued, 0));
    assert_eq!(harness.deliver(&mailer).await, [Outcome::Sent]);
    assert!(!harness.mail().await.email.may_have_been_sent);
}

#[tokio::test]
async fn a_process_sends_four_mails_of_a_project_at_once() {
    let harness = Harness::new().await;
    for n in 0..6 {
        harness.invite(&format!("{n}@example.com")).await;
    }
    assert_eq!(
        harness.domain.delivery.claim(100, &HashMap::new()).await.unwrap().len(),
        4
    );
    let busy = HashMap::from([(harness.demo.clone(), 3)]);
    assert_eq!(harness.domain.delivery.claim(100, &busy).await.unwrap().len(), 1);
}

#[tokio::test]
async fn more_mails_than_a_project_may_send_in_an_hour_wait() {
    let (harness, mailer) = (Harness::new().await, Script::default());
    let clock: Arc<dyn Clock> = harness.clock.clone();
    let settings = Settings {
        mail: MailSettings {
            per_hour: 2,
            ..MailSettings::default()
        },
        ..Settings::new("https://auth.example.com", "server secret")
    };
    let domain = Domain::new(harness.memory.clone(), clock, Arc::new(SeededRng::new(8)), settings);
    for n in 0..3 {
        harness.invite(&format!("{n}@example.com")).await;
    }
    assert_eq!(deliver(&domain, &mailer).await.len(), 2);
    harness.advance(59 * 60);
    assert_eq!(deliver(&domain, &mailer).await, []);
    harness.advance(60);
    assert_eq!(deliver(&domain, &mailer).await, [Outcome::Sent]);
}

#[tokio::test]
async fn a_mail_that_has_nobody_to_go_to_is_skipped() {
    let nobody = EmailRecipient::CustomEmails { emails: Vec::new() };
    let gone = EmailRecipient::UserPrimaryEmail {
        user_id: UserId(uuid::Uuid::nil()),
    };
    for (to, reason) in [
        (gone, EmailSkipReason::UserAccountDeleted),
        (nobody, EmailSkipReason::NoEmailProvided),
    ] {
        let (harness, mailer) = (Harness::new().await, Script::default());
        harness.invite("ada@example.com").await;
        let change = EmailChange {
            to: Some(to),
            ..EmailChange::default()
        };
        harness
            .change_mail(harness.mail().await.email.id, change)
            .await
            .unwrap();
        assert_eq!(harness.deliver(&mailer).await, [Outcome::Skipped(reason)]);
        assert_eq!(harness.mail().await.status, EmailStatus::Skipped);
        assert!(mailer.addresses().is_empty());
    }
}

#[tokio::test]
async fn a_mail_to_a_primary_address_goes_to_what_it_is_when_it_is_sent() {
    let (harness, mailer) = (Harness::new().await, Script::default());
    let ada = harness.sign_up("ada@example.com").await;
    harness.deliver(&Script::default()).await;
    harness.invite("old@example.com").await;
    let waiting = harness
        .outbox_mails()
        .await
        .into_iter()
        .find(|mail| mail.status == EmailStatus::Queued);
    let change = EmailChange {
        to: Some(EmailRecipient::UserPrimaryEmail { user_id: ada.user_id }),
        ..EmailChange::default()
    };
    harness.change_mail(waiting.unwrap().email.id, change).await.unwrap();
    assert_eq!(harness.deliver(&mailer).await, [Outcome::Sent]);
    assert_eq!(mailer.addresses(), ["ada@example.com"]);
}

#[tokio::test]
async fn a_mail_is_changed_until_it_is_sent() {
    let (harness, mailer) = (Harness::new().await, Script::default());
    harness.invite("ada@example.com").await;
    let id = harness.mail().await.email.id;
    let paused = EmailChange {
        is_paused: Some(true),
        ..EmailChange::default()
    };
    assert_eq!(
        harness.change_mail(id, paused).await.unwrap().status,
        EmailStatus::Paused
    );
    assert_eq!(harness.deliver(&mailer).await, []);
    let later = EmailChange {
        is_paused: Some(false),
        scheduled_at: Some(harness.clock.now().saturating_add(Duration::from_secs(60))),
        ..EmailChange::default()
    };
    assert_eq!(
        harness.change_mail(id, later).await.unwrap().status,
        EmailStatus::Scheduled
    );
    assert_eq!(harness.deliver(&mailer).await, []);
    harness.advance(60);
    let variables = [
        ("signInInvitationLink".to_owned(), "https://example.com/new".into()),
        ("teamDisplayName".to_owned(), "<Team>".into()),
    ];
    let anew = EmailChange {
        variables: Some(variables.into_iter().collect()),
        to: Some(EmailRecipient::CustomEmails {
            emails: vec!["Bob@example.com".to_owned()],
        }),
        ..EmailChange::default()
    };
    let changed = harness.change_mail(id, anew).await.unwrap();
    assert!(changed.content.text.contains("https://example.com/new"));
    assert!(
        changed.content.html.contains("&lt;Team&gt;"),
        "{}",
        changed.content.html
    );
    assert_eq!(harness.deliver(&mailer).await, [Outcome::Sent]);
    assert_eq!(mailer.addresses(), ["bob@example.com"]);
    let refused = harness.change_mail(id, EmailChange::default()).await;
    assert!(matches!(
        refused.err().unwrap().known(),
        Some(KnownError::EmailNotEditable { status, .. }) if status == "SENT"
    ));
}

#[tokio::test]
async fn a_cancelled_mail_is_never_sent() {
    let (harness, mailer) = (Harness::new().await, Script::default());
    harness.invite("ada@example.com").await;
    let id = harness.mail().await.email.id;
    let cancel = || EmailChange {
        cancel: true,
        ..EmailChange::default()
    };
    let cancelled = harness.change_mail(id, cancel()).await.unwrap();
    assert_eq!(cancelled.email.skip_reason, Some(EmailSkipReason::ManuallyCancelled));
    assert_eq!(harness.deliver(&mailer).await, []);
    assert_eq!(code(harness.change_mail(id, cancel()).await), "EMAIL_NOT_EDITABLE");
}

#[tokio::test]
async fn a_mail_that_was_given_up_can_be_sent_anew() {
    let (harness, mailer) = (Harness::new().await, Script::failing([error(true, false)]));
    harness.invite("ada@example.com").await;
    harness.deliver(&mailer).await;
    let again = EmailChange {
        scheduled_at: Some(harness.clock.now()),
        ..EmailChange::default()
    };
    let id = harness.mail().await.email.id;
    assert_eq!(
        harness.change_mail(id, again).await.unwrap().status,
        EmailStatus::Queued
    );
    assert_eq!(harness.deliver(&mailer).await, [Outcome::Sent]);
}

#[tokio::test]
async fn a_change_that_does_not_fit_is_refused() {
    let harness = Harness::new().await;
    harness.invite("ada@example.com").await;
    let id = harness.mail().await.email.id;
    let to = |emails: Vec<String>| EmailChange {
        to: Some(EmailRecipient::CustomEmails { emails }),
        ..EmailChange::default()
    };
    for change in [
        EmailChange {
            cancel: true,
            is_paused: Some(true),
            ..EmailChange::default()
        },
        EmailChange {
            tsx_source: Some("export function EmailTemplate() {}".to_owned()),
            ..EmailChange::default()
        },
        EmailChange {
            theme_id: Patch::Value(stack_domain::models::ThemeChoice::Theme(uuid::Uuid::nil().into())),
            ..EmailChange::default()
        },
        EmailChange {
            variables: Some(serde_json::Map::new()),
            ..EmailChange::default()
        },
        to(vec!["nobody".to_owned()]),
        to(vec!["a@b.c\r\nBcc: eve@example.com".to_owned()]),
        to(vec!["ada@example.com".to_owned(); 51]),
    ] {
        assert_eq!(code(harness.change_mail(id, change).await), "400");
    }
    assert_eq!(harness.mail().await.content.to.addresses(), ["ada@example.com"]);
}

#[tokio::test]
async fn old_mails_are_swept() {
    let (harness, mailer) = (Harness::new().await, Script::default());
    harness.invite("ada@example.com").await;
    harness.deliver(&mailer).await;
    harness.invite("bob@example.com").await;
    harness.advance(30 * 24 * 60 * 60);
    assert_eq!(harness.domain.sweeper.sweep().await.unwrap().mails, 0);
    harness.advance(1);
    assert_eq!(harness.domain.sweeper.sweep().await.unwrap().mails, 1);
    assert_eq!(harness.mail().await.content.to.addresses(), ["bob@example.com"]);
}
