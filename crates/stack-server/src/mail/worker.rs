//! The task that takes mails out of the outbox and sends them, one in every process.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures::future::join_all;
use stack_domain::{
    DomainResult,
    mail::{Claimed, Delivery},
    ports::{Mailer, Storage},
};
use stack_types::ProjectId;
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use super::SmtpMailer;
use crate::http::Server;

/// How many mails a process sends at once.
const AT_ONCE: usize = 16;

/// How soon to look for a mail that this process has just put into the outbox: its transaction takes a moment to end.
/// Each further look waits twice as long, up to [`POLL`].
const FIRST_LOOK: Duration = Duration::from_millis(5);

/// How often to look for mails of other processes, and for those whose time has come.
const POLL: Duration = Duration::from_secs(2);

/// How long a shutdown waits for mails that are being sent.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(10);

/// How often it is tried to note what became of a mail, and how long to wait in between.
const SETTLE_ATTEMPTS: u32 = 5;
const SETTLE_PAUSE: Duration = Duration::from_millis(500);

/// The task. It ends with [`Worker::stop`].
pub(crate) struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Begins to send mails.
    pub(crate) fn start(server: Arc<Server>, mailer: Arc<SmtpMailer>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(run(server, mailer, stopped));
        Self { stop, task }
    }

    /// Takes up no more mails, and waits for those that are being sent. One that takes too long is left to its lease.
    pub(crate) async fn stop(self) {
        // If nobody listens the task has ended already.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the task that sends mails panicked");
        }
    }
}

async fn run(server: Arc<Server>, mailer: Arc<SmtpMailer>, mut stop: watch::Receiver<bool>) {
    let delivery = &server.domain.delivery;
    let mut running: JoinSet<ProjectId> = JoinSet::new();
    let mut busy: HashMap<ProjectId, usize> = HashMap::new();
    let mut pause = POLL;
    while !*stop.borrow() {
        if running.len() < AT_ONCE {
            match delivery.claim(AT_ONCE - running.len(), &busy).await {
                Ok(claimed) => {
                    for mail in claimed {
                        *busy.entry(mail.project().clone()).or_default() += 1;
                        running.spawn(deliver(Arc::clone(&server), Arc::clone(&mailer), mail, stop.clone()));
                    }
                }
                Err(error) => {
                    tracing::error!(error = ?error, "the outbox can't be looked into");
                    pause = POLL;
                }
            }
        }
        tokio::select! {
            _ = stop.changed() => {}
            Some(ended) = running.join_next() => forget(&mut busy, ended),
            () = delivery.woken() => pause = FIRST_LOOK,
            () = sleep(pause) => pause = (pause * 2).min(POLL),
        }
    }
    let all = async { while running.join_next().await.is_some() {} };
    if timeout(SHUTDOWN_PATIENCE, all).await.is_err() {
        tracing::warn!("some mails took too long to send; they are taken up again when their leases end");
    }
}

/// Sends what is due now, beside the worker, and gives how many mails that were.
///
/// # Errors
///
/// If the outbox can't be looked into.
pub(crate) async fn work_once<S: Storage>(delivery: &Delivery<S>, mailer: &impl Mailer) -> DomainResult<usize> {
    let claimed = delivery.claim(AT_ONCE, &HashMap::new()).await?;
    let count = claimed.len();
    join_all(claimed.into_iter().map(|mail| attempt(delivery, mailer, mail))).await;
    Ok(count)
}

/// Counts down the mails that are being sent.
fn forget(busy: &mut HashMap<ProjectId, usize>, ended: Result<ProjectId, tokio::task::JoinError>) {
    match ended {
        Ok(project) => {
            if let Some(count) = busy.get_mut(&project) {
                *count -= 1;
            }
            busy.retain(|_, count| *count > 0);
        }
        Err(error) => {
            tracing::error!(%error, "sending a mail panicked; it is taken up again when its lease ends");
            // Whose it was isn't known; the bound is only for fairness.
            busy.clear();
        }
    }
}

/// Sends one mail, or gives it back if the server is about to stop.
async fn deliver(
    server: Arc<Server>,
    mailer: Arc<SmtpMailer>,
    mail: Claimed,
    stop: watch::Receiver<bool>,
) -> ProjectId {
    let delivery = &server.domain.delivery;
    let (project, id) = (mail.project().clone(), mail.id());
    if *stop.borrow() {
        if let Err(error) = delivery.give_back(mail).await {
            tracing::error!(%project, email = %id, error = ?error, "a mail couldn't be given back");
        }
        return project;
    }
    attempt(delivery, &*mailer, mail).await;
    project
}

/// Sends one mail and notes what became of it.
async fn attempt<S: Storage>(delivery: &Delivery<S>, mailer: &impl Mailer, mail: Claimed) {
    let (project, id) = (mail.project().clone(), mail.id());
    let attempt = match delivery.attempt(mail, mailer).await {
        Ok(attempt) => attempt,
        Err(error) => {
            tracing::error!(%project, email = %id, error = ?error, "a mail couldn't be tried");
            return;
        }
    };
    for tried in 1..=SETTLE_ATTEMPTS {
        match delivery.settle(&attempt).await {
            Ok(_) => break,
            Err(error) => {
                tracing::error!(%project, email = %id, tried, error = ?error, "what became of a mail couldn't be noted");
                sleep(SETTLE_PAUSE * tried).await;
            }
        }
    }
}
