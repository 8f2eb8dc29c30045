//! The task that lets the rules sweep from time to time.

use std::{sync::Arc, time::Duration};

use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

use crate::http::Server;

/// How long from one sweep to the next; the first is at the start.
const PERIOD: Duration = Duration::from_secs(5 * 60);

/// The task; it ends with this.
pub(crate) struct Sweeping(JoinHandle<()>);

impl Sweeping {
    /// Begins to sweep.
    pub(crate) fn start(server: Arc<Server>) -> Self {
        Self(tokio::spawn(async move {
            let mut ticks = interval(PERIOD);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                sweep(&server).await;
            }
        }))
    }
}

impl Drop for Sweeping {
    /// What a sweep had begun is undone by the database.
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn sweep(server: &Server) {
    match server.domain.sweeper.sweep().await {
        Ok(swept) if swept.total() > 0 => tracing::info!(
            sessions = swept.sessions,
            codes = swept.codes,
            cli_logins = swept.cli_logins,
            budgets = swept.budgets,
            mails = swept.mails,
            webhooks = swept.webhooks,
            "swept what has expired"
        ),
        Ok(_) => {}
        Err(error) => tracing::warn!(error = ?error, "can't sweep; the next sweep will try again"),
    }
}
