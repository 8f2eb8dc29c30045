//! The task that takes messages out of the outbox of webhooks and sends them, one in every process.
//!
//! Many are claimed by one transaction, and what became of many is written by one, so that the database isn't what bounds
//! how many are sent.

use std::{collections::HashMap, sync::Arc, time::Duration};

use stack_domain::webhooks::{Parcel, Report};
use stack_types::WebhookEndpointId;
use tokio::{
    sync::watch,
    task::{JoinError, JoinHandle, JoinSet},
    time::{Instant, sleep, sleep_until, timeout_at},
};

use super::sender::attempt;
use crate::{http::Server, outbound::Outbound};

/// How many messages a process sends at once.
const AT_ONCE: usize = 512;

/// How many are claimed at least, while there are so many: a few at a time would cost a transaction each.
const CLAIM_AT_LEAST: usize = 64;

/// How many reports are written at once.
const BATCH: usize = 256;

/// How long a report waits for others to be written with it.
const LINGER: Duration = Duration::from_millis(20);

/// How soon to look for a message that this process has just put into the outbox: its transaction takes a moment to end,
/// and others may follow that are claimed with it. Each further look waits twice as long, up to [`POLL`].
const FIRST_LOOK: Duration = Duration::from_millis(20);

/// How often to look for messages of other processes, and for those whose time has come.
const POLL: Duration = Duration::from_millis(500);

/// How long a shutdown waits for messages that are being sent.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(10);

/// How often it is tried to note what became of messages, and how long to wait in between.
const SETTLE_ATTEMPTS: u32 = 5;
const SETTLE_PAUSE: Duration = Duration::from_millis(200);

/// The task. It ends with [`Worker::stop`].
pub(crate) struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Begins to send webhooks.
    pub(crate) fn start(server: Arc<Server>, outbound: Outbound, timeout: Duration) -> Self {
        let (stop, stopped) = watch::channel(false);
        let running = Running {
            server,
            outbound,
            timeout,
            attempts: JoinSet::new(),
            settling: JoinSet::new(),
            sending: HashMap::new(),
            reports: Vec::new(),
            oldest: None,
        };
        let task = tokio::spawn(running.run(stopped));
        Self { stop, task }
    }

    /// Takes up no more messages, and waits for those that are being sent. One that takes too long is left to its lease.
    pub(crate) async fn stop(self) {
        // If nobody listens the task has ended already.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the task that sends webhooks panicked");
        }
    }
}

struct Running {
    server: Arc<Server>,
    outbound: Outbound,
    timeout: Duration,
    attempts: JoinSet<Report>,
    settling: JoinSet<()>,
    /// How many messages are being sent, or wait to be noted, at each endpoint.
    sending: HashMap<WebhookEndpointId, usize>,
    /// What isn't noted yet, and since when the oldest has waited.
    reports: Vec<Report>,
    oldest: Option<Instant>,
}

impl Running {
    async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let server = Arc::clone(&self.server);
        let delivery = &server.domain.webhook_delivery;
        let mut pause = POLL;
        let mut next_look = Instant::now();
        let mut asked = false;
        while !*stop.borrow() {
            let free = AT_ONCE.saturating_sub(self.attempts.len());
            if free >= CLAIM_AT_LEAST && (asked || Instant::now() >= next_look) {
                asked = false;
                match delivery.claim(free, &self.sending).await {
                    Ok(claimed) => {
                        // There may well be more.
                        if !claimed.is_empty() {
                            pause = FIRST_LOOK;
                        }
                        asked = claimed.len() >= CLAIM_AT_LEAST;
                        claimed.into_iter().for_each(|parcel| self.send(parcel));
                    }
                    Err(error) => {
                        tracing::error!(error = ?error, "the outbox of webhooks can't be looked into");
                        pause = POLL;
                    }
                }
                next_look = Instant::now() + pause;
                pause = (pause * 2).min(POLL);
            }
            let flush_at = self.oldest.map(|since| since + LINGER);
            tokio::select! {
                _ = stop.changed() => {}
                Some(ended) = self.attempts.join_next() => self.take(ended),
                Some(ended) = self.settling.join_next() => {
                    // What was noted may let others of the same object go.
                    asked = true;
                    if let Err(error) = ended {
                        tracing::error!(%error, "noting what became of webhooks panicked; they are sent again");
                    }
                }
                () = delivery.woken() => {
                    pause = FIRST_LOOK;
                    next_look = next_look.min(Instant::now() + FIRST_LOOK);
                }
                () = sleep_until(next_look), if AT_ONCE - self.attempts.len() >= CLAIM_AT_LEAST => {}
                () = sleep_until(flush_at.unwrap_or_else(Instant::now)), if flush_at.is_some() => self.flush(),
            }
            if self.reports.len() >= BATCH {
                self.flush();
            }
        }
        self.finish().await;
    }

    fn send(&mut self, parcel: Parcel) {
        *self.sending.entry(parcel.endpoint().clone()).or_default() += 1;
        let (outbound, timeout) = (self.outbound.clone(), self.timeout);
        let now = self.server.domain.webhook_delivery.now();
        self.attempts
            .spawn(async move { attempt(&outbound, parcel, timeout, now).await });
    }

    /// Takes the report of an attempt that ended, and those of others that have ended too.
    fn take(&mut self, ended: Result<Report, JoinError>) {
        let mut next = Some(ended);
        while let Some(ended) = next {
            match ended {
                Ok(report) => {
                    let endpoint = report.parcel.endpoint();
                    if let Some(count) = self.sending.get_mut(endpoint) {
                        *count = count.saturating_sub(1);
                        if *count == 0 {
                            self.sending.remove(endpoint);
                        }
                    }
                    self.reports.push(report);
                    self.oldest.get_or_insert_with(Instant::now);
                }
                Err(error) => {
                    tracing::error!(%error, "sending a webhook panicked; it is sent again when its lease ends");
                    // Whose it was isn't known; the bound is only for fairness.
                    self.sending.clear();
                }
            }
            next = if self.reports.len() < BATCH {
                self.attempts.try_join_next()
            } else {
                None
            };
        }
    }

    /// Begins to note what became of the messages that were sent.
    fn flush(&mut self) {
        self.oldest = None;
        let reports = std::mem::take(&mut self.reports);
        if !reports.is_empty() {
            let server = Arc::clone(&self.server);
            self.settling.spawn(async move { settle(&server, &reports).await });
        }
    }

    /// Waits for what is under way, and notes it.
    async fn finish(mut self) {
        let end = Instant::now() + SHUTDOWN_PATIENCE;
        while let Ok(Some(ended)) = timeout_at(end, self.attempts.join_next()).await {
            self.take(ended);
        }
        if !self.attempts.is_empty() {
            tracing::warn!("some webhooks took too long to send; they are sent again when their leases end");
        }
        self.flush();
        while self.settling.join_next().await.is_some() {}
    }
}

async fn settle(server: &Server, reports: &[Report]) {
    for tried in 1..=SETTLE_ATTEMPTS {
        match server.domain.webhook_delivery.settle(reports).await {
            Ok(()) => return,
            Err(error) => {
                let count = reports.len();
                tracing::error!(count, tried, error = ?error, "what became of webhooks couldn't be noted");
                sleep(SETTLE_PAUSE * tried).await;
            }
        }
    }
}
